"""What a worker does again and again beside its work, and how it stops for a signal."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from random import uniform
from typing import Any

import structlog
from redis.exceptions import RedisError

from wiredesk.connection import own_words
from wiredesk.stage.troubles import kind_of

__all__ = ["Routine", "spread", "unless"]

log = structlog.get_logger()


class Routine:
    """Tasks of which none ends for an error: a server that is away comes back. What it refuses is told once."""

    def __init__(self, *, pause_s: float) -> None:
        """`pause_s` is how long a task rests after a bug of ours, and half of it after an error of the server."""
        self._pause_s = pause_s
        self._denied: dict[str, str] = {}

    async def repeatedly(self, task: Callable[[], Awaitable[None]], every_s: float) -> None:
        """Until it is cancelled."""
        while True:
            await self.once(task)
            await asyncio.sleep(spread(every_s))

    async def once(self, task: Callable[[], Awaitable[None]]) -> None:
        """Do it, and tell what went wrong."""
        try:
            await task()
        except (RedisError, OSError) as error:
            if kind_of(error) == "refused" and self._denied.get(task.__name__) != own_words(error):
                self._denied[task.__name__] = own_words(error)
                log.warning(
                    "housekeeping.refused", task=task.__name__, why=own_words(error), cure="mend the user's ACL"
                )
            await asyncio.sleep(self._pause_s / 2)
        except Exception:  # a bug of ours must not end heartbeats and redelivery while health stays green
            log.exception("housekeeping.failed", task=task.__name__)
            await asyncio.sleep(self._pause_s)


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Await `work`, or give it up when a stop is asked for; says whether it was finished."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        working.result()
        return True
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    return False


def spread(seconds: float) -> float:
    """So that workers do not all ask at the same moment."""
    return seconds * uniform(0.7, 1.3)  # noqa: S311 - spreads load, guards nothing
