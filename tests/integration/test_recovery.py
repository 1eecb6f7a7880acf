"""The real services through what breaks around them: nothing is lost, nothing is doubled, nothing waits for the bad."""

import base64
import contextlib
import os
import resource
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from wiredesk import dead, pipeline, submissions
from wiredesk.client import Client
from wiredesk.errors import NotFound
from wiredesk.events import ArticleIndexed, ArticleSubmitted, DeadLetter, Stream
from wiredesk.index import open_reader
from wiredesk.testing import PATIENCE_S, RedisServer, valkey_server, wait_until
from wiredesk.wire import FIELD, decode

PIPELINE = ("ingest", "extraction", "indexing")
POISON = "<html><body>" + "<p>a" * 49_000
"""Small, under every limit on pages, and slow: each paragraph is weighed against the others."""

pytestmark = pytest.mark.timeout(600)


@dataclass
class Desk:
    """One worker of each stage on a server and an index of their own."""

    server: RedisServer
    client: "redis.Redis"
    folder: Path
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    submitted: list[str] = field(default_factory=list)

    @property
    def index_url(self) -> str:
        return f"tantivy://{self.folder}/index"

    def start(self, stage: str, **settings: str) -> None:
        environment = {
            **os.environ,
            "WIREDESK_REDIS_URL": self.server.url,
            "WIREDESK_INDEX_URL": self.index_url,
            "WIREDESK_DATA": str(self.folder),
            "WIREDESK_PORT": "0",
            "WIREDESK_RETRY_AFTER_S": "1",
            **settings,
        }
        with (self.folder / f"{stage}.log").open("ab") as log:
            self.processes[stage] = subprocess.Popen(
                [sys.executable, "-m", f"wiredesk_{stage}"], env=environment, stdout=log, stderr=log
            )

    def stop(self, stage: str) -> None:
        process = self.processes.pop(stage)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0

    def wait_until_consuming(self) -> None:
        def consuming() -> bool:
            states = {report.pid: report.state for report in pipeline.workers(self.client)}
            return all(states.get(process.pid) == "consuming" for process in self.processes.values())

        wait_until(consuming, interval_s=0.1, what="consuming workers")

    def publish(self, count: int = 1, **article: object) -> list[str]:
        with Client.connect(self.server.url) as publisher:
            added = []
            for _ in range(count):
                number = len(self.submitted) + len(added)
                story = {"url": f"https://paper.example/{number}", "text": f"On Monday Ann Lee said {number}."}
                added.append(publisher.publish(ArticleSubmitted.model_validate({**story, **article})))
        self.submitted += added
        return added

    def indexed(self) -> Counter[str]:
        entries = self.client.xrange(Stream.INDEXED)
        return Counter(
            ArticleIndexed.model_validate_json(decode(fields[FIELD.encode()]).body).submission_id
            for _, fields in entries
        )

    def expect_all_once(self, *, but: set[str] = frozenset()) -> None:
        wanted = set(self.submitted) - but
        wait_until(lambda: self.indexed().keys() >= wanted, what="every article to be indexed")
        assert self.indexed() == Counter(wanted)

    def dead(self) -> dict[str, str]:
        return {letter.submission_id: letter.reason for letter in dead.list_dead(self.client)}

    def address(self, stage: str) -> str | None:
        """None while its report is overdue."""
        pid = self.processes[stage].pid
        return next((report.address for report in pipeline.workers(self.client) if report.pid == pid), None)

    def health(self, stage: str) -> tuple[int, str]:
        address = wait_until(lambda: self.address(stage), what=f"a report of {stage}")
        try:
            with urllib.request.urlopen(f"http://{address}/health", timeout=PATIENCE_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with (
        valkey_server(appendonly="yes", appendfsync="always") as server,
        redis.Redis.from_url(server.url) as client,
    ):
        running = Desk(server, client, folder)
        try:
            for stage in PIPELINE:
                running.start(stage)
            running.wait_until_consuming()
            yield running
        finally:
            for process in running.processes.values():
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGTERM)
            for process in running.processes.values():
                process.wait(PATIENCE_S)


def test_a_server_killed_under_load_comes_back_with_everything(desk: Desk) -> None:
    desk.publish(40)
    desk.server.kill()
    desk.server.start()
    desk.publish(20)
    desk.expect_all_once()
    assert desk.dead() == {}


def test_groups_destroyed_under_load_are_made_anew_and_nothing_is_doubled(desk: Desk) -> None:
    desk.publish(40)
    for stream, group in zip((Stream.SUBMITTED, Stream.INGESTED, Stream.EXTRACTED), PIPELINE, strict=True):
        desk.client.xgroup_destroy(stream, group)
        desk.publish(5)
    desk.expect_all_once()
    assert desk.dead() == {}


