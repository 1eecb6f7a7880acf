"""The child side: loads one stage's function and answers batches over a pipe until the pipe ends.

    python -m wiredesk.stage.child wiredesk_ingest.stage:STAGE --max-bytes N --memory-bytes N

It runs apart from the worker so that a stuck, crashing or greedy article can be ended without the worker's health,
metrics or other articles noticing. Frames in: submission id and data of each item, flattened. Frames out: any number
of results (RESULT_FIELDS each), in order, as they become known; the last frame of a batch has END after them.
"""

import argparse
import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, BinaryIO, NamedTuple

import structlog

from wiredesk import logs, wire
from wiredesk.errors import PermanentError, TransientError, WiredeskError
from wiredesk.events import ArticleIngested
from wiredesk.settings import CommonSettings, read
from wiredesk.stage import frames
from wiredesk.stage.contract import Item, StageDefinition
from wiredesk.stage.decode import decode_event
from wiredesk.stage.one_core import keep_to_one_core
from wiredesk.tracing import Trace, trace_of

__all__ = ["END", "OUT_OF_MEMORY_STATUS", "READY", "RESULT_FIELDS"]

log = structlog.get_logger()

READY = b"ready"
OUT_OF_MEMORY_STATUS = 12
"""Exit status of a child that hit its memory limit (ENOMEM's number)."""

RESULT_FIELDS = 8
"""kind (`publish`, `dead`, `retry`), article id, revision, content hash, force (`0`/`1`), payload, likeness or empty,
measures or empty; for an error: kind, article id, revision, reason, message, empty, empty, measures or empty."""

END = [b""]
"""Told by its number of fields alone: one more than whole results have."""

_FLUSH_AFTER_S = 0.005
"""Results are sent together, but none is held longer than this while others are worked on."""

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve batches on stdin and stdout; exits with OUT_OF_MEMORY_STATUS when an item needs more than it may have."""
    keep_to_one_core()
    arguments = argparse.ArgumentParser()
    arguments.add_argument("stage")
    arguments.add_argument("--max-bytes", type=int, required=True)
    arguments.add_argument("--memory-bytes", type=int, required=True)
    options = arguments.parse_args()
    # The worker alone decides when to end: a Ctrl-C or a group's SIGTERM must not cut a batch short.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _die_with_the_worker()
    # A library that prints must not write into the frames; nor into the log, for it may print an article.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        settings = read(CommonSettings)
        stage = _load(options.stage)
        logs.configure(service=stage.name, format=settings.log_format, level=settings.log_level, about=_at_work)
        function = stage.load()
    except WiredeskError as error:
        answers.write(frames.pack([b"unusable", str(error).encode()]))
        answers.flush()
        sys.exit(1)
    _limit_memory(options.memory_bytes)
    answers.write(frames.pack([READY]))
    answers.flush()
    try:
        _serve(stage, function, answers, max_bytes=options.max_bytes)
    except MemoryError:
        os._exit(OUT_OF_MEMORY_STATUS)
    except BrokenPipeError:
        os._exit(0)


class _Decoded(NamedTuple):
    """An item, and the trace it belongs to."""

    item: Item[Any]
    trace: Trace | None


_item: _Decoded | None = None
"""What is worked on: one at a time. To tell the log of each in advance would cost each a hundredth of its time."""


def _load(path: str) -> StageDefinition[Any, Any]:
    module, _, name = path.partition(":")
    stage = getattr(import_module(module), name)
    assert isinstance(stage, StageDefinition)  # noqa: S101 - a wiring mistake of ours, never input
    return stage


def _serve(stage: StageDefinition[Any, Any], function: Any, answers: BinaryIO, *, max_bytes: int) -> None:
    while (fields := frames.read(sys.stdin.buffer)) is not None:
        ready: list[bytes] = []
        sent_at = time.monotonic()
        try:
            for result in _results(stage, function, fields, max_bytes):
                ready += result
                if time.monotonic() - sent_at > _FLUSH_AFTER_S:
                    answers.write(frames.pack(ready))
                    answers.flush()
                    ready, sent_at = [], time.monotonic()
        except MemoryError:
            raise
        except Exception as error:  # a bug in the stage: the worker isolates the item, the log gets the traceback
            log.exception("stage.failed")
            ready += [b"error", b"", b"", b"unexpected_error", _last_words(error), b"", b"", b""]
        answers.write(frames.pack(ready + END))
        answers.flush()


def _results(
    stage: StageDefinition[Any, Any], function: Any, fields: Sequence[bytes], max_bytes: int
) -> Iterator[list[bytes]]:
    """One result an item, in order; items that cannot be decoded never reach the stage's function."""
    global _item
    decoded: list[_Decoded | PermanentError] = []
    for submission_id, data in zip(fields[::2], fields[1::2], strict=True):
        try:
            event, headers = decode_event(stage.accepts, data, max_bytes=max_bytes)
            decoded.append(_Decoded(Item(submission_id.decode(), event), trace_of(headers) if headers else None))
        except PermanentError as error:
            decoded.append(error)
    worked = function([entry.item for entry in decoded if not isinstance(entry, PermanentError)])
    for entry in decoded:
        if isinstance(entry, PermanentError):
            yield [*_failure(entry, None), b""]
            continue
        _item = entry
        result = next(worked)
        if isinstance(result, WiredeskError):
            told = _failure(result, entry.item.event)
        else:
            told = _success(stage, result, entry.trace)
        yield [*told, _measures(stage, entry.item.event, result)]


