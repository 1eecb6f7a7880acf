"""The seam between the runtime and the work: a processor turns a batch of deliveries into one outcome each."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from wiredesk.stage.outcomes import Delivery, Outcome, Untouched

__all__ = ["Processor", "State", "Stuck", "Waiting"]

State = Literal["starting", "consuming", "standby", "paused", "disconnected", "stopped"]
"""What a worker's `/health` tells; `consuming`, `standby` and `paused` are healthy."""

Waiting = Callable[[State], None]


class Stuck(Exception):
    """A processor does not answer any more; only the end of the process sets free what it holds."""


class Processor(Protocol):
    """Runs in the worker's event loop and must not block it. Called for one batch at a time."""

    async def start(self, waiting: Waiting) -> None:
        """Get ready (load a model, take a lock). No entry is read before this returns.

        A processor that has to wait for another worker calls `waiting("standby")` and keeps waiting; for a server of
        its own, `waiting("disconnected")`.
        """
        ...

    async def process(self, batch: Sequence[Delivery]) -> Sequence[Outcome | Untouched]:
        """One outcome for each delivery, in order.

        Raises Unavailable when the processor's own equipment (a disk, a model) is out of order: the batch is kept and
        tried again, and no article pays for it. Raises Stuck when it can neither go on nor be stopped. Any other
        exception leaves the whole batch for retry.
        """
        ...

    async def recover(self) -> None:
        """After Unavailable: see whether it is of use to try again. Raises Unavailable while it is not."""
        ...

    async def stop(self) -> None:
        """Let go of everything; also called after a failed start."""
        ...
