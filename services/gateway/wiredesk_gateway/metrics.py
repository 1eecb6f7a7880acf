"""What the gateway tells Prometheus: its own requests, and the streams and index as seen at the time of asking."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import TypeVar, get_args

import structlog
from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client import Counter as CounterMetric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import Scope
from wiredesk.errors import WiredeskError
from wiredesk.events import GROUPS, Stream
from wiredesk.pipeline import GroupState, PipelineState
from wiredesk.stage.processor import State

from wiredesk_gateway.presence import STAGE

__all__ = ["PipelineCollector", "QueryTimes", "Requests"]

_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_KINDS = ("search", "quotes", "entities", "suggest", "similar", "article", "export", "page")

T = TypeVar("T")

_STAGES = (*dict.fromkeys(name for names in GROUPS.values() for name in names), STAGE)
_STATES = get_args(State)
_OTHER = "other"
_GROUPS_A_STREAM = 50
"""Anyone may make groups; so many become labels."""
_KEYS = 1000
"""Keys come and go while a gateway runs; so many become labels."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Requests:
    """Counts and times requests by route template, never by address: the labels stay few whoever asks for what."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.in_flight = 0
        self._count = CounterMetric(
            "wiredesk_http_requests",
            "Requests answered, by method, route template and status (0: the client left first).",
            ["method", "route", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "wiredesk_http_request_duration_seconds",
            "Time from a request's head to the end of its answer.",
            ["method", "route"],
            registry=registry,
            buckets=_BUCKETS,
        )
        self._keyed = CounterMetric(
            "wiredesk_http_key_requests", "Requests that came with a known API key.", ["key"], registry=registry
        )
        self._refused = CounterMetric(
            "wiredesk_http_refused",
            "Requests not let in: without a known key, without the scope, too many, from elsewhere, malformed.",
            ["reason"],
            registry=registry,
        )
        self._keys: set[str] = set()
        for reason in ("key", "scope", "rate", "origin", "malformed"):
            self._refused.labels(reason)
        Gauge("wiredesk_in_flight", "Requests being answered now.", ["stage"], registry=registry).labels(
            "gateway"
        ).set_function(lambda: self.in_flight)

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request when it is over."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "none")
        self._count.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def keyed(self, name: str) -> None:
        """Count one request of a key."""
        if len(self._keys) < _KEYS:
            self._keys.add(name)
        self._keyed.labels(name if name in self._keys else _OTHER).inc()

    def refused(self, reason: str) -> None:
        """Count one request that was not let in."""
        self._refused.labels(reason).inc()


class QueryTimes:
    """Times questions to the index by kind, and counts those it gave no answer to."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "wiredesk_query_duration_seconds",
            "Time a question to the index took, waiting for its turn included; of the pages together, page.",
            ["kind"],
            registry=registry,
            buckets=_BUCKETS,
        )
        self._refused = CounterMetric(
            "wiredesk_queries_refused",
            "Questions without an answer: too many at once, or too long a time.",
            ["reason"],
            registry=registry,
        )
        for kind in _KINDS:
            self._seconds.labels(kind)
        for reason in ("busy", "timeout"):
            self._refused.labels(reason)

    def observe(self, kind: str, seconds: float) -> None:
        """Count one question when it is over, answered or not."""
        self._seconds.labels(kind).observe(seconds)

    def refused(self, reason: str) -> None:
        """Count one question that is not answered."""
        self._refused.labels(reason).inc()


class PipelineCollector(Collector):
    """Asks Redis and the index at each scrape. What cannot be told is absent, never 0.

    The one place that exports what is true of the whole pipeline: a worker's metrics would be told once a replica.
    """

    def __init__(
        self,
        read: Callable[[], PipelineState],
        documents: Callable[[], int | None],
        dead_letters: Callable[[], Mapping[tuple[str, str], int] | None],
    ) -> None:
        self._read = read
        self._documents = documents
        self._dead_letters = dead_letters

    def collect(self) -> Iterator[Metric]:
        """The gauges of the whole pipeline."""
        documents = self._documents()
        if documents is not None:
            yield GaugeMetricFamily("wiredesk_index_documents", "Articles now searchable.", value=documents)
        state = _told(self._read)
        if state is not None:
            yield from _stream_metrics(state)
            yield from _group_metrics(state)
            yield from _memory_metrics(state)
            yield _workers(state)
        letters = _told(self._dead_letters)
        if letters is not None:
            yield _dead_letters(letters)


