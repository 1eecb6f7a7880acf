"""What still stands on `articles.changes`: read again at every start, for an index that is new or from a backup."""

from collections.abc import Iterator
from typing import cast

import redis
from wiredesk.connection import connect
from wiredesk.events import Stream
from wiredesk.stage.outcomes import Delivery
from wiredesk.stage.subscription import Entry, delivery_of

__all__ = ["kept_changes"]

_PAGE = 1000


def kept_changes(redis_url: str) -> Iterator[list[Delivery]]:
    """All entries, oldest first, in pages. Raises RedisError."""
    client = connect(redis_url)
    try:
        yield from _pages(client)
    finally:
        client.close()


def _pages(client: redis.Redis) -> Iterator[list[Delivery]]:
    after = "-"
    while entries := cast("list[Entry]", client.xrange(Stream.CHANGES, min=after, count=_PAGE)):
        yield [delivery_of(Stream.CHANGES, entry, attempts=1) for entry in entries]
        after = f"({entries[-1][0].decode()}"
