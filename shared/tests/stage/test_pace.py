import asyncio

import pytest
import redis.asyncio
from hypothesis import given
from hypothesis import strategies as st
from wiredesk import wire
from wiredesk.events import Stream
from wiredesk.stage.pace import PaceMeter, added


def test_nothing_is_told_before_the_worker_could_have_worked():
    meter = PaceMeter()
    assert meter.tell(now_s=5.0) is None
    meter.begin(now_s=5.0)
    assert meter.tell(now_s=8.5).window_s == 3.5


def test_the_window_slides_and_forgets_what_is_older_than_a_minute():
    meter = PaceMeter(window_s=60)
    meter.begin(now_s=0.0)
    meter.finished(["published"] * 10, now_s=1.0)
    meter.worked(0.5, now_s=1.0)
    assert meter.tell(now_s=59.5).finished == 10
    told = meter.tell(now_s=200.0)
    assert (told.finished, told.busy_s) == (0, 0.0)
    assert 59 <= told.window_s <= 60


def test_only_what_is_off_the_stream_is_finished_and_only_what_was_published_is_passed_on():
    meter = PaceMeter()
    meter.begin(now_s=0.0)
    meter.finished(
        ["published", "duplicate", "superseded", "dead_lettered", "done", "repeated", "retried", "failed", "fenced"],
        now_s=1.0,
    )
    told = meter.tell(now_s=2.0)
    assert (told.finished, told.passed_on) == (6, 1)


def test_arrivals_are_told_from_two_looks_and_begin_anew_with_a_new_stream():
    meter = PaceMeter()
    meter.begin(now_s=0.0)
    meter.seen({"a": 100}, now_s=0.0)
    assert meter.tell(now_s=0.1).arrivals_per_s == {}
    meter.seen({"a": 130}, now_s=10.0)
    assert meter.tell(now_s=10.0).arrivals_per_s == {"a": 3.0}
    meter.seen({"a": 2}, now_s=11.0)
    assert meter.tell(now_s=11.0).arrivals_per_s == {}
    meter.seen({"a": 12}, now_s=16.0)
    assert meter.tell(now_s=16.0).arrivals_per_s == {"a": 2.0}


def test_a_stream_that_cannot_be_asked_about_any_more_is_unknown():
    meter = PaceMeter()
    meter.begin(now_s=0.0)
    meter.seen({"a": 0}, now_s=0.0)
    meter.seen({"a": 10}, now_s=10.0)
    meter.seen({}, now_s=11.0)
    assert meter.tell(now_s=11.0).arrivals_per_s == {}


@given(st.lists(st.tuples(st.floats(0, 500), st.integers(0, 20)), max_size=60))
def test_what_the_window_holds_is_what_ended_in_it(batches):
    meter = PaceMeter(window_s=60)
    meter.begin(now_s=0.0)
    now_s = 0.0
    for pause_s, count in batches:
        now_s += pause_s
        meter.finished(["published"] * count, now_s=now_s)
    ends, at_s = [], 0.0
    for pause_s, count in batches:
        at_s += pause_s
        ends.append((at_s, count))
    first = int(now_s) - 59
    assert meter.tell(now_s=now_s).finished == sum(count for at_s, count in ends if at_s >= first)


@pytest.mark.parametrize("trimmed", [False, True])
def test_redis_tells_how_many_entries_were_ever_added(redis_client, redis_url, trimmed):
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0", mkstream=True)
    ids = [redis_client.xadd(Stream.SUBMITTED, {wire.FIELD: b"1"}) for _ in range(5)]
    for _, entries in redis_client.xreadgroup("ingest", "w", {Stream.SUBMITTED: ">"}, count=3):
        redis_client.xack(Stream.SUBMITTED, "ingest", *[id for id, _ in entries])
    if trimmed:
        redis_client.xtrim(Stream.SUBMITTED, minid=ids[3], approximate=False)

    async def ask():
        async with redis.asyncio.Redis.from_url(redis_url) as client:
            return await added(client, [Stream.SUBMITTED, Stream.CHANGES], "ingest")

    assert asyncio.run(ask()) == {Stream.SUBMITTED: 5}