def _told(ask: Callable[[], T]) -> T | None:
    """The answer, or None where Redis gives none."""
    try:
        return ask()
    except WiredeskError as error:
        _log.warning("metrics.incomplete", why=str(error))
        return None


def _stream_metrics(state: PipelineState) -> Iterator[Metric]:
    length = GaugeMetricFamily("wiredesk_stream_length", "Entries on a stream.", labels=["stream"])
    size = GaugeMetricFamily("wiredesk_stream_bytes", "Memory of a stream, measured on samples.", labels=["stream"])
    dropped = CounterMetricFamily(
        "wiredesk_stream_dropped", "Entries that a stream's limits of age and size have cost.", labels=["stream"]
    )
    pressure = GaugeMetricFamily(
        "wiredesk_pressure", "1 while publishing, or the stage that writes to a stream, has to wait.", labels=["stream"]
    )
    for stream in state.streams:
        for family, value in ((length, stream.length), (size, stream.bytes), (dropped, stream.dropped)):
            if value is not None:
                family.add_metric([stream.name], value)
    for told in state.pressure:
        if told.why is not None or told.backlog is not None:
            pressure.add_metric([told.stream], float(told.why is not None))
    dead_bytes = state.stream(Stream.DEAD).bytes
    yield from (length, size, dropped, pressure)
    if dead_bytes is not None:
        yield GaugeMetricFamily("wiredesk_dead_letters_bytes", "Memory of all dead letters.", value=dead_bytes)


def _group_metrics(state: PipelineState) -> Iterator[Metric]:
    told: tuple[tuple[str, str, Callable[[GroupState], float | None]], ...] = (
        ("lag", "Entries a group was not given yet.", lambda group: group.lag),
        ("pending", "Entries given and not yet finished.", lambda group: group.pending),
        ("oldest_waiting_seconds", "Age of the oldest entry not given yet.", lambda group: group.oldest_waiting_s),
        (
            "oldest_pending_seconds",
            "Age of the oldest entry given, not finished.",
            lambda group: group.oldest_pending_s,
        ),
        ("oldest_seconds", "Age of the oldest entry a group has not finished.", lambda group: group.oldest_s),
    )
    for name, help, value_of in told:
        gauge = GaugeMetricFamily(f"wiredesk_stream_{name}", help, labels=["stream", "group"])
        for stream in state.streams:
            for group in stream.groups[:_GROUPS_A_STREAM]:
                value = value_of(group)
                if value is not None:
                    gauge.add_metric([stream.name, group.name], value)
        yield gauge


def _memory_metrics(state: PipelineState) -> Iterator[Metric]:
    if state.server is None:
        return
    used, limit = state.server.used_memory_bytes, state.server.max_memory_bytes
    yield GaugeMetricFamily("wiredesk_redis_memory_bytes", "Memory that Redis uses.", value=used)
    if limit:
        yield GaugeMetricFamily("wiredesk_redis_memory_limit_bytes", "Redis's maxmemory.", value=limit)


def _workers(state: PipelineState) -> Metric:
    gauge = GaugeMetricFamily("wiredesk_workers", "Live processes by what they are doing.", labels=["stage", "state"])
    counts = Counter(
        (worker.stage if worker.stage in _STAGES else _OTHER, worker.state if worker.state in _STATES else _OTHER)
        for worker in state.workers
    )
    for stage, doing in sorted({*counts, *product(_STAGES, _STATES)}):
        gauge.add_metric([stage, doing], counts[stage, doing])
    return gauge


def _dead_letters(letters: Mapping[tuple[str, str], int]) -> Metric:
    gauge = GaugeMetricFamily("wiredesk_dead_letters", "Dead letters by stage and reason.", labels=["stage", "reason"])
    for labels, count in letters.items():
        gauge.add_metric(labels, count)
    return gauge
