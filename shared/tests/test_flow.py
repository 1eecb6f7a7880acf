from datetime import UTC, datetime, timedelta

import pytest
from wiredesk import wire
from wiredesk.events import GROUPS, Stream
from wiredesk.flow import STAGES, stage_states
from wiredesk.pipeline import read
from wiredesk.pipeline_state import GroupState, StreamState, WorkerState
from wiredesk.workers import Pace

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def stream(name, *, lag=0, pending=0, length=0, **fields):
    groups = tuple(
        GroupState(
            name=reader,
            foreign=False,
            lag=lag,
            pending=pending,
            oldest_pending_s=0.0,
            oldest_waiting_s=fields.pop("waiting_s", 0.0),
            consumers=1,
            last_delivered_id="0-0",
        )
        for reader in GROUPS[name]
    )
    usual = {"name": name, "length": length, "last_id": None, "oldest_s": None, "groups": groups}
    return StreamState(**{**usual, **fields})


def worker(stage, pace=None, **fields):
    usual = {
        "name": f"{stage}-{id(fields)}",
        "pid": 1,
        "host": "h",
        "version": "1",
        "state": "consuming",
        "started_at": NOW - timedelta(hours=1),
        "reported_at": NOW,
        "pending": 0,
        "pace": pace,
    }
    return WorkerState(**{"stage": stage, **usual, **fields})


def pace(finished, busy_s, *, window_s=60.0, passed_on=None, **arrivals):
    return Pace(
        window_s=window_s,
        busy_s=busy_s,
        finished=finished,
        passed_on=finished if passed_on is None else passed_on,
        arrivals_per_s={str(Stream[name]): rate for name, rate in arrivals.items()},
    )


def states(streams=(), workers=()):
    given = {each.name: each for each in streams}
    told = stage_states([given.get(name, stream(name)) for name in Stream], workers)
    return {state.name: state for state in told}


def test_the_stages_are_those_whose_groups_read_the_streams():
    assert {name for readers in GROUPS.values() for name in readers} == {name for name, _ in STAGES}


def test_rates_are_those_of_all_workers_together_and_one_workers_rate_is_while_it_works():
    found = states(
        workers=[
            worker("extraction", pace(600, 30.0, INGESTED=25.0)),
            worker("extraction", pace(50, 5.0, window_s=10.0, passed_on=25)),
        ]
    )["extraction"]
    assert (found.workers, found.working, found.measured_s, found.arrivals_per_s) == (2, 2, 60.0, 25.0)
    assert found.finished_per_s == pytest.approx(600 / 60 + 50 / 10)
    assert found.passed_on_per_s == pytest.approx(600 / 60 + 25 / 10)
    assert found.worker_per_s == pytest.approx(650 / 35)
    assert found.busy == pytest.approx(35 / 70)
    assert found.unmeasured is None


def test_what_waits_is_counted_over_all_streams_of_a_stage():
    found = states([stream(Stream.EXTRACTED, lag=5, pending=2), stream(Stream.CHANGES, lag=1)])["indexing"]
    assert (found.lag, found.pending, found.waiting) == (6, 2, 8)


def test_a_lag_that_is_unknown_makes_what_waits_unknown():
    found = states([stream(Stream.SUBMITTED, lag=None, waiting_s=5.0)])["ingest"]
    assert (found.lag, found.waiting) == (None, None)
    assert states([stream(Stream.SUBMITTED, lag=None)])["ingest"].lag == 0


@pytest.mark.parametrize(
    ("workers", "words"),
    [
        ([], "no extraction worker is running"),
        ([worker("extraction", state="starting")], "not measured yet: no extraction worker has told how fast it is"),
        (
            [worker("extraction", pace(0, 0.0, window_s=42.3))],
            "not measured yet: no article has gone through extraction in the last 42 s",
        ),
    ],
)
def test_a_pace_that_is_unknown_says_why(workers, words):
    found = states(workers=workers)["extraction"]
    assert (found.worker_per_s, found.unmeasured) == (None, words)


def test_one_that_stands_by_is_alive_and_does_not_work():
    found = states(
        workers=[worker("indexing", pace(1, 1.0), alone=True), worker("indexing", state="standby", alone=True)]
    )["indexing"]
    assert (found.workers, found.working, found.alone) == (2, 1, True)


def test_before_a_group_is_made_all_that_is_on_its_stream_waits(redis_client):
    redis_client.xadd(Stream.SUBMITTED, {wire.FIELD: b"1"})
    state = read(redis_client)
    assert [(stage.name, stage.waiting) for stage in state.stages] == [
        ("ingest", 1),
        ("extraction", 0),
        ("indexing", 0),
    ]
    assert state.stages[0].oldest_s >= 0
    assert state.sizing.says == "1 article waits for ingest: no ingest worker is running"
