import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from wiredesk import sizing
from wiredesk.errors import UsageError
from wiredesk.pipeline_state import StageState
from wiredesk.sizing import demands, drained_in_s, needed, seconds, size, span


def stage(name="extraction", **fields):
    usual = {
        "streams": (f"articles.before.{name}",),
        "target": "t",
        "workers": 1,
        "working": 1,
        "alone": False,
        "lag": 0,
        "pending": 0,
        "waiting": 0,
        "oldest_s": 0.0,
        "arrivals_per_s": 0.0,
        "finished_per_s": 0.0,
        "passed_on_per_s": 0.0,
        "passed_on_share": 1.0,
        "worker_per_s": 10.0,
        "busy": 0.5,
        "measured_s": 60.0,
        "unmeasured": None,
        "cores": 8,
    }
    return StageState(**{"name": name, **usual, **fields})


rates = st.floats(0.01, 5000)
stages = st.builds(
    lambda waiting, workers, per_s, share, alone: {
        "waiting": waiting,
        "workers": workers,
        "working": workers,
        "worker_per_s": per_s,
        "passed_on_share": share,
        "alone": alone,
    },
    waiting=st.integers(0, 10**7),
    workers=st.integers(1, 50),
    per_s=rates,
    share=st.floats(0, 1),
    alone=st.booleans(),
)


def flow(parts, arrivals_per_s):
    names = ("ingest", "extraction", "indexing")
    return [stage(name, arrivals_per_s=arrivals_per_s, **part) for name, part in zip(names, parts, strict=True)]


@given(waiting=st.integers(0, 10**8), arrivals=st.floats(0, 10_000), per_s=rates, drain_in_s=st.floats(1, 10**6))
def test_what_is_needed_is_enough_and_one_fewer_is_not(waiting, arrivals, per_s, drain_in_s):
    (demand,) = demands([stage(waiting=waiting, arrivals_per_s=arrivals, worker_per_s=per_s)])
    number = needed(demand, drain_in_s)
    assert drained_in_s(demand, number) <= drain_in_s
    assert number == 1 or drained_in_s(demand, number - 1) > drain_in_s


@given(parts=st.tuples(stages, stages, stages), arrivals=st.floats(0, 1000), drain_in_s=st.floats(1, 10**5))
def test_a_flow_scaled_as_told_is_done_in_time_and_nobody_who_works_alone_is_scaled(parts, arrivals, drain_in_s):
    found = flow(parts, arrivals)
    told = size(found, drain_in_s=drain_in_s)
    for demand in demands(found):
        own = demand.stage
        assert not (own.alone and own.name in told.scale)
        if not own.alone and own.name in told.scale:
            assert told.scale[own.name] > own.workers
            assert drained_in_s(demand, told.scale[own.name]) <= drain_in_s
        if not own.alone and own.name not in told.scale:
            assert drained_in_s(demand, own.workers) <= drain_in_s or needed(demand, drain_in_s) > 1000
    for name in told.scale:
        assert all(f"{name}={told.scale[name]}" in command for command in told.commands)
    assert bool(told.commands) == bool(told.scale)


@given(parts=st.tuples(stages, stages, stages), arrivals=st.floats(0, 1000))
def test_the_time_left_is_that_of_the_slowest_stage(parts, arrivals):
    found = flow(parts, arrivals)
    told = size(found)
    times = [
        drained_in_s(demand, min(demand.stage.working, 1) if demand.stage.alone else demand.stage.working)
        for demand in demands(found)
        if demand.work
    ]
    slowest = max(times, default=0.0)
    assert told.growing == math.isinf(slowest)
    if not told.growing:
        assert told.eta_s == pytest.approx(slowest, abs=0.06)


@given(parts=st.tuples(stages, stages, stages), blind=st.integers(0, 2), missing=st.sampled_from(["waiting", "per_s"]))
def test_what_is_unknown_stays_unknown(parts, blind, missing):
    assume(parts[blind]["waiting"] > 0)
    found = flow(parts, 0.0)
    unknown = {"waiting": None} if missing == "waiting" else {"worker_per_s": None, "unmeasured": "not measured yet: x"}
    found[blind] = found[blind].model_copy(update=unknown)
    told = size(found)
    assert told.eta_s is None
    assert not told.growing
    assert found[blind].name not in told.scale
    assert "unknown" in told.says or "not measured yet" in told.says


