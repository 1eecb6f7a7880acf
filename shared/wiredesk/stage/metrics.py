"""What a worker counts, in a registry of its own (never the library's global one)."""

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from time import time

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from wiredesk.stage.finish import Finished
from wiredesk.stage.histogram import BatchHistogram
from wiredesk.stage.outcomes import Dead, Outcome, Publish, Retry
from wiredesk.stage.sources import SourceMetrics

__all__ = ["OWN_REASONS", "BusyTime", "StageMetrics", "new_registry"]

OWN_REASONS = ("timeout", "out_of_memory", "crashed", "unexpected_error", "unavailable", "refused", "key_refused")
"""Why an article may fail that is not the publisher's fault."""

_OUTCOMES = ("published", "duplicate", "superseded", "done", "dead_lettered", "retried", "failed", "fenced", "repeated")
_ANOTHERS = frozenset({"fenced", "repeated"})
"""Somebody else was done with it, and counted it."""

_DURATION_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_ATTEMPT_BUCKETS = (1, 2, 3, 4, 6, 10)
_AGE_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43200, 259200)


def new_registry() -> CollectorRegistry:
    """A registry that already tells of the process: memory, CPU, open files, Python's version."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


class BusyTime(Collector):
    """Seconds with a batch in work: a second a second is all that a worker can do.

    The batch that is in work now counts as far as it has come, told by `in_work_s`: minutes of it are no idleness.
    """

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._done_s = self._told_s = 0.0
        self.in_work_s: Callable[[], float] = lambda: 0.0

    def done(self, busy_s: float) -> None:
        """Count a batch at its end, whatever became of it."""
        self._done_s += max(0.0, busy_s)

    def collect(self) -> Iterator[Metric]:
        """Never less than before: that would be taken for a restart."""
        self._told_s = max(self._told_s, self._done_s + self.in_work_s())
        told = CounterMetricFamily("wiredesk_stage_busy_seconds", "Time with a batch in work.", labels=["stage"])
        told.add_metric([self._stage], self._told_s)
        yield told


class StageMetrics:
    """Counters and histograms of one stage's worker, under the names every dashboard uses."""

    def __init__(self, stage: str, registry: CollectorRegistry) -> None:
        self._stage = stage
        self._events = Counter(
            "wiredesk_events", "Deliveries finished, by outcome.", ["stage", "outcome"], registry=registry
        )
        self._duration = BatchHistogram(
            "wiredesk_stage_duration_seconds",
            "Time a stage took for an article: its batch's time shared equally.",
            stage,
            _DURATION_BUCKETS,
        )
        self._age = BatchHistogram(
            "wiredesk_event_age_seconds",
            "Age of an article, since it was submitted, when the stage was done with it.",
            stage,
            _AGE_BUCKETS,
        )
        self._attempts = BatchHistogram(
            "wiredesk_event_attempts",
            "Deliveries an article had needed when the stage was done with it.",
            stage,
            _ATTEMPT_BUCKETS,
        )
        for histogram in (self._duration, self._age, self._attempts):
            registry.register(histogram)
        self._retries = Counter(
            "wiredesk_retries", "Deliveries left for another try, by reason.", ["stage", "reason"], registry=registry
        )
        self._dead = Counter(
            "wiredesk_dead_lettered", "Articles given up, by reason.", ["stage", "reason"], registry=registry
        )
        self.busy = BusyTime(stage)
        registry.register(self.busy)
        self._words = Counter(
            "wiredesk_words", "Words of the articles that a stage was done with.", ["stage"], registry=registry
        ).labels(stage)
        self._sources = SourceMetrics(registry)
        # What is told to be zero until it happens counts as an increase when it does.
        for outcome in _OUTCOMES:
            self._events.labels(stage, outcome)
        for reason in OWN_REASONS:
            self._retries.labels(stage, reason)
            self._dead.labels(stage, reason)
        self.in_flight = Gauge(
            "wiredesk_in_flight", "Entries the worker is working on now.", ["stage"], registry=registry
        ).labels(stage)

    def record(self, finished: Sequence[Finished], duration_s: float) -> None:
        """Count a finished batch that took `duration_s` in all."""
        done = []
        words = 0
        for outcome, count in Tally(item.outcome for item in finished).items():
            self._events.labels(self._stage, outcome).inc(count)
        for worked, outcome, _, _ in finished:
            if isinstance(worked.outcome, Retry) or outcome == "failed":
                self._retries.labels(self._stage, getattr(worked.outcome, "reason", "refused")).inc()
            elif outcome not in _ANOTHERS:
                done.append(worked.delivery)
                words += self._measured(worked.outcome)
        self._words.inc(words)
        self._duration.observe_alike(duration_s / max(1, len(finished)), len(finished))
        for attempts, count in Tally(delivery.attempts for delivery in done).items():
            self._attempts.observe_alike(attempts, count)
        now_ms = time() * 1000
        submitted_ms = (int(delivery.submission_id.partition("-")[0]) for delivery in done)
        self._age.observe(max(0.0, now_ms - at_ms) / 1000 for at_ms in submitted_ms)

    def _measured(self, outcome: Outcome) -> int:
        """Count what a result says of its article, but the words, which are returned."""
        if isinstance(outcome, Dead):
            self._dead.labels(self._stage, outcome.reason).inc()
        elif not isinstance(outcome, Publish):
            return 0
        self._sources.count(outcome.measures)
        return outcome.measures.words
