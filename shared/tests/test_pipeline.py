import base64
from datetime import UTC, datetime

import pytest
import redis
from wiredesk import keys, pipeline, wire
from wiredesk.events import DeadLetter, Stream
from wiredesk.pressure import Limits
from wiredesk.submissions import submit
from wiredesk.testing import wait_until
from wiredesk.workers import WorkerReport, announce


def report(client, stage, name, *, state="consuming", **fields):
    now = datetime.now(UTC)
    made = WorkerReport(
        stage=stage,
        name=name,
        pid=1,
        host="h",
        version="1",
        state=state,
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


def test_the_oldest_waiting_is_the_first_that_was_not_given(redis_client):
    seconds, _ = redis_client.time()
    for age_s in (900, 600, 300):
        redis_client.xadd(Stream.SUBMITTED, {wire.FIELD: b"1"}, id=f"{(seconds - age_s) * 1000}-0")
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0")
    redis_client.xreadgroup("ingest", "w1", {Stream.SUBMITTED: ">"}, count=2)
    (group,) = pipeline.read(redis_client).stream(Stream.SUBMITTED).groups
    assert group.oldest_waiting_s == pytest.approx(300, abs=60)
    assert group.oldest_pending_s == pytest.approx(900, abs=60)
    assert group.oldest_s == group.oldest_pending_s
    redis_client.xreadgroup("ingest", "w1", {Stream.SUBMITTED: ">"})
    redis_client.xack(Stream.SUBMITTED, "ingest", *[id for id, _ in redis_client.xrange(Stream.SUBMITTED)])
    (group,) = pipeline.read(redis_client).stream(Stream.SUBMITTED).groups
    assert (group.oldest_waiting_s, group.oldest_pending_s, group.oldest_s) == (0, 0, 0)


def test_attempts_and_idle_time_of_what_is_pending_are_told(redis_client):
    (id,) = submit(redis_client, [b"1"])
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0")
    assert pipeline.read(redis_client).stream(Stream.SUBMITTED).groups[0].most_attempts is None
    redis_client.xreadgroup("ingest", "w1", {Stream.SUBMITTED: ">"})
    redis_client.xclaim(Stream.SUBMITTED, "ingest", "w2", 0, [id], idle=70_000, retrycount=3)
    (group,) = pipeline.read(redis_client).stream(Stream.SUBMITTED).groups
    assert group.most_attempts == 3
    assert group.longest_idle_s >= 70


def test_a_large_entry_does_not_leave_the_server(redis_client, redis_url):
    submit(redis_client, [b"x" * 5_000_000, b"y" * 5_000_000])
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0")
    pipeline.read(redis_client)
    before = redis_client.info("stats")["total_net_output_bytes"]
    state = pipeline.read(redis_client)
    assert redis_client.info("stats")["total_net_output_bytes"] - before < 100_000
    assert state.stream(Stream.SUBMITTED).bytes > 10_000_000


def test_one_look_is_two_rounds_of_commands_beside_the_dead_letters(redis_client, monkeypatch):
    submit(redis_client, [b"1"])
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0")
    report(redis_client, "ingest", "w")
    rounds = []
    execute = redis.client.Pipeline.execute
    monkeypatch.setattr(
        redis.client.Pipeline, "execute", lambda self, **options: rounds.append(1) or execute(self, **options)
    )
    pipeline.read(redis_client)
    assert len(rounds) == 2


def test_consumers_of_processes_that_are_gone_are_dead_ones(redis_client, monkeypatch):
    monkeypatch.setattr(pipeline, "LIFETIME_S", 0)
    ids = submit(redis_client, [b"1"] * 3)
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0")
    redis_client.xgroup_create(Stream.SUBMITTED, "newsletter", "0")
    for group, consumer in (("ingest", "gone"), ("ingest", "alive"), ("newsletter", "theirs")):
        redis_client.xreadgroup(group, consumer, {Stream.SUBMITTED: ">"}, count=1)
    report(redis_client, "ingest", "alive")

    def groups():
        return {group.name: group for group in pipeline.read(redis_client).stream(Stream.SUBMITTED).groups}

    wait_until(lambda: groups()["ingest"].dead_consumers == 1, what="some idle time to pass")
    assert groups()["ingest"].held_by_dead == 1
    assert groups()["newsletter"].dead_consumers is None
    redis_client.xack(Stream.SUBMITTED, "ingest", ids[0])
    assert (groups()["ingest"].dead_consumers, groups()["ingest"].held_by_dead) == (1, 0)


def aged(client, stream, ages_s):
    seconds, _ = client.time()
    return [client.xadd(stream, {wire.FIELD: b"1"}, id=f"{(seconds - age_s) * 1000}-0") for age_s in ages_s]


def test_a_foreign_group_that_holds_up_trimming_is_warned_of(redis_client):
    ids = aged(redis_client, Stream.EXTRACTED, (7200, 3600, 5))
    redis_client.xgroup_create(Stream.EXTRACTED, "indexing", ids[1])
    redis_client.xgroup_create(Stream.EXTRACTED, "newsletter", "0")
    state = pipeline.read(redis_client)
    groups = {group.name: group for group in state.stream(Stream.EXTRACTED).groups}
    assert groups["indexing"].warning is None
    assert "was never read: 3 entries are kept on articles.extracted" in groups["newsletter"].warning
    assert "XGROUP DESTROY articles.extracted newsletter" in groups["newsletter"].warning
    assert groups["newsletter"].warning in state.advice
    redis_client.xreadgroup("newsletter", "c", {Stream.EXTRACTED: ">"}, count=1)
    redis_client.xack(Stream.EXTRACTED, "newsletter", ids[0])
    groups = {group.name: group for group in pipeline.read(redis_client).stream(Stream.EXTRACTED).groups}
    assert "is 60 min behind" in groups["newsletter"].warning
    redis_client.xreadgroup("newsletter", "c", {Stream.EXTRACTED: ">"})
    redis_client.xack(Stream.EXTRACTED, "newsletter", *ids)
    groups = {group.name: group for group in pipeline.read(redis_client).stream(Stream.EXTRACTED).groups}
    assert groups["newsletter"].warning is None


def test_a_foreign_group_no_further_behind_than_ours_is_not_warned_of(redis_client):
    aged(redis_client, Stream.EXTRACTED, (7200,))
    for group in ("indexing", "newsletter"):
        redis_client.xgroup_create(Stream.EXTRACTED, group, "0")
    assert all(g.warning is None for g in pipeline.read(redis_client).stream(Stream.EXTRACTED).groups)


def test_publishing_waits_by_the_limits_and_a_stage_by_what_its_workers_say(redis_client):
    submit(redis_client, [b"1"] * 10)
    report(redis_client, "ingest", "w", state="paused", why="extraction has 5,000 articles waiting")
    limits = Limits(backlog=10, memory=100.0)
    state = pipeline.read(redis_client, limits=limits)
    assert {told.writer: told.why for told in state.pressure} == {
        "publishing": "ingest has 10 articles waiting on articles.submitted; the limit is 10",
        "ingest": "extraction has 5,000 articles waiting",
        "extraction": None,
    }
    assert state.advice == (
        "publishing waits: ingest has 10 articles waiting on articles.submitted; the limit is 10",
        "1 ingest worker paused: extraction has 5,000 articles waiting",
    )


def test_work_that_nobody_is_there_to_do_is_said(redis_client):
    submit(redis_client, [b"1"] * 10)
    (line,) = pipeline.read(redis_client).advice
    assert line.startswith("no ingest worker is running, and 10 on articles.submitted wait for one: start it")
    report(redis_client, "ingest", "w")
    assert pipeline.read(redis_client).advice == ()


@pytest.mark.parametrize("command", ["info", "xinfo", "eval", "memory", "xpending", "hgetall"])
def test_what_a_user_may_not_ask_is_unknown_and_the_rest_is_told(redis_client, command):
    submit(redis_client, [b"1"] * 3)
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0")
    redis_client.xreadgroup("ingest", "w", {Stream.SUBMITTED: ">"}, count=1)
    kwargs = redis_client.connection_pool.connection_kwargs
    redis_client.acl_setuser("viewer", enabled=True, nopass=True, keys=["*"], commands=["+@all", f"-{command}"])
    try:
        with redis.Redis(host=kwargs["host"], port=kwargs["port"], username="viewer", password="x") as viewer:
            state = pipeline.read(viewer)
    finally:
        redis_client.acl_deluser("viewer")
    stream = state.stream(Stream.SUBMITTED)
    assert stream.length == 3
    assert (state.server is None) == (command == "info")
    assert (stream.bytes is None) == (command == "memory")
    assert (stream.dropped is None) == (command == "hgetall")
    assert ("xinfo" in (stream.problem or "")) == (command == "xinfo")
    assert not stream.groups if command == "xinfo" else stream.groups[0].lag == 2
    if command == "eval":
        assert stream.groups[0].oldest_waiting_s is None
    if command == "xpending":
        assert (stream.groups[0].pending, stream.groups[0].oldest_pending_s) == (1, None)


def test_a_stream_of_a_wrong_type_is_told_beside_the_others(redis_client):
    redis_client.set(Stream.INGESTED, "x")
    submit(redis_client, [b"1"])
    report(redis_client, "ingest", "w")
    state = pipeline.read(redis_client)
    assert "WRONGTYPE" in state.stream(Stream.INGESTED).problem
    assert state.stream(Stream.INGESTED).length is None
    assert state.stream(Stream.SUBMITTED).length == 1
    assert any(line.startswith("articles.ingested could not be read: WRONGTYPE") for line in state.advice)
