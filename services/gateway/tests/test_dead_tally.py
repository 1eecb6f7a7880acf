"""Dead letters are counted exactly, each read once, whatever goes away meanwhile."""

import random
from datetime import UTC, datetime

import pytest
import redis
from wiredesk import wire
from wiredesk.events import DeadLetter, Stream
from wiredesk_gateway import dead_tally
from wiredesk_gateway.dead_tally import DeadTally


def bury(
    client: redis.Redis, count: int, *, reason: str = "not_json", stage: str = "ingest", **options: str
) -> list[str]:
    now = datetime.now(UTC)
    letter = DeadLetter(
        original="e30=",
        stream=Stream.SUBMITTED,
        stage=stage,
        reason=reason,
        message='"reason":"another"',
        attempts=1,
        first_seen=now,
        last_seen=now,
        submission_id="1-1",
    )
    with client.pipeline(transaction=False) as commands:
        for _ in range(count):
            commands.xadd(Stream.DEAD, {wire.FIELD: letter.model_dump_json()}, **options)
        return [id.decode() for id in commands.execute()]


def until_told(tally: DeadTally, at_most: int = 50) -> dict[tuple[str, str], int]:
    for _ in range(at_most):
        told = tally.count()
        if told is not None:
            return dict(told)
    pytest.fail("it never came to an end")


def test_no_letters_are_none(redis_client: redis.Redis) -> None:
    assert DeadTally(redis_client).count() == {}


def test_all_are_counted_and_not_only_the_newest(redis_client: redis.Redis) -> None:
    bury(redis_client, 1200)
    bury(redis_client, 900, reason="timeout", stage="extraction")
    redis_client.xadd(Stream.DEAD, {"nonsense": "x"})
    assert DeadTally(redis_client).count() == {
        ("ingest", "not_json"): 1200,
        ("extraction", "timeout"): 900,
        ("unreadable", "unreadable"): 1,
    }


def test_until_all_are_read_there_is_no_number(redis_client: redis.Redis) -> None:
    bury(redis_client, 250)
    tally = DeadTally(redis_client, read_at_once=100)
    assert [tally.count(), tally.count()] == [None, None]
    assert tally.count() == {("ingest", "not_json"): 250}


def test_each_letter_is_read_once(redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    real = dead_tally.look

    def counting(*arguments: object, **options: object) -> object:
        found = real(*arguments, **options)  # type: ignore[arg-type]  # passed on as they are
        read.extend(found.letters)
        return found

    monkeypatch.setattr(dead_tally, "look", counting)
    tally = DeadTally(redis_client)
    for more in (30, 20, 0):
        bury(redis_client, more)
        tally.count()
    assert len(read) == 50


def test_trimming_takes_the_oldest_from_the_count(redis_client: redis.Redis) -> None:
    tally = DeadTally(redis_client)
    bury(redis_client, 30)
    bury(redis_client, 20, reason="timeout")
    tally.count()
    redis_client.xtrim(Stream.DEAD, maxlen=15, approximate=False)
    assert tally.count() == {("ingest", "timeout"): 15}
    bury(redis_client, 5)
    assert tally.count() == {("ingest", "timeout"): 15, ("ingest", "not_json"): 5}
    redis_client.delete(Stream.DEAD)
    assert tally.count() == {}


def test_letters_replayed_or_dropped_leave_the_count(redis_client: redis.Redis) -> None:
    tally = DeadTally(redis_client)
    ids = bury(redis_client, 100) + bury(redis_client, 100, reason="timeout")
    tally.count()
    redis_client.xdel(Stream.DEAD, *ids[10:40], *ids[120:130])
    assert tally.count() == {("ingest", "not_json"): 70, ("ingest", "timeout"): 90}


def test_a_long_walk_over_the_ids_is_spread_over_counts(redis_client: redis.Redis) -> None:
    tally = DeadTally(redis_client, ids_at_once=1000)
    ids = bury(redis_client, 2600)
    tally.count()
    redis_client.xdel(Stream.DEAD, ids[1300])
    assert [tally.count(), tally.count()] == [None, None]
    redis_client.xdel(Stream.DEAD, ids[5])  # behind the walk: what it found is no longer so
    assert tally.count() is None
    assert until_told(tally) == {("ingest", "not_json"): 2598}


def test_a_stream_written_anew_with_other_ids_is_counted_anew(redis_client: redis.Redis) -> None:
    tally = DeadTally(redis_client)
    bury(redis_client, 30)
    tally.count()
    redis_client.delete(Stream.DEAD)
    for n in range(3):
        bury(redis_client, 1, reason="timeout", id=f"5-{n}")
    assert until_told(tally) == {("ingest", "timeout"): 3}


def test_whatever_comes_and_goes_the_count_is_exact(redis_client: redis.Redis) -> None:
    choose = random.Random(7)
    tally, there = DeadTally(redis_client, read_at_once=40, ids_at_once=1000), {}
    for _ in range(60):
        reason = choose.choice(("a", "b", "c"))
        there |= dict.fromkeys(bury(redis_client, choose.randrange(60), reason=reason), reason)
        gone = choose.sample(sorted(there), min(len(there), choose.choice((0, 0, 1, 30))))
        if gone:
            redis_client.xdel(Stream.DEAD, *gone)
        for id in gone:
            del there[id]
        told = tally.count()
        if told is not None:
            assert sum(told.values()) == len(there)
    reasons = list(there.values())
    assert until_told(tally) == {("ingest", reason): reasons.count(reason) for reason in set(reasons)}


def test_reasons_of_strangers_make_no_labels_without_end(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_tally, "_LABELS", 4)
    for reason in ("no slug!", "Ü", "x" * 65, ""):
        bury(redis_client, 1, reason=reason)
    for n in range(20):
        bury(redis_client, 1, reason=f"invented_{n}")
    told = until_told(DeadTally(redis_client))
    assert told[("ingest", "other")] == 4
    assert told[("other", "other")] == 17
    assert len(told) == 5
    assert sum(told.values()) == 24
