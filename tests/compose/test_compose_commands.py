"""The commands of docker compose that the documents show, run as they stand on the whole of docker-compose.yml.

What a test of its own does is named in tests/docs/ways.py and left out here; everything else is run, whatever it is.
"""

import contextlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import redis
from wiredesk import wire
from wiredesk.events import Stream
from wiredesk.http_api import HttpApi
from wiredesk.testing import wait_until

from tests.compose.stack import WORKERS, Stack
from tests.compose.traffic import Traffic
from tests.docs.commands import Command, blocks, documents, headed, mentioned, once
from tests.docs.filling import dead_letter, filled, whole
from tests.docs.ways import way_of

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
OLDER, NEWER = "OLD", "2"
SHOWN = [command for path in documents(ROOT) for block in blocks(ROOT, path) for command in block.commands]
HEADED = list(headed(ROOT, ROOT / "docker-compose.yml"))
MENTIONED = [command for path in documents(ROOT) for command in mentioned(ROOT, path)]
EVERY = once((*SHOWN, *HEADED, *MENTIONED))
OF_COMPOSE = [text for text in EVERY if way_of(text) == "compose"]

pytestmark = [pytest.mark.compose, pytest.mark.timeout(900)]

Shell = Callable[[str], str]
"""What a line prints. Raises RuntimeError with its last words where it does not end well."""


@pytest.fixture(scope="module")
def sh(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """In the checkout, beside which there are images of an older version, which are the same, and a password."""
    folder = tmp_path_factory.mktemp("secret")
    folder.chmod(0o755)
    password = folder / "grafana-password"
    password.write_text("a password\n")
    password.chmod(0o644)
    tag = stack.environment["WIREDESK_TAG"]
    for service in WORKERS:
        stack.docker("tag", f"wiredesk/{service}:{tag}", f"wiredesk/{service}:{OLDER}")
    try:
        yield lambda line: stack.sh(line.replace("./grafana-password", str(password)))
    finally:
        as_it_was(stack)
        for service in WORKERS:
            for tag in (OLDER, NEWER):
                with contextlib.suppress(RuntimeError):  # one that was not built
                    stack.docker("rmi", f"wiredesk/{service}:{tag}")


def as_it_was(stack: Stack) -> None:
    """Everything up and healthy, of this version."""
    stack.compose("up", "-d", "--no-build", "--wait")


def failures(sh: Shell, lines: Iterable[str]) -> list[str]:
    failed = []
    for line in lines:
        try:
            sh(line)
        except RuntimeError as error:
            failed.append(str(error))
    return failed


def test_every_documented_command_of_compose_runs(stack: Stack, sh: Shell) -> None:
    assert len(OF_COMPOSE) > 30
    lines = [filled(text, SERVICE="ingest") for text in OF_COMPOSE]
    with redis.Redis.from_url(stack.redis_url) as client:
        for line in lines:
            if group := re.search(r"XGROUP DESTROY (\S+) NAME", line):
                client.xgroup_create(group[1], "NAME", mkstream=True)
    assert failures(sh, lines) == []


def test_the_pipeline_is_looked_at_without_a_gateway(stack: Stack) -> None:
    line = "docker compose run --rm -e WIREDESK_URL= wiredesk status"
    assert line in EVERY
    stack.compose("stop", "gateway")
    try:
        assert "ingest" in stack.sh(line)
    finally:
        as_it_was(stack)


def for_the_pipeline(command: Command) -> bool:
    """Whether the operator's pages mean it to be given on the host or behind `docker compose exec gateway`."""
    words = command.text.split()
    asked = ("status", "dead", "journey", "retract", "entity", "search", "quotes")
    operators = command.where.startswith(("docs/runbook.md", "docs/operations.md"))
    return operators and words[0] == "wiredesk" and words[1] in asked


def test_an_operators_commands_work_on_the_host_and_inside_the_gateway(
    stack: Stack, traffic: Traffic, tmp_path: Path
) -> None:
    article = tmp_path / "ferry.txt"
    article.write_text("Mayor Oda Quenby of Varnholm spoke. “The ferry sails,” said Ulf Marrable, the harbour master.")
    given = {"PATH": f"{PROGRAMS}:{stack.environment['PATH']}", "WIREDESK_URL": stack.gateway_url}

    def on_host(line: str) -> str:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=stack.home,
            env={**stack.environment, **given},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{line}: {done.returncode}: {done.stderr}")
        return done.stdout

    (submission,) = on_host(f"wiredesk publish {article}").split()
    traffic.adopt([submission])
    traffic.wait_until_ended()
    people = ("person:oda-quenby", "person:ulf-marrable")

    def found() -> list[str]:
        asked = (HttpApi(stack.gateway_url).get("/api/v1/entities", q=one.partition("-")[2]) for one in people)
        return [hit["entity_id"] for answer in asked for hit in answer["hits"]]

    wait_until(lambda: {*found()} >= {*people}, what="the gateway to look again")
    meant = {" ".join(each.text.split()[1:3]): each.text for each in (*SHOWN, *MENTIONED) if for_the_pipeline(each)}
    assert len(meant) >= 10
    with redis.Redis.from_url(stack.redis_url) as client:
        # Of a reason that no command names: none sends it again. What is retracted was never there.
        letter = client.xadd(Stream.DEAD, {wire.FIELD: dead_letter("crashed").model_dump_json()}).decode()
        signs = {"SUBMISSION": submission, "LETTER": letter, "ARTICLE": "none", "ENTITY": people[0]}
        signs["person:a-holm person:ada-holm"] = " ".join(people)
        lines = [filled(whole(text), **signs) for text in meant.values()]
        lines = [f"{line} --yes" if " drop " in line else line for line in lines]
        (correction,) = [line for line in lines if " entity merge " in line]
        inside = [f"docker compose exec gateway {line}" for line in lines if line != correction]
        failed = failures(on_host, lines) + failures(stack.sh, inside)
        client.xdel(Stream.DEAD, letter)
    assert failed == []
    # A correction goes through the gateway and takes a key, inside as well; this one is made, as it says then.
    with pytest.raises(RuntimeError, match="takes an API key"):
        stack.sh(f"docker compose exec gateway {correction}")
    with pytest.raises(RuntimeError, match="by a correction"):
        stack.sh(f"docker compose run --rm {correction}")
