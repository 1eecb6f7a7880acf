"""The pure stages, ingest and extraction, in one process without Redis: what `wiredesk extract` runs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from pydantic_core import from_json

from wiredesk.errors import UsageError, WiredeskError
from wiredesk.events import ArticleExtracted, ArticleSubmitted
from wiredesk.stage.contract import ENTRY_POINT_GROUP, Item, StageDefinition, StageFunction
from wiredesk.stage.decode import decode_event
from wiredesk.stage.one_core import keep_to_one_core

__all__ = ["Entry", "Failure", "Stages", "read_line"]

MAX_LINE_BYTES = 64 * 1024 * 1024
BATCH_BYTES = 8_000_000
"""A batch holds no more of input than this (one larger article is a batch of its own), whatever its number."""

INTERNAL = "internal_error"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an article was not extracted: a stable slug, words for people, and the stage it failed in."""

    reason: str
    message: str
    stage: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One article to work on. `key` is the caller's own name for it; `size_bytes` bounds batches."""

    key: Any
    submission_id: str
    event: ArticleSubmitted | Failure
    size_bytes: int


def read_line(line: bytes, number: int) -> Entry:
    """An ArticleSubmitted as JSON; its `id`, if any, is the key. Its number among the lines makes the submission id."""
    submission_id = f"0-{number}"
    key = None
    try:
        event: ArticleSubmitted | Failure = decode_event(ArticleSubmitted, line, max_bytes=MAX_LINE_BYTES)[0]
        key = from_json(line).get("id")
    except WiredeskError as error:
        event = _failure(error, "ingest")
        key = _id_of(line)
    return Entry(key, submission_id, event, len(line))


def _id_of(line: bytes) -> Any:
    """The id in a line that is JSON but no article."""
    try:
        value = from_json(line)
    except ValueError:
        return None
    return value.get("id") if isinstance(value, dict) else None


class Stages:
    """Ingest and extraction, loaded once. Raises UsageError, naming the package to install, where one is missing."""

    def __init__(self) -> None:
        keep_to_one_core()
        self._ingest = _load("ingest")
        self._extraction = _load("extraction")

    def extract(
        self, entries: Iterable[Entry], *, batch_size: int
    ) -> Iterator[tuple[Entry, ArticleExtracted | Failure]]:
        """Each entry with its result, in order, batch by batch; memory holds one batch at a time."""
        for batch in _batches(entries, batch_size):
            results: list[Any] = [entry.event for entry in batch]
            for stage, function in (("ingest", self._ingest), ("extraction", self._extraction)):
                at = [n for n, result in enumerate(results) if not isinstance(result, Failure)]
                items = [Item(batch[n].submission_id, results[n]) for n in at]
                for n, result in zip(at, _run(stage, function, items), strict=True):
                    results[n] = result
            yield from zip(batch, results, strict=True)


def _load(name: str) -> StageFunction[Any, Any]:
    found = entry_points(group=ENTRY_POINT_GROUP, name=name)
    package = f"wiredesk-{name}"
    if not found:
        raise UsageError(f"this needs the package {package}; install it: pip install {package}")
    try:
        definition: StageDefinition[Any, Any] = next(iter(found)).load()
    except ImportError as error:
        raise UsageError(
            f"the package {package} cannot be loaded ({error}); install it anew with what it needs"
        ) from error
    return definition.load()


def _batches(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    held = 0
    for entry in entries:
        if batch and (len(batch) >= size or held + entry.size_bytes > BATCH_BYTES):
            yield batch
            batch, held = [], 0
        batch.append(entry)
        held += entry.size_bytes
    if batch:
        yield batch


def _run(stage: str, function: StageFunction[Any, Any], items: Sequence[Item[Any]]) -> Iterator[Any]:
    """One result or Failure an item. When the function itself raises, the rest goes one by one: a batching function

    may have raised for an item further on than the one it had come to.
    """
    done = 0
    try:
        for result in function(items):
            yield _failure(result, stage) if isinstance(result, WiredeskError) else result
            done += 1
    except Exception as error:
        if len(items) - done <= 1:
            yield from (_failure(error, stage) for _ in items[done:])
            return
    for item in items[done:]:
        yield from _run(stage, function, [item])


def _failure(error: Exception, stage: str) -> Failure:
    if isinstance(error, WiredeskError):
        return Failure(getattr(error, "reason", type(error).__name__), str(error), stage)
    return Failure(INTERNAL, f"{type(error).__name__}: {error}", stage)
