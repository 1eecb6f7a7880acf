"""Ctrl-C and the other ways to be told to stop: the first asks for a stop in good order, a second one for haste."""

import signal
import threading
import time
from types import FrameType

__all__ = ["Interrupts", "Stopped", "let_signals_interrupt"]

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ONE_S = 0.5
"""Signals closer together than this are one: `timeout` and `make` both pass theirs on."""


class Stopped(Exception):
    """The user asked to stop before the work was done."""


class Interrupts:
    """Counts what the handlers saw; everything else looks here between two steps."""

    def __init__(self) -> None:
        self._requested = threading.Event()
        self._hurried = False
        self._first_at = 0.0

    def install(self) -> None:
        """Take SIGINT, SIGTERM and SIGHUP over. Only from the main thread."""
        for number in _NUMBERS:
            signal.signal(number, self._handle)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if not self._requested.is_set():
            self._first_at = time.monotonic()
            self._requested.set()
        elif number != signal.SIGHUP and time.monotonic() - self._first_at > _ONE_S:
            self._hurried = True

    def request(self) -> None:
        """Ask for a stop from within."""
        self._requested.set()

    def requested(self) -> bool:
        """Whether a stop was asked for."""
        return self._requested.is_set()

    def hurried(self) -> bool:
        """Whether it was asked for again."""
        return self._hurried

    def pause(self, seconds: float) -> None:
        """Wait. Raises Stopped as soon as a stop is asked for."""
        if self._requested.wait(seconds):
            raise Stopped


def let_signals_interrupt() -> None:
    """SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, once: later ones must not end the clearing up.

    For a program that has nothing to finish. Only from the main thread.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in _NUMBERS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in _NUMBERS:
        signal.signal(number, interrupt)
