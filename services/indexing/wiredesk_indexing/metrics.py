"""What an indexing worker tells of the index, beside what every worker counts."""

from prometheus_client import CollectorRegistry, Gauge, Histogram

__all__ = ["IndexMetrics"]

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class IndexMetrics:
    """`commit_seconds`: a batch from its first document to the end of its durable commit. `documents`: articles."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.commit_seconds = Histogram(
            "wiredesk_index_commit_seconds",
            "Time to make a batch searchable and durable.",
            registry=registry,
            buckets=_BUCKETS,
        )
        self.documents = Gauge("wiredesk_index_documents", "Articles now searchable.", registry=registry)
