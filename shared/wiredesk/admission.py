"""Whether a publisher may send its next batch: a look at the pipeline about once a second, and an allowance until then.

One look allows as many articles and bytes as there was room for; what is used up sooner is asked for anew. So a
publisher alone passes a limit by one batch at most, and several by what each may send in a second.
"""

import time

import redis

from wiredesk import pressure
from wiredesk.connection import speaks_redis
from wiredesk.events import Stream
from wiredesk.patience import Holdup
from wiredesk.pressure import Limits, Pressure

__all__ = ["Admission", "look"]

_LOOK_EVERY_S = 1.0
_BYTES_AN_ARTICLE = 200
"""What an entry takes of the server's memory beside its document, rather too much than too little."""


class Admission:
    """One publisher's. Not for several threads at once."""

    def __init__(self, client: redis.Redis, limits: Limits) -> None:
        self._client, self._limits = client, limits
        self._seen: Pressure | None = None
        self._looks_at = 0.0
        self._articles = self._bytes = 0.0

    @property
    def looked(self) -> bool:
        """Whether the server has answered yet."""
        return self._seen is not None

    def holdup(self, articles: int, size_bytes: int) -> Holdup | None:
        """Why a batch has to wait; None: it may go, and is counted as sent. Raises Unavailable."""
        cost = size_bytes + articles * _BYTES_AN_ARTICLE
        shut = self._seen is None or self._seen.message is not None
        if shut or time.monotonic() >= self._looks_at or articles > self._articles or cost > self._bytes:
            self._look()
        if self._seen is not None and self._seen.message is not None:
            return Holdup(kind=self._seen.reason or "backlog", why=self._seen.message)
        self._articles -= articles
        self._bytes -= cost
        return None

    def _look(self) -> None:
        waiting = self._seen is not None and self._seen.message is not None
        seen = look(self._client, self._limits, waiting=waiting)
        self._seen = seen
        self._looks_at = time.monotonic() + _LOOK_EVERY_S
        self._articles = self._bytes = float("inf")
        if seen.backlog is not None:
            self._articles = self._limits.backlog - seen.backlog
        if seen.memory is not None and seen.memory_limit_bytes is not None:
            self._bytes = (self._limits.memory - seen.memory) * seen.memory_limit_bytes


@speaks_redis
def look(client: redis.Redis, limits: Limits, *, waiting: bool) -> Pressure:
    """Ask once whether there is room on `articles.submitted`, for one who may wait already. Raises Unavailable."""
    with client.pipeline(transaction=False) as commands:
        pressure.ask(commands, Stream.SUBMITTED)
        return pressure.tell(commands.execute(raise_on_error=False), Stream.SUBMITTED, limits, waiting=waiting)
