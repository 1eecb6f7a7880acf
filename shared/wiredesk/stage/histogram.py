"""A histogram that takes a batch's values at once: the library's own takes each under locks of its own."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

__all__ = ["BatchHistogram"]


class BatchHistogram(Collector):
    """Of one stage, with these upper bounds. Values come and are collected in one thread."""

    def __init__(self, name: str, documentation: str, stage: str, bounds: Sequence[float]) -> None:
        self._name, self._documentation, self._stage = name, documentation, stage
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, values: Iterable[float]) -> None:
        """Count values, each in the first bucket whose bound it does not pass."""
        bounds, counts = self._bounds, self._counts
        for value in values:
            counts[bisect_left(bounds, value)] += 1
            self._sum += value

    def observe_alike(self, value: float, count: int) -> None:
        """Count `count` values that are the same."""
        self._counts[bisect_left(self._bounds, value)] += count
        self._sum += value * count

    def collect(self) -> Iterator[Metric]:
        """As the library's own histogram is told."""
        told = HistogramMetricFamily(self._name, self._documentation, labels=["stage"])
        names = [*map(floatToGoString, self._bounds), "+Inf"]
        buckets = list(zip(names, map(float, accumulate(self._counts)), strict=True))
        told.add_metric([self._stage], buckets, self._sum)
        yield told
