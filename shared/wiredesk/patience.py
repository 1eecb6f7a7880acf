"""A publisher's waiting: how long for one batch, and who is told why."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = ["Holdup", "OnWait", "Patience", "backoff_s"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdup:
    """Why something has to wait. `why` is in words for people and may change its figures; `kind` stays the same.

    backlog   the next stage has too many articles waiting
    memory    the server's memory is nearly full, or full
    server    the server is away, or refuses for a reason that passes
    gateway   the gateway asks to come back later
    """

    kind: Literal["backlog", "memory", "server", "gateway"]
    why: str


OnWait = Callable[[Holdup | None], None]
"""Called before each wait with its reason, and with None when the publisher goes on after one."""


class Patience:
    """Waits for one batch after the other, for each `patience_s` seconds at most (None: as long as it takes)."""

    def __init__(self, patience_s: float | None, on_wait: OnWait | None = None) -> None:
        self._patience_s = patience_s
        self._on_wait = on_wait
        self._since: float | None = None
        self._told = False

    def wait(self, pause_s: float, holdup: Holdup, *, at_most_s: float | None = None, quiet_s: float = 0.0) -> bool:
        """Sleep, unless patience (or `at_most_s`, if that is less) would be over by then; whether it slept.

        Nobody is told within the first `quiet_s` seconds.
        """
        now = time.monotonic()
        if self._since is None:
            self._since = now
        waited_s = now - self._since
        if any(limit is not None and waited_s + pause_s > limit for limit in (self._patience_s, at_most_s)):
            return False
        if self._on_wait is not None and waited_s >= quiet_s:
            self._told = True
            self._on_wait(holdup)
        time.sleep(pause_s)
        return True

    @property
    def waited_s(self) -> float:
        """How long the present batch has waited."""
        return 0.0 if self._since is None else time.monotonic() - self._since

    def end(self) -> None:
        """The batch is over; the next one has patience of its own."""
        self._since = None
        if self._told and self._on_wait is not None:
            self._told = False
            self._on_wait(None)


def backoff_s(tries: int, *, first_s: float, longest_s: float) -> float:
    """How long to wait after so many tries (from 1): twice as long each time, up to the longest."""
    return min(longest_s, first_s * 2.0 ** min(tries - 1, 30))
