"""One page of the dead letters, for the API and for the web page."""

from datetime import UTC, datetime

import redis
from pydantic import BaseModel
from wiredesk import dead
from wiredesk.connection import speaks_redis
from wiredesk.dead import DeadLetterSummary
from wiredesk.events import Stream

from wiredesk_gateway.letter_choice import cursor_after, place_of, selection_of

__all__ = ["LetterPage", "letter_page"]


class LetterPage(BaseModel):
    """Dead letters, newest first. `total` counts all there are; null with a filter, for which nobody counted."""

    total: int | None
    hits: tuple[DeadLetterSummary, ...]
    next_cursor: str | None


def letter_page(
    client: redis.Redis, *, stage: str | None, reason: str | None, since: str | None, limit: int, cursor: str | None
) -> LetterPage:
    """The page asked for. Raises UsageError for a `since` or cursor that cannot be read, and Unavailable."""
    question = (stage, reason, since)
    selection = selection_of(*question, now=datetime.now(UTC))
    after, seen = place_of(cursor, *question) if cursor else (None, 0)
    look = dead.look(client, selection, limit=limit, after=after)
    seen += len(look.letters)
    return LetterPage(
        total=None if any(question) else _length(client),
        hits=look.letters,
        next_cursor=cursor_after(look.reached, seen, *question) if look.reached else None,
    )


@speaks_redis
def _length(client: redis.Redis) -> int:
    return client.xlen(Stream.DEAD)
