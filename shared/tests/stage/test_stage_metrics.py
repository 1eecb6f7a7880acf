"""What a worker counts: each outcome once, sources in bounded number, and what has not happened yet as zero."""

import time
from itertools import count

import pytest
from prometheus_client import CollectorRegistry, Histogram
from wiredesk.stage.finish import Finished, Worked
from wiredesk.stage.histogram import BatchHistogram
from wiredesk.stage.isolation import ChildProcessor, Limits
from wiredesk.stage.measures import NOTHING_MEASURED, Measures
from wiredesk.stage.metrics import OWN_REASONS, StageMetrics
from wiredesk.stage.outcomes import Dead, Delivery, Outcome, Publish, Retry
from wiredesk.stage.sources import FIELDS, SourceMetrics

NOW_MS = int(time.time() * 1000)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> StageMetrics:
    return StageMetrics("ingest", registry)


def finished(outcome: Outcome, verdict: str) -> Finished:
    delivery = Delivery(stream="s", entry_id="1-0", data=b"", attempts=1, submission_id=f"{NOW_MS}-0")
    return Finished(Worked(delivery, outcome, NOW_MS, NOW_MS), verdict)


def published(measures: Measures = NOTHING_MEASURED) -> Publish:
    return Publish(payload=b"", article_id="a", measures=measures)


def test_what_never_happened_is_zero_so_that_its_first_time_is_an_increase(
    metrics: StageMetrics, registry: CollectorRegistry
) -> None:
    for outcome in ("published", "duplicate", "dead_lettered", "retried"):
        assert registry.get_sample_value("wiredesk_events_total", {"stage": "ingest", "outcome": outcome}) == 0
    for reason in OWN_REASONS:
        labels = {"stage": "ingest", "reason": reason}
        assert registry.get_sample_value("wiredesk_retries_total", labels) == 0
        assert registry.get_sample_value("wiredesk_dead_lettered_total", labels) == 0


def test_an_age_is_told_once_by_the_worker_that_was_done_with_the_article(
    metrics: StageMetrics, registry: CollectorRegistry
) -> None:
    later = Retry(reason="timeout", message="")
    metrics.record([finished(later, "retried"), finished(published(), "fenced"), finished(published(), "repeated")], 1)
    assert registry.get_sample_value("wiredesk_event_age_seconds_count", {"stage": "ingest"}) == 0
    metrics.record([finished(published(), "published")], 1)
    assert registry.get_sample_value("wiredesk_event_age_seconds_count", {"stage": "ingest"}) == 1


def test_words_and_dead_letters_are_counted_with_the_outcome(
    metrics: StageMetrics, registry: CollectorRegistry
) -> None:
    dead = Dead(reason="no_story", message="", measures=Measures(0, "news.example", ("text",)))
    metrics.record([finished(published(Measures(words=430)), "published"), finished(dead, "dead_lettered")], 1)
    assert registry.get_sample_value("wiredesk_words_total", {"stage": "ingest"}) == 430
    labels = {"stage": "ingest", "reason": "no_story"}
    assert registry.get_sample_value("wiredesk_dead_lettered_total", labels) == 1
    assert missing(registry, "news.example", "text") == 1


def test_a_histogram_of_batches_is_told_as_the_library_s_own(registry: CollectorRegistry) -> None:
    values, bounds = [0.01, 0.25, 0.5, 0.5, 7.0], (0.25, 0.5, 1)
    own = BatchHistogram("own_seconds", "Of batches.", "ingest", bounds)
    registry.register(own)
    library = Histogram("library_seconds", "One by one.", ["stage"], buckets=bounds, registry=registry).labels("ingest")
    own.observe(value for value in values if value != 0.5)
    own.observe_alike(0.5, 2)
    for value in values:
        library.observe(value)
    told = {
        name: {
            (sample.name.removeprefix(name), *sorted(sample.labels.items())): sample.value
            for metric in registry.collect()
            for sample in metric.samples
            if sample.name.startswith(name) and not sample.name.endswith("_created")
        }
        for name in ("own_seconds", "library_seconds")
    }
    assert told["own_seconds"] == told["library_seconds"]
    assert told["own_seconds"]["_count", ("stage", "ingest")] == 5


def busy(registry: CollectorRegistry) -> float | None:
    return registry.get_sample_value("wiredesk_stage_busy_seconds_total", {"stage": "ingest"})


