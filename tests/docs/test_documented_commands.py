"""Every command that the documentation shows does what it says: run here, or by a test that is named for it."""

import ast
import asyncio
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import redis
import yaml
from faststream.redis import RedisBroker
from wiredesk import wire
from wiredesk.events import ArticleIndexed, Stream
from wiredesk.testing import PATIENCE_S, valkey_server, wait_until

from tests.docs.commands import Block, blocks, documents, headed, mentioned, once
from tests.docs.filling import dead_letter, filled, whole
from tests.docs.ways import (
    CI,
    ELSEWHERE,
    TARGETS,
    WHOLE,
    Proof,
    called_by_ci,
    compose_problems,
    missing_from,
    way_of,
)
from tests.integration.pipeline_processes import Stack, running

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = [block for document in documents(ROOT) for block in blocks(ROOT, document)]
SHOWN = [command for block in BLOCKS for command in block.commands]
MENTIONED = [command for document in documents(ROOT) for command in mentioned(ROOT, document)]
HEADED = list(headed(ROOT, ROOT / "docker-compose.yml"))
EVERY = once((*SHOWN, *HEADED, *MENTIONED))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_every_command_has_a_way_to_be_run() -> None:
    assert len(SHOWN) > 40
    assert len(MENTIONED) > 60
    assert len(HEADED) > 4
    assert {command.where.partition(":")[0] for command in EVERY.values()} >= {
        "tests/eval/README.md",
        "docs/runbook.md",
    }
    without = [command for command in EVERY.values() if way_of(command.text) is None]
    assert without == [], "say in tests/docs/ways.py how it is run"


def test_what_is_not_run_here_is_done_by_a_test_that_is_there() -> None:
    proofs = {**ELSEWHERE, **{name: proof for name, proof in TARGETS.items() if isinstance(proof, Proof)}}
    missing = {what: problem for what, proof in proofs.items() if (problem := missing_from(proof, ROOT))}
    assert missing == {}
    for command in EVERY.values():
        if way_of(command.text) == "suite":
            assert (ROOT / command.text.split()[-1]).exists(), command


def test_what_is_left_to_ci_is_called_by_it() -> None:
    called = called_by_ci(ROOT)
    assert {name for name, proof in TARGETS.items() if proof == CI} <= called
    assert not called & {"lock", "demo", "up", "help"}


def test_every_way_around_is_that_of_a_command_that_is_documented() -> None:
    idle = [pattern for pattern in ELSEWHERE if not any(re.fullmatch(pattern, text) for text in EVERY)]
    assert idle == []
    assert set(WHOLE) <= set(EVERY)
    assert {text.split()[1] for text in EVERY if way_of(text) == "make" and text.startswith("make ")} == set(TARGETS)


@pytest.mark.parametrize(
    ("place", "words", "problem"),
    [
        ("deploy/local/lock.sh", "uv", "no file"),
        ("tests/compose/drain.py::main", "engine", "no test main"),
        ("tests/compose/drains.py::test_it", "engine", "no file"),
        ("tests/docs/test_documented_commands.py::test_what_is_left_to_ci_is_called_by_it", "Valkey", "is not in"),
    ],
)
def test_a_proof_that_is_none_is_told(place: str, words: str, problem: str) -> None:
    assert problem in str(missing_from(Proof(place, words), ROOT))


def test_every_make_target_and_variable_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    asked = {text: command for text, command in EVERY.items() if way_of(text) == "make"}
    for text, command in asked.items():
        variables = [word.partition("=")[0] for word in shlex.split(text) if re.match(r"^[A-Z_]+=", word)]
        assert [name for name in variables if f"$({name})" not in makefile] == [], command
        words = shlex.split(text)
        at = words.index("make")
        dry = [*words[at:], *words[:at], "--dry-run"]
        done = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 0, (command, done.stderr)


def test_every_compose_command_names_services_and_options_that_there_are() -> None:
    asked = [command for command in EVERY.values() if "docker " in command.text]
    assert len(asked) > 40
    assert [(command.where, problem) for command in asked for problem in compose_problems(command.text, COMPOSE)] == []


def test_what_scales_a_service_names_it_and_so_leaves_the_others_as_they_are() -> None:
    """Without a name `up` has one of each service that `.env` says nothing of. A first start, which waits, may."""
    for command in EVERY.values():
        scaled = set(re.findall(r"--scale (\w+)=", command.text))
        if scaled and "--wait" not in command.text and not command.where.startswith("docker-compose.yml"):
            assert set(command.text.rpartition("=")[2].split()[1:]) == scaled, command


