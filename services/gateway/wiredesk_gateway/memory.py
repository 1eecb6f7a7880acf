"""Memory that is free again, given back to the system; and the start's objects kept out of the collector's way."""

import ctypes
import gc
import sys

__all__ = ["give_back", "settle"]

_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None


def settle() -> None:
    """Call once all is composed: what is there now stays, and no later collection looks at its 100,000 objects."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Let go of old states of the index that only a cycle holds, and of what the C library's allocator keeps.

    A few Python objects hold megabytes that the collector knows nothing of; and each state that is opened and each
    search leaves holes all over the heaps, which stay resident. Takes 30 ms with the GIL, and 20 ms without it.
    """
    gc.collect()
    if _TRIM is not None:
        _TRIM(0)
