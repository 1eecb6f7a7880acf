"""Trimming, retention and the removal of dead consumers, on a real server."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog.testing import capture_logs
from wiredesk import keys
from wiredesk.events import Stream
from wiredesk.stage import housekeeping as housekeeping_module
from wiredesk.stage.housekeeping import Housekeeping, Retention
from wiredesk.workers import WorkerReport, announce

SOURCE, GROUP = Stream.SUBMITTED, "ingest"
MEGABYTE = 1_000_000


@pytest.fixture
async def server(redis_url: str) -> AsyncIterator["Redis"]:
    async with Redis.from_url(redis_url) as client:
        yield client


def housekeeping(
    client: "Redis",
    *,
    kept: dict[Stream, Retention] | None = None,
    foreign_bytes: int = MEGABYTE,
    sources: tuple[Stream, ...] = (SOURCE,),
    delay_s: float = 0,
) -> Housekeeping:
    return Housekeeping(
        client, group=GROUP, sources=sources, kept=kept or {}, foreign_bytes=foreign_bytes, delay_s=delay_s
    )


async def fill(client: "Redis", stream: Stream, count: int, *, size: int = 10) -> list[bytes]:
    return [await client.xadd(stream, {"__data__": b"x" * size}) for _ in range(count)]


async def left(client: "Redis", stream: Stream = SOURCE) -> list[bytes]:
    return [entry_id for entry_id, _ in await client.xrange(stream)]


async def test_what_a_group_was_given_and_has_not_acknowledged_is_kept(server: "Redis") -> None:
    await server.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    ids = await fill(server, SOURCE, 6)
    await server.xreadgroup(GROUP, "c", {SOURCE: ">"}, count=4)
    await server.xack(SOURCE, GROUP, ids[0], ids[1], ids[3])
    await housekeeping(server).trim()
    assert await left(server) == ids[2:]
    await server.xack(SOURCE, GROUP, ids[2])
    await housekeeping(server).trim()
    assert await left(server) == ids[4:]
    (group,) = await server.xinfo_groups(SOURCE)
    assert group["lag"] == 2


async def test_what_is_acknowledged_stays_a_while_for_readers_without_a_group(server: "Redis") -> None:
    await server.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    old_ms = int(datetime.now(UTC).timestamp() * 1000) - 60_000
    await server.xadd(SOURCE, {"__data__": b"old"}, id=f"{old_ms}-0")
    young = await fill(server, SOURCE, 2)
    await server.xreadgroup(GROUP, "c", {SOURCE: ">"})
    await server.xack(SOURCE, GROUP, f"{old_ms}-0", *young)
    await housekeeping(server, delay_s=30).trim()
    assert await left(server) == young
    await housekeeping(server, delay_s=0).trim()
    assert await left(server) == []


async def test_much_that_is_acknowledged_does_not_stay(server: "Redis", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping_module, "_DELAYED_BYTES", 100_000)
    await server.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    ids = await fill(server, SOURCE, 20, size=10_000)
    await server.xreadgroup(GROUP, "c", {SOURCE: ">"})
    await server.xack(SOURCE, GROUP, *ids)
    await housekeeping(server, delay_s=30).trim()
    assert await left(server) == []


async def test_nothing_goes_before_our_group_exists_or_when_it_is_made_anew(server: "Redis") -> None:
    ids = await fill(server, SOURCE, 3)
    await server.xgroup_create(SOURCE, "someone", id="$")
    await housekeeping(server).trim()
    assert await left(server) == ids
    await server.xgroup_create(SOURCE, GROUP, id="0")
    await housekeeping(server).trim()
    assert await left(server) == ids


async def test_a_stream_that_is_not_there_or_of_a_wrong_type_is_left_alone(server: "Redis") -> None:
    await housekeeping(server).trim()
    await server.set(SOURCE, "in the way")
    await housekeeping(server).trim()
    assert await server.get(SOURCE) == b"in the way"


async def test_an_unknown_group_is_waited_for_up_to_its_limit_and_then_overruled_aloud(server: "Redis") -> None:
    await server.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    await server.xgroup_create(SOURCE, "archive", id="0")
    ids = await fill(server, SOURCE, 60, size=10_000)
    await server.xreadgroup(GROUP, "c", {SOURCE: ">"}, count=50)
    await server.xack(SOURCE, GROUP, *ids[:50])
    await housekeeping(server).trim()
    assert await left(server) == ids
    tidy = housekeeping(server, foreign_bytes=300_000)
    with capture_logs() as logged:
        await tidy.trim()
        await tidy.trim()
    kept = await left(server)
    assert kept[-10:] == ids[-10:]
    assert 20 <= len(kept) <= 31
    assert await server.memory_usage(SOURCE, samples=0) < 330_000
    (told,) = [entry for entry in logged if entry["event"] == "stream.foreign_group_overruled"]
    assert told["groups"] == ["archive"]
    assert int(await server.hget(keys.dropped(), SOURCE)) == 60 - len(kept)


async def test_our_own_backlog_is_never_trimmed_for_an_unknown_groups_limit(server: "Redis") -> None:
    await server.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    await server.xgroup_create(SOURCE, "archive", id="0")
    ids = await fill(server, SOURCE, 30, size=10_000)
    await server.xreadgroup(GROUP, "c", {SOURCE: ">"}, count=3)
    await server.xack(SOURCE, GROUP, ids[1])
    await housekeeping(server, foreign_bytes=1000).trim()
    assert set(ids) - set(await left(server)) <= {ids[1]}
    assert ids[0] in await left(server)


async def test_dead_letters_are_bounded_in_bytes_and_it_is_said_before_they_go(server: "Redis") -> None:
    ids = await fill(server, Stream.DEAD, 100, size=10_000)
    tidy = housekeeping(server, kept={Stream.DEAD: Retention(max_bytes=500_000)})
    with capture_logs() as logged:
        await tidy.retain()
    kept = await left(server, Stream.DEAD)
    assert kept == ids[-len(kept) :]
    assert 30 <= len(kept) <= 50
    (told,) = [entry for entry in logged if entry["event"] == "dead_letters.dropping"]
    assert (told["log_level"], told["letters"]) == ("error", 100 - len(kept))
    assert int(await server.hget(keys.dropped(), Stream.DEAD)) == 100 - len(kept)


async def test_dead_letters_near_their_limit_are_told_of_while_all_are_there(server: "Redis") -> None:
    ids = await fill(server, Stream.DEAD, 45, size=10_000)
    tidy = housekeeping(server, kept={Stream.DEAD: Retention(max_bytes=500_000)})
    with capture_logs() as logged:
        await tidy.retain()
        await tidy.retain()
    assert await left(server, Stream.DEAD) == ids
    assert [entry["event"] for entry in logged] == ["dead_letters.nearly_full"]


async def test_what_is_older_than_its_limit_goes_and_the_rest_stays(server: "Redis") -> None:
    old_ms = int(datetime.now(UTC).timestamp() * 1000) - 120_000
    await server.xadd(Stream.INDEXED, {"__data__": b"old"}, id=f"{old_ms}-0")
    young = await server.xadd(Stream.INDEXED, {"__data__": b"young"})
    await housekeeping(server, kept={Stream.INDEXED: Retention(max_bytes=MEGABYTE, max_age_s=60)}).retain()
    assert await left(server, Stream.INDEXED) == [young]


async def test_changes_are_kept_after_they_were_applied_until_they_are_too_many(server: "Redis") -> None:
    await server.xgroup_create(Stream.CHANGES, GROUP, id="0", mkstream=True)
    ids = await fill(server, Stream.CHANGES, 20, size=10_000)
    kept = {Stream.CHANGES: Retention(max_bytes=MEGABYTE)}
    await housekeeping(server, kept=kept, sources=(Stream.CHANGES,)).trim()
    await housekeeping(server, kept=kept, sources=(Stream.CHANGES,)).retain()
    assert await left(server, Stream.CHANGES) == ids


async def report(client: "Redis", name: str) -> None:
    now = datetime.now(UTC)
    told = WorkerReport(
        stage=GROUP, name=name, pid=1, host="h", version="1", state="consuming", started_at=now, reported_at=now
    )
    async with client.pipeline() as commands:
        announce(commands, told)
        await commands.execute()


async def test_dead_consumers_leave_the_group_only_when_they_hold_nothing(server: "Redis") -> None:
    await server.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    await fill(server, SOURCE, 1)
    for name in ("gone", "alive"):
        await server.xgroup_createconsumer(SOURCE, GROUP, name)
    await server.xreadgroup(GROUP, "holder", {SOURCE: ">"})
    await report(server, "alive")
    await housekeeping(server).bury_consumers()
    assert len(await server.xinfo_consumers(SOURCE, GROUP)) == 3
    await housekeeping(server).bury_consumers(silent_s=-1)
    assert {each["name"] for each in await server.xinfo_consumers(SOURCE, GROUP)} == {b"alive", b"holder"}
    assert json.loads(await server.get(keys.worker(GROUP, "alive")))["name"] == "alive"


async def test_what_a_user_may_not_see_is_an_error_and_no_silence(server: "Redis", redis_url: str) -> None:
    await server.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    await server.execute_command("ACL", "SETUSER", "blind", "on", ">secret", "~*", "+@all", "-xinfo")
    try:
        async with Redis.from_url(redis_url.replace("redis://", "redis://blind:secret@")) as blind:
            for step in (housekeeping(blind).trim, housekeeping(blind).bury_consumers):
                with pytest.raises(RedisError, match="permission"):
                    await step()
    finally:
        await server.execute_command("ACL", "DELUSER", "blind")
