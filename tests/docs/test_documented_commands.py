"""Every command that the documentation shows does what it says: run here, or by a test that is named for it."""

import ast
import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
import yaml
from faststream.redis import RedisBroker
from wiredesk import wire
from wiredesk.events import ArticleIndexed, DeadLetter, Stream
from wiredesk.testing import PATIENCE_S, valkey_server, wait_until

from tests.docs.commands import Block, blocks, documents, mentioned
from tests.docs.ways import ELSEWHERE, TARGETS, compose_problems, unknown_options, way_of
from tests.integration.pipeline_processes import Stack, running

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = [block for document in documents(ROOT) for block in blocks(ROOT, document)]
SHOWN = [command for block in BLOCKS for command in block.commands]
MENTIONED = [command for document in documents(ROOT) for command in mentioned(ROOT, document)]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_every_command_has_a_way_to_be_run() -> None:
    assert len(SHOWN) > 40
    assert len(MENTIONED) > 60
    without = [command for command in SHOWN + MENTIONED if way_of(command.text) is None]
    assert without == [], "say in tests/docs/ways.py how it is run"


def test_what_runs_elsewhere_runs_there() -> None:
    missing = [place for place in (*TARGETS.values(), *ELSEWHERE.values()) if not (ROOT / place).exists()]
    assert missing == []
    for command in SHOWN + MENTIONED:
        if match := re.fullmatch(r"python -m pytest (\S+)", command.text):
            assert (ROOT / match[1]).exists(), command


def test_every_make_target_and_variable_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    asked = {command.text: command for command in SHOWN + MENTIONED if way_of(command.text) == "make"}
    for text, command in asked.items():
        variables = [word.partition("=")[0] for word in shlex.split(text) if re.match(r"^[A-Z_]+=", word)]
        assert [name for name in variables if f"$({name})" not in makefile] == [], command
        words = shlex.split(text)
        at = words.index("make")
        dry = [*words[at:], *words[:at], "--dry-run"]
        done = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 0, (command, done.stderr)


def test_every_compose_command_names_services_and_options_that_there_are() -> None:
    asked = [command for command in SHOWN + MENTIONED if way_of(command.text) == "compose"]
    assert asked
    assert [(command.where, problem) for command in asked for problem in compose_problems(command.text, COMPOSE)] == []


def test_a_compose_command_that_is_wrong_is_told() -> None:
    assert compose_problems("docker compose up --sclae extraction=4", COMPOSE)
    assert compose_problems("docker compose up -d --scale extractor=4", COMPOSE)
    assert compose_problems("docker compose exec gateway wiredesk index chekc", COMPOSE)
    assert compose_problems("docker compose --profile solr up", COMPOSE)
    assert compose_problems("docker compose run --rm wiredesk pubish /news", COMPOSE)
    assert compose_problems("docker compose run --rm keys new newsroom --scopes publish", COMPOSE)


def test_every_command_line_in_a_sentence_is_one_that_wiredesk_takes() -> None:
    asked = [command for command in MENTIONED if command.text.startswith("wiredesk ")]
    assert [(each.where, wrong) for each in asked for wrong in unknown_options(shlex.split(each.text))] == []
    assert unknown_options(["wiredesk", "publish", "--urll"]) == ["no option --urll"]


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


# What follows runs the blocks, in the order of the documents, against one pipeline with the seeds in it.

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

    def bury(self) -> None:
        """A dead letter that can be listed and sent again."""
        now = datetime.now(UTC)
        letter = DeadLetter(
            original="e30=",
            stream=Stream.SUBMITTED,
            stage="ingest",
            reason="timeout",
            message="no result within 5 s",
            attempts=4,
            first_seen=now,
            last_seen=now,
            submission_id="1-1",
        )
        self.stack.client.xadd(Stream.DEAD, {wire.FIELD: letter.model_dump_json()})

    def entities(self) -> tuple[str, str]:
        """Two people of the index, to make one of; the gateway shows them a moment after they are written."""

        def people() -> list[str]:
            done = self.sh(f"curl -sS --fail '{self.stack.gateway_url}/api/v1/entities?type=Person&limit=50'")
            assert done.returncode == 0, done.stderr
            return [hit["entity_id"] for hit in json.loads(done.stdout)["hits"]]

        wait_until(lambda: len(people()) >= 2, what="two people of the index")
        *_, one, other = people()
        return one, other


def filled_in(text: str, desk: Desk, signs: dict[str, str], copy: Path) -> str:
    """The command with this pipeline's addresses and ids in place of those that stand for any."""
    for sign, value in signs.items():
        text = text.replace(sign, value)
    text = re.sub(r"(?:http://)?(?:127\.0\.0\.1|localhost|news\.example):8080", desk.stack.gateway_url, text)
    text = re.sub(r" …$", f" {desk.stack.gateway_url}/api/v1/pipeline", text)
    text = text.replace("wiredesk_…", "wiredesk_none").replace("sha256=…", f"sha256={'0' * 64}")
    text = text.replace("…", "A ferry to Bergen")
    text = text.replace("curl ", "curl -sS --fail-with-body ")
    if re.match(r"wiredesk index (?:rebuild|compact|restore)", text):  # the worker has the index: on a copy, then
        text += f" --index tantivy://{copy}"
    if "--watch" in text:
        text = f"timeout --preserve-status -s INT 30 {text} || [ $? = 130 ]"
    return text


@pytest.mark.timeout(900)
def test_every_command_in_a_block_runs(pipeline: Stack) -> None:
    desk = Desk(pipeline)
    first = desk.settle()
    one, other = desk.entities()
    copy = pipeline.folder / "copy"
    assert desk.sh(f"wiredesk index backup {copy}").returncode == 0
    signs = {
        "1006500000000-0": first.submission_id,
        "ARTICLE": first.article_id,
        "person:a-holm person:ada-holm": f"{one} {other}",
    }
    failed = []
    for number, command in enumerate(SHOWN):
        if way_of(command.text) != "run":
            continue
        desk.bury()
        signs["/backups/"] = f"{pipeline.folder}/backups-{number}/"
        done = desk.sh(filled_in(command.text, desk, signs, copy))
        if done.returncode != 0:
            failed.append((command, done.returncode, done.stdout[-500:], done.stderr[-500:]))
    assert failed == []


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