def test_the_reason_why_nothing_is_known_is_told():
    words = "not measured yet: no article has gone through extraction in the last 60 s"
    told = size([stage("ingest"), stage(waiting=3, worker_per_s=None, unmeasured=words), stage("indexing", alone=True)])
    assert told.says == f"3 articles wait for extraction: {words}"
    assert (told.bottleneck, told.eta_s, told.commands) == (None, None, ())


def test_the_slowest_stage_is_the_bottleneck_although_what_waits_stands_before_another():
    told = size(
        [
            stage("ingest", waiting=9000, worker_per_s=900.0),
            stage("extraction", waiting=1000, worker_per_s=10.0, workers=2, working=2),
            stage("indexing", worker_per_s=500.0, alone=True),
        ],
        drain_in_s=100.0,
    )
    assert told.bottleneck == "extraction"
    assert told.eta_s == 500.0
    assert told.says == (
        "extraction is the bottleneck: 10,000 articles have to pass it, 2 workers can do 20.0/s and 0/s arrive: "
        "done in about 8.3 min"
    )
    assert told.scale == {"extraction": 10}
    assert told.commands == (
        "docker compose up -d --no-recreate --scale extraction=10 extraction",
        'make up SCALE="extraction=10"',
    )


def test_stages_that_are_scaled_already_keep_their_number_with_make_which_starts_all_anew():
    told = size([stage("ingest", workers=3, working=3), stage(waiting=100_000), stage("indexing", alone=True)])
    assert told.commands[0].endswith("--scale extraction=17 extraction")
    assert told.commands[1] == 'make up SCALE="ingest=3 extraction=17"'


def test_duplicates_that_ingest_drops_ask_nothing_of_the_others():
    told = size([stage("ingest", waiting=6000, worker_per_s=600.0, passed_on_share=0.0), stage(), stage("indexing")])
    assert told.scale == {}
    assert told.bottleneck == "ingest"


def test_more_arriving_than_can_be_done_is_a_growing_backlog():
    told = size([stage("ingest", waiting=10, arrivals_per_s=12.0, worker_per_s=900.0), stage(), stage("indexing")])
    assert (told.growing, told.eta_s, told.bottleneck) == (True, None, "extraction")
    assert told.says.endswith("the backlog grows")
    assert told.scale["extraction"] == 2


def test_a_writer_that_works_alone_is_never_scaled_and_the_reason_is_told():
    told = size([stage("ingest"), stage(), stage("indexing", waiting=10_000, workers=2, working=1, alone=True)])
    assert (told.bottleneck, told.scale, told.commands) == ("indexing", {}, ())
    assert "takes one writer" in told.notes[0]


def test_more_workers_than_the_machine_has_cores_is_noted():
    told = size([stage("ingest"), stage(waiting=100_000, cores=2), stage("indexing")])
    assert "has 2 cores" in told.notes[0]
    assert "extraction" not in str(size([stage("ingest"), stage(waiting=100_000, cores=None), stage("indexing")]).notes)


def test_a_stage_without_workers_holds_up_all_that_waits_for_it():
    empty = {"workers": 0, "working": 0, "worker_per_s": None, "unmeasured": "no extraction worker is running"}
    told = size([stage("ingest"), stage(waiting=5, **empty), stage("indexing")])
    assert (told.bottleneck, told.eta_s) == ("extraction", None)
    assert told.says == "5 articles wait for extraction: no extraction worker is running"


def test_a_flow_that_keeps_up_has_no_bottleneck_and_names_the_busiest():
    told = size([stage("ingest", busy=0.1), stage(busy=0.7, waiting=2), stage("indexing", busy=0.2)])
    assert (told.bottleneck, told.eta_s) == (None, 0.2)
    assert told.says == "every stage keeps up; extraction is the busiest, 70% of its time"


@pytest.mark.parametrize(
    ("text", "value"), [("90", 90), ("90s", 90), ("10m", 600), (" 2 h ", 7200), ("1.5min", 90), ("1d", 86_400)]
)
def test_a_length_of_time_is_read_as_people_write_it(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "m", "0", "-5m", "10 weeks", "31d", "1e9", "nan", "0.0001s"])
def test_what_is_no_length_of_time_is_refused_with_an_example(text):
    with pytest.raises(UsageError, match="10m"):
        seconds(text)


@given(st.floats(0, 10**9))
def test_a_length_of_time_is_told_in_one_number_and_one_unit(value_s):
    assert len(span(value_s).split(" ")) == 2


@given(st.floats(0, 10**6))
def test_a_rate_is_told_in_few_figures(per_s):
    assert sizing.rate(per_s).endswith("/s")
    assert len(sizing.rate(per_s)) <= 12
