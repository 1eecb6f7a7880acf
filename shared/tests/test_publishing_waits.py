"""A publisher slows down with the pipeline, says why, and loses and doubles nothing meanwhile."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest
import redis
from wiredesk.client import Client
from wiredesk.errors import Unavailable
from wiredesk.events import Stream
from wiredesk.pressure import Limits
from wiredesk.testing import PATIENCE_S, free_port, valkey_server, wait_until
from wiredesk.testing_network import Network

COMMAND = [sys.executable, "-c", "from wiredesk.cli import main; main()"]
UNLIMITED = Limits(backlog=10**9, memory=100.0)
DOCUMENT = json.dumps({"text": "x" * 4000}).encode()


class Told:
    """What a publisher was told about its waiting."""

    def __init__(self):
        self.kinds, self.last, self.why = [], None, []

    def __call__(self, holdup):
        self.last = holdup
        if holdup is None:
            self.kinds.append("on")
        elif self.kinds[-1:] != [holdup.kind]:
            self.kinds.append(holdup.kind)
            self.why.append(holdup.why)


@pytest.fixture
def server():
    with valkey_server(appendonly="yes", appendfsync="always") as server:
        yield server


@pytest.fixture
def admin(server):
    with redis.Redis.from_url(server.url) as client:
        yield client


class Sending(threading.Thread):
    """Publishes in the background; `ids` grows while it does."""

    def __init__(self, client, batches):
        super().__init__(daemon=True)
        self.client, self.batches, self.ids, self.error = client, batches, [], None
        self.start()

    def run(self):
        try:
            for batch in self.batches:
                self.ids += self.client.send(batch)
        except Exception as error:
            self.error = error

    def finish(self):
        self.join(PATIENCE_S)
        assert not self.is_alive()
        assert self.error is None, self.error
        return self.ids


def on_the_stream(client):
    return [id.decode() for id, _ in client.xrange(Stream.SUBMITTED)]


def take(client, count):
    """As an ingest worker would: read, acknowledge and trim."""
    found = client.xreadgroup("ingest", "w", {Stream.SUBMITTED: ">"}, count=count)
    ids = [id for _, entries in found for id, _ in entries]
    if ids:
        client.xack(Stream.SUBMITTED, "ingest", *ids)
        milliseconds, _, sequence = ids[-1].decode().partition("-")
        client.xtrim(Stream.SUBMITTED, minid=f"{milliseconds}-{int(sequence) + 1}", approximate=False)
    return [id.decode() for id in ids]


def test_a_full_pipeline_is_waited_for_until_it_is_drained(redis_client, redis_url):
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0", mkstream=True)
    told, limits = Told(), Limits(backlog=40, memory=100.0)
    with Client.connect(redis_url, limits=limits, on_wait=told) as client:
        sending = Sending(client, [[b"%d" % n] * 10 for n in range(12)])
        wait_until(lambda: told.last, what="the publisher to wait")
        assert len(sending.ids) == 40
        assert "ingest has 40 articles waiting on articles.submitted; the limit is 40" in told.why[0]
        taken = take(redis_client, 3)  # 37 are more than nine tenths
        assert on_the_stream(redis_client) == sending.ids[3:]
        while sending.is_alive():
            assert redis_client.xlen(Stream.SUBMITTED) <= 49  # one batch beyond the limit at most
            taken += take(redis_client, 10)
            time.sleep(0.01)
        ids = sending.finish()
        taken += take(redis_client, 1000)
    assert taken == ids
    assert len(set(ids)) == 120
    assert told.kinds[:2] == ["backlog", "on"]
    assert told.last is None


def test_a_server_out_of_memory_is_waited_for_and_gets_the_same_batch_again(server, admin):
    told = Told()
    admin.config_set("maxmemory", admin.info("memory")["used_memory"] + 3_000_000)
    with Client.connect(server.url, limits=UNLIMITED, on_wait=told) as client:
        sending = Sending(client, [[DOCUMENT] * 50 for _ in range(40)])
        wait_until(lambda: told.last, what="the publisher to wait")
        assert told.last.kind == "memory"
        assert "is full (maxmemory reached)" in told.last.why
        assert sending.ids == on_the_stream(admin)
        admin.config_set("maxmemory", 0)
        assert sending.finish() == on_the_stream(admin)
    assert admin.xlen(Stream.SUBMITTED) == 2000


def test_memory_beyond_the_share_is_waited_for_before_it_is_full(server, admin):
    told = Told()
    used = admin.info("memory")["used_memory"]
    admin.config_set("maxmemory", 2 * used + 20_000_000)
    with Client.connect(server.url, limits=Limits(backlog=10**9, memory=0.6), on_wait=told) as client:
        sending = Sending(client, [[DOCUMENT] * 100 for _ in range(60)])
        wait_until(lambda: told.last, what="the publisher to wait")
        assert told.last.kind == "memory"
        assert "of its memory; the limit is 60%" in told.last.why
        memory = admin.info("memory")
        assert memory["used_memory"] < 0.75 * memory["maxmemory"]
        admin.config_set("maxmemory", 10 * used + 500_000_000)
        assert sending.finish() == on_the_stream(admin)


def test_a_server_that_restarts_in_the_middle_is_waited_for(server, admin):
    told = Told()
    with Client.connect(server.url, on_wait=told) as client:
        sending = Sending(client, [[DOCUMENT] * 20 for _ in range(300)])
        wait_until(lambda: len(sending.ids) > 1000, what="some to be published")
        server.kill()
        wait_until(lambda: told.last, what="the publisher to wait")
        assert told.last.kind == "server"
        assert "does not answer" in told.last.why
        server.start()
        ids = sending.finish()
    assert ids == on_the_stream(admin)
    assert len(set(ids)) == 6000


def test_a_batch_whose_answer_was_lost_is_not_added_twice(redis_server, redis_client):
    with Network(redis_server.port) as network, Client.connect(network.url) as client:
        ids = client.send([b"1"])
        network.halve("to_client", at_least_bytes=1500)
        ids += client.send([b"%d" % n for n in range(100)])
        assert network.halved == 1
        assert on_the_stream(redis_client) == ids
        ids += client.send([b"2"])
    assert on_the_stream(redis_client) == ids
    assert len(ids) == 102
    assert redis_client.keys() == [Stream.SUBMITTED.encode()]


def test_connections_cut_again_and_again_neither_lose_nor_double(redis_server, redis_client):
    with Network(redis_server.port) as network, Client.connect(network.url) as client:
        sending = Sending(client, [[DOCUMENT] * 20 for _ in range(200)])
        cuts = 0
        while sending.is_alive() and cuts < 40:
            cuts += network.cut()
            time.sleep(0.02)
        assert sending.finish() == on_the_stream(redis_client)
    assert cuts > 1
    assert redis_client.xlen(Stream.SUBMITTED) == 4000


def test_patience_that_is_over_names_the_reason_and_keeps_the_ids(redis_client, redis_url):
    published = []
    with Client.connect(redis_url, limits=Limits(backlog=200, memory=100.0), patience_s=1) as client:
        ids = client.publish_many({"text": "x"} for _ in range(500))
        with pytest.raises(Unavailable, match=r"ingest has 200 articles waiting .*; gave up after \d s"):
            published.extend(ids)
        assert published == on_the_stream(redis_client)
        assert len(published) == 200
        redis_client.delete(Stream.SUBMITTED)
        assert client.publish({"text": "x"})  # it may go on


def test_a_server_that_never_answered_is_not_waited_for():
    told = Told()
    client = Client.connect(f"redis://127.0.0.1:{free_port()}/0", patience_s=None, on_wait=told)
    with client, pytest.raises(Unavailable, match=r"does not answer \(Connection refused\); start it"):
        client.publish({"text": "x"})


def test_a_refused_password_is_not_waited_for(redis_server, redis_client):
    client = Client.connect(f"redis://nobody:x@127.0.0.1:{redis_server.port}/0", patience_s=None)
    with client, pytest.raises(Unavailable, match="refuses the user name or password"):
        client.publish({"text": "x"})


def test_a_stream_that_is_none_is_not_waited_for(redis_client, redis_url):
    redis_client.set(Stream.SUBMITTED, "x")
    with Client.connect(redis_url, patience_s=None) as client, pytest.raises(Unavailable, match="WRONGTYPE"):
        client.publish({"text": "x"})


@pytest.mark.parametrize(
    ("commands", "key_patterns"),
    [
        (["-@all", "+xadd", "+multi", "+exec"], ["*"]),  # no scripts, no looks
        (["+@all"], ["articles.*"]),  # no records
        (["+@all", "-set"], ["*"]),
    ],
)
def test_a_user_who_may_only_add_still_publishes(redis_server, redis_client, commands, key_patterns):
    redis_client.acl_setuser("reporter", enabled=True, nopass=True, keys=key_patterns, commands=commands)
    try:
        with Client.connect(f"redis://reporter:x@127.0.0.1:{redis_server.port}/0", patience_s=1) as client:
            ids = [client.publish({"text": "x"}), *client.publish_many([{"text": "y"}] * 3)]
        assert ids == on_the_stream(redis_client)
    finally:
        redis_client.acl_deluser("reporter")


def test_a_user_who_may_not_add_is_told_so(redis_server, redis_client):
    redis_client.acl_setuser("reader", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-xadd"])
    try:
        client = Client.connect(f"redis://reader:x@127.0.0.1:{redis_server.port}/0", patience_s=None)
        with client, pytest.raises(Unavailable, match="extend the user's ACL"):
            client.publish({"text": "x"})
    finally:
        redis_client.acl_deluser("reader")


class TestCommand:
    """`wiredesk publish`, in a process of its own."""

    @pytest.fixture
    def start(self, tmp_path):
        file = tmp_path / "articles.jsonl"
        file.write_text("".join(json.dumps({"text": f"{n} " + "x" * 1000}) + "\n" for n in range(3000)))
        started = []

        def start(url, *options, **environment):
            cleaned = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
            with (tmp_path / "out").open("w") as out:
                process = subprocess.Popen(
                    [*COMMAND, "publish", str(file), *options],
                    stdout=out,
                    stderr=subprocess.PIPE,
                    text=True,
                    env={**cleaned, "WIREDESK_REDIS_URL": url, **environment},
                )
            started.append(process)
            return process

        yield start
        for process in started:
            process.kill()
            process.communicate()

    def test_the_limit_of_the_environment_holds_and_is_said_once(self, start, redis_client, redis_url, tmp_path):
        redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0", mkstream=True)
        process = start(redis_url, WIREDESK_BACKLOG_LIMIT="1000")
        assert process.stderr.readline().startswith("waiting after 1,000 articles: ingest has 1,000 articles waiting")
        assert redis_client.xlen(Stream.SUBMITTED) == 1000
        taken = []
        while process.poll() is None:
            taken += take(redis_client, 200)
            time.sleep(0.01)
        taken += take(redis_client, 10_000)
        assert (tmp_path / "out").read_text().split() == taken
        assert len(set(taken)) == 3000
        assert process.stderr.read() == "3,000 articles published\n"
        assert process.returncode == 0

    def test_without_patience_it_ends_with_3_and_the_ids_so_far(self, start, redis_client, redis_url, tmp_path):
        process = start(redis_url, "--patience", "0", WIREDESK_BACKLOG_LIMIT="1000")
        _, said = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 3
        assert said.splitlines() == [
            "1,000 articles published before that",
            "wiredesk: ingest has 1,000 articles waiting on articles.submitted; the limit is 1,000; gave up after 0 s",
        ]
        assert (tmp_path / "out").read_text().split() == on_the_stream(redis_client)

    def test_a_killed_server_is_waited_for(self, start, server, admin, tmp_path):
        process = start(server.url)
        wait_until(lambda: admin.xlen(Stream.SUBMITTED) > 400, what="some to be published")
        server.kill()
        server.start()
        _, said = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, said
        assert (tmp_path / "out").read_text().split() == on_the_stream(admin)
        assert admin.xlen(Stream.SUBMITTED) == 3000

    @pytest.mark.parametrize("value", ["many", "0", "-1"])
    def test_a_limit_that_is_none_is_named(self, start, redis_url, redis_client, value):
        process = start(redis_url, WIREDESK_BACKLOG_LIMIT=value)
        assert "WIREDESK_BACKLOG_LIMIT" in process.communicate(timeout=PATIENCE_S)[1]
        assert process.returncode == 2
