"""The gate before reading: shut while the next stage has too much to do, or the server's memory is nearly full."""

import asyncio

from redis.asyncio import Redis

from wiredesk import pressure
from wiredesk.events import Stream
from wiredesk.pressure import PUBLISHING, Limits, Pressure

__all__ = ["Gate"]

_CALM = 0.5
"""Share of the memory limit from which on records beside the streams are kept for less: down to the least where

publishers begin to wait, because they would wait for these records to expire.
"""


class Gate:
    """Looks, when told to, at the stream a stage writes to. Open until the first look; unchanged by one that fails."""

    def __init__(self, redis: "Redis", target: Stream, limits: Limits) -> None:
        self._redis, self._target, self._limits = redis, target, limits
        self._open = asyncio.Event()
        self._open.set()
        self._seen: Pressure | None = None

    @property
    def why(self) -> str | None:
        """Why it is shut."""
        return self._seen.message if self._seen else None

    @property
    def full(self) -> str | None:
        """In words, when nothing more goes into the server's memory."""
        if self._seen is None or self._seen.memory is None or self._seen.memory < 1:
            return None
        return f"Redis has used all of the {self._seen.memory_limit_bytes:,} bytes it may have"

    async def look(self) -> None:
        """Ask the server once. Raises redis.RedisError when it does not answer."""
        async with self._redis.pipeline(transaction=False) as commands:
            pressure.ask(commands, self._target)
            answers = await commands.execute(raise_on_error=False)
        self._seen = pressure.tell(answers, self._target, self._limits, waiting=self.why is not None)
        if self._seen.message:
            self._open.clear()
        else:
            self._open.set()

    async def is_open(self, *, within_s: float) -> bool:
        """Wait for it to open, `within_s` seconds at most; whether it did."""
        if not self._open.is_set():
            try:
                await asyncio.wait_for(self._open.wait(), within_s)
            except TimeoutError:
                return False
        return True

    def lifetime_s(self, full_s: int, *, least_s: int) -> int:
        """How long to keep now what can be spared before articles can: `full_s` where there is room; 0 stays 0."""
        memory = self._seen.memory if self._seen else None
        if memory is None or memory <= _CALM:
            return full_s
        share = max(0.0, (PUBLISHING.memory - memory) / (PUBLISHING.memory - _CALM))
        return max(min(full_s, least_s), int(full_s * share))
