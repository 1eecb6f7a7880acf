"""Sending dead letters again, or dropping them: each letter in one step, many of them in bounded portions."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import redis
from pydantic import BaseModel, ConfigDict

from wiredesk import keys, wire
from wiredesk.connection import speaks_redis
from wiredesk.dead.letters import DeadLetterEntry, Selection, checked, found, look, summaries
from wiredesk.events import Stream

__all__ = [
    "SUBMISSION_FIELD",
    "Portion",
    "ReplayResult",
    "Span",
    "drop",
    "drop_some",
    "replay",
    "replay_some",
    "whole",
]

SUBMISSION_FIELD = "submission_id"
"""The second field of a replayed entry: the original submission id, under which it goes on."""

RECEIPT_S = 600
"""How long it is remembered as what a letter was replayed: longer than any client repeats a command."""

_WORK_STREAMS = (Stream.SUBMITTED, Stream.INGESTED, Stream.EXTRACTED, Stream.CHANGES)
_PORTION = 1000
_PORTION_S = 5.0
_IDS_A_COMMAND = 500
_GONE = "it was replayed, dropped or trimmed meanwhile"

# KEYS: the dead letters, the stream where it failed, the receipt, the submission's journey. ARGV: id, field name,
# original, submission field, submission id, the caller's token, seconds the receipt lives.
# Lua does not roll back, so whatever may fail comes before the one step that must not be alone: the XDEL of an id that
# cannot exist fails for a user who may not delete, then XADD fails (type, ACL) with the letter still there. Memory does
# not refuse it any more, because that XDEL was a write: the letter's own memory is freed in the same script.
# A connection may be cut after all this: the client then sends the script again, finds the letter gone, and learns from
# the receipt whether it was its own doing. A receipt that cannot be written costs that knowledge alone.
_REPLAY = """
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then
  local receipt = redis.pcall('GET', KEYS[3])
  return {0, type(receipt) == 'string' and receipt or ''}
end
redis.call('XDEL', KEYS[1], '0-0')
local id = redis.call('XADD', KEYS[2], '*', ARGV[2], ARGV[3], ARGV[4], ARGV[5])
redis.call('XDEL', KEYS[1], ARGV[1])
redis.pcall('SET', KEYS[3], ARGV[6] .. ' ' .. KEYS[2] .. ' ' .. id, 'EX', ARGV[7])
if redis.pcall('EXISTS', KEYS[4]) == 1 then redis.pcall('HSET', KEYS[4], 'replayed', id) end
return {1, id}
"""


class ReplayResult(BaseModel):
    """What became of one letter: `replayed` as `entry_id` on `stream`, `gone` (not there any more), or `failed`.

    `gone` tells the entry, too, when somebody replayed the letter within the last minutes. `unknown`: Redis stopped
    answering; the letter was either replayed or stays, and replaying it again cannot double it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    outcome: Literal["replayed", "gone", "failed", "unknown"]
    stream: str | None = None
    entry_id: str | None = None
    submission_id: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The letters newer than the id `after`, up to and including `until`.

    Its end is set before work begins: what is replayed and dies again is not replayed for ever.
    """

    after: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What was done in one go, and what is still ahead (None: nothing)."""

    results: tuple[ReplayResult, ...]
    ahead: Span | None


@speaks_redis
def replay(client: redis.Redis, ids: Sequence[str]) -> list[ReplayResult]:
    """Send letters again, with their original bytes, to the stream where each failed; one result each, in order.

    Each letter moves in one script: it is in the stream or among the dead, never in both and never in neither. One
    that fails stays where it is and does not stop the others. Raises UsageError for an id that is none, before
    anything moves, and Unavailable when Redis does not answer from the start; where it stops answering later, that
    letter is `unknown` and those after it `failed`, untried.
    """
    checked(*ids)
    results: list[ReplayResult] = []
    for at, id in enumerate(ids):
        result = _replay(client, id, first=at == 0)
        results.append(result)
        if result.outcome == "unknown":
            untried = f"not tried, because {result.message}"
            results += (ReplayResult(id=id, outcome="failed", message=untried) for id in ids[at + 1 :])
            break
    return results


@speaks_redis
def whole(client: redis.Redis, selection: Selection, *, until: str | None = None) -> Span | None:
    """What a selection spans now, up to the letter `until` (None: the newest there is). None where nothing is dead.

    Raises UsageError for an `until` that is no id, and Unavailable.
    """
    if until is not None:
        checked(until)
    newest = until or next((letter.id for letter in summaries(client)), None)
    if newest is None:
        return None
    before_ms = int(selection.since.timestamp() * 1000) - 1 if selection.since else 0
    return Span(after=f"{before_ms}-{(1 << 64) - 1}" if before_ms > 0 else "0-0", until=newest)


