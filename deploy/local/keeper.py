"""The embedded Valkey kept alive: started again on its port when it died, and waited for while it reads its data."""

import time
from collections.abc import Callable

from wiredesk.errors import Unavailable

from .folder import DataFolder
from .logfiles import bound, last_line
from .server import Server, spawn

__all__ = ["Keeper"]

_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.5, 10.0
"""For a server that ended before it served (a full disk, a taken port), or again and again soon after."""
_SETTLED_S = 5.0
"""One that served for this long is started again at once."""
_TELL_EVERY_S = 5.0
"""How often to say how far a long load has come."""


class Keeper:
    """Looks after `server`, which answers. `say` takes one line for the user."""

    def __init__(self, server: Server, *, folder: DataFolder, maxmemory_bytes: int, say: Callable[[str], None]) -> None:
        self.server = server
        self._folder = folder
        self._maxmemory_bytes = maxmemory_bytes
        self._say = say
        self._answered = True
        self._failures = 0
        self._due_at: float | None = None
        self._answered_at = self._died_at = self._told_at = 0.0

    def tick(self) -> None:
        """One look, which never waits for the server to be ready."""
        now = time.monotonic()
        bound(self._folder.valkey_log)
        if self._due_at is not None:
            if now >= self._due_at:
                self._start(now)
        elif not self.server.is_alive():
            self._died(now)
        elif not self._answered:
            self._wait(now)

    def _died(self, now: float) -> None:
        self.server.bury()
        if not self._answered:
            self._failed(f"ended before it answered: {last_line(self._folder.valkey_log)}", now)
            return
        if now - self._answered_at > _SETTLED_S:
            self._failures = 0
        self._died_at = now
        if self._failures:
            self._failed(f"ended soon after it answered: {last_line(self._folder.valkey_log)}", now)
        else:
            # The next death within seconds waits.
            self._failures = 1
            self._say("the embedded Valkey ended; starting it again")
            self._start(now)

    def _start(self, now: float) -> None:
        self._answered, self._due_at, self._told_at = False, None, now
        try:
            self.server = spawn(self._folder, self.server.port, maxmemory_bytes=self._maxmemory_bytes)
        except Unavailable as error:
            self._failed(f"was not started: {error}", now)

    def _failed(self, how: str, now: float) -> None:
        delay_s = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2.0 ** min(max(0, self._failures - 1), 10))
        self._failures += 1
        self._due_at = now + delay_s
        self._say(f"the embedded Valkey {how}; trying again in {delay_s:g} s")

    def _wait(self, now: float) -> None:
        loaded = self.server.loaded()
        if loaded == 1.0:
            self._answered, self._answered_at = True, now
            took_s = time.monotonic() - self._died_at
            self._say(f"valkey        answers again after {took_s:.1f} s, process {self.server.identity.pid}")
        elif now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            share = "" if loaded is None else f", {loaded:.0%} so far"
            self._say(f"the embedded Valkey is reading what it held{share}")
