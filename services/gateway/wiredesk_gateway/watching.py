"""One look after the other for all who watch: so many viewers at most, and nobody looks while nobody watches.

Each viewer gets the latest look when it can take one, so a slow one misses some and holds up nobody. All runs in the
server's event loop, but for the looking, which has a thread.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

import structlog
from anyio import to_thread
from wiredesk.errors import Unavailable

__all__ = ["EVERY_S", "HEARTBEAT_S", "Watch"]

EVERY_S = 1.0
"""Between looks. Workers report about as often."""
HEARTBEAT_S = 15.0
"""Without a look for so long (a Redis that hangs) a viewer is told that we are there; proxies close after 30 s."""

T = TypeVar("T")

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Watch(Generic[T]):
    """`look` is called in a thread, and tells a server that is away in its result rather than raising."""

    def __init__(
        self, look: Callable[[], T], *, at_most: int, every_s: float = EVERY_S, heartbeat_s: float = HEARTBEAT_S
    ) -> None:
        self._look, self._at_most = look, at_most
        self._every_s, self._heartbeat_s = every_s, heartbeat_s
        self._viewers = 0
        self._looking: asyncio.Task[None] | None = None
        self._latest: T | None = None
        self._next = asyncio.Event()
        self._closing = asyncio.Event()

    @property
    def viewers(self) -> int:
        """How many are watching."""
        return self._viewers

    def join(self) -> None:
        """Take a place, to be left again. Raises Unavailable when there is none, or the server is about to end."""
        if self._closing.is_set():
            raise Unavailable("the gateway is about to end; watch the next one")
        if self._viewers >= self._at_most:
            raise Unavailable(f"{self._at_most} are watching, as many as may; see WIREDESK_VIEWERS")
        self._viewers += 1

    def leave(self) -> None:
        """Give up a place."""
        self._viewers -= 1

    def close(self) -> None:
        """Let all viewers go, and let none in."""
        self._closing.set()
        self._next.set()

    async def looks(self) -> AsyncIterator[T | None]:
        """What is seen, from now on until the server ends; None as a sign of life. For one that has joined."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._keep_looking())
        told: T | None = None
        while not self._closing.is_set():
            latest, following = self._latest, self._next
            if latest is not None and latest is not told:
                told = latest
                yield latest
                continue
            try:
                await asyncio.wait_for(following.wait(), self._heartbeat_s)
            except TimeoutError:
                yield None

    async def _keep_looking(self) -> None:
        try:
            while self._viewers and not self._closing.is_set():
                try:
                    self._latest = await to_thread.run_sync(self._look)
                except Exception:  # a bug of ours must not leave viewers with an old look that seems to be new
                    _log.exception("watch.look_failed")
                waiting, self._next = self._next, asyncio.Event()
                waiting.set()
                try:
                    await asyncio.wait_for(self._closing.wait(), self._every_s)
                except TimeoutError:
                    continue
        finally:
            self._looking, self._latest = None, None
