"""What an indexing worker tells of the index, beside what every worker counts."""

from collections.abc import Iterator
from pathlib import Path
from shutil import disk_usage

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

__all__ = ["DiskCollector", "IndexMetrics"]

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SEARCHABLE_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43200)
"""5 is the promise: the share below it is what the dashboards and alerts hold against 99 %."""


class IndexMetrics:
    """`commit_seconds`: a batch from its first document until all of it is durable. `documents`: articles.

    `commit_failures`: batches and commits that the index refused. `searchable_seconds`: the promise of the whole
    pipeline, told once an article and revision. The disk is that of the folder `data`.
    """

    def __init__(self, registry: CollectorRegistry, data: Path) -> None:
        self.commit_seconds = Histogram(
            "wiredesk_index_commit_seconds",
            "Time to make a batch durable.",
            registry=registry,
            buckets=_BUCKETS,
        )
        self.documents = Gauge("wiredesk_index_documents", "Articles now searchable.", registry=registry)
        self.commit_failures = Counter(
            "wiredesk_index_commit_failures",
            "Batches, commits and trial writes that the index did not take.",
            registry=registry,
        )
        self.searchable_seconds = Histogram(
            "wiredesk_searchable_seconds",
            "Time from the submission of an article to its being searchable.",
            registry=registry,
            buckets=_SEARCHABLE_BUCKETS,
        )
        registry.register(DiskCollector(data))


class DiskCollector(Collector):
    """The file system of a folder, at each scrape; absent where there is no such folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Free and total bytes."""
        try:
            usage = disk_usage(self._folder)
        except OSError:
            return
        yield GaugeMetricFamily("wiredesk_disk_free_bytes", "Free bytes where the index is kept.", value=usage.free)
        yield GaugeMetricFamily("wiredesk_disk_size_bytes", "All bytes where the index is kept.", value=usage.total)
