"""No process is given a password or a key as an argument: every user of a machine sees those of every process there.

`make test-compose` looks at the processes themselves (tests/compose/test_compose_users.py).
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from wiredesk.testing import PATIENCE_S

from tests.docs.commands import blocks, documents, mentioned

ROOT = Path(__file__).resolve().parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
AS = ROOT / "deploy/redis/as.sh"

_EXPANDED = re.compile(
    r"\$\([^)]*\.(?:url|key)\b|`[^`]*\.(?:url|key)\b[^`]*`|\$\{?\w*(?:PASSWORD|AUTH|KEY|SECRET)\b(?!_)"
)
_TOLD = re.compile(r"\b(?:redis|valkey)-cli\b.*\s(?:-u|--uri|-a|--pass)\b")


def exposed(command: str) -> bool:
    """Whether a shell would put the content of an address or a key, or a password, into the arguments of a process."""
    command = command.replace("$$", "$")
    return bool(_EXPANDED.search(command) or _TOLD.search(command))


def of_containers() -> Iterator[tuple[str, str]]:
    for name, service in SERVICES.items():
        for key in ("entrypoint", "command"):
            words = service.get(key, [])
            yield f"{name}: {key}", words if isinstance(words, str) else " ".join(words)
        yield f"{name}: healthcheck", " ".join(service.get("healthcheck", {}).get("test", []))


def of_documents() -> Iterator[tuple[str, str]]:
    for document in documents(ROOT):
        shown = [command for block in blocks(ROOT, document) for command in block.commands]
        yield from ((command.where, command.text) for command in [*shown, *mentioned(ROOT, document)])


def of_scripts() -> Iterator[tuple[str, str]]:
    for script in sorted((ROOT / "deploy").rglob("*.sh")):
        for number, line in enumerate(script.read_text().splitlines(), 1):
            yield f"{script.name}:{number}", line


@pytest.mark.parametrize("source", [of_containers, of_documents, of_scripts])
def test_no_command_puts_a_secret_into_the_arguments_of_a_process(
    source: Callable[[], Iterator[tuple[str, str]]],
) -> None:
    commands = list(source())
    assert len(commands) > 30
    assert [where for where, command in commands if exposed(command)] == []


@pytest.mark.parametrize(
    "command",
    [
        'redis-cli -e -u "$$(cat /run/wiredesk/admin.url)" --no-auth-warning ping',
        "docker compose exec redis sh -c 'redis-cli -u \"$(cat /run/wiredesk/admin.url)\" ACL LOAD'",
        'redis-cli --user health -a "$password" ping',
        'curl -H "X-API-Key: $(cat /run/keys/operator.key)" http://gateway:8080/',
        'curl -H "X-API-Key: `cat operator.key`" http://gateway:8080/',
        'redis-cli --user health --pass "$REDIS_PASSWORD" ping',
        'wiredesk status --redis-url "$(< gateway.url)"',
    ],
)
def test_one_that_does_is_found(command: str) -> None:
    assert exposed(command)


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """Where a stand-in for redis-cli writes down what it was started with."""
    (tmp_path / "redis-cli").write_text(
        f"#!{sys.executable}\nimport json, os, pathlib, sys\n"
        "pathlib.Path(os.environ['SEEN']).write_text(json.dumps([sys.argv[1:], os.environ.get('REDISCLI_AUTH')]))\n"
    )
    (tmp_path / "redis-cli").chmod(0o755)
    return tmp_path / "seen"


def run(seen: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    known = {"PATH": f"{seen.parent}:{os.environ['PATH']}", "SEEN": str(seen), "FOLDER": str(seen.parent)}
    command = ["sh", str(AS), *arguments]
    return subprocess.run(command, env=known, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.mark.parametrize(
    "address",
    ["redis://admin:0ff1ce@redis:6379/0", "rediss://admin:0ff1ce@r.example:6380/0?ssl_ca_certs=/a:b@c/ca.pem"],
)
def test_redis_cli_is_given_its_password_in_its_environment_alone(seen: Path, address: str) -> None:
    (seen.parent / "admin.url").write_text(f"{address}\n")
    done = run(seen, "admin", "XGROUP", "DESTROY", "articles.submitted", "a group")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    arguments, password = json.loads(seen.read_text())
    assert password == "0ff1ce"
    assert arguments == ["-e", "--user", "admin", "XGROUP", "DESTROY", "articles.submitted", "a group"]


def test_a_user_that_there_is_not_is_told(seen: Path) -> None:
    done = run(seen, "nobody", "PING")
    assert done.returncode != 0
    assert "nobody.url" in done.stderr
    assert not seen.exists()


def test_redis_is_asked_for_its_health_by_a_user_of_its_own() -> None:
    redis = SERVICES["redis"]
    check = redis["healthcheck"]["test"]
    assert check == ["CMD", "sh", "/opt/wiredesk/as.sh", "health", "ping"]
    assert "./deploy/redis:/opt/wiredesk:ro" in redis["volumes"]
    assert shlex.split(AS.read_text().splitlines()[-1])[:3] == ["exec", "redis-cli", "-e"], "LOADING is none of health"
