"""What the gateway tells Prometheus: its own requests, and the streams and index as seen at the time of asking."""

from collections.abc import Callable, Iterator

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import Scope
from wiredesk.errors import WiredeskError
from wiredesk.pipeline import DEAD_LETTERS_COUNTED, GroupState, PipelineState, StreamState

__all__ = ["PipelineCollector", "Requests", "oldest_waiting_s"]

_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Requests:
    """Counts and times requests by route template, never by address: the labels stay few whoever asks for what."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.in_flight = 0
        self._count = Counter(
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
        Gauge("wiredesk_in_flight", "Requests being answered now.", ["stage"], registry=registry).labels(
            "gateway"
        ).set_function(lambda: self.in_flight)

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request when it is over."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "none")
        self._count.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class PipelineCollector(Collector):
    """Asks Redis and the index at each scrape. What cannot be told is absent, never 0."""

    def __init__(self, read: Callable[[], PipelineState], documents: Callable[[], int | None]) -> None:
        self._read = read
        self._documents = documents

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges of the whole pipeline."""
        documents = self._documents()
        if documents is not None:
            yield GaugeMetricFamily("wiredesk_index_documents", "Articles now searchable.", value=documents)
        try:
            state = self._read()
        except WiredeskError as error:
            _log.warning("metrics.incomplete", error=str(error))
            return
        yield from _stream_gauges(state)
        yield _dead_letters(state)


def _stream_gauges(state: PipelineState) -> Iterator[GaugeMetricFamily]:
    length = GaugeMetricFamily("wiredesk_stream_length", "Entries on a stream.", labels=["stream"])
    groups = ["stream", "group"]
    lag = GaugeMetricFamily("wiredesk_stream_lag", "Entries a group was not given yet.", labels=groups)
    pending = GaugeMetricFamily("wiredesk_stream_pending", "Entries given and not yet finished.", labels=groups)
    oldest = GaugeMetricFamily(
        "wiredesk_stream_oldest_seconds", "Age of the oldest entry a group has not finished.", labels=groups
    )
    for stream in state.streams:
        length.add_metric([stream.name], stream.length)
        for group in stream.groups:
            labels = [stream.name, group.name]
            pending.add_metric(labels, group.pending)
            if group.lag is not None:
                lag.add_metric(labels, group.lag)
            waiting_s = oldest_waiting_s(stream, group)
            if waiting_s is not None:
                oldest.add_metric(labels, waiting_s)
    yield from (length, lag, pending, oldest)


def _dead_letters(state: PipelineState) -> GaugeMetricFamily:
    help = f"Dead letters by stage and reason, among the newest {DEAD_LETTERS_COUNTED}."
    gauge = GaugeMetricFamily("wiredesk_dead_letters", help, labels=["stage", "reason"])
    for count in state.dead_letters.counts:
        gauge.add_metric([count.stage, count.reason], count.count)
    return gauge


def oldest_waiting_s(stream: StreamState, group: GroupState) -> float | None:
    """Age in seconds of the oldest entry the group has not finished; 0 when nothing waits, None when unknown.

    Pending entries are older than those not given yet. Without any, the first entry of the stream is the oldest
    waiting only if all its entries wait.
    """
    if group.pending:
        return group.oldest_pending_s
    if group.lag == 0:
        return 0.0
    return stream.oldest_s if group.lag == stream.length else None
