"""What the gateway tells Prometheus of the whole pipeline: as it is, and absent where it is not known."""

from collections.abc import Callable, Iterator

import pytest
import redis
from prometheus_client import CollectorRegistry, generate_latest
from wiredesk import keys, pipeline
from wiredesk.connection import connect
from wiredesk.events import Stream
from wiredesk.pressure import Limits
from wiredesk.testing import RedisServer
from wiredesk_gateway.dead_tally import DeadTally
from wiredesk_gateway.metrics import PipelineCollector

Scrape = Callable[[], dict[str, float]]
INGEST = 'group="ingest",stream="articles.submitted"'


def scraper(client: redis.Redis) -> Scrape:
    """Reads metrics as Prometheus would: `name{labels}` to value."""
    registry = CollectorRegistry()
    limits = Limits(backlog=100, memory=0.8)
    registry.register(
        PipelineCollector(lambda: pipeline.read(client, limits=limits), lambda: None, DeadTally(client).count)
    )

    def scrape() -> dict[str, float]:
        lines = generate_latest(registry).decode().splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}

    return scrape


@pytest.fixture
def scrape(redis_client: redis.Redis) -> Scrape:
    """Metrics of an empty server."""
    return scraper(redis_client)


@pytest.fixture
def denied(redis_server: RedisServer, redis_client: redis.Redis) -> Iterator[Callable[..., Scrape]]:
    """Metrics as a user sees them who may not use certain commands."""
    clients: list[redis.Redis] = []

    def allow(*commands: str) -> Scrape:
        redis_client.acl_setuser("viewer", enabled=True, nopass=True, keys=["*"], commands=["+@all", *commands])
        clients.append(connect(f"redis://viewer:x@127.0.0.1:{redis_server.port}/0"))
        return scraper(clients[0])

    yield allow
    for client in clients:
        client.close()
    redis_client.acl_deluser("viewer")


def work(client: redis.Redis, *, entries: int, delivered: int, acknowledged: int = 0) -> list[bytes]:
    ids = [client.xadd(Stream.SUBMITTED, {"a": "b"}) for _ in range(entries)]
    client.xgroup_create(Stream.SUBMITTED, "ingest", id="0")
    if delivered:
        client.xreadgroup("ingest", "w", {Stream.SUBMITTED: ">"}, count=delivered)
    if acknowledged:
        client.xack(Stream.SUBMITTED, "ingest", *ids[:acknowledged])
    return ids


def test_a_group_at_work_is_told_in_full(scrape: Scrape, redis_client: redis.Redis) -> None:
    work(redis_client, entries=5, delivered=3, acknowledged=1)
    found = scrape()
    assert found['wiredesk_stream_length{stream="articles.submitted"}'] == 5
    assert found['wiredesk_stream_bytes{stream="articles.submitted"}'] > 0
    assert found[f"wiredesk_stream_lag{{{INGEST}}}"] == 2
    assert found[f"wiredesk_stream_pending{{{INGEST}}}"] == 2
    waiting, pending, oldest = (
        found[f"wiredesk_stream_oldest_{of}{{{INGEST}}}"] for of in ("waiting_seconds", "pending_seconds", "seconds")
    )
    assert oldest == max(waiting, pending)


def test_the_oldest_waiting_is_the_first_not_given_and_not_the_first_there_is(
    scrape: Scrape, redis_client: redis.Redis
) -> None:
    seconds, _ = redis_client.time()
    for age_s in (900, 600, 300):
        redis_client.xadd(Stream.SUBMITTED, {"a": "b"}, id=f"{(seconds - age_s) * 1000}-0")
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", id="0")
    ids = [
        id for _, found in redis_client.xreadgroup("ingest", "w", {Stream.SUBMITTED: ">"}, count=2) for id, _ in found
    ]
    redis_client.xack(Stream.SUBMITTED, "ingest", ids[0])
    found = scrape()
    assert found[f"wiredesk_stream_oldest_waiting_seconds{{{INGEST}}}"] == pytest.approx(300, abs=60)
    assert found[f"wiredesk_stream_oldest_pending_seconds{{{INGEST}}}"] == pytest.approx(600, abs=60)
    assert found[f"wiredesk_stream_oldest_seconds{{{INGEST}}}"] == pytest.approx(600, abs=60)


def test_when_everything_is_done_the_ages_are_known_to_be_zero(scrape: Scrape, redis_client: redis.Redis) -> None:
    work(redis_client, entries=3, delivered=3, acknowledged=3)
    found = scrape()
    for name in ("lag", "pending", "oldest_waiting_seconds", "oldest_pending_seconds", "oldest_seconds"):
        assert found[f"wiredesk_stream_{name}{{{INGEST}}}"] == 0


def test_a_missing_group_and_a_missing_stream_are_absent(scrape: Scrape, redis_client: redis.Redis) -> None:
    redis_client.xadd(Stream.SUBMITTED, {"a": "b"})
    found = scrape()
    assert found['wiredesk_stream_length{stream="articles.submitted"}'] == 1
    assert not [name for name in found if "group=" in name]
    assert 'wiredesk_stream_bytes{stream="articles.dead"}' not in found
    assert "wiredesk_dead_letters_bytes" not in found


