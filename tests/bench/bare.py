"""The yardsticks: the stages' pure functions in a bare loop, and a bare redis-py loop, without any of the runtime."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import redis
from pydantic import BaseModel
from wiredesk import wire
from wiredesk.errors import WiredeskError
from wiredesk.events import ArticleExtracted, ArticleSubmitted, Stream
from wiredesk.index import open_writer
from wiredesk.stage.contract import ENTRY_POINT_GROUP, Item, StageFunction
from wiredesk.stage.decode import decode_event

from .errors import BenchError
from .gathering import Gathering
from .relay import READ_COUNT, relay

__all__ = ["STAGES", "BareStages", "Timed", "batch_size", "move_messages"]

STAGES = ("ingest", "extraction", "indexing")
_MAX_BYTES = 64_000_000
_Function = Callable[[Sequence[Item[Any]]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Timed:
    """What a loop made of its items, and the seconds it took: by the clock, and of the processor."""

    results: Sequence[BaseModel]
    refused: int
    seconds: float
    cpu_seconds: float


def batch_size(stage: str) -> int:
    """How many articles the stage's worker takes at once: the loops take as many."""
    return int(import_module(f"wiredesk_{stage}.__main__").PLAN.batch_size)


class BareStages:
    """Stages in this process and thread, one call after the other; each is loaded once."""

    def __init__(self, stages: Sequence[str], index_url: str) -> None:
        self._functions = {name: _load(name) for name in stages if name != "indexing"}
        self._index: Gathering | None = None
        if "indexing" in stages:  # it has no function of the stages' kind; its pure part is the index's writer
            self._index = Gathering(open_writer(index_url))
            self._functions["indexing"] = partial(_index, self._index)

    def stage(self, name: str, items: Sequence[Item[Any]]) -> Timed:
        """One stage over all items. The results of indexing are its input: it has no others."""
        return self._timed((name,), items)

    def whole(self, items: Sequence[Item[Any]]) -> Timed:
        """All stages, each batch going through all of them before the next."""
        return self._timed(STAGES, items)

    def _timed(self, stages: Sequence[str], items: Sequence[Item[Any]]) -> Timed:
        size = batch_size(stages[0])
        results: list[BaseModel] = []
        started, cpu_started = time.perf_counter(), time.process_time()
        for at in range(0, len(items), size):
            batch = items[at : at + size]
            for stage in stages:
                made = self._functions[stage](batch)
                batch = [Item(one.submission_id, one) for one in made if not isinstance(one, WiredeskError)]
            results += [item.event for item in batch]
        if self._index and stages[-1] == "indexing":
            self._index.finish()
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
        return Timed(results, len(items) - len(results), seconds, cpu_seconds)


def _index(index: Gathering, batch: Sequence[Item[Any]]) -> Sequence[Any]:
    articles: list[ArticleExtracted] = [item.event for item in batch]
    index.upsert(articles)
    return articles


def _load(name: str) -> _Function:
    for found in entry_points(group=ENTRY_POINT_GROUP, name=name):
        function: StageFunction[Any, Any] = found.load().load()
        return function
    raise BenchError(f"the stage {name} is not installed; run make setup")


def move_messages(url: str, count: int) -> float:
    """The plain way to do what the relay's worker does: XREADGROUP COUNT 100, the same work, one pipeline a batch.

    It fences nothing, retries nothing, remembers nothing, and the work is done in the same process. Returns the
    processor's seconds.
    """
    group = consumer = "bare"
    moved = 0
    cpu_started = time.process_time()
    with redis.Redis.from_url(url) as client:
        while moved < count:
            answer: Any = client.xreadgroup(group, consumer, {Stream.SUBMITTED: ">"}, count=READ_COUNT, block=1000)
            for _, entries in answer:
                _move(client, group, entries)
                moved += len(entries)
    return time.process_time() - cpu_started


def _move(client: "redis.Redis", group: str, entries: Sequence[Any]) -> None:
    with client.pipeline(transaction=False) as pipeline:
        for entry_id, fields in entries:
            submission_id = entry_id.decode()
            event, _ = decode_event(ArticleSubmitted, fields[wire.FIELD.encode()], max_bytes=_MAX_BYTES)
            passed_on = relay(Item(submission_id, event)).model_dump_json().encode()
            pipeline.xadd(Stream.INGESTED, {wire.FIELD: wire.encode(passed_on, {"correlation_id": submission_id})})
        pipeline.xack(Stream.SUBMITTED, group, *(entry_id for entry_id, _ in entries))
        pipeline.execute()
