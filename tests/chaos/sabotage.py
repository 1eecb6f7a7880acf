"""Switching off what the guarantee rests on, to prove that the proof fails without it.

`fence`    a result is published whether or not its entry is still pending: what a worker finishes after others took its
           entries over is published twice. The finish script also knows an entry that its journey tells of as finished
           (there for groups that were destroyed), which would hide the missing fence: it goes too.
`reclaim`  entries of dead workers are taken over by nobody.

Nothing of this is in the runtime: it is patched from here, in the proof's own workers, and a text or a name that is not
found ends the worker with a clear line instead of leaving it whole.
"""

from collections.abc import Sequence
from typing import Any

from wiredesk.stage import finish
from wiredesk.stage.outcomes import Delivery
from wiredesk.stage.redelivery import Redelivery

from .errors import ChaosError

__all__ = ["WITHOUT", "sabotage"]

WITHOUT = ("fence", "reclaim")

_FENCES = (
    "  if ended then return 'fenced' end\n",
    "  if finished_before(journey_key, id) then return 'repeated' end\n",
)


def sabotage(without: str) -> None:
    """Switch off one of WITHOUT in this process; the empty name leaves everything on. Raises ChaosError."""
    if without == "fence":
        _without_fence()
    elif without == "reclaim":
        _without_reclaim()
    elif without:
        raise ChaosError(f"there is no {without!r} to switch off; there are {' and '.join(WITHOUT)}")


def _without_fence() -> None:
    script = getattr(finish, "_SCRIPT", None)
    for fence in _FENCES:
        if not isinstance(script, str) or script.count(fence) != 1:
            raise ChaosError(f"finish.lua has changed: {fence.strip()!r} is not there; bring sabotage.py up to date")
        script = script.replace(fence, "")
    finish._SCRIPT = script


def _without_reclaim() -> None:
    if not callable(getattr(Redelivery, "due", None)):
        raise ChaosError("Redelivery has changed: it has no method due; bring sabotage.py up to date")

    async def nothing_is_due(_self: Redelivery, *_: Any, **__: Any) -> Sequence[Delivery]:
        return []

    Redelivery.due = nothing_is_due  # type: ignore[method-assign,assignment]
