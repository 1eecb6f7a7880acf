"""How a process is told to end: by SIGTERM, or by SIGINT from a terminal, and only the first time."""

import contextlib
import signal
from collections.abc import Callable, Iterator

__all__ = ["told_to_end"]

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextlib.contextmanager
def told_to_end(end: Callable[[], object]) -> Iterator[None]:
    """Within it, SIGTERM and SIGINT call `end`, between two lines of the main thread; after it, nothing does.

    For the last thing a process does: a signal that comes while Python takes itself down would otherwise kill it, and
    who started it would read of a death where everything was finished in good order.
    """
    for number in _SIGNALS:
        signal.signal(number, lambda *_: end())
    try:
        yield
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
