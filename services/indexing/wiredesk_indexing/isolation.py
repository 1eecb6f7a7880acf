"""One bad item must not stop its batch: halve a batch that cannot be done until the item that ruins it stands alone."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from wiredesk.errors import TransientError

__all__ = ["isolated"]

T = TypeVar("T")
R = TypeVar("R")


def isolated(items: Sequence[T], work: Callable[[Sequence[T]], Sequence[R]]) -> list[R | Exception]:
    """The result of `work` for each item, or the error it raises for that item alone.

    With k bad items of n, `work` is called some k times log2 n more often than once. A TransientError is about the
    store, not the items: it is every item's error, and the store is not asked again.
    """
    if not items:
        return []
    try:
        return list(work(items))
    except TransientError as error:
        return [error] * len(items)
    except Exception as error:
        if len(items) == 1:
            return [error]
    half = len(items) // 2
    first = isolated(items[:half], work)
    if any(isinstance(result, TransientError) for result in first):
        return first + [result for result in first if isinstance(result, TransientError)][:1] * (len(items) - half)
    return first + isolated(items[half:], work)
