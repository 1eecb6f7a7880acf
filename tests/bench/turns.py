"""What is measured and its yardstick, one after the other. Pure."""

from collections.abc import Callable
from typing import TypeVar

__all__ = ["in_turn"]

A = TypeVar("A")
B = TypeVar("B")


def in_turn(number: int, measured: Callable[[], A], yardstick: Callable[[], B]) -> tuple[A, B]:
    """Both, one after the other; which goes first changes from round to round, so that neither always finds the
    caches, the disk and the processor's clock as the other left them.
    """
    if number % 2:
        before = yardstick()
        return measured(), before
    after = measured()
    return after, yardstick()
