"""The indexing stage: a batch of deliveries is made durable in the index, then becomes one outcome each.

All work on the index, decoding included, runs in one thread, so that health and metrics answer meanwhile and the index
has one user. Retractions go first: what they keep out is then told as superseded. Corrections go next: what they say is
then true of the articles that come in. What they leave to do on articles that are there is done between batches.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import perf_counter
from typing import TypeVar

import structlog
from prometheus_client import CollectorRegistry
from wiredesk import wire
from wiredesk.errors import PermanentError, TransientError, Unavailable
from wiredesk.events import ArticleExtracted, ArticleIndexed, ArticleRetracted, Stream, submitted_at
from wiredesk.index import open_writer
from wiredesk.index.corrections import Correction
from wiredesk.index.protocol import IndexBusy, IndexWriter, Upserted
from wiredesk.stage.outcomes import Dead, Delivery, Done, Outcome, Publish, Retry, Superseded, about
from wiredesk.stage.processor import Stuck, Waiting

from wiredesk_indexing.decoding import Amendment, Removal, Work, decode
from wiredesk_indexing.isolation import isolated
from wiredesk_indexing.kept_changes import Page
from wiredesk_indexing.metrics import IndexMetrics
from wiredesk_indexing.settings import IndexingSettings

__all__ = ["IndexProcessor"]

log = structlog.get_logger()
T = TypeVar("T")
E = TypeVar("E")

_SETTLE_RETRY_S = 5.0
"""After a failure, which batches meet as well and tell of: a full disk, most often."""


class IndexProcessor:
    """A Processor over one IndexWriter. `open_index` takes the index's address; tests give another.

    `changes` gives the changes made after a place, in order: they are applied at the start, before anything is read.
    """

    def __init__(
        self,
        settings: IndexingSettings,
        *,
        registry: CollectorRegistry,
        open_index: Callable[[str], IndexWriter] = open_writer,
        changes: Callable[[str], Iterable[Page]] = lambda after: (),  # noqa: ARG005 - none were made
    ) -> None:
        self._settings = settings
        self._open_index = open_index
        self._metrics = IndexMetrics(registry, settings.data)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="index")
        self._index: IndexWriter | None = None
        self._changes = changes
        self._settling: asyncio.Task[None] | None = None
        self._failing = False

    async def start(self, waiting: Waiting) -> None:
        """Take the index; stand by until its one writer has left or died, wait until its server answers.

        Raises UsageError for an unusable index.
        """
        await self._take(waiting)
        await self._in_thread(self._catch_up)
        self._settle_in_background()

    async def _take(self, waiting: Waiting) -> None:
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
            outcomes = await self._within_limit(lambda: self._process(batch), doing=f"{len(batch)} articles")
        except TransientError as error:
            self._metrics.commit_failures.inc()
            raise Unavailable(error.message) from error
        if any(delivery.stream == Stream.CHANGES for delivery in batch):
            self._settle_in_background()
        return outcomes

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
            self._metrics.commit_failures.inc()
            raise Unavailable(error.message) from error

    def _probe(self) -> None:
        if self._index is not None:
            self._index.probe()

    async def stop(self) -> None:
        """Finish what the thread does and let the index go. What is left to settle goes on at the next start."""
        if self._settling is not None:
            self._settling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._settling
        await self._in_thread(self._close)
        self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        index = self._open_index(self._settings.index_url.get_secret_value())
        try:
            index.gather(
                every_s=self._settings.commit_every_s, searchable=self._note_searchable, failed=self._note_failed
            )
            self._metrics.documents.set(index.documents())
        except BaseException:
            index.close()
            raise
        self._index = index

    def _note_searchable(self, submissions: Sequence[str]) -> None:
        """Told by the index, in a thread of its own where batches are gathered for a commit."""
        now = datetime.now(UTC)
        for id in submissions:
            self._metrics.searchable_seconds.observe(max(0.0, (now - submitted_at(id)).total_seconds()))
        self._failing = False
        if self._index is not None:
            self._metrics.documents.set(self._index.documents())

    def _note_failed(self, error: Exception) -> None:
        """Told by the index of a commit that no batch waits for, and of each try after it."""
        self._metrics.commit_failures.inc()
        if not self._failing:
            log.warning("index.commit_failed", why=str(error))
        self._failing = True

    def _close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None

    def _catch_up(self) -> None:
        """Apply the changes that this index may lack. Most of them are known, and then change nothing.

        Only here does the place move: this reading is in order and leaves nothing out, as no batch of the group's is.
        """
        index, read, whole = self._opened(), 0, True
        for page in self._changes(index.applied_up_to()):
            outcomes = self._process(page.deliveries)
            read += len(outcomes)
            whole = whole and not any(isinstance(outcome, Retry) for outcome in outcomes)
            if whole:
                whole = _marked(index, page.place)
        log.info("index.caught_up", changes=read)

    def _settle_in_background(self) -> None:
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle())

    async def _settle(self) -> None:
        """Step by step, so that batches come in between."""
        while True:
            try:
                if not await self._in_thread(self._settle_once):
                    return
            except Exception as error:
                log.error("index.settling_failed", retry_s=_SETTLE_RETRY_S, exc_info=error)
                await asyncio.sleep(_SETTLE_RETRY_S)

    def _settle_once(self) -> bool:
        return self._index is not None and self._index.settle()

    def _opened(self) -> IndexWriter:
        if self._index is None:
            raise TransientError("not_started", "the index is not open")
        return self._index

    def _process(self, batch: Sequence[Delivery]) -> list[Outcome]:
        index = self._opened()
        asked = [decode(delivery, max_bytes=self._settings.message_limit_bytes) for delivery in batch]
        works = [each for each in asked if isinstance(each, Work)]
        removals = [each.event for each in asked if isinstance(each, Removal)]
        amendments = [each.correction for each in asked if isinstance(each, Amendment)]
        started = perf_counter()
        removed = iter(isolated(removals, _silently(index.retract), probe=index.probe))
        amended = iter(isolated(amendments, _silently(index.correct), probe=index.probe))
        upserted = iter(isolated([each.article for each in works], index.upsert, probe=index.probe))
        if works or removals or amendments:
            self._metrics.commit_seconds.observe(perf_counter() - started)
            self._metrics.documents.set(index.documents())
        indexed_at = datetime.now(UTC)
        outcomes: list[Outcome] = []
        for delivery, each in zip(batch, asked, strict=True):
            match each:
                case Work(article):
                    outcomes.append(_indexed(delivery, article, next(upserted), indexed_at))
                case Removal(event):
                    outcomes.append(_applied(delivery, event, next(removed)))
                case Amendment(correction):
                    outcomes.append(_applied(delivery, correction, next(amended)))
                case Dead():
                    outcomes.append(each)
        return outcomes


def _marked(index: IndexWriter, place: str) -> bool:
    """Without it the next start reads again; whether the index takes writes, the first batch finds out."""
    try:
        index.mark_applied(place)
    except TransientError as error:
        log.warning("index.place_not_kept", why=error.message)
        return False
    return True


def _indexed(delivery: Delivery, article: ArticleExtracted, result: Upserted | Exception, at: datetime) -> Outcome:
    if isinstance(result, Exception):
        return _failed(delivery, article, result)
    if result == "superseded":
        return Superseded()
    event = ArticleIndexed(
        article_id=article.article_id,
        revision=article.revision,
        submission_id=article.submission_id,
        submitted_at=submitted_at(article.submission_id),
        indexed_at=at,
    )
    headers = wire.headers(article.submission_id, delivery.trace)
    return Publish(payload=wire.encode(event.model_dump_json().encode(), headers), article_id=article.article_id)


def _silently(work: Callable[[Sequence[E]], None]) -> Callable[[Sequence[E]], Sequence[None]]:
    """The work as `isolated` takes it, with a result for each item."""

    def done(items: Sequence[E]) -> Sequence[None]:
        work(items)
        return [None] * len(items)

    return done


def _applied(delivery: Delivery, change: ArticleRetracted | Correction, result: Exception | None) -> Outcome:
    return Done() if result is None else _failed(delivery, change, result)


def _failed(delivery: Delivery, event: ArticleExtracted | ArticleRetracted | Correction, error: Exception) -> Outcome:
    """Permanent: dead. The store's, which takes others: later. Else a bug of ours: later too, with its traceback."""
    article_id = None if isinstance(event, Correction) else event.article_id
    if isinstance(error, PermanentError):
        revision = event.revision if article_id else None
        return Dead(reason=error.reason, message=error.message, article_id=article_id, revision=revision)
    if isinstance(error, TransientError):
        return Retry(reason=error.reason, message=error.message, blameless=True)
    log.error("index.unexpected", exc_info=error, **about(delivery, article_id))
    return Retry(reason="unexpected_error", message=f"{type(error).__name__}: {error}"[:500])
