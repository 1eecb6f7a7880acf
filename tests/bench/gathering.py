"""The index's writer as a worker has it, watched: when a batch is durable, and when it can be found."""

import threading
import time
from collections.abc import Sequence

from wiredesk.events import ArticleExtracted
from wiredesk.index.protocol import IndexWriter
from wiredesk_indexing.settings import IndexingSettings

from .errors import BenchError

__all__ = ["Gathering"]

_PATIENCE_S = 60.0


class Gathering:
    """Batches are durable when they return, and searchable with a later commit."""

    def __init__(self, writer: IndexWriter) -> None:
        self._writer = writer
        self._count = 0
        self._changed = threading.Condition()
        self._times: list[tuple[int, float]] = []
        self._acknowledged: list[tuple[int, float]] = []
        self._sent = 0
        writer.gather(every_s=IndexingSettings.model_fields["commit_every_s"].default, searchable=self._note)

    def upsert(self, batch: Sequence[ArticleExtracted]) -> None:
        """Returns when it is durable."""
        outcomes = zip(batch, self._writer.upsert(batch), strict=True)
        self._sent += len({article.article_id for article, outcome in outcomes if outcome == "indexed"})
        self._acknowledged.append((self._sent, time.perf_counter()))

    def finish(self) -> None:
        """Returns when all of it is searchable. Raises BenchError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._count >= self._sent, _PATIENCE_S):
                raise BenchError("the index acknowledged articles that did not become searchable")

    def searchable_s(self) -> list[float]:
        """For each batch the seconds from its acknowledgement until its last article could be found; 0 if before."""
        commits = iter(self._times)
        reached, at = next(commits)
        delays = []
        for sent, acknowledged_at in self._acknowledged:
            while reached < sent:
                reached, at = next(commits)
            delays.append(max(0.0, at - acknowledged_at))
        return delays

    def _note(self, submissions: Sequence[str]) -> None:
        with self._changed:
            self._count += len(submissions)
            self._times.append((self._count, time.perf_counter()))
            self._changed.notify_all()
