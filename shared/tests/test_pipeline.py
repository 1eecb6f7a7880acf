import base64
from datetime import UTC, datetime

import pytest
import redis
from wiredesk import keys, pipeline, wire
from wiredesk.events import DeadLetter, Stream
from wiredesk.submissions import submit
from wiredesk.workers import WorkerReport, announce


def report(client, stage, name, **fields):
    now = datetime.now(UTC)
    made = WorkerReport(
        stage=stage,
        name=name,
        pid=1,
        host="h",
        version="1",
        state="consuming",
        started_at=now,
        reported_at=now,
        **fields,
    )
    with client.pipeline() as commands:
        announce(commands, made)
        commands.execute()


def test_an_empty_server_is_a_pipeline_nobody_has_used(redis_client):
    state = pipeline.read(redis_client)
    assert [stream.name for stream in state.streams] == list(Stream)
    assert all(stream.length == 0 and stream.last_id is None and not stream.groups for stream in state.streams)
    assert state.workers == ()
    assert state.dead_letters.total == 0
    assert (state.server.software, state.server.aof_enabled) == ("valkey", False)
    assert state.server.version.count(".") == 2


def test_lag_and_pending_are_told_for_each_group(redis_client):
    ids = submit(redis_client, [b"1", b"2", b"3"])
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0")
    redis_client.xreadgroup("ingest", "w1", {Stream.SUBMITTED: ">"}, count=2)
    stream = pipeline.read(redis_client).stream(Stream.SUBMITTED)
    (group,) = stream.groups
    assert (stream.length, stream.last_id) == (3, ids[-1])
    assert stream.oldest_s >= 0
    assert (group.name, group.lag, group.pending, group.consumers, group.foreign) == ("ingest", 1, 2, 1, False)
    assert group.oldest_pending_s >= 0
    assert group.last_delivered_id == ids[1]


def test_a_lag_that_redis_does_not_know_is_none_and_never_zero(redis_client):
    ids = submit(redis_client, [b"1", b"2", b"3"])
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0")
    redis_client.xreadgroup("ingest", "w1", {Stream.SUBMITTED: ">"}, count=1)
    redis_client.xdel(Stream.SUBMITTED, ids[1])
    (group,) = pipeline.read(redis_client).stream(Stream.SUBMITTED).groups
    assert group.lag is None


def test_other_peoples_groups_are_foreign(redis_client):
    for stream, name in (
        (Stream.EXTRACTED, "newsletter"),
        (Stream.EXTRACTED, "indexing"),
        (Stream.SUBMITTED, "indexing"),
    ):
        redis_client.xgroup_create(stream, name, "0", mkstream=True)
    state = pipeline.read(redis_client)
    assert {g.name: g.foreign for g in state.stream(Stream.EXTRACTED).groups} == {"newsletter": True, "indexing": False}
    assert [g.foreign for g in state.stream(Stream.SUBMITTED).groups] == [True]


def test_each_worker_is_shown_with_what_redis_holds_for_it(redis_client):
    for stream in (Stream.EXTRACTED, Stream.CHANGES):
        redis_client.xgroup_create(stream, "indexing", "0", mkstream=True)
        for _ in range(3):
            redis_client.xadd(stream, {wire.FIELD: b"1"})
        redis_client.xreadgroup("indexing", "busy", {stream: ">"}, count=2)
    report(redis_client, "indexing", "idle")
    report(redis_client, "indexing", "busy", in_flight=4, address="127.0.0.1:9100")
    report(redis_client, "gateway", "web")
    redis_client.set(keys.worker("ingest", "broken"), b"\xff")
    redis_client.zadd(keys.workers(), {keys.worker("ingest", "broken"): 2**33, keys.worker("ingest", "gone"): 2**33})
    workers = pipeline.read(redis_client).workers
    assert [(w.stage, w.name, w.pending) for w in workers] == [
        ("gateway", "web", None),
        ("indexing", "busy", 4),
        ("indexing", "idle", 0),
    ]
    assert workers[1].address == "127.0.0.1:9100"


def test_the_workers_of_one_stage_can_be_asked_for(redis_client):
    report(redis_client, "gateway", "web")
    report(redis_client, "ingest", "w")
    assert [worker.name for worker in pipeline.workers(redis_client, stage="gateway")] == ["web"]


def test_dead_letters_are_counted_by_stage_and_reason_within_a_bound(redis_client, monkeypatch):
    for n in range(30):
        letter = DeadLetter(
            original=base64.b64encode(b"x").decode(),
            stream=Stream.SUBMITTED,
            stage="ingest",
            reason="not_json" if n % 3 else "too_large",
            message="m",
            attempts=1,
            first_seen=datetime.now(UTC),
            last_seen=datetime.now(UTC),
            submission_id="1-1",
        )
        redis_client.xadd(Stream.DEAD, {wire.FIELD: letter.model_dump_json()})
    letters = pipeline.read(redis_client).dead_letters
    assert (letters.total, letters.counted) == (30, 30)
    assert [(c.reason, c.count) for c in letters.counts] == [("not_json", 20), ("too_large", 10)]
    monkeypatch.setattr(pipeline, "DEAD_LETTERS_COUNTED", 7)
    letters = pipeline.read(redis_client).dead_letters
    assert (letters.total, letters.counted, sum(c.count for c in letters.counts)) == (30, 7, 7)


def test_a_user_who_may_not_ask_for_info_still_sees_the_streams(redis_client):
    submit(redis_client, [b"1"])
    kwargs = redis_client.connection_pool.connection_kwargs
    redis_client.acl_setuser("viewer", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-info"])
    try:
        with redis.Redis(host=kwargs["host"], port=kwargs["port"], username="viewer", password="x") as viewer:
            state = pipeline.read(viewer)
    finally:
        redis_client.acl_deluser("viewer")
    assert state.server is None
    assert state.stream(Stream.SUBMITTED).length == 1


def test_the_state_survives_json(redis_client):
    submit(redis_client, [b"1"])
    report(redis_client, "ingest", "w")
    state = pipeline.read(redis_client)
    assert pipeline.PipelineState.model_validate_json(state.model_dump_json()) == state


def test_an_unknown_stream_has_no_state(redis_client):
    with pytest.raises(KeyError):
        pipeline.read(redis_client).stream("elsewhere")
