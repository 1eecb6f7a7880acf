"""Questions to the index: so many at a time, for so long, and timed by kind.

A search in progress cannot be broken off. So each runs in a thread of this module's own: whoever asked waits for a
bounded time, and a question that takes for ever holds up its neighbours here, never publishing or health.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus
from typing import Any, TypeVar

from wiredesk.errors import Unavailable
from wiredesk.events import ArticleExtracted
from wiredesk.index.corrections import Register
from wiredesk.index.protocol import ArticleHit, EntityHit, IndexReader, Page, QuoteHit, SearchPage, SearchRequest

from wiredesk_gateway.metrics import QueryTimes
from wiredesk_gateway.problems import Problem

__all__ = ["WAITING", "BoundedReader", "Queries"]

T = TypeVar("T")
R = TypeVar("R")
_Task = tuple["Future[Any]", Callable[[], Any]]

WAITING = 64
"""Questions that may wait for a turn; each that was asked from a thread holds it."""


class Queries:
    """A few daemon threads, started when they are first needed. `ask` may be called from any thread."""

    def __init__(self, times: QueryTimes, *, at_once: int, timeout_s: float) -> None:
        self.times = times
        self.timeout_s = timeout_s
        self._at_once = at_once
        self._room = threading.BoundedSemaphore(at_once + WAITING)
        self._tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._threads = 0

    def ask(self, kind: str, question: Callable[[], T]) -> T:
        """The answer, or what the question raises.

        Raises Unavailable when too many wait already, and a Problem (504) when the answer takes longer than allowed.
        """
        began = time.perf_counter()
        future = self._put(question)
        try:
            answer = future.result(self.timeout_s)
        except TimeoutError:
            if future.done() and not future.cancelled():  # the question's own
                raise
            raise self._given_up(future) from None
        finally:
            self.times.observe(kind, time.perf_counter() - began)
        return answer

    async def answer(self, kind: str, question: Callable[[], T], then: Callable[[T], R]) -> R:
        """What `then` makes of the answer, in the same thread: for requests that hold none while they wait.

        Raises what `ask` does. The time told is the question's alone.
        """
        began, ended = time.perf_counter(), list[float]()

        def both() -> R:
            try:
                found = question()
            finally:
                ended.append(time.perf_counter())
            return then(found)

        future = self._put(both)
        try:
            async with asyncio.timeout(self.timeout_s) as limit:
                made = await asyncio.wrap_future(future)
        except TimeoutError:
            if not limit.expired():  # the question's own
                raise
            raise self._given_up(future) from None
        finally:
            self.times.observe(kind, (ended[0] if ended else time.perf_counter()) - began)
        return made

    def _put(self, question: Callable[[], T]) -> "Future[T]":
        if not self._room.acquire(blocking=False):
            self.times.refused("busy")
            raise Unavailable("too many searches are waiting already; try again in a moment")
        future: Future[T] = Future()
        future.add_done_callback(lambda _: self._room.release())
        self._tasks.put((future, question))
        self._start_thread()
        return future

    def _given_up(self, future: "Future[Any]") -> Problem:
        future.cancel()
        self.times.refused("timeout")
        detail = f"The index took longer than {self.timeout_s:g} s over this; ask for less, or more narrowly."
        return Problem(HTTPStatus.GATEWAY_TIMEOUT, detail)

    def _start_thread(self) -> None:
        with self._starting:
            if self._threads < self._at_once and not self._tasks.empty():
                self._threads += 1
                threading.Thread(target=self._work, name="query", daemon=True).start()

    def _work(self) -> None:
        while True:
            future, question = self._tasks.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(question())
            except BaseException as error:  # it belongs to who asked
                future.set_exception(error)
            del future, question  # an idle thread keeps no answer alive


class BoundedReader:
    """An IndexReader whose questions go through Queries. `kind` goes before the question's own in the metrics."""

    def __init__(self, reader: IndexReader, queries: Queries, *, kind: str | None = None) -> None:
        self._reader = reader
        self._queries = queries
        self._kind = kind

    def search(self, request: SearchRequest) -> SearchPage:
        """See IndexReader; so for the others."""
        return self._ask("search", lambda: self._reader.search(request))

    def article(self, article_id: str) -> ArticleExtracted:
        """One article."""
        return self._ask("article", lambda: self._reader.article(article_id))

    def quotes(
        self, *, q: str = "", speaker: str = "", article_id: str = "", limit: int = 10, cursor: str | None = None
    ) -> Page[QuoteHit]:
        """Quotes."""
        return self._ask(
            "quotes",
            lambda: self._reader.quotes(q=q, speaker=speaker, article_id=article_id, limit=limit, cursor=cursor),
        )

    def entities(self, *, q: str = "", type: str = "", limit: int = 10, cursor: str | None = None) -> Page[EntityHit]:
        """Entities."""
        return self._ask("entities", lambda: self._reader.entities(q=q, type=type, limit=limit, cursor=cursor))

    def entity(self, entity_id: str) -> EntityHit:
        """One entity."""
        return self._ask("entities", lambda: self._reader.entity(entity_id))

    def corrections(self, entity_id: str) -> tuple[Register, ...]:
        """What users said of an entity."""
        return self._ask("entities", lambda: self._reader.corrections(entity_id))

    def corrected_up_to(self) -> int:
        """Known without asking the index."""
        return self._reader.corrected_up_to()

    def similar(self, article_id: str, *, limit: int = 10) -> tuple[ArticleHit, ...]:
        """Articles alike."""
        return self._ask("similar", lambda: self._reader.similar(article_id, limit=limit))

    def suggest(self, prefix: str, *, limit: int = 10) -> tuple[EntityHit, ...]:
        """Names while typing."""
        return self._ask("suggest", lambda: self._reader.suggest(prefix, limit=limit))

    def documents(self) -> int:
        """Articles now searchable."""
        return self._reader.documents()

    def reload(self) -> None:
        """The live index does it."""
        self._reader.reload()

    def close(self) -> None:
        """The live index does it."""
        self._reader.close()

    def _ask(self, kind: str, question: Callable[[], T]) -> T:
        return self._queries.ask(self._kind or kind, question)
