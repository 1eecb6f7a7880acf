"""How long until a figure that is too high has fallen far enough, as its recent fall tells. Pure."""

import math
from collections.abc import Sequence

__all__ = ["SHORTEST_S", "UNKNOWN_S", "retry_after_s"]

SHORTEST_S, LONGEST_S = 1, 60
UNKNOWN_S = 5
"""What is said when nothing is known of the fall: long enough to take load off, short enough to lose little."""

_WINDOW_S = 30.0
_LEAST_S = 0.5
"""Two samples closer than this tell more of chance than of speed."""


def retry_after_s(samples: Sequence[tuple[float, float]], goal: float) -> int:
    """Whole seconds until the figure is below `goal`, 1 to 60; 5 while it doesn't fall or too little is known.

    `samples` are (time in seconds, figure), oldest first; only the last half minute counts.
    """
    if not samples:
        return UNKNOWN_S
    now, figure = samples[-1]
    if figure < goal:
        return SHORTEST_S
    began, at_first = next(sample for sample in samples if sample[0] >= now - _WINDOW_S)
    fallen = at_first - figure
    if now - began < _LEAST_S or fallen <= 0:
        return UNKNOWN_S
    needed_s = (figure - goal) * (now - began) / fallen
    return min(LONGEST_S, max(SHORTEST_S, math.ceil(needed_s)))