def test_a_disk_that_is_full_for_the_index_is_waited_out_with_red_health(desk: Desk) -> None:
    pid = desk.processes["indexing"].pid
    with contextlib.ExitStack() as lifted:
        limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        lifted.callback(resource.prlimit, pid, resource.RLIMIT_FSIZE, limits)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (100, limits[1]))
        desk.publish(20)
        wait_until(lambda: desk.health("indexing")[0] == 503, what="red health")
        assert '"why":null' not in desk.health("indexing")[1].replace(" ", "")
    desk.expect_all_once()
    assert desk.dead() == {}
    assert desk.processes["indexing"].poll() is None
    wait_until(lambda: desk.health("indexing")[0] == 200, what="green health")


def test_a_stopped_child_of_extraction_is_replaced_and_its_articles_end(desk: Desk) -> None:
    worker = desk.processes["extraction"].pid
    (child,) = map(int, Path(f"/proc/{worker}/task/{worker}/children").read_text().split())
    os.kill(child, signal.SIGSTOP)
    desk.publish(10)
    desk.expect_all_once()
    assert desk.dead() == {}
    assert str(child) not in Path(f"/proc/{worker}/task/{worker}/children").read_text().split()


def test_a_page_that_takes_too_long_is_dead_and_others_flow_meanwhile(desk: Desk) -> None:
    desk.stop("ingest")
    desk.start("ingest", WIREDESK_ITEM_TIME_LIMIT_S="1.5", WIREDESK_MAX_ATTEMPTS="2")
    desk.wait_until_consuming()
    (poison,) = desk.publish(html=POISON, text=None, url="https://paper.example/poison")
    desk.publish(20)
    desk.expect_all_once(but={poison})
    wait_until(lambda: desk.dead(), what="the dead letter")
    assert desk.dead() == {poison: "timeout"}
    dead.drop(desk.client, [letter.id for letter in dead.list_dead(desk.client)])
    desk.submitted.remove(poison)
    desk.stop("ingest")
    desk.start("ingest")
    desk.wait_until_consuming()


def test_a_retracted_article_stays_out_whatever_comes_late_or_is_replayed(desk: Desk) -> None:
    story = {"url": "https://paper.example/retracted", "text": "On Monday Ann Lee said too much."}
    (first,) = desk.publish(**story)
    desk.expect_all_once()
    article_id = pipeline_article(desk, first)
    desk.stop("indexing")
    (late,) = desk.publish(**{**story, "text": "On Tuesday Ann Lee said it again."})
    wait_until(lambda: waiting_for_indexing(desk) == 1, what="a revision under way")
    letter = bury(desk, late)
    submissions.retract(desk.client, article_id)
    desk.start("indexing")
    desk.wait_until_consuming()
    wait_until(lambda: waiting_for_indexing(desk) == 0, what="its end")
    assert [result.outcome for result in dead.replay(desk.client, [letter])] == ["replayed"]
    (after,) = desk.publish(text="Another story of Ann Lee.")
    wait_until(lambda: after in desk.indexed(), what="a later article")
    wait_until(lambda: waiting_for_indexing(desk) == 0, what="the end of what was replayed")
    assert desk.indexed()[late] <= 1
    with contextlib.closing(open_reader(desk.index_url)) as reader, pytest.raises(NotFound):
        reader.article(article_id)
    desk.submitted.remove(late)
    (again,) = desk.publish(**story)
    wait_until(lambda: again in desk.indexed(), what="the article submitted again")


def pipeline_article(desk: Desk, submission_id: str) -> str:
    for _, fields in desk.client.xrange(Stream.INDEXED):
        event = ArticleIndexed.model_validate_json(decode(fields[FIELD.encode()]).body)
        if event.submission_id == submission_id:
            return event.article_id
    raise LookupError(submission_id)


def bury(desk: Desk, submission_id: str) -> str:
    """A dead letter of what waits to be indexed, as if it had died there once before."""
    ((_, fields),) = desk.client.xrevrange(Stream.EXTRACTED, count=1)
    now = datetime.now(UTC)
    letter = DeadLetter(
        original=base64.b64encode(fields[FIELD.encode()]).decode(),
        stream=Stream.EXTRACTED,
        stage="indexing",
        reason="unavailable",
        message="died in a test",
        attempts=1,
        first_seen=now,
        last_seen=now,
        submission_id=submission_id,
    )
    return desk.client.xadd(Stream.DEAD, {FIELD: letter.model_dump_json().encode()}).decode()


def waiting_for_indexing(desk: Desk) -> int:
    groups = [desk.client.xinfo_groups(stream)[0] for stream in (Stream.EXTRACTED, Stream.CHANGES)]
    return sum(group["lag"] + group["pending"] for group in groups)
