"""How often an entry failed: kept beside the pending list, which counts deliveries whoever ended them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from wiredesk import keys

__all__ = ["Failures", "Tries"]

_KEPT_S = 7 * 86_400
"""After the last failure: what was trimmed while it was pending is never settled."""


class Tries(NamedTuple):
    """Of one entry: how many tries `failed` by what may be its own fault, and how many by what is `spared` it."""

    failed: int = 0
    spared: int = 0


class Failures:
    """The failed tries of one group's pending entries. Only who holds an entry counts or forgets them."""

    def __init__(self, redis: "Redis", *, group: str) -> None:
        self._redis, self._group = redis, group

    async def of(self, stream: str, entry_ids: Sequence[str]) -> list[Tries]:
        """The tries of each entry so far, in its order; none where the key is refused, so that work goes on."""
        try:
            found = await self._redis.hmget(keys.failures(self._group, stream), _fields(entry_ids))
        except ResponseError:
            return [Tries()] * len(entry_ids)
        counts = [int(count or 0) for count in found]
        return [Tries(failed, spared) for failed, spared in zip(counts[::2], counts[1::2], strict=True)]

    async def count(self, stream: str, failed: Mapping[str, bool]) -> None:
        """Count one failed try of each entry; the value tells whether it is spared."""
        name = keys.failures(self._group, stream)
        pipeline = self._redis.pipeline(transaction=False)
        for entry_id, spared in failed.items():
            pipeline.hincrby(name, _spared(entry_id) if spared else entry_id)
        pipeline.expire(name, _KEPT_S)
        await pipeline.execute()

    async def forget(self, stream: str, entry_ids: Sequence[str]) -> None:
        """Of entries that are settled."""
        await self._redis.hdel(keys.failures(self._group, stream), *_fields(entry_ids))


def _fields(entry_ids: Sequence[str]) -> list[str]:
    return [field for id in entry_ids for field in (id, _spared(id))]


def _spared(entry_id: str) -> str:
    return f"{entry_id} spared"
