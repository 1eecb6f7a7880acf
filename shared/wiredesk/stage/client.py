"""A worker's client of Redis: redis-py's, made for batches of whole articles.

redis-py's asyncio client packs commands in Python, argument by argument, and reads 64 KB at a time; for a batch in one
script call these two were a third of a worker's processor time. hiredis, which redis-py already reads with, packs in C.
"""

from typing import Any

import hiredis
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

__all__ = ["READ_BYTES", "batch_client", "brief_retry"]

READ_BYTES = 1_000_000
"""What has arrived is taken at once: a rest that stays in asyncio's buffer is moved with every read."""


def brief_retry() -> Retry:
    """A few tries within half a second: a hiccup is not worth a word. Longer absences are the callers' to wait out."""
    return Retry(ExponentialWithJitterBackoff(cap=0.2, base=0.02), 4)


def batch_client(url: str) -> "Redis":
    """A client for `url` with brief retries; nothing is sent before the first command."""
    client = Redis.from_url(url, retry=brief_retry(), socket_read_size=READ_BYTES)
    pool = client.connection_pool
    pool.connection_class = _packing_in_c(pool.connection_class)
    return client


class _PacksInC:
    """Goes before a connection class of redis-py, whichever the address asks for (TCP, TLS, a socket's file)."""

    def pack_command(self, *args: Any) -> list[bytes]:
        """The command as it is sent: redis-py takes a name of two words apart, as the server knows them."""
        name, *rest = args
        return [hiredis.pack_command((*name.split(), *rest))]


def _packing_in_c(connection_class: type[AbstractConnection]) -> type[AbstractConnection]:
    return type(f"Batch{connection_class.__name__}", (_PacksInC, connection_class), {})
