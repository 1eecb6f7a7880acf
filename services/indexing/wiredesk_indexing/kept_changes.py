"""What stands on `articles.changes` after a place: read at every start, for an index that is new or from a backup.

A place is an entry's id and a digest of what it says. As long as that very entry stands on the stream, all that comes
after it is all that may be news. Where it does not, the stream was trimmed beyond it, emptied, brought back to an older
state, or is another server's: then everything is read.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import redis
from wiredesk.connection import connect
from wiredesk.events import Stream
from wiredesk.stage.outcomes import Delivery
from wiredesk.stage.subscription import Entry, delivery_of

__all__ = ["Page", "kept_changes"]

_PAGE = 10_000
"""One commit each, which goes through every correction there is; 2 MB of ordinary changes."""
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Page:
    """Changes in the order of the stream, and the place at which they end."""

    deliveries: list[Delivery]
    place: str


def kept_changes(redis_url: str, after: str, *, size: int = _PAGE) -> Iterator[Page]:
    """All entries after a place, oldest first; after an empty or unknown one all that there are. Raises RedisError."""
    client = connect(redis_url)
    try:
        yield from _pages(client, _known(client, after), size)
    finally:
        client.close()


def _known(client: redis.Redis, place: str) -> str:
    """Where to begin to read, as XRANGE has it."""
    id = place.partition(" ")[0]
    found = _read(client, id, id, 1) if id else []
    return f"({id}" if found and _place_of(found[0]) == place else "-"


def _pages(client: redis.Redis, start: str, size: int) -> Iterator[Page]:
    while entries := _read(client, start, "+", size):
        yield Page([delivery_of(Stream.CHANGES, entry, attempts=1) for entry in entries], _place_of(entries[-1]))
        start = f"({entries[-1][0].decode()}"


def _read(client: redis.Redis, first: str, last: str, count: int) -> list[Entry]:
    return cast("list[Entry]", client.xrange(Stream.CHANGES, min=first, max=last, count=count))


def _place_of(entry: Entry) -> str:
    said = hashlib.blake2b(repr(sorted(entry[1].items())).encode(), digest_size=_DIGEST_BYTES)
    return f"{entry[0].decode()} {said.hexdigest()}"