def test_a_compose_command_that_is_wrong_is_told() -> None:
    assert compose_problems("docker compose up --sclae extraction=4", COMPOSE)
    assert compose_problems("docker compose up -d --scale extractor=4", COMPOSE)
    assert compose_problems("docker compose exec gateway wiredesk index chekc", COMPOSE)
    assert compose_problems("docker compose --profile solr up", COMPOSE)
    assert compose_problems("docker compose run --rm wiredesk pubish /news", COMPOSE)
    assert compose_problems("docker compose run --rm keys new newsroom --scopes publish", COMPOSE)


@pytest.mark.parametrize(
    "block", [each for each in BLOCKS if each.language in ("python", "yaml", "json")], ids=lambda b: b.where
)
def test_every_block_of_code_can_be_read(block: Block) -> None:
    match block.language:
        case "python":
            compile(block.text, block.where, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        case "yaml":
            assert set(yaml.safe_load(block.text)["services"]) <= set(COMPOSE)
        case "json":
            json.loads(block.text)


# What follows runs the rest, in the order of the documents, against one pipeline with the seeds in it.

STORY = "<article><h1>Ferry</h1><p>The ferry to Bergen sails on Monday, said Ada Holm.</p></article>"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("docs")
    with valkey_server(appendonly="yes") as server, running(folder, server.url) as stack:
        desk = folder / "desk"
        shutil.copytree(ROOT / "seeds", desk / "seeds")
        (desk / "story.html").write_text(STORY)
        (desk / "story.txt").write_text("Ferry\n\nThe ferry to Bergen sails on Monday, said Ada Holm.\n")
        for name in ("feed.jsonl", "articles.jsonl", "IN"):
            (desk / name).write_text(json.dumps({"id": name, "title": name, "text": f"A ferry for {name}."}) + "\n")
        (desk / "news").mkdir()
        (desk / "news/ferry.html").write_text(STORY)
        (desk / "deploy/keys").mkdir(parents=True)
        (desk / "deploy/keys/operator.key").write_text("wiredesk_none\n")
        (desk / "bin").mkdir()
        (desk / "bin/redis-cli").write_text(
            f"#!{sys.executable}\nimport os, sys, redis\n"
            "print(redis.Redis.from_url(os.environ['WIREDESK_REDIS_URL']).execute_command(*sys.argv[1:]))\n"
        )
        (desk / "bin/redis-cli").chmod(0o755)
        yield stack


class Desk:
    """A shell with everything at hand that the documents speak of."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.folder = stack, stack.folder / "desk"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
        self.environment = {
            **kept,
            "PATH": f"{self.folder}/bin:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "WIREDESK_REDIS_URL": stack.redis_url,
            "WIREDESK_INDEX_URL": f"tantivy://{stack.folder}/index",
        }

    def sh(self, line: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self.environment | more,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
        )

    def settle(self) -> ArticleIndexed:
        """Publish the seeds, unless they are, and wait for the last; answers the first that is searchable."""
        done = self.sh("wiredesk publish seeds/")
        assert done.returncode == 0, done.stderr
        wait_until(lambda: self.stack.client.xlen(Stream.INDEXED) >= 5, what="indexed seeds")
        (_, fields) = self.stack.client.xrange(Stream.INDEXED, count=1)[0]
        return ArticleIndexed.model_validate_json(wire.decode(fields[b"__data__"]).body)

    def watched(self, line: str) -> "subprocess.CompletedProcess[str]":
        """A command that stays, on a terminal: ended by Ctrl-C when it has shown what it shows."""
        ours, theirs = os.openpty()
        try:
            process = subprocess.Popen(
                shlex.split(line),
                cwd=self.folder,
                env=self.environment,
                stdout=theirs,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                text=True,
            )
            os.close(theirs)
            with contextlib.suppress(OSError):  # nobody has the other end any more: it ended without a word
                wait_until(lambda: "Stage" in os.read(ours, 65536).decode(errors="replace"), what="what it shows")
                process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE_S)
        finally:
            os.close(ours)
        return subprocess.CompletedProcess(line, 0 if process.returncode == 130 else 1, "", errors)

    def bury(self, reason: str) -> str:
        """A dead letter of this reason; its id."""
        told = self.stack.client.xadd(Stream.DEAD, {wire.FIELD: dead_letter(reason).model_dump_json()})
        return str(told.decode())

    def entities(self) -> tuple[str, str]:
        """Two people of the index, to make one of; the gateway shows them a moment after they are written."""

        def people() -> list[str]:
            done = self.sh(f"curl -sS --fail '{self.stack.gateway_url}/api/v1/entities?type=Person&limit=50'")
            assert done.returncode == 0, done.stderr
            return [hit["entity_id"] for hit in json.loads(done.stdout)["hits"]]

        wait_until(lambda: len(people()) >= 2, what="two people of the index")
        *_, one, other = people()
        return one, other


def here(text: str, desk: Desk, signs: Mapping[str, str]) -> str:
    """The command with this pipeline's addresses and ids in place of those that stand for any."""
    text = re.sub(r"\bTARGET\b", "/backups/monday", whole(text))
    if re.match(r"wiredesk (?:index )?backup ", text):  # into a folder that is not there yet
        text = re.sub(r"/backups/\w+", "FOLDER", text)
    text = filled(text, **signs)
    text = re.sub(r"(?:http://)?(?:127\.0\.0\.1|localhost|news\.example):8080", desk.stack.gateway_url, text)
    text = re.sub(r" …$", f" {desk.stack.gateway_url}/api/v1/pipeline", text)
    text = text.replace("wiredesk_…", "wiredesk_none").replace("sha256=…", f"sha256={'0' * 64}")
    text = text.replace("…", "A ferry to Bergen")
    text = text.replace("curl ", "curl -sS --fail-with-body ")
    if re.match(r"wiredesk index (?:rebuild|compact|restore)", text):  # the worker has the index: on a copy, then
        text += f" --index {signs['COPY']}"
    if text.startswith("wiredesk dead drop"):  # nobody is there to be asked
        text += " --yes"
    return text


@pytest.mark.timeout(900)
def test_every_command_runs(pipeline: Stack) -> None:
    desk = Desk(pipeline)
    first = desk.settle()
    one, other = desk.entities()
    kept, copy = pipeline.folder / "kept", pipeline.folder / "copy"
    for target in (kept, copy):
        assert desk.sh(f"wiredesk index backup {target}").returncode == 0
    signs = {
        "1006500000000-0": first.submission_id,
        "SUBMISSION": first.submission_id,
        "ARTICLE": first.article_id,
        "person:a-holm person:ada-holm": f"{one} {other}",
        "ENTITY": one,
        "/backups/monday": str(kept),
        "BACKUP": str(kept),
        "FILE": "story.txt",
        "COPY": f"tantivy://{copy}",
    }
    failed, done = [], set[str]()
    for number, command in enumerate(EVERY.values()):
        if way_of(command.text) != "run" or whole(command.text) in done:
            continue
        done.add(whole(command.text))
        reason = re.search(r"reason[ =](\w+)", command.text)
        letter = desk.bury(reason[1] if reason else "timeout")
        line = here(command.text, desk, {**signs, "LETTER": letter, "FOLDER": f"{pipeline.folder}/{number}"})
        ended = desk.watched(line) if "--watch" in line else desk.sh(line)
        if ended.returncode != 0:
            failed.append(f"{command.where}: {line}: {ended.returncode}\n{ended.stdout[-500:]}\n{ended.stderr[-500:]}")
    assert not failed, "\n".join(failed)


def code(name: str) -> Block:
    return next(block for block in BLOCKS if block.language == "python" and block.where.startswith(name))


@pytest.mark.timeout(600)
def test_a_faststream_app_publishes_as_the_readme_has_it(pipeline: Stack) -> None:
    before = pipeline.client.xinfo_stream(Stream.SUBMITTED)["entries-added"]

    async def run() -> None:
        async with RedisBroker(pipeline.redis_url) as broker:
            block = code("README.md")
            made = compile(block.text, block.where, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            await eval(made, {"broker": broker})

    asyncio.run(run())
    assert pipeline.client.xinfo_stream(Stream.SUBMITTED)["entries-added"] == before + 1


@pytest.mark.timeout(600)
def test_the_client_publishes_as_its_readme_has_it(pipeline: Stack) -> None:
    named: dict[str, str] = {}
    exec(code("shared/README.md").text.replace("redis://127.0.0.1:6379/0", pipeline.redis_url), named)
    with redis.Redis.from_url(pipeline.redis_url) as client:
        assert client.xrange(Stream.SUBMITTED, named["submission_id"], named["submission_id"])
