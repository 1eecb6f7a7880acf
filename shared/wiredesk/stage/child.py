"""The child side: loads one stage's function and answers batches over a pipe until the pipe ends.

    python -m wiredesk.stage.child wiredesk_ingest.stage:STAGE --max-bytes N --memory-bytes N

It runs apart from the worker so that a stuck, crashing or greedy article can be ended without the worker's health,
metrics or other articles noticing. Frames in: submission id and data of each item, flattened. Frames out: any number
of results (RESULT_FIELDS each), in order, as they become known; then an empty frame at the end of the batch.
"""

import argparse
import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, BinaryIO

from wiredesk import wire
from wiredesk.errors import PermanentError, TransientError, WiredeskError
from wiredesk.events import ArticleIngested
from wiredesk.stage import frames
from wiredesk.stage.contract import Item, StageDefinition
from wiredesk.stage.decode import decode_event
from wiredesk.stage.one_core import keep_to_one_core

__all__ = ["OUT_OF_MEMORY_STATUS", "READY", "RESULT_FIELDS"]

READY = b"ready"
OUT_OF_MEMORY_STATUS = 12
"""Exit status of a child that hit its memory limit (ENOMEM's number)."""

RESULT_FIELDS = 7
"""kind (`publish`, `dead`, `retry`), article id, revision, content hash, force (`0`/`1`), payload, likeness or empty;
for an error: kind, article id, revision, reason, message, empty, empty."""

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
    # A library that prints must not write into the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        stage = _load(options.stage)
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
            traceback.print_exc()
            ready += [b"error", b"", b"", b"unexpected_error", _last_words(error), b"", b""]
        if ready:
            answers.write(frames.pack(ready))
        answers.write(frames.pack([]))
        answers.flush()


def _results(
    stage: StageDefinition[Any, Any], function: Any, fields: Sequence[bytes], max_bytes: int
) -> Iterator[list[bytes]]:
    """One result an item, in order; items that cannot be decoded never reach the stage's function."""
    decoded: list[tuple[Item[Any], dict[str, str]] | PermanentError] = []
    for submission_id, data in zip(fields[::2], fields[1::2], strict=True):
        try:
            event, headers = decode_event(stage.accepts, data, max_bytes=max_bytes)
            decoded.append((Item(submission_id.decode(), event), headers))
        except PermanentError as error:
            decoded.append(error)
    worked = function([entry[0] for entry in decoded if not isinstance(entry, PermanentError)])
    for entry in decoded:
        if isinstance(entry, PermanentError):
            yield _failure(entry, None)
            continue
        item, headers = entry
        result = next(worked)
        yield _failure(result, item.event) if isinstance(result, WiredeskError) else _success(stage, result, headers)


def _success(stage: StageDefinition[Any, Any], event: ArticleIngested, headers: dict[str, str]) -> list[bytes]:
    kept = {"correlation_id": event.submission_id}
    if "traceparent" in headers:
        kept["traceparent"] = headers["traceparent"]
    payload = wire.encode(event.model_dump_json().encode(), kept)
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
