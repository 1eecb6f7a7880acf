"""Every worker is restarted one by one while articles come in; workers join and leave. Nothing is lost or doubled."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from wiredesk import pipeline
from wiredesk.client import Client
from wiredesk.events import GROUPS, ArticleIndexed, ArticleSubmitted, Stream
from wiredesk.testing import PATIENCE_S, free_port, valkey_server, wait_until
from wiredesk.wire import FIELD, decode

PIPELINE = ("ingest", "extraction", "indexing")
EACH = 2
PUBLISH_EVERY_S = 0.05

pytestmark = pytest.mark.timeout(900)


@dataclass
class Fleet:
    """Worker processes by stage, on one server and one index."""

    redis_url: str
    client: "redis.Redis"
    folder: Path
    http_port: int
    processes: dict[str, list["subprocess.Popen[bytes]"]] = field(default_factory=dict)

    def add(self, stage: str) -> None:
        environment = {
            **os.environ,
            "WIREDESK_REDIS_URL": self.redis_url,
            "WIREDESK_INDEX_URL": f"tantivy://{self.folder}/index",
            "WIREDESK_DATA": str(self.folder),
            "WIREDESK_PORT": "0",
            "WIREDESK_HTTP_PORT": str(self.http_port),
        }
        with (self.folder / f"{stage}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"wiredesk_{stage}"], env=environment, stdout=log, stderr=log
            )
        self.processes.setdefault(stage, []).append(process)

    def remove_oldest(self, stage: str) -> None:
        """SIGTERM, and wait for its end, which must be one in good order.

        Python itself ends by the signal while it still imports what a process is made of, so it has to be seen first.
        """
        process = self.processes[stage].pop(0)
        wait_until(lambda: process.pid in self.seen(), interval_s=0.1, what=f"a sign of the new {stage}")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0, self.logs(stage)

    def seen(self) -> set[int]:
        """The processes that report themselves."""
        return {report.pid for report in pipeline.workers(self.client)}

    def restart_oldest(self, stage: str) -> None:
        self.remove_oldest(stage)
        self.add(stage)

    def wait_until_working(self) -> None:
        """Every process is ready; of the indexing ones, which share an index, one consumes and the others stand by."""
        wait_until(self.working, timeout_s=2 * PATIENCE_S, interval_s=0.1, what="every worker to be ready")

    def working(self) -> bool:
        alive = {process.pid: stage for stage, each in self.processes.items() for process in each}
        for stage, each in self.processes.items():
            assert [process.poll() for process in each] == [None] * len(each), self.logs(stage)
        states = {report.pid: report.state for report in pipeline.workers(self.client)}
        healthy = all(states.get(pid) in ("consuming", "standby", "paused") for pid in alive)
        reading = {stage for pid, stage in alive.items() if states.get(pid) in ("consuming", "paused")}
        return healthy and reading == set(alive.values())

    def consumers(self) -> dict[str, set[int]]:
        """The processes that the groups know of, by group."""
        found: dict[str, set[int]] = {}
        for stream, groups in GROUPS.items():
            for group in groups:
                names = [consumer["name"].decode() for consumer in self.client.xinfo_consumers(stream, group)]
                found.setdefault(group, set()).update(int(name.split("-")[-2]) for name in names)
        return found

    def wait_until_only_the_living_consume(self) -> None:
        """A worker that could not leave its group at once is taken out of it by the others soon after."""
        alive = {stage: {process.pid for process in each} for stage, each in self.processes.items()}
        wait_until(
            lambda: all(pids <= alive[group] for group, pids in self.consumers().items()),
            interval_s=0.1,
            what="the consumers of ended processes to be gone",
        )

    def logs(self, stage: str) -> str:
        return (self.folder / f"{stage}.log").read_text()[-4000:]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    with valkey_server(appendonly="yes") as server, redis.Redis.from_url(server.url) as client:
        fleet = Fleet(server.url, client, folder, free_port())
        try:
            yield fleet
        finally:
            left = list(itertools.chain.from_iterable(fleet.processes.values()))
            for process in left:
                process.send_signal(signal.SIGTERM)
            for process in left:
                process.wait(PATIENCE_S)


@pytest.fixture
def fleet(running: Fleet) -> Fleet:
    """Two of each stage and the gateway, all ready."""
    for stage in PIPELINE:
        while len(running.processes.get(stage, ())) < EACH:
            running.add(stage)
    if "gateway" not in running.processes:
        running.add("gateway")
    running.wait_until_working()
    return running


@contextlib.contextmanager
def publishing(redis_url: str, *, every_s: float = PUBLISH_EVERY_S) -> Iterator[list[str]]:
    """Short articles go in all the time; yields the growing list of their submission ids."""
    ids: list[str] = []
    stop = threading.Event()
    failures: list[BaseException] = []

    paper = os.urandom(6).hex()

    def publish() -> None:
        try:
            with Client.connect(redis_url) as client:
                for number in itertools.count():
                    if stop.wait(every_s):
                        return
                    text = f"On Monday Ann Lee said {number}."
                    ids.append(client.publish(ArticleSubmitted(url=f"https://{paper}.example/{number}", text=text)))
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=publish, name="publisher")
    thread.start()
    try:
        yield ids
    finally:
        stop.set()
        thread.join()
    assert failures == []


def indexed(client: "redis.Redis") -> Counter[str]:
    """How often each submission was announced as searchable."""
    entries = client.xrange(Stream.INDEXED)
    events = (ArticleIndexed.model_validate_json(decode(fields[FIELD.encode()]).body) for _, fields in entries)
    return Counter(event.submission_id for event in events)


def expect_all_once(client: "redis.Redis", submitted: list[str]) -> None:
    wait_until(lambda: indexed(client).keys() >= set(submitted), what="every article to be indexed")
    assert {id: times for id, times in indexed(client).items() if times != 1} == {}
    assert client.xlen(Stream.DEAD) == 0


def test_a_deploy_that_restarts_every_worker_twice_under_load_loses_and_doubles_nothing(fleet: Fleet) -> None:
    first = {process.pid for each in fleet.processes.values() for process in each}
    with publishing(fleet.redis_url) as submitted:
        for stage in [*PIPELINE, "gateway"] * 2:
            for _ in list(fleet.processes[stage]):
                before = len(submitted)
                fleet.restart_oldest(stage)
                wait_until(lambda before=before: len(submitted) > before, what="another article under way")
        fleet.wait_until_working()
    expect_all_once(fleet.client, submitted)
    now = {stage: {process.pid for process in each} for stage, each in fleet.processes.items()}
    assert not first & set().union(*now.values())
    fleet.wait_until_only_the_living_consume()
    assert {report.pid for report in pipeline.workers(fleet.client)} == set().union(*now.values())


def test_workers_that_join_and_leave_under_load_lose_and_double_nothing(fleet: Fleet) -> None:
    with publishing(fleet.redis_url) as submitted:
        for stage in PIPELINE:
            fleet.add(stage)
        fleet.wait_until_working()
        joined = len(submitted)
        for stage in PIPELINE:
            # The two that were there first; among the indexing ones the writer, so that a standby has to take over.
            fleet.remove_oldest(stage)
            fleet.remove_oldest(stage)
        fleet.wait_until_working()
        wait_until(lambda: len(submitted) > joined, what="articles after the change")
    expect_all_once(fleet.client, submitted)
    assert all(len(fleet.processes[stage]) == 1 for stage in PIPELINE)
    fleet.wait_until_only_the_living_consume()


def test_the_last_worker_of_a_stage_may_leave_and_another_goes_on_where_it_was(fleet: Fleet) -> None:
    for stage in PIPELINE:
        for _ in range(EACH):
            fleet.remove_oldest(stage)
    with publishing(fleet.redis_url, every_s=0.005) as submitted:
        wait_until(lambda: len(submitted) >= 100, what="a backlog")
    for stage in PIPELINE:
        fleet.add(stage)
    fleet.wait_until_working()
    expect_all_once(fleet.client, submitted)
