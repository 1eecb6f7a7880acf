"""How a stage writes down what it did with a submission: one short line, a field of the submission's journey.

    <stream> <entry id> <started> <took> <attempts> <signature> <outcome>[ <reason>]

`stream` is the place of the entry's stream in `Stream`; `started` is in ms after the entry arrived, `took` in ms;
`signature` stands for the worker's name and version, which it keeps under `keys.signature`. Redis packs a hash of
values up to 64 bytes tightly, so a line stays under that: a third of the memory of the same record with field names.
"""

from typing import NamedTuple

from wiredesk.events import Stream

__all__ = ["ARTICLE_FIELD", "REPLAYED_FIELD", "TRACE_FIELD", "Step", "head", "parse", "tail"]

ARTICLE_FIELD = "article"
"""The field of a journey that holds the article id, once it is known."""

REPLAYED_FIELD = "replayed"
"""The field of a journey that holds the entry id as which its dead letter was sent again, the last time."""

TRACE_FIELD = "trace"
"""The field of a journey that holds the id of the trace the submission came with, if it did."""

_STREAMS = tuple(Stream)
_PLACES = {str(stream): place for place, stream in enumerate(_STREAMS)}


class Step(NamedTuple):
    """One line, read. Times in milliseconds since the epoch."""

    stream: Stream
    entry_id: str
    started_ms: int
    finished_ms: int
    attempts: int
    signature: str
    outcome: str
    reason: str | None


def head(stream: str, entry_id: str, *, started_ms: int, finished_ms: int, attempts: int, signature: str) -> str:
    """A line up to its outcome, which the finish script adds."""
    arrived_ms = int(entry_id.partition("-")[0])
    started, took = started_ms - arrived_ms, finished_ms - started_ms
    return f"{_PLACES[stream]} {entry_id} {started} {took} {attempts} {signature} "


def tail(reason: str | None) -> str:
    """What follows the outcome."""
    return f" {reason}" if reason else ""


def parse(line: str) -> Step:
    """Raises ValueError for what is no line of this form."""
    stream, entry_id, started, took, attempts, signature, outcome, *reason = line.split(" ", 7)
    started_ms = int(entry_id.partition("-")[0]) + int(started)
    return Step(
        stream=_STREAMS[int(stream)],
        entry_id=entry_id,
        started_ms=started_ms,
        finished_ms=started_ms + int(took),
        attempts=int(attempts),
        signature=signature,
        outcome=outcome,
        reason=reason[0] if reason else None,
    )