@speaks_redis
def replay_some(
    client: redis.Redis, selection: Selection, span: Span, *, limit: int = _PORTION, seconds: float = _PORTION_S
) -> Portion:
    """Replay letters of a selection, oldest first, until `limit` of them or the time is used up.

    Go on with `ahead`. One that failed is not tried again within its span. Raises Unavailable when Redis does not
    answer from the start; where it stops later, `ahead` begins with the letter whose answer is missing.
    """
    deadline = time.monotonic() + seconds
    here = look(client, selection, limit=limit, after=span.after, until=span.until, oldest_first=True)
    results: list[ReplayResult] = []
    reached = span.after
    for at, letter in enumerate(here.letters):
        result = _replay(client, letter.id, first=at == 0)
        results.append(result)
        if result.outcome == "unknown" or time.monotonic() > deadline:
            reached = reached if result.outcome == "unknown" else letter.id
            return Portion(results=tuple(results), ahead=Span(after=reached, until=span.until))
        reached = letter.id
    return Portion(results=tuple(results), ahead=_ahead(here.reached, span))


@speaks_redis
def drop(client: redis.Redis, ids: Sequence[str]) -> int:
    """Delete letters for good; returns how many were there. Raises UsageError for what is no id, and Unavailable."""
    checked(*ids)
    dropped = 0
    for start in range(0, len(ids), _IDS_A_COMMAND):
        dropped += client.xdel(Stream.DEAD, *ids[start : start + _IDS_A_COMMAND])
    return dropped


@speaks_redis
def drop_some(
    client: redis.Redis, selection: Selection, span: Span, *, limit: int = _PORTION
) -> tuple[int, Span | None]:
    """Drop letters of a selection, oldest first, at most `limit`; how many, and what is ahead. Raises Unavailable."""
    here = look(client, selection, limit=limit, after=span.after, until=span.until, oldest_first=True)
    return drop(client, [letter.id for letter in here.letters]), _ahead(here.reached, span)


def _ahead(reached: str | None, span: Span) -> Span | None:
    return Span(after=reached, until=span.until) if reached else None


def _replay(client: redis.Redis, id: str, *, first: bool) -> ReplayResult:
    """Move one letter. What ails Redis at the first of several letters is raised, not told."""
    stream = None
    try:
        letter = found(client, id)
        stream = letter.stream if letter else None
        if letter is not None and letter.stream not in _WORK_STREAMS:
            where = letter.stream or "nowhere"
            return ReplayResult(id=id, outcome="failed", message=f"it came from {where}, no stream of work")
        return _move(client, id, letter)
    except redis.ResponseError as error:
        if first and stream is None:
            raise
        return ReplayResult(id=id, outcome="failed", stream=stream, message=f"Redis refuses: {error}")
    except (redis.ConnectionError, redis.TimeoutError) as error:
        if first:
            raise
        return ReplayResult(id=id, outcome="unknown", message=f"Redis stopped answering ({error})")


def _move(client: redis.Redis, id: str, letter: DeadLetterEntry | None) -> ReplayResult:
    if letter is None:
        receipt = cast("bytes | None", client.get(keys.replayed(id)))
        return _gone(id, receipt or b"", token="")
    token = os.urandom(8).hex()
    moved, told = cast(
        "tuple[int, bytes]",
        client.eval(
            _REPLAY,
            4,
            Stream.DEAD,
            letter.stream,
            keys.replayed(id),
            keys.journey(letter.submission_id),
            id,
            wire.FIELD,
            cast("str", letter.original),
            SUBMISSION_FIELD,
            letter.submission_id,
            token,
            str(RECEIPT_S),
        ),
    )
    if not moved:
        return _gone(id, told, token=token, submission_id=letter.submission_id)
    return _replayed(id, letter.stream, told.decode(), letter.submission_id)


def _gone(id: str, receipt: bytes, *, token: str, submission_id: str | None = None) -> ReplayResult:
    """The letter is not there: our own doing, when the receipt has our token; somebody else's otherwise."""
    whose, _, where = receipt.decode(errors="replace").partition(" ")
    stream, _, entry_id = where.partition(" ")
    if not entry_id:
        return ReplayResult(id=id, outcome="gone", message=_GONE)
    if whose == token:
        return _replayed(id, stream, entry_id, submission_id)
    message = f"it was replayed already, as {entry_id} on {stream}"
    return ReplayResult(id=id, outcome="gone", stream=stream, entry_id=entry_id, message=message)


def _replayed(id: str, stream: str, entry_id: str, submission_id: str | None) -> ReplayResult:
    return ReplayResult(id=id, outcome="replayed", stream=stream, entry_id=entry_id, submission_id=submission_id)
