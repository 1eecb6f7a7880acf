"""The commands of docker compose that the documents show, run as they stand on the whole of docker-compose.yml.

What a test of its own does is named in tests/docs/ways.py and left out here; everything else is run, whatever it is.
"""

import contextlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
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

Run = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def run(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Gives a line to a shell in the checkout, where compose means this stack.

    There are images of an older version beside it, which are the same.
    """
    folder = tmp_path_factory.mktemp("secret")
    folder.chmod(0o755)
    password = folder / "grafana-password"
    password.write_text("a password\n")
    password.chmod(0o644)

    def run(line: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["bash", "-c", line.replace("./grafana-password", str(password))],
            cwd=ROOT,
            env={**stack.environment, "COMPOSE_PROJECT_NAME": stack.name},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    tag = stack.environment["WIREDESK_TAG"]
    for service in WORKERS:
        stack.docker("tag", f"wiredesk/{service}:{tag}", f"wiredesk/{service}:{OLDER}")
    try:
        yield run
    finally:
        as_it_was(stack)
        for service in WORKERS:
            for tag in (OLDER, NEWER):
                with contextlib.suppress(RuntimeError):  # one that was not built
                    stack.docker("rmi", f"wiredesk/{service}:{tag}")


def as_it_was(stack: Stack) -> None:
    """Everything up and healthy, of this version."""
    stack.compose("up", "-d", "--no-build", "--wait")


def failures(run: Run, lines: list[str]) -> list[tuple[str, int, str]]:
    """The line, its status and last words of each that did not end well."""
    done = [(line, run(line)) for line in lines]
    return [(line, one.returncode, (one.stdout + one.stderr)[-600:]) for line, one in done if one.returncode]


def test_every_documented_command_of_compose_runs(stack: Stack, run: Run) -> None:
    assert len(OF_COMPOSE) > 30
    lines = [filled(text, SERVICE="ingest") for text in OF_COMPOSE]
    with redis.Redis.from_url(stack.redis_url) as client:
        for line in lines:
            if group := re.search(r"XGROUP DESTROY (\S+) NAME", line):
                client.xgroup_create(group[1], "NAME", mkstream=True)
    assert failures(run, lines) == []


def test_the_pipeline_is_looked_at_without_a_gateway(stack: Stack, run: Run) -> None:
    stack.compose("stop", "gateway")
    line = "docker compose run --rm -e WIREDESK_URL= wiredesk status"
    assert line in EVERY
    try:
        assert failures(run, [line]) == []
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

    def run(line: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["bash", "-c", line],
            cwd=stack.home,
            env={**stack.environment, **given},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    (submission,) = run(f"wiredesk publish {article}").stdout.split()
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
        compose = f"docker compose -p {stack.name} -f {ROOT}/docker-compose.yml"
        inside = [f"{compose} exec gateway {line}" for line in lines if line != correction]
        failed = failures(run, [*lines, *inside])
        client.xdel(Stream.DEAD, letter)
    assert failed == []
    # A correction goes through the gateway and takes a key, there too; its answer is then that it is made already.
    assert "takes an API key" in run(f"{compose} exec gateway {correction}").stderr
    assert "by a correction" in run(f"{compose} run --rm {correction}").stderr
