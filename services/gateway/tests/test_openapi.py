"""The API is what its OpenAPI document says: schemathesis asks everything, on a real index and a real Redis."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import httpx
import pytest
import redis
from wiredesk.api_keys import SCOPES, new_key
from wiredesk.index import open_reader, open_writer
from wiredesk.testing import RedisServer

SCHEMATHESIS = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run"]
TESTS = Path(__file__).parent


class Served(NamedTuple):
    client: httpx.Client
    key: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer, request: Any) -> Iterator[Served]:
    """A gateway that asks for a key, over thirteen articles and, whatever is dropped, some dead letters."""
    conftest: ModuleType = request.config.pluginmanager.get_plugin(str(TESTS / "conftest.py"))
    folder = tmp_path_factory.mktemp("openapi")
    writer = open_writer(f"tantivy://{folder}/index")
    others = [conftest.extracted(f"b{n}", "The regatta off Port Arven.", title=f"Regatta {n}") for n in range(12)]
    writer.upsert([conftest._plain_article(), *others])
    writer.close()
    key, kept = new_key("everything", frozenset(SCOPES))
    (folder / "keys").write_text(kept.line())
    stop = threading.Event()

    def bury_again() -> None:
        with redis.Redis.from_url(redis_server.url) as letters:
            while not stop.wait(0.1):
                if letters.xlen("articles.dead") < 5:
                    conftest.bury(letters)

    burier = threading.Thread(target=bury_again)
    with ExitStack() as stack:
        client = conftest.start_gateway(
            stack,
            lambda: open_reader(f"tantivy://{folder}/index"),
            redis_server.url,
            api_keys_file=str(folder / "keys"),
            key_rate=0,
            address_rate=0,
        )
        burier.start()
        yield Served(client, key)
        stop.set()
        burier.join()


@pytest.mark.timeout(900)
def test_schemathesis_finds_nothing_with_every_check_on_every_operation(served: Served, tmp_path: Path) -> None:
    options = ["--checks", "all", "--max-examples", "6", "--generation-deterministic", "--continue-on-failure"]
    done = subprocess.run(
        [
            *SCHEMATHESIS,
            f"{served.client.base_url}/openapi.json",
            "-H",
            f"Authorization: Bearer {served.key}",
            *options,
        ],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "openapi_formats", "PYTHONPATH": str(TESTS), "NO_COLOR": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    operations = sum(len(methods) for methods in served.client.get("/openapi.json").json()["paths"].values())
    assert f"Operations:       {operations} selected / {operations} total" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_document_is_of_openapi_3_1_and_tells_every_status_by_number(served: Served) -> None:
    document = served.client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            assert all(status.isdecimal() for status in answers), (method, path)
            assert {"429", "500", "503"} <= set(answers), (method, path)
            assert ("security" in operation) == (method != "get") == ("401" in answers), (method, path)
            assert operation["description"], (method, path)
            for status, answer in answers.items():
                if int(status) >= 400:
                    assert answer == {"$ref": f"#/components/responses/Problem{status}"}


def test_without_keys_the_document_asks_for_none(gateway: httpx.Client) -> None:
    document = gateway.get("/openapi.json").json()
    assert "securitySchemes" not in document["components"]
    assert not [one for methods in document["paths"].values() for one in methods.values() if "security" in one]


def test_no_reference_leads_nowhere(gateway: httpx.Client) -> None:
    document = gateway.get("/openapi.json").json()

    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    for reference in set(references(document)):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/articles/a1", "DELETE, GET"),
        ("GET", "/api/v1/dead-letters/drop", "POST"),
        ("DELETE", "/api/v1/dead-letters/replay", "POST"),
        ("PATCH", "/api/v1/dead-letters/1-1", "DELETE, GET"),
    ],
)
def test_a_method_that_is_not_there_is_answered_with_those_that_are(
    gateway: httpx.Client, method: str, path: str, allowed: str
) -> None:
    response = gateway.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, allowed)
