"""Replaying and dropping the dead letters chosen, as much as one request may, and telling what is left."""

import time
from datetime import UTC, datetime

import redis
from pydantic import BaseModel
from wiredesk import dead
from wiredesk.dead import ReplayResult, Selection, Span

from wiredesk_gateway.letter_choice import LetterChoice

__all__ = ["Dropped", "Replayed", "drop_chosen", "replay_chosen", "selected"]

_SECONDS = 5.0
_IDS_A_CALL = 50
LETTERS_AT_ONCE = 1000
"""Of a selection; a thousand take about half a second."""


class _Done(BaseModel):
    left: int
    left_is_exact: bool = True
    next_cursor: str | None = None


class Replayed(_Done):
    """What became of each letter, oldest first, or in the order of the ids; letters without a result are left.

    With `next_cursor`, send the same filter again with it as `cursor`. `left` counts the letters still to come; not
    exact, it is how many there are at least.
    """

    results: tuple[ReplayResult, ...]
    replayed: int
    gone: int
    failed: int


class Dropped(_Done):
    """How many were dropped, and of those named by id, how many were not there; `left` and the rest as in Replayed."""

    dropped: int
    gone: int


def replay_chosen(client: redis.Redis, choice: LetterChoice) -> Replayed:
    """Replay for some seconds at most. Raises UsageError and Unavailable."""
    if choice.ids is not None:
        results = _replay_ids(client, choice.ids)
        return _replayed(results, left=len(choice.ids) - len(results))
    selection, span, done = _ahead_of(client, choice)
    if span is None:
        return _replayed([], left=0)
    portion = dead.replay_some(client, selection, span, limit=LETTERS_AT_ONCE, seconds=_SECONDS)
    left, exact = _left(client, selection, portion.ahead)
    cursor = choice.cursor_for(portion.ahead, done + len(portion.results))
    return _replayed(list(portion.results), left=left, left_is_exact=exact, next_cursor=cursor)


def drop_chosen(client: redis.Redis, choice: LetterChoice) -> Dropped:
    """Drop one portion. Raises UsageError and Unavailable."""
    if choice.ids is not None:
        dropped = dead.drop(client, choice.ids)
        return Dropped(dropped=dropped, gone=len(choice.ids) - dropped, left=0)
    selection, span, done = _ahead_of(client, choice)
    if span is None:
        return Dropped(dropped=0, gone=0, left=0)
    dropped, ahead = dead.drop_some(client, selection, span, limit=LETTERS_AT_ONCE)
    left, exact = _left(client, selection, ahead)
    cursor = choice.cursor_for(ahead, done + dropped)
    return Dropped(dropped=dropped, gone=0, left=left, left_is_exact=exact, next_cursor=cursor)


def selected(client: redis.Redis, choice: LetterChoice) -> tuple[int, bool]:
    """How many letters are chosen; whether that is all, or at least so many. Raises UsageError and Unavailable."""
    if choice.ids is not None:
        return len(choice.ids), True
    selection, span, _ = _ahead_of(client, choice)
    return _left(client, selection, span)


def _left(client: redis.Redis, selection: Selection, span: Span | None) -> tuple[int, bool]:
    """How many letters of a selection a span holds; whether that is all, or only those a bounded look found."""
    if span is None:
        return 0, True
    look = dead.look(client, selection, limit=dead.LOOKED_AT, after=span.after, until=span.until, oldest_first=True)
    return len(look.letters), look.reached is None


def _ahead_of(client: redis.Redis, choice: LetterChoice) -> tuple[Selection, Span | None, int]:
    """The selection, what of it is ahead, and how many letters were done before."""
    selection = choice.selection(now=datetime.now(UTC))
    begun = choice.span()
    if begun is not None:
        return selection, *begun
    return selection, dead.whole(client, selection, until=choice.until), 0


def _replay_ids(client: redis.Redis, ids: tuple[str, ...]) -> list[ReplayResult]:
    deadline = time.monotonic() + _SECONDS
    results: list[ReplayResult] = []
    while len(results) < len(ids) and (not results or time.monotonic() < deadline):
        results += dead.replay(client, ids[len(results) : len(results) + _IDS_A_CALL])
        if results[-1].outcome == "unknown":
            break
    return results


def _replayed(
    results: list[ReplayResult], *, left: int, left_is_exact: bool = True, next_cursor: str | None = None
) -> Replayed:
    outcomes = [result.outcome for result in results]
    return Replayed(
        results=tuple(results),
        replayed=outcomes.count("replayed"),
        gone=outcomes.count("gone"),
        failed=outcomes.count("failed") + outcomes.count("unknown"),
        left=left,
        left_is_exact=left_is_exact,
        next_cursor=next_cursor,
    )
