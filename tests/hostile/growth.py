"""Whether work grows faster than what it is done on, told so that a busy machine does not matter."""

import time
from collections.abc import Callable

__all__ = ["LARGER", "grows_too_fast"]

LARGER = 8
_TOO_FAST = 24
"""Eight times the text takes eight times as long if the work is linear, and 64 times if it is quadratic."""

_TRIES = 3
_AT_ONCE_S = 0.25
"""Work that takes less on the larger text proves nothing about its growth, and harms nobody."""


def grows_too_fast(work: Callable[[int], object], size: int, *, at_once_s: float = _AT_ONCE_S) -> str | None:
    """What was measured if `work(LARGER * size)` takes over 24 times the processor time of `work(size)`, every time."""
    large = min_seconds = _seconds(work, LARGER * size)
    for _ in range(_TRIES):
        if large < at_once_s:
            return None
        min_seconds = max(_seconds(work, size), 1e-4)
        if large < _TOO_FAST * min_seconds:
            return None
        large = min(large, _seconds(work, LARGER * size))
    return f"{min_seconds:.4f} s for {size:,} characters, {large:.4f} s for {LARGER * size:,}"


def _seconds(work: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    work(size)
    return time.process_time() - started
