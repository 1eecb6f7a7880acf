"""Entries delivered and not finished: keeping ours fresh, taking over the abandoned, letting go at the end."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any, NamedTuple, cast
from zlib import crc32

from redis.asyncio import Redis

from wiredesk.events import Stream, revision_of
from wiredesk.stage.failures import Failures
from wiredesk.stage.outcomes import Delivery
from wiredesk.stage.subscription import Entry, delivery_of

__all__ = ["Backoff", "Redelivery"]

_PAGE = 100
_LONG_AGO_MS = 86_400_000
_SPREAD = 0.25
_AT_ONCE = 8
"""Entries are taken over a few at a time: they are worked on one by one, and a worker that dies over one of them costs
the others it holds a delivery."""
_MOST_IN_HAND = 1000
"""No batch is larger."""
_SUSPECT = 3
"""So many deliveries without an end, and an entry is taken alone: if it ends its worker, nobody else pays."""


class Backoff(NamedTuple):
    """When an unfinished entry may be taken over: idle for `first_s`, doubling with every delivery up to `most_s`.

    Up to a quarter is added, another share for each entry and delivery, so that what failed together is not tried
    together. All workers reckon the same from what Redis says of the entry: nothing is kept in any of them.
    """

    first_s: float
    most_s: float

    def due(self, entry_id: str, idle_ms: int, deliveries: int) -> bool:
        """Whether an entry delivered `deliveries` times and idle for `idle_ms` may be tried again."""
        doublings = min(max(0, deliveries - 1), 30)  # 2**30 base intervals is beyond any cap
        spread = crc32(f"{entry_id} {deliveries}".encode()) / 0xFFFFFFFF
        return idle_ms >= 1000 * min(self.most_s, self.first_s * float(2**doublings)) * (1 + _SPREAD * spread)


class _Pending(NamedTuple):
    entry_id: str
    idle_ms: int
    deliveries: int


class Redelivery:
    """One consumer's dealings with its group's pending entries."""

    def __init__(self, redis: "Redis", *, group: str, consumer: str, backoff: Backoff) -> None:
        self._redis, self._group, self._consumer, self._backoff = redis, group, consumer, backoff
        self.failures = Failures(redis, group=group)

    async def keep(self, stream: Stream, entry_ids: Collection[str]) -> None:
        """Heartbeat: reset the idle time of what is being worked on, so that slow is not taken for dead."""
        if entry_ids:
            await self._redis.xclaim(stream, self._group, self._consumer, 0, list(entry_ids), idle=0, justid=True)

    async def due(self, stream: Stream, *, busy: Collection[str]) -> list[Delivery]:
        """Claim a few entries whose time has come, leaving out those we are `busy` with; a suspect comes alone.

        The claim carries the idle time again, so of several workers that see an entry only one gets it.
        """
        async for page in self._pages(stream, idle=int(1000 * self._backoff.first_s)):
            due = [
                found
                for found in page
                if found.entry_id not in busy and self._backoff.due(found.entry_id, found.idle_ms, found.deliveries)
            ]
            while due:
                group = _group(due)
                if claimed := await self._claim(stream, {found.entry_id: found.deliveries for found in group}):
                    return claimed
                due = [found for found in due if found not in group]
        return []

    async def _claim(self, stream: Stream, due: dict[str, int]) -> list[Delivery]:
        idle_ms = int(1000 * self._backoff.first_s)
        answer = await self._redis.xclaim(stream, self._group, self._consumer, idle_ms, list(due))
        # An entry that was deleted under its claim comes back without fields.
        entries = [entry for entry in cast("list[Entry]", answer) if entry[1]]
        if not entries:
            return []
        claimed = [delivery_of(stream, entry, attempts=due[entry[0].decode()] + 1) for entry in entries]
        tries = await self.failures.of(stream, [delivery.entry_id for delivery in claimed])
        return [delivery._replace(tries=before) for delivery, before in zip(claimed, tries, strict=True)]

    async def let_go(self, stream: Stream, untouched: Sequence[Delivery]) -> None:
        """Let anyone claim these at once. What was claimed and not begun gets back the delivery that the claim counted.

        New ones do not: a neighbour ruined their batch, and one that was delivered before is worked on alone.
        """
        counts: dict[int, list[str]] = {}
        ours = await self._ours(stream, untouched)
        for delivery in untouched:
            if delivery.entry_id not in ours:  # taken over while this worker was stopped
                continue
            counts.setdefault(max(1, delivery.attempts - 1), []).append(delivery.entry_id)
        for count, entry_ids in counts.items():
            await self._redis.xclaim(
                stream,
                self._group,
                self._consumer,
                0,
                list(entry_ids),
                idle=_LONG_AGO_MS,
                retrycount=count,
                justid=True,
            )

    async def _ours(self, stream: Stream, deliveries: Sequence[Delivery]) -> set[str]:
        entry_ids = sorted((delivery.entry_id for delivery in deliveries), key=revision_of)
        found: Any = await self._redis.xpending_range(
            stream, self._group, entry_ids[0], entry_ids[-1], _MOST_IN_HAND, consumername=self._consumer
        )
        return {each["message_id"].decode() for each in found}

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


def _group(due: Sequence[_Pending]) -> Sequence[_Pending]:
    """The oldest, alone when it is suspect, else together with those after it that are not."""
    if due[0].deliveries >= _SUSPECT:
        return due[:1]
    return [found for found in due if found.deliveries < _SUSPECT][:_AT_ONCE]


_LEAVE = """
local mine = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if #mine == 0 then return redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2]) end
return -1
"""