def test_a_lag_that_redis_does_not_know_is_absent_and_the_age_still_told(
    scrape: Scrape, redis_client: redis.Redis
) -> None:
    ids = work(redis_client, entries=3, delivered=0)
    redis_client.xdel(Stream.SUBMITTED, ids[1])
    found = scrape()
    assert f"wiredesk_stream_lag{{{INGEST}}}" not in found
    assert f"wiredesk_stream_oldest_waiting_seconds{{{INGEST}}}" in found


def test_without_info_there_is_no_memory_and_everything_else(
    denied: Callable[..., Scrape], redis_client: redis.Redis
) -> None:
    work(redis_client, entries=3, delivered=1)
    found = denied("-info")()
    assert "wiredesk_redis_memory_bytes" not in found
    assert found[f"wiredesk_stream_lag{{{INGEST}}}"] == 2


def test_without_xinfo_there_are_no_groups_and_lengths_all_the_same(
    denied: Callable[..., Scrape], redis_client: redis.Redis
) -> None:
    work(redis_client, entries=3, delivered=1)
    found = denied("-xinfo")()
    assert not [name for name in found if "group=" in name]
    assert found['wiredesk_stream_length{stream="articles.submitted"}'] == 3
    assert found["wiredesk_redis_memory_bytes"] > 0


def test_without_scripts_ages_and_letters_are_absent(denied: Callable[..., Scrape], redis_client: redis.Redis) -> None:
    work(redis_client, entries=3, delivered=1)
    found = denied("-eval", "-memory")()
    assert f"wiredesk_stream_oldest_waiting_seconds{{{INGEST}}}" not in found
    assert f"wiredesk_stream_oldest_seconds{{{INGEST}}}" not in found
    assert 'wiredesk_stream_bytes{stream="articles.submitted"}' not in found
    assert not [name for name in found if name.startswith("wiredesk_dead_letters")]
    assert found[f"wiredesk_stream_lag{{{INGEST}}}"] == 2
    assert f"wiredesk_stream_oldest_pending_seconds{{{INGEST}}}" in found


def test_a_stream_that_is_none_hides_only_itself(scrape: Scrape, redis_client: redis.Redis) -> None:
    redis_client.set(Stream.INGESTED, "x")
    work(redis_client, entries=3, delivered=1)
    found = scrape()
    assert 'wiredesk_stream_length{stream="articles.ingested"}' not in found
    assert found[f"wiredesk_stream_lag{{{INGEST}}}"] == 2


def test_while_redis_is_away_nothing_is_said_of_it(no_redis_url: str) -> None:
    with connect(no_redis_url, retries=0) as client:
        assert scraper(client)() == {}


def test_memory_and_its_limit_are_told_where_there_is_one(scrape: Scrape, redis_client: redis.Redis) -> None:
    assert "wiredesk_redis_memory_limit_bytes" not in scrape()
    redis_client.config_set("maxmemory", 10**9)
    try:
        found = scrape()
    finally:
        redis_client.config_set("maxmemory", 0)
    assert found["wiredesk_redis_memory_limit_bytes"] == 10**9
    assert 0 < found["wiredesk_redis_memory_bytes"] < 10**9


def test_pressure_is_one_while_publishing_has_to_wait(scrape: Scrape, redis_client: redis.Redis) -> None:
    work(redis_client, entries=99, delivered=10)
    assert scrape()['wiredesk_pressure{stream="articles.submitted"}'] == 0
    redis_client.xadd(Stream.SUBMITTED, {"a": "b"})
    assert scrape()['wiredesk_pressure{stream="articles.submitted"}'] == 1


def test_what_limits_have_cost_is_a_counter_from_zero(scrape: Scrape, redis_client: redis.Redis) -> None:
    redis_client.hset(keys.dropped(), Stream.DEAD, 7)
    found = scrape()
    assert found['wiredesk_stream_dropped_total{stream="articles.dead"}'] == 7
    assert found['wiredesk_stream_dropped_total{stream="articles.indexed"}'] == 0


def test_workers_are_counted_by_stage_and_state_with_labels_of_ours_alone(
    scrape: Scrape, redis_client: redis.Redis, report: Callable[..., None]
) -> None:
    report("ingest", "a", "consuming")
    report("ingest", "b", "consuming")
    report("extraction", "c", "paused")
    report("made-up", "d", "dancing")
    found = scrape()
    assert found['wiredesk_workers{stage="ingest",state="consuming"}'] == 2
    assert found['wiredesk_workers{stage="extraction",state="paused"}'] == 1
    assert found['wiredesk_workers{stage="indexing",state="consuming"}'] == 0
    assert found['wiredesk_workers{stage="other",state="other"}'] == 1
    assert not [name for name in found if "made-up" in name or "dancing" in name]


@pytest.fixture
def report(redis_client: redis.Redis) -> Callable[..., None]:
    """Registers a live worker."""
    from datetime import UTC, datetime

    from wiredesk.workers import WorkerReport, announce

    def announce_one(stage: str, name: str, state: str) -> None:
        now = datetime.now(UTC)
        made = WorkerReport(
            stage=stage, name=name, pid=1, host="h", version="1", state=state, started_at=now, reported_at=now
        )
        with redis_client.pipeline() as commands:
            announce(commands, made)
            commands.execute()

    return announce_one
