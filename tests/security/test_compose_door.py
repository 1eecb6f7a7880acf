"""The gateway as docker-compose.yml has it set up: reading is open, and nothing is written without a key.

`make test-compose` tries the same on the containers themselves (tests/compose/test_compose_keys.py).
"""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import yaml
from wiredesk.cli.key_here import PLACE
from wiredesk.events import Stream
from wiredesk.testing import PATIENCE_S, RedisServer

from tests.security.door import ARTICLE, Door, opened
from tests.security.ways_in import ways_to_write

ROOT = Path(__file__).resolve().parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
WIREDESK = Path(sys.executable).with_name("wiredesk")
STORY = "Mayor Ada Holm spoke at the quay."

TRIED = (
    {},
    {"Authorization": "Bearer wiredesk_guessed"},
    {"Authorization": "Basic b3BlcmF0b3I6"},
    {"X-API-Key": ""},
    {"Cookie": "wiredesk_session=operator:99999999999:" + "0" * 64},
    {"X-Forwarded-For": "127.0.0.1", "X-HTTP-Method-Override": "GET"},
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which the service `keys` has run, with a group of ours."""
    folder = tmp_path_factory.mktemp("checkout")
    keys = folder / PLACE.parent
    keys.mkdir(parents=True)
    words = [*SERVICES["keys"]["entrypoint"], *SERVICES["keys"]["command"]]
    words[words.index("--group") + 1] = str(os.getgid())
    run = [str(WIREDESK), *(word.replace("/run/keys", str(keys)) for word in words[1:])]
    subprocess.run(run, check=True, capture_output=True, timeout=PATIENCE_S)
    return folder


@pytest.fixture(scope="module")
def compose_door(folder: Path, redis_server: RedisServer, index: Path) -> Iterator[Door]:
    told = SERVICES["gateway"]["environment"]
    here = {"WIREDESK_REDIS_URL_FILE", "WIREDESK_INDEX_URL", "WIREDESK_HTTP_PORT", "WIREDESK_DATA"}
    variables = {name: str(value) for name, value in told.items() if name not in here}
    variables["WIREDESK_API_KEYS_FILE"] = told["WIREDESK_API_KEYS_FILE"].replace(
        "/run/keys", str(folder / PLACE.parent)
    )
    variables["WIREDESK_ALLOWED_HOSTS"] = "gateway"
    assert variables["WIREDESK_HOST"] == "0.0.0.0"
    with opened(folder, redis_server.url, index=index, **variables) as door:
        yield door


def test_nothing_is_written_without_a_key(compose_door: Door, redis_client: redis.Redis) -> None:
    ways = ways_to_write()
    paths = {path for _, path in ways}
    assert {"/api/v1/articles", "/api/v1/articles/1-1", "/dead-letters/replay", "/entities/correct"} <= paths
    assert len(ways) >= 12
    with compose_door.client() as client:
        for (method, path), headers in itertools.product(ways, TRIED):
            for origin in ({}, {"Origin": compose_door.url}):
                if not origin and not path.startswith("/api/"):
                    continue  # a form that does not say where it comes from is refused before the key
                answer = client.request(method, path, content=ARTICLE, headers={**headers, **origin})
                assert answer.status_code == 401, (method, path, headers)
    assert redis_client.xlen(Stream.SUBMITTED) == redis_client.xlen(Stream.CHANGES) == 0


def test_reading_is_open(compose_door: Door) -> None:
    with compose_door.client() as client:
        for path in ("/", "/pipeline", "/api/v1/search", "/api/v1/pipeline", "/metrics", "/health"):
            assert client.get(path).status_code == 200, path


def test_the_command_line_has_the_key_of_its_folder_and_says_what_a_wrong_one_lacks(
    compose_door: Door, redis_client: redis.Redis, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    cleaned = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    command = [WIREDESK, "publish", tmp_path / "story.txt", "--url"]

    def published(url: str, cwd: Path, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command, url],
            cwd=cwd,
            env=cleaned | more,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    done = published(compose_door.url, folder)
    assert done.returncode == 0, done.stderr
    assert redis_client.xlen(Stream.SUBMITTED) == 1
    wrong = published(compose_door.url, folder, WIREDESK_API_KEY="wiredesk_wrong")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "WIREDESK_API_KEY" in wrong.stderr
    assert redis_client.xlen(Stream.SUBMITTED) == 1
