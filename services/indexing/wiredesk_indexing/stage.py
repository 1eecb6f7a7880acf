"""The indexing stage: a batch of deliveries becomes one durable commit, then one outcome each.

All work on the index, decoding included, runs in one thread, so that health and metrics answer meanwhile and the index
has one user. Retractions go first: what they keep out is then told as superseded.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import perf_counter
from typing import TypeVar

import structlog
from prometheus_client import CollectorRegistry
from wiredesk import wire
from wiredesk.errors import PermanentError, TransientError, Unavailable
from wiredesk.events import ArticleExtracted, ArticleIndexed, ArticleRetracted, submitted_at
from wiredesk.index import open_writer
from wiredesk.index.protocol import IndexBusy, IndexWriter, Upserted
from wiredesk.stage.outcomes import Dead, Delivery, Done, Outcome, Publish, Retry, Superseded
from wiredesk.stage.processor import Stuck, Waiting

from wiredesk_indexing.decoding import Removal, Work, decode
from wiredesk_indexing.isolation import isolated
from wiredesk_indexing.metrics import IndexMetrics
from wiredesk_indexing.settings import IndexingSettings

__all__ = ["IndexProcessor"]

log = structlog.get_logger()
T = TypeVar("T")


class IndexProcessor:
    """A Processor over one IndexWriter. `open_index` takes the index's address; tests give another."""

    def __init__(
        self,
        settings: IndexingSettings,
        *,
        registry: CollectorRegistry,
        open_index: Callable[[str], IndexWriter] = open_writer,
    ) -> None:
        self._settings = settings
        self._open_index = open_index
        self._metrics = IndexMetrics(registry)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="index")
        self._index: IndexWriter | None = None

    async def start(self, waiting: Waiting) -> None:
        """Take the index; stand by until its one writer has left or died, wait until its server answers.

        Raises UsageError for an unusable index.
        """
        kept: type[Exception] | None = None
        while True:
            try:
                await self._in_thread(self._open)
                break
            except (IndexBusy, TransientError, Unavailable) as error:
                if type(error) is not kept:
                    kept, busy = type(error), isinstance(error, IndexBusy)
                    event = "index.standby" if busy else "index.waiting"
                    log.info(event, why=str(error), retry_s=self._settings.standby_retry_s)
                    waiting("standby" if busy else "disconnected")
            await asyncio.sleep(self._settings.standby_retry_s)
        if kept is not None:
            log.info("index.taken_over" if kept is IndexBusy else "index.reached")

    async def process(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        """One outcome for each delivery, in order, when everything that is to be published is durable.

        Raises Unavailable when the index takes no writes (a full disk), and Stuck when it does not return.
        """
        try:
            return await self._within_limit(lambda: self._process(batch), doing=f"{len(batch)} articles")
        except TransientError as error:
            raise Unavailable(error.message) from error

    async def _within_limit(self, work: Callable[[], T], *, doing: str) -> T:
        limit_s = self._settings.batch_time_limit_s
        try:
            return await asyncio.wait_for(asyncio.shield(self._in_thread(work)), limit_s)
        except TimeoutError:
            raise Stuck(f"the index took more than {limit_s:g} s for {doing}; a new start frees it") from None

    async def recover(self) -> None:
        """Raises Unavailable while the index takes no writes."""
        try:
            await self._within_limit(self._probe, doing="a trial write")
        except TransientError as error:
            raise Unavailable(error.message) from error

    def _probe(self) -> None:
        if self._index is not None:
            self._index.probe()

    async def stop(self) -> None:
        """Finish what the thread does and let the index go."""
        await self._in_thread(self._close)
        self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        index = self._open_index(self._settings.index_url)
        try:
            self._metrics.documents.set(index.documents())
        except BaseException:
            index.close()
            raise
        self._index = index

    def _close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None

    def _process(self, batch: Sequence[Delivery]) -> list[Outcome]:
        index = self._index
        if index is None:
            raise TransientError("not_started", "the index is not open")
        asked = [decode(delivery, max_bytes=self._settings.message_limit_bytes) for delivery in batch]
        works = [each for each in asked if isinstance(each, Work)]
        removals = [each for each in asked if isinstance(each, Removal)]

        def retract(events: Sequence[ArticleRetracted]) -> Sequence[None]:
            index.retract(events)
            return [None] * len(events)

        started = perf_counter()
        removed = iter(isolated([each.event for each in removals], retract, probe=index.probe))
        upserted = iter(isolated([each.article for each in works], index.upsert, probe=index.probe))
        if works or removals:
            self._metrics.commit_seconds.observe(perf_counter() - started)
            self._metrics.documents.set(index.documents())
        indexed_at = datetime.now(UTC)
        outcomes: list[Outcome] = []
        for each in asked:
            match each:
                case Work():
                    outcomes.append(_indexed(each, next(upserted), indexed_at))
                case Removal(event):
                    result = next(removed)
                    outcomes.append(_failed(event, result) if isinstance(result, Exception) else Done())
                case Dead():
                    outcomes.append(each)
        return outcomes


def _indexed(work: Work, result: Upserted | Exception, at: datetime) -> Outcome:
    article = work.article
    if isinstance(result, Exception):
        return _failed(article, result)
    if result == "superseded":
        return Superseded()
    event = ArticleIndexed(
        article_id=article.article_id,
        revision=article.revision,
        submission_id=article.submission_id,
        submitted_at=submitted_at(article.submission_id),
        indexed_at=at,
    )
    kept = {"correlation_id": article.submission_id}
    if traceparent := work.headers.get("traceparent"):
        kept["traceparent"] = traceparent
    return Publish(payload=wire.encode(event.model_dump_json().encode(), kept), article_id=article.article_id)


def _failed(event: ArticleExtracted | ArticleRetracted, error: Exception) -> Outcome:
    """Permanent: dead. The store's, which takes others: later. Else a bug of ours: later too, with its traceback."""
    if isinstance(error, PermanentError):
        return Dead(reason=error.reason, message=error.message, article_id=event.article_id, revision=event.revision)
    if isinstance(error, TransientError):
        return Retry(reason=error.reason, message=error.message, blameless=True)
    log.error("index.unexpected", article_id=event.article_id, exc_info=error)
    return Retry(reason="unexpected_error", message=f"{type(error).__name__}: {error}"[:500])
