"""Whatever Redis does to a worker: nothing is lost or doubled, health is red meanwhile, and it goes on by itself.

Real workers on servers of their own. Each test prints how long after the server's return an article came through.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from wiredesk import keys, wire
from wiredesk.events import ArticleIngested, DeadLetter, Stream
from wiredesk.testing import RedisServer, free_port, valkey_server, wait_until
from wiredesk.testing_network import Direction, Network

COMMANDS_A_SECOND = 150
"""Far more than a worker that has nothing to do sends, and far less than one that asks again at once."""
LOG_LINES = 80
ASIDE = "aside:"


@dataclass
class Scene:
    """A server with AOF written at once, a client of its administrator, and the workers of a test."""

    server: RedisServer
    client: "redis.Redis"
    start_worker: Callable[..., "WorkerProcess"]  # noqa: F821 - conftest's class
    url: str = ""
    submitted: list[str] = field(default_factory=list)
    address: str = ""

    def start(self, **settings: str) -> "WorkerProcess":  # noqa: F821 - conftest's class
        self.worker = self.start_worker(self.url or self.server.url, **settings)
        self.address = self.worker.wait_for(self.client, "consuming").address or ""
        return self.worker

    def submit(self, count: int = 1, **article: object) -> list[str]:
        added = []
        for _ in range(count):
            body = json.dumps({"text": f"Story {len(self.submitted)}.", **article}).encode()
            added.append(self.client.xadd(Stream.SUBMITTED, {wire.FIELD: body}).decode())
            self.submitted += added[-1:]
        return added

    def busy(self, count: int = 6) -> None:
        """Slow articles, one of them in work."""
        self.submit(count, title="slow")
        wait_until(self.pending, what="an article in work")

    def pending(self) -> int:
        try:
            return self.client.xpending(Stream.SUBMITTED, "ingest")["pending"]
        except redis.ResponseError:  # there is no group
            return 0

    def published(self) -> list[str]:
        return [
            ArticleIngested.model_validate_json(wire.decode(fields[b"__data__"]).body).submission_id
            for _, fields in self.client.xrange(Stream.INGESTED)
        ]

    def dead(self) -> dict[str, str]:
        return {
            letter.submission_id: letter.reason
            for _, fields in self.client.xrange(Stream.DEAD)
            for letter in [DeadLetter.model_validate_json(wire.decode(fields[b"__data__"]).body)]
        }

    def wait_for_health(self, code: int, *, words: str = "") -> None:
        def told() -> bool:
            status, said = self.worker.health(self.address)
            return status == code and words in str(said.get("why") or "")

        wait_until(told, what=f"health {code} {words}")

    def expect_calm(self) -> None:
        """No hot loop: commands are counted while health is looked at."""
        began, before = time.monotonic(), self.commands()
        wait_until(lambda: time.monotonic() - began > 1.2, interval_s=0.2, what="a look at how it waits")
        assert (self.commands() - before) / (time.monotonic() - began) < COMMANDS_A_SECOND

    def commands(self) -> int:
        return self.client.info("stats")["total_commands_processed"]

    def expect_recovery(self, fault: str) -> None:
        """From now on all is well: a new article comes through, and health is green."""
        began = time.monotonic()
        (probe,) = self.submit(title="probe")
        wait_until(lambda: probe in self.published(), what="an article after the fault")
        wait_until(lambda: self.worker.health(self.address)[0] == 200, what="green health")
        print(f"recovery after {fault}: {time.monotonic() - began:.2f} s")

    def expect_each_once(self, *, dead: Sequence[str] = ()) -> None:
        def ended() -> bool:
            return len(self.published()) + len(self.dead()) >= len(self.submitted) and self.pending() == 0

        wait_until(ended, what="the end of every article")
        assert sorted(self.published()) == sorted(set(self.submitted) - set(dead))
        assert sorted(self.dead()) == sorted(dead)

    def expect_the_same_worker(self) -> str:
        """It never ended, and says little; its log."""
        assert self.worker.process.poll() is None
        status, logged = self.worker.stop()
        assert status == 0
        assert "Traceback" not in logged
        assert len(logged.splitlines()) < LOG_LINES
        return logged


@pytest.fixture
def scene(worker: Callable[..., object]) -> Iterator[Scene]:
    with (
        valkey_server(appendonly="yes", appendfsync="always") as server,
        redis.Redis.from_url(server.url) as client,
    ):
        yield Scene(server, client, worker)


@dataclass(frozen=True)
class Fault:
    """What is done to the server, how it is undone, and what health says meanwhile."""

    apply: Callable[[Scene], None]
    heal: Callable[[Scene], None]
    words: str
    code: int = 503


def put_in_the_way(stream: Stream) -> Fault:
    def apply(scene: Scene) -> None:
        with scene.client.pipeline() as commands:
            if scene.client.exists(stream):
                commands.rename(stream, ASIDE + stream)
            commands.set(stream, "in the way").execute()

    def heal(scene: Scene) -> None:
        with scene.client.pipeline() as commands:
            commands.delete(stream)
            if scene.client.exists(ASIDE + stream):
                commands.rename(ASIDE + stream, stream)
            commands.execute()

    return Fault(apply, heal, "WRONGTYPE")


def configured(name: str, value: str, before: str, words: str, code: int = 503) -> Fault:
    return Fault(
        lambda scene: scene.client.config_set(name, value),
        lambda scene: scene.client.config_set(name, before),
        words,
        code,
    )


def denied(*rules: str) -> Fault:
    return Fault(lambda scene: allow(scene, *rules), lambda scene: allow(scene, "~*", "+@all"), "")


def allow(scene: Scene, *rules: str) -> None:
    scene.client.execute_command("ACL", "SETUSER", "worker", "on", ">secret", "resetkeys", *rules)


def cannot_save(scene: Scene) -> None:
    """A folder stands where the snapshot should go: the last one failed, and the server refuses writes then."""
    snapshot = Path(scene.client.config_get("dir")["dir"]) / "dump.rdb"
    snapshot.unlink(missing_ok=True)
    (snapshot / "full").mkdir(parents=True)
    save(scene, "err")
    scene.client.config_set("save", "3600 1")


def can_save_again(scene: Scene) -> None:
    snapshot = Path(scene.client.config_get("dir")["dir"]) / "dump.rdb"
    (snapshot / "full").rmdir()
    snapshot.rmdir()
    save(scene, "ok")


def save(scene: Scene, status: str) -> None:
    scene.client.execute_command("BGSAVE", "SCHEDULE")
    wait_until(lambda: scene.client.info("persistence")["rdb_last_bgsave_status"] == status, what="a snapshot")


def no_clients_left(scene: Scene) -> None:
    """The administrator keeps a connection; whoever has lost theirs gets none."""
    scene.client.config_set("maxclients", "1")
    scene.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


OTHERS = ("~wiredesk:*", "~articles.dead", "~articles.changes")

FAULTS = {
    "a read-only server": Fault(
        lambda scene: scene.client.replicaof("127.0.0.1", free_port()),
        lambda scene: scene.client.replicaof("NO", "ONE"),
        "",
    ),
    "a full memory": configured("maxmemory", "1", "0", "", code=200),
    "a key in the way of the source": put_in_the_way(Stream.SUBMITTED),
    "a key in the way of the target": put_in_the_way(Stream.INGESTED),
    "a target that is denied": denied(*OTHERS, "~articles.submitted"),
    "a source that is denied": denied(*OTHERS, "~articles.ingested"),
    "XADD denied": denied("~*", "-xadd"),
    "EVALSHA denied": denied("~*", "-evalsha"),
    "XREADGROUP denied": denied("~*", "-xreadgroup"),
    "a disk that takes no snapshot": Fault(cannot_save, can_save_again, "MISCONF"),
    "too many clients": Fault(no_clients_left, lambda scene: scene.client.config_set("maxclients", "100"), ""),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_waited_out_with_what_is_in_hand(scene: Scene, name: str) -> None:
    fault = FAULTS[name]
    allow(scene, "~*", "+@all")
    scene.url = scene.server.url.replace("redis://", "redis://worker:secret@")
    scene.start()
    scene.busy()
    fault.apply(scene)
    try:
        scene.wait_for_health(fault.code, words=fault.words)
        if fault.code == 200:
            wait_until(lambda: scene.worker.health(scene.address)[1]["why"], what="why it is paused")
            assert scene.worker.health(scene.address)[1]["state"] == "paused"
        scene.expect_calm()
    finally:
        fault.heal(scene)
    scene.expect_recovery(name)
    scene.expect_each_once()
    logged = scene.expect_the_same_worker()
    assert "secret" not in logged


def test_a_key_in_the_way_of_dead_letters_holds_what_would_die(scene: Scene) -> None:
    fault = put_in_the_way(Stream.DEAD)
    scene.start()
    fault.apply(scene)
    (refused,) = scene.submit(title="refuse")
    scene.wait_for_health(503, words="WRONGTYPE")
    scene.expect_calm()
    fault.heal(scene)
    scene.expect_recovery("a key in the way of dead letters")
    scene.expect_each_once(dead=[refused])
    scene.expect_the_same_worker()


def test_a_killed_server_comes_back_with_the_batch_that_is_in_work(scene: Scene) -> None:
    scene.start()
    scene.busy()
    scene.server.kill()
    scene.wait_for_health(503)
    scene.server.start()
    scene.expect_recovery("kill -9 of the server")
    scene.expect_each_once()
    scene.expect_the_same_worker()


def test_a_server_stopped_and_started_again_loses_nothing(scene: Scene) -> None:
    scene.start()
    scene.busy()
    scene.server.stop()
    scene.wait_for_health(503)
    scene.server.start()
    scene.expect_recovery("a restart of the server")
    scene.expect_each_once()
    scene.expect_the_same_worker()


def test_a_server_that_is_long_at_loading_is_waited_for(worker: Callable[..., object]) -> None:
    slow = {"appendonly": "yes", "key-load-delay": "500"}  # microseconds a key, when it starts again
    with valkey_server(**slow) as server, redis.Redis.from_url(server.url) as client:
        scene = Scene(server, client, worker)
        scene.start()
        scene.submit(2)
        scene.expect_each_once()
        with client.pipeline(transaction=False) as commands:
            for number in range(10_000):
                commands.set(f"other:{number}", "x")
            commands.execute()
        server.stop()
        starting = threading.Thread(target=server.start)
        starting.start()
        scene.wait_for_health(503, words="loading")
        starting.join()
        scene.expect_recovery("loading")
        scene.expect_each_once()
        scene.expect_the_same_worker()


def test_a_flushed_server_is_worked_on_from_its_new_beginning(scene: Scene) -> None:
    scene.start()
    scene.busy()
    scene.client.flushall()
    scene.submitted.clear()
    scene.expect_recovery("FLUSHALL")
    scene.expect_each_once()
    logged = scene.expect_the_same_worker()
    assert "group.vanished" in logged


def test_killed_connections_are_made_anew(scene: Scene) -> None:
    scene.start()
    scene.busy()
    for _ in range(3):
        scene.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        scene.expect_recovery("CLIENT KILL")
    scene.expect_each_once()
    scene.expect_the_same_worker()


ALL_BUT_ONE = (
    *("~articles.*", "~wiredesk:journey:*", "~wiredesk:worker*", "~wiredesk:signature:*"),
    *("~wiredesk:dropped", "~wiredesk:failures:*"),
    "~wiredesk:article:good-*",
)


@contextmanager
def one_article_denied(scene: Scene) -> Iterator[str]:
    allow(scene, *ALL_BUT_ONE, "+@all")
    scene.url = scene.server.url.replace("redis://", "redis://worker:secret@")
    good = [scene.submit(external_id=f"good-{number}")[0] for number in range(3)]
    (denied_one,) = scene.submit(external_id="denied")
    good += [scene.submit(external_id=f"good-{number}")[0] for number in range(3, 6)]
    scene.start(WIREDESK_MAX_ATTEMPTS="3")
    wait_until(lambda: sorted(scene.published()) == good, what="its neighbours")
    yield denied_one
    assert scene.worker.health(scene.address)[0] == 200
    scene.expect_the_same_worker()


def test_only_the_article_whose_key_is_denied_suffers(scene: Scene) -> None:
    with one_article_denied(scene) as denied_one:
        scene.expect_each_once(dead=[denied_one])
        assert scene.dead() == {denied_one: "key_refused"}


def test_an_article_whose_key_is_granted_in_time_is_published(scene: Scene) -> None:
    with one_article_denied(scene):
        assert scene.dead() == {}
        allow(scene, "~*", "+@all")
        scene.expect_each_once()


def test_an_article_whose_key_is_of_a_wrong_type_suffers_alone(scene: Scene) -> None:
    scene.client.set(keys.article("blocked"), "in the way")
    good = scene.submit(2)
    (blocked,) = scene.submit(external_id="blocked")
    good += scene.submit(2)
    scene.start(WIREDESK_MAX_ATTEMPTS="3")
    wait_until(lambda: sorted(scene.published()) == good, what="its neighbours")
    scene.expect_each_once(dead=[blocked])
    assert scene.dead() == {blocked: "key_refused"}


def test_work_goes_on_where_only_housekeeping_is_denied_and_it_is_said_once(scene: Scene) -> None:
    allow(scene, "~*", "+@all", "-xtrim")
    scene.url = scene.server.url.replace("redis://", "redis://worker:secret@")
    scene.start()
    scene.submit(20)
    scene.expect_each_once()
    for _ in range(2):  # time for more than one try
        scene.expect_calm()
    assert scene.worker.health(scene.address)[0] == 200
    assert scene.client.xlen(Stream.SUBMITTED) == 20
    logged = scene.expect_the_same_worker()
    assert logged.count('"housekeeping.refused"') == 1


def test_a_changed_password_ends_the_worker_only_when_it_has_to_connect_again(scene: Scene) -> None:
    scene.client.execute_command("ACL", "SETUSER", "worker", "on", ">first-secret", "~*", "+@all")
    scene.url = scene.server.url.replace("redis://", "redis://worker:first-secret@")
    scene.start()
    scene.client.execute_command("ACL", "SETUSER", "worker", "resetpass", ">second-secret")
    scene.expect_recovery("a password changed, still connected")
    scene.busy()
    scene.client.execute_command("CLIENT", "KILL", "USER", "worker")
    wait_until(lambda: scene.worker.process.poll() is not None, what="the worker's end")
    status, logged = scene.worker.stop()
    assert status == 1
    assert logged.count('"worker.failed"') == 1
    assert "first-secret" not in logged
    assert "Traceback" not in logged
    scene.url = scene.server.url.replace("redis://", "redis://worker:second-secret@")
    scene.start()
    scene.expect_each_once()


# On the way to the server.


@pytest.fixture
def network(scene: Scene) -> Iterator[Network]:
    with Network(scene.server.port) as network:
        scene.url = network.url
        yield network


def test_a_slow_network_doubles_nothing(scene: Scene, network: Network) -> None:
    scene.start()
    rival = scene.start_worker(network.url)
    rival.wait_for(scene.client, "consuming")
    network.delay(0.2)
    scene.submit(20, title="slow")
    scene.expect_each_once()
    assert scene.worker.health(scene.address)[0] == 200
    network.heal()
    for each in (rival, scene.worker):
        assert each.stop()[0] == 0


@pytest.mark.parametrize("direction", ["to_server", "to_client"])
def test_a_connection_cut_in_the_middle_of_a_script_gives_one_result(
    scene: Scene, network: Network, direction: Direction
) -> None:
    scene.start()
    for number in range(5):
        network.halve(direction, at_least_bytes=600 if direction == "to_server" else 8)
        for part in range(8):
            scene.submit(text=f"Long story {number}, {part}. " * 100)
        wait_until(lambda number=number: network.halved > number, what="a cut in the middle")
    scene.expect_recovery("a halved connection")
    network.heal()
    scene.expect_each_once()
    scene.expect_the_same_worker()


def test_every_connection_cut_again_and_again_loses_and_doubles_nothing(scene: Scene, network: Network) -> None:
    scene.start()
    for _ in range(10):
        scene.submit(4)
        network.cut()
        wait_until(lambda: network.connections, what="a new connection")
    scene.expect_recovery("cuts")
    scene.expect_each_once()
    scene.expect_the_same_worker()


def test_a_network_that_hangs_is_noticed_and_waited_out(scene: Scene, network: Network) -> None:
    scene.start()
    scene.busy()
    network.hang()
    scene.wait_for_health(503)
    network.heal()
    scene.expect_recovery("a network that hangs")
    scene.expect_each_once()
    scene.expect_the_same_worker()


def test_a_server_out_of_reach_is_waited_for(scene: Scene, network: Network) -> None:
    scene.start()
    scene.busy()
    network.refuse()
    network.cut()
    scene.wait_for_health(503)
    network.heal()
    scene.expect_recovery("a server out of reach")
    scene.expect_each_once()
    scene.expect_the_same_worker()
