"""What stands around each read of a worker: whether to read on, and what to make of a read's end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from redis.exceptions import RedisError

from wiredesk.stage.batches import Batches
from wiredesk.stage.gate import Gate
from wiredesk.stage.sharing import Sharing
from wiredesk.stage.vitals import Vitals

__all__ = ["WorkerReading"]

log = structlog.get_logger()

_WAIT_S = 1.0
"""How long it waits for leave to read: so often a worker that may not read gives a sign of life."""


class WorkerReading:
    """The `Reading` of a worker; `ensure_groups` creates the groups that are missing, `sharing` says how many entries
    to read where that is not always the same.

    `at` is when there was last a sign of reading, on the monotonic clock.
    """

    def __init__(
        self,
        *,
        batches: Batches,
        gate: Gate,
        vitals: Vitals,
        ensure_groups: Callable[[], Awaitable[None]],
        batch_size: int,
        sharing: Sharing | None,
    ) -> None:
        self._batches, self._gate, self._vitals, self._ensure_groups = batches, gate, vitals, ensure_groups
        self._batch_size, self._sharing = batch_size, sharing
        self.at = time.monotonic()

    def begin(self) -> None:
        """What was not read while the worker got ready is no sign of anything."""
        self.at = time.monotonic()

    async def may_read(self, stream: str) -> bool:
        """Whether to read on: not while leaving, nor without room downstream; see Reading."""
        self.at = time.monotonic()
        if self._batches.leaving.is_set():  # a read that is cut short may arrive after we have left, and bring us back
            await asyncio.sleep(_WAIT_S)
            return False
        return await self._gate.is_open(within_s=_WAIT_S)

    async def most(self, stream: str) -> int:
        """See Reading."""
        return await self._sharing.count(stream) if self._sharing else self._batch_size

    async def ended(self, error: RedisError | OSError | None) -> None:
        """Note how a read ended, and create a group that vanished anew, at 0: what was not trimmed comes again."""
        self.at = time.monotonic()
        if error is None:
            self._vitals.settled("read")
            return
        self._vitals.trouble("read", error)
        if "NOGROUP" in str(error):
            log.warning("group.vanished", why="FLUSHALL, DEL or XGROUP DESTROY", now="created anew at the beginning")
            with suppress(RedisError, OSError):
                await self._ensure_groups()