def _measures(stage: StageDefinition[Any, Any], event: Any, result: ArticleIngested | WiredeskError) -> bytes:
    """An article that is tried again is measured then."""
    if stage.measure is None or (isinstance(result, WiredeskError) and not isinstance(result, PermanentError)):
        return b""
    return stage.measure(event, result).pack()


def _at_work() -> dict[str, str]:
    """What every line of the log names meanwhile, a library's too: the article that is worked on."""
    if _item is None:
        return {}
    article_id = getattr(_item.item.event, "article_id", None)
    known = {"article_id": article_id, "trace_id": _item.trace.id if _item.trace else None}
    return {"submission_id": _item.item.submission_id} | {name: id for name, id in known.items() if id}


def _success(stage: StageDefinition[Any, Any], event: ArticleIngested, trace: Trace | None) -> list[bytes]:
    headers = wire.headers(event.submission_id, trace)
    payload = wire.encode(event.__pydantic_serializer__.to_json(event), headers)
    force = b"1" if event.force else b"0"
    article = [event.article_id.encode(), str(event.revision).encode(), event.content_hash.encode()]
    likeness = stage.likeness(event) if stage.likeness else None
    return [b"publish", *article, force, payload, likeness.pack() if likeness else b""]


def _failure(error: WiredeskError, event: Any) -> list[bytes]:
    kind = b"dead" if isinstance(error, PermanentError) else b"retry"
    reason = error.reason if isinstance(error, PermanentError | TransientError) else "unavailable"
    article = [b"", b""]
    if isinstance(event, ArticleIngested):
        article = [event.article_id.encode(), str(event.revision).encode()]
    return [kind, *article, reason.encode(), str(error).encode(errors="replace"), b"", b""]


def _last_words(error: Exception) -> bytes:
    return f"{type(error).__name__}: {error}"[:500].encode(errors="replace")


def _die_with_the_worker() -> None:
    """Ask Linux to kill this process when the worker dies, even in the middle of a stuck article."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit_memory(allowance: int) -> None:
    """Let the process grow by `allowance` bytes beyond its models. Linux only: other systems do not enforce it."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm") as statm:  # noqa: PTH123 - a kernel file, read before anything else runs
        pages = int(statm.read().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + allowance, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
