"""One backup of Redis and index while articles flow, both lost, and the way back: nothing acknowledged is missing."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from wiredesk import pipeline, wire
from wiredesk.backup import backed_up, restored, verified
from wiredesk.errors import NotFound, Unavailable, UsageError
from wiredesk.events import ArticleExtracted, Stream, revision_of
from wiredesk.index import administration, open_reader
from wiredesk.testing import PATIENCE_S, RedisServer, valkey_server, wait_until
from wiredesk.testing_network import Network

pytestmark = pytest.mark.timeout(400)

BOTH = frozenset({"redis", "index"})


def quietly(doing: str, done: int, total: int) -> None:
    """Nobody looks."""


class Site:
    """A server with an append-only file, an index, and one indexing worker."""

    def __init__(self, folder: Path) -> None:
        self.redis_data, self.index_url = folder / "redis", f"tantivy://{folder}/index"
        self.server = RedisServer(self.redis_data, config={"appendonly": "yes"})
        self._log = folder / "indexing.log"

    @contextlib.contextmanager
    def running(self) -> Iterator["redis.Redis"]:
        """Both, until they are killed at the end without a word."""
        self.server.start()
        environment = {
            **os.environ,
            "WIREDESK_REDIS_URL": self.server.url,
            "WIREDESK_INDEX_URL": self.index_url,
            "WIREDESK_RETRY_AFTER_S": "1",
        }
        with self._log.open("ab") as log, redis.Redis.from_url(self.server.url) as client:
            worker = subprocess.Popen(
                [sys.executable, "-m", "wiredesk_indexing"], env=environment, stdout=log, stderr=log
            )
            try:
                yield client
            finally:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                self.server.kill()

    def indexed(self, submission_ids: list[str]) -> list[str]:
        """Those of them that are found."""
        with contextlib.closing(open_reader(self.index_url)) as reader:
            return [each for each in submission_ids if self._has(reader, each)]

    def _has(self, reader, submission_id: str) -> bool:
        try:
            return reader.article(f"a-{submission_id}").submission_id == submission_id
        except NotFound:
            return False

    def documents(self) -> int:
        checked = administration.check(self.index_url, told=quietly)
        assert checked.problems == ()
        return checked.documents["article"]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "first").mkdir()
    return Site(tmp_path / "first")


@pytest.fixture
def second(tmp_path: Path) -> Site:
    """An empty machine."""
    (tmp_path / "second").mkdir()
    return Site(tmp_path / "second")


def publish(client: "redis.Redis") -> str:
    """One article on its way to the index, as extraction would leave it; its submission is on the books, too."""
    submission_id = client.xadd(Stream.SUBMITTED, {wire.FIELD: b"{}"}).decode()
    event = ArticleExtracted(
        article_id=f"a-{submission_id}",
        revision=revision_of(submission_id),
        submission_id=submission_id,
        text=f"The ferry of {submission_id} sails.",
        content_hash="0" * 64,
        cluster_id=submission_id,
        extractor="tests/1",
    )
    data = wire.encode(event.model_dump_json().encode(), {"correlation_id": submission_id})
    client.xadd(Stream.EXTRACTED, {wire.FIELD: data})
    return submission_id


@contextlib.contextmanager
def traffic(server: RedisServer) -> Iterator[list[str]]:
    """Articles, as fast as one publisher can; those that are acknowledged."""
    acknowledged: list[str] = []
    stop = threading.Event()

    def flow() -> None:
        with redis.Redis.from_url(server.url) as client:
            while not stop.wait(0.002):
                acknowledged.append(publish(client))

    publisher = threading.Thread(target=flow)
    publisher.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        publisher.join()


def drained(client: "redis.Redis") -> bool:
    try:
        (group,) = client.xinfo_groups(Stream.EXTRACTED)
    except (redis.ResponseError, ValueError):
        return False
    return group["lag"] == 0 and group["pending"] == 0


def working(client: "redis.Redis") -> bool:
    return any(report.state == "consuming" for report in pipeline.workers(client))


def test_what_was_acknowledged_before_a_backup_under_traffic_is_found_after_the_loss_of_both(
    site: Site, second: Site, tmp_path: Path
) -> None:
    with site.running() as client, traffic(site.server) as acknowledged:
        wait_until(lambda: client.xlen(Stream.INDEXED) > 50, what="articles that are indexed")
        before = list(acknowledged)
        done = backed_up(site.server.url, site.index_url, tmp_path / "monday", told=quietly)
        wait_until(lambda: len(acknowledged) > len(before) + 50, what="articles after the backup")
    assert done.articles is not None
    assert done.redis_as_of <= done.index_as_of
    restored(
        tmp_path / "monday",
        redis_url=second.server.url,
        redis_data=second.redis_data,
        index_url=second.index_url,
        parts=BOTH,
        told=quietly,
    )
    with second.running() as client:
        wait_until(lambda: drained(client) and working(client), what="what was under way")
        assert second.indexed(before) == before
        submitted = {entry_id.decode() for entry_id, _ in client.xrange(Stream.SUBMITTED)}
        assert submitted >= set(before)
        later = publish(client)
        wait_until(lambda: second.indexed([later]), what="an article after the restore")
        assert later > max(before)
    assert len(before) < second.documents() <= len(acknowledged) + 1  # nothing is there twice


def test_an_index_copied_before_redis_would_lose_what_was_indexed_in_between(
    site: Site, second: Site, tmp_path: Path
) -> None:
    """Why the order is what it is: the other one, by hand."""
    with site.running() as client:
        first = publish(client)
        wait_until(lambda: drained(client) and site.indexed([first]), what="a first article")
        administration.backup(site.index_url, tmp_path / "index", told=quietly)
        between = publish(client)
        wait_until(lambda: drained(client) and site.indexed([between]), what="another")
        done = backed_up(site.server.url, site.index_url, tmp_path / "monday", told=quietly)
        assert done.articles == 2
    restored(
        tmp_path / "monday",
        redis_url=second.server.url,
        redis_data=second.redis_data,
        index_url=second.index_url,
        parts=frozenset({"redis"}),
        told=quietly,
    )
    administration.restore(second.index_url, tmp_path / "index", keep_old=False, told=quietly)
    with second.running() as client:
        wait_until(lambda: working(client) and drained(client), what="the worker")
        assert second.indexed([first, between]) == [first]


def command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    program = [sys.executable, "-c", "from wiredesk.cli import main; main()", *arguments]
    return subprocess.run(
        program, env=os.environ | environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def test_the_commands_make_a_backup_and_bring_it_back(site: Site, second: Site, tmp_path: Path) -> None:
    target = tmp_path / "monday"
    with site.running() as client:
        published = publish(client)
        wait_until(lambda: drained(client) and site.indexed([published]), what="an article")
        where = {"WIREDESK_REDIS_URL": site.server.url, "WIREDESK_INDEX_URL": site.index_url}
        done = command("backup", str(target), "--json", **where)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["articles"] == 1
        again = command("backup", str(target), **where)
        assert (again.returncode, "is there already" in again.stderr) == (2, True)
        beside = command("restore", str(target), "--redis-data", str(second.redis_data), **where)
        assert (beside.returncode, "still runs; stop it first" in beside.stderr) == (2, True)
    where = {"WIREDESK_REDIS_URL": site.server.url, "WIREDESK_INDEX_URL": second.index_url}
    unnamed = command("restore", str(target), **where)
    assert (unnamed.returncode, "--redis-data" in unnamed.stderr) == (2, True)
    done = command("restore", str(target), "--redis-data", str(second.redis_data), **where)
    assert done.returncode == 0, done.stderr
    over = command("restore", str(target), "--redis-data", str(second.redis_data), **where)
    assert (over.returncode, "move it away" in over.stderr) == (2, True)
    assert second.indexed([published]) == [published]


def some_backup(folder: Path) -> Path:
    """Of a server without an index beside it."""
    with valkey_server() as server, redis.Redis.from_url(server.url) as client:
        client.xadd(Stream.SUBMITTED, {wire.FIELD: b"{}"})
        backed_up(server.url, "opensearch://127.0.0.1:9/wiredesk", folder, told=quietly)
    return folder


def test_a_damaged_or_unfinished_backup_is_refused_and_named(tmp_path: Path) -> None:
    backup = some_backup(tmp_path / "monday")
    assert verified(backup).articles is None
    whole = (backup / "redis.rdb").read_bytes()
    (backup / "redis.rdb").write_bytes(whole[:-1] + b"x")
    with pytest.raises(UsageError, match=r"damaged: redis\.rdb"):
        verified(backup)
    (backup / "redis.rdb").unlink()
    with pytest.raises(UsageError, match=r"redis\.rdb is missing"):
        verified(backup)
    with pytest.raises(UsageError, match="is no backup"):
        verified(tmp_path)


def test_without_an_index_in_it_redis_alone_comes_back(tmp_path: Path) -> None:
    backup = some_backup(tmp_path / "monday")
    server = RedisServer(tmp_path / "redis", config={"appendonly": "yes"})
    url = "redis://127.0.0.1:1/0"
    more = {"redis_url": url, "index_url": "opensearch://127.0.0.1:9/wiredesk", "told": quietly}
    with pytest.raises(UsageError, match="has no index"):
        restored(backup, redis_data=None, parts=frozenset({"index"}), **more)
    restored(backup, redis_data=tmp_path / "redis", parts=BOTH, **more)
    server.start()
    with redis.Redis.from_url(server.url) as client:
        assert client.xlen(Stream.SUBMITTED) == 1
        client.xadd(Stream.SUBMITTED, {wire.FIELD: b"{}"})
    server.kill()
    server.start()
    with redis.Redis.from_url(server.url) as client:
        assert client.xlen(Stream.SUBMITTED) == 2
    server.stop()


def test_a_user_who_may_not_and_a_server_that_is_away_are_one_line_and_leave_nothing(tmp_path: Path) -> None:
    with valkey_server() as server, redis.Redis.from_url(server.url) as client:
        client.execute_command("ACL", "SETUSER", "desk", "on", ">pass", "~*", "&*", "+@all", "-sync", "-psync")
        url = server.url.replace("redis://", "redis://desk:pass@")
        with pytest.raises(Unavailable, match=r"\+sync"):
            backed_up(url, "opensearch://127.0.0.1:9/wiredesk", tmp_path / "monday", told=quietly)
    with pytest.raises(Unavailable, match="does not answer"):
        backed_up(server.url, "opensearch://127.0.0.1:9/wiredesk", tmp_path / "monday", told=quietly)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_breaks_off_amid_its_state_leaves_no_backup(tmp_path: Path) -> None:
    with valkey_server() as server, redis.Redis.from_url(server.url) as client, Network(server.port) as network:
        client.set("incompressible", os.urandom(1_000_000))
        network.halve("to_client", at_least_bytes=10_000)
        with pytest.raises(Unavailable, match="broke off"):
            backed_up(network.url, "opensearch://127.0.0.1:9/wiredesk", tmp_path / "monday", told=quietly)
        assert network.halved == 1
    assert list(tmp_path.iterdir()) == []