def test_busy_time_adds_up(metrics: StageMetrics, registry: CollectorRegistry) -> None:
    assert busy(registry) == 0
    metrics.busy.done(1.5)
    metrics.busy.done(0.25)
    assert busy(registry) == 1.75


def test_a_batch_in_work_counts_as_far_as_it_has_come_and_once(
    metrics: StageMetrics, registry: CollectorRegistry
) -> None:
    metrics.busy.in_work_s = lambda: 60.0
    assert busy(registry) == 60
    metrics.busy.in_work_s = lambda: 0.0
    metrics.busy.done(61)
    assert busy(registry) == 61


def test_busy_time_never_falls_when_a_pause_turns_out_to_have_been_none_of_it(
    metrics: StageMetrics, registry: CollectorRegistry
) -> None:
    metrics.busy.in_work_s = lambda: 5.0
    assert busy(registry) == 5
    metrics.busy.in_work_s = lambda: 4.0
    assert busy(registry) == 5


def articles(registry: CollectorRegistry, source: str) -> float | None:
    return registry.get_sample_value("wiredesk_source_articles_total", {"source": source})


def missing(registry: CollectorRegistry, source: str, field: str) -> float | None:
    return registry.get_sample_value("wiredesk_source_missing_total", {"source": source, "field": field})


def test_a_source_is_counted_with_every_field_from_its_first_article(registry: CollectorRegistry) -> None:
    SourceMetrics(registry).count(Measures(10, "news.example", ("title", "made_up")))
    assert articles(registry, "news.example") == 1
    assert {field: missing(registry, "news.example", field) for field in FIELDS} == {
        "text": 0,
        "title": 1,
        "byline": 0,
        "published_at": 0,
    }
    assert missing(registry, "news.example", "made_up") is None


def test_an_article_whose_source_is_not_told_is_not_counted_by_source(registry: CollectorRegistry) -> None:
    SourceMetrics(registry).count(Measures(10))
    assert registry.get_sample_value("wiredesk_source_articles_total", {"source": ""}) is None


def test_however_many_sources_there_are_the_labels_stay_few(registry: CollectorRegistry) -> None:
    sources = SourceMetrics(registry, named=3)
    for number in range(50):
        sources.count(Measures(1, f"s{number}.example"))
    named = {sample.labels["source"] for metric in registry.collect() for sample in metric.samples if sample.labels}
    assert named == {"s0.example", "s1.example", "s2.example", "other"}
    assert articles(registry, "other") == 47


def test_a_source_silent_for_an_hour_gives_its_place_to_a_new_one(registry: CollectorRegistry) -> None:
    clock = count(0, 1000.0)
    sources = SourceMetrics(registry, named=2, now=lambda: next(clock))
    for name in ("gone", "steady", "steady", "steady", "steady", "new"):
        sources.count(Measures(1, name))
    assert articles(registry, "gone") is None
    assert articles(registry, "new") == 1
    assert articles(registry, "steady") == 4


def test_a_publisher_who_calls_himself_other_is_counted_with_the_others(registry: CollectorRegistry) -> None:
    sources = SourceMetrics(registry, named=1)
    for name in ("other", "a", "b", "other"):
        sources.count(Measures(1, name))
    assert articles(registry, "other") == 3
    assert articles(registry, "a") == 1


@pytest.mark.parametrize("measures", [Measures(), Measures(7, "a.example", ("text", "title")), Measures(1, "", ("x",))])
def test_measures_come_through_the_pipe_as_they_were(measures: Measures) -> None:
    assert Measures.unpack(measures.pack()) == measures
    assert Measures.unpack(b"") == Measures()


def test_a_name_of_a_source_is_short_and_plain() -> None:
    assert Measures.label('The "Daily" Planet\n') == "the-daily-planet"
    assert len(Measures.label("x" * 500)) == 60


async def test_the_child_s_memory_and_processor_time_are_told(registry: CollectorRegistry) -> None:
    child = ChildProcessor("sample_stage:STAGE", Limits(item_time_s=5, item_memory_bytes=200_000_000), registry)
    assert registry.get_sample_value("wiredesk_child_process_resident_memory_bytes") is None
    await child.start(lambda _state: None)
    try:
        assert (registry.get_sample_value("wiredesk_child_process_resident_memory_bytes") or 0) > 1_000_000
        assert (registry.get_sample_value("wiredesk_child_process_cpu_seconds_total") or 0) > 0
    finally:
        await child.stop()
    assert registry.get_sample_value("wiredesk_child_process_resident_memory_bytes") is None
