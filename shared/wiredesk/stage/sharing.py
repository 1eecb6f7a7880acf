"""How many entries a worker reads at once, where others of its group have time for some of them."""

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

__all__ = ["Sharing", "share"]


def share(waiting: int | None, workers: int, *, most: int) -> int:
    """Half of what falls to each of `workers` while so many entries wait; one at least, `most` at most.

    As long as much waits that is `most`, and the last entries are handed out in ever smaller batches, so that workers
    come to the end together: guided self-scheduling, Polychronopoulos and Kuck 1987. `waiting` is None where that is
    not known.
    """
    if waiting is None or workers < 2:
        return most
    return max(1, min(most, waiting // (2 * workers)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Asks the server what waits for a group, and how many read in it."""

    redis: "Redis"
    group: str
    most: int

    async def count(self, stream: str) -> int:
        """Entries to read from a stream now. Raises redis.RedisError or OSError when the server cannot be asked."""
        try:
            groups: Any = await self.redis.xinfo_groups(stream)
        except ResponseError:  # no group, as the read will say, or a user who may not ask
            return self.most
        for told in groups:
            if told["name"] == self.group.encode():
                return share(told.get("lag"), told["consumers"], most=self.most)
        return self.most
