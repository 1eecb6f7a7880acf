"""One bad item must not stop its batch: halve a batch that cannot be done until the item that ruins it stands alone."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from wiredesk.errors import TransientError

__all__ = ["isolated"]

T = TypeVar("T")
R = TypeVar("R")


def isolated(
    items: Sequence[T], work: Callable[[Sequence[T]], Sequence[R]], *, probe: Callable[[], None]
) -> list[R | Exception]:
    """The result of `work` for each item, or the error it raises for that item alone.

    With k bad items of n, `work` is called some k times log2 n more often than once. After a TransientError `probe`
    is called: what it raises is raised, because then it is the store's trouble and not an item's.
    """
    if not items:
        return []
    try:
        return list(work(items))
    except TransientError as error:
        probe()
        if len(items) == 1:
            return [error]
    except Exception as error:
        if len(items) == 1:
            return [error]
    half = len(items) // 2
    return isolated(items[:half], work, probe=probe) + isolated(items[half:], work, probe=probe)
