"""Two indexing workers on one embedded index: one writes, the other stands by and takes over when it is killed."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import redis
from wiredesk import pipeline
from wiredesk.events import ArticleExtracted, ArticleIndexed, Stream, revision_of
from wiredesk.index import administration, open_reader
from wiredesk.testing import PATIENCE_S, valkey_server, wait_until
from wiredesk.wire import FIELD, decode
from wiredesk.workers import WorkerReport

pytestmark = pytest.mark.timeout(600)


class Desk:
    """A Redis, an index, and the indexing workers that were started."""

    def __init__(self, redis_url: str, client: "redis.Redis", folder: Path) -> None:
        self.client = client
        self.index_url = f"tantivy://{folder}/index"
        self.published: list[str] = []
        self._log = folder / "workers.log"
        self._environment = {
            **os.environ,
            "WIREDESK_REDIS_URL": redis_url,
            "WIREDESK_INDEX_URL": self.index_url,
            "WIREDESK_PORT": "0",
            "WIREDESK_RETRY_AFTER_S": "1",
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> int:
        """Another worker; its process id."""
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "wiredesk_indexing"]
            self.processes.append(subprocess.Popen(command, env=self._environment, stdout=log, stderr=log))
        return self.processes[-1].pid

    def worker(self, pid: int) -> WorkerReport | None:
        return next((each for each in pipeline.workers(self.client, stage="indexing") if each.pid == pid), None)

    def state(self, pid: int) -> str | None:
        report = self.worker(pid)
        return report.state if report else None

    def publish(self, count: int) -> None:
        for number in range(len(self.published), len(self.published) + count):
            submission = f"{1_006_502_400_000 + number}-0"
            event = ArticleExtracted(
                article_id=f"a{number}",
                revision=revision_of(submission),
                submission_id=submission,
                text="The bridge stays open. " * 50,
                content_hash="0" * 64,
                cluster_id=f"c{number}",
                extractor="tests/1",
            )
            self.client.xadd(Stream.EXTRACTED, {FIELD: event.model_dump_json()})
            self.published.append(event.article_id)

    def indexed(self) -> Counter[str]:
        return Counter(
            ArticleIndexed.model_validate_json(decode(fields[FIELD.encode()]).body).article_id
            for _, fields in self.client.xrange(Stream.INDEXED)
        )

    def readers(self) -> int:
        """Who ever read the stream in the workers' group."""
        return len(self.client.xinfo_consumers(Stream.EXTRACTED, "indexing"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with valkey_server(appendonly="yes") as server, redis.Redis.from_url(server.url) as client:
        made = Desk(server.url, client, tmp_path)
        try:
            yield made
        finally:
            for process in made.processes:
                process.send_signal(signal.SIGTERM)
            for process in made.processes:
                process.wait(PATIENCE_S)


def test_a_standby_reads_nothing_says_so_and_takes_over_from_a_killed_writer_without_loss(desk: Desk) -> None:
    first = desk.start()
    wait_until(lambda: desk.state(first) == "consuming")
    second = desk.start()
    wait_until(lambda: desk.state(second) == "standby")
    report = desk.worker(second)
    assert report
    health = httpx.get(f"http://{report.address}/health", timeout=PATIENCE_S)
    assert (health.status_code, health.json()["state"]) == (200, "standby")
    assert f"process {first} " in f"{administration.stats(desk.index_url).written_by} "

    desk.publish(100)
    wait_until(lambda: len(desk.indexed()) == 100)
    assert desk.readers() == 1
    assert desk.state(second) == "standby"

    desk.publish(400)
    wait_until(lambda: len(desk.indexed()) > 100)  # it is in the middle of them
    os.kill(first, signal.SIGKILL)
    desk.publish(100)
    wait_until(lambda: desk.state(second) == "consuming")
    wait_until(lambda: set(desk.indexed()) == set(desk.published))
    with closing(open_reader(desk.index_url)) as reader:
        assert reader.documents() == len(desk.published)
    assert administration.check(desk.index_url, told=lambda *_: None).problems == ()
    assert f"process {second} " in f"{administration.stats(desk.index_url).written_by} "


def test_a_rebuild_waits_for_no_one_and_the_worker_goes_on_with_what_came_in_meanwhile(desk: Desk) -> None:
    first = desk.start()
    wait_until(lambda: desk.state(first) == "consuming")
    desk.publish(50)
    wait_until(lambda: len(desk.indexed()) == 50)
    desk.processes[0].send_signal(signal.SIGTERM)
    assert desk.processes[0].wait(PATIENCE_S) == 0
    seen: list[str] = []
    second = 0

    def told(*_: object) -> None:
        """Once, while the rebuild has the lease: a worker starts, and articles come in."""
        nonlocal second
        if not second:
            second = desk.start()
            desk.publish(30)
            wait_until(lambda: desk.state(second) == "standby")
            seen.append("standby")

    with closing(open_reader(desk.index_url)) as reader:
        done = administration.rebuild(desk.index_url, keep_old=False, discard=False, told=told)
        assert (seen, done.articles) == (["standby"], 50)
        wait_until(lambda: len(desk.indexed()) == 80)
        reader.reload()
        assert reader.documents() == 80
    assert administration.check(desk.index_url, told=lambda *_: None).problems == ()
