"""Entries delivered and not finished: keeping ours fresh, taking over the abandoned, letting go at the end."""

from collections.abc import AsyncIterator, Collection
from typing import Any, NamedTuple, cast

from redis.asyncio import Redis

from wiredesk.events import Stream
from wiredesk.stage.outcomes import Delivery
from wiredesk.stage.subscription import Entry, delivery_of

__all__ = ["Backoff", "Redelivery"]

_PAGE = 100
_LONG_AGO_MS = 86_400_000


class Backoff(NamedTuple):
    """When an unfinished entry may be taken over: idle for `first_s`, doubling with every delivery up to `most_s`."""

    first_s: float
    most_s: float

    def due(self, idle_ms: int, deliveries: int) -> bool:
        """Whether an entry delivered `deliveries` times and idle for `idle_ms` may be tried again."""
        doublings = min(max(0, deliveries - 1), 30)  # 2**30 base intervals is beyond any cap
        return idle_ms >= 1000 * min(self.most_s, self.first_s * float(2**doublings))


class _Pending(NamedTuple):
    entry_id: str
    idle_ms: int
    deliveries: int


class Redelivery:
    """One consumer's dealings with its group's pending entries."""

    def __init__(self, redis: "Redis", *, group: str, consumer: str, backoff: Backoff) -> None:
        self._redis, self._group, self._consumer, self._backoff = redis, group, consumer, backoff

    async def keep(self, stream: Stream, entry_ids: Collection[str]) -> None:
        """Heartbeat: reset the idle time of what is being worked on, so that slow is not taken for dead."""
        if entry_ids:
            await self._redis.xclaim(stream, self._group, self._consumer, 0, list(entry_ids), idle=0, justid=True)

    async def due(self, stream: Stream, *, busy: Collection[str], limit: int) -> list[Delivery]:
        """Claim up to `limit` entries whose time has come, leaving out those we are `busy` with.

        The claim carries the idle time again, so of several workers that see an entry only one gets it.
        """
        deliveries: list[Delivery] = []
        async for page in self._pages(stream, idle=int(1000 * self._backoff.first_s)):
            due = {
                found.entry_id: found.deliveries
                for found in page
                if found.entry_id not in busy and self._backoff.due(found.idle_ms, found.deliveries)
            }
            deliveries += await self._claim(stream, dict(list(due.items())[: limit - len(deliveries)]))
            if len(deliveries) >= limit:
                break
        return deliveries

    async def _claim(self, stream: Stream, due: dict[str, int]) -> list[Delivery]:
        if not due:
            return []
        idle_ms = int(1000 * self._backoff.first_s)
        answer = await self._redis.xclaim(stream, self._group, self._consumer, idle_ms, list(due))
        # An entry that was deleted under its claim comes back without fields.
        entries = [entry for entry in cast("list[Entry]", answer) if entry[1]]
        return [delivery_of(stream, entry, attempts=due[entry[0].decode()] + 1) for entry in entries]

    async def release(self, stream: Stream, *, left: Collection[str]) -> None:
        """Before leaving: let others claim at once what we were given and never worked on; leave the group if we can.

        A stop can cut a read whose entries the server already counts as delivered. What is `left` for retry keeps its
        backoff.
        """
        async for page in self._pages(stream, consumername=self._consumer):
            untouched: list[Any] = [found.entry_id for found in page if found.entry_id not in left]
            if untouched:
                await self._redis.xclaim(
                    stream, self._group, self._consumer, 0, untouched, idle=_LONG_AGO_MS, justid=True
                )
        leave = self._redis.register_script(_LEAVE)
        await leave(keys=[stream], args=[self._group, self._consumer])

    async def _pages(self, stream: Stream, **which: Any) -> AsyncIterator[list[_Pending]]:
        """The whole pending list, a page at a time, oldest first."""
        start = "-"
        while True:
            answer: Any = await self._redis.xpending_range(stream, self._group, start, "+", _PAGE, **which)
            page = [
                _Pending(found["message_id"].decode(), found["time_since_delivered"], found["times_delivered"])
                for found in answer
            ]
            yield page
            if len(page) < _PAGE:
                return
            start = f"({page[-1].entry_id}"


_LEAVE = """
local mine = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if #mine == 0 then return redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2]) end
return -1
"""
