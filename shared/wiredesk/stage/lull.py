"""How long a worker leaves a stream alone after a batch, so that more can gather for the next."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Lull"]

_SHARE = 1 / 3
_EACH_S = 0.25
"""For each entry of the batch: while fewer than four a second come in, lulls grow shorter and shorter. An extraction
worker sends a dozen long articles a second.
"""


@dataclass(slots=True)
class Lull:
    """For a stage whose batches cost something of their own, as a durable commit does: few large ones cost less.

    Nobody should wait for company, though. What has been under way for long already loses little by a third of that
    time more, so that is the lull: a third of the age of the youngest in the batch, `most_s` seconds at the most, and
    none after a batch of `full` entries. An article that comes to an idle pipeline is some tenths of a second old, and
    an old one that comes alone, a replay, has no company to wait for.
    """

    most_s: float
    full: int
    _ends_s: float = 0.0

    def after(self, ages_s: Sequence[float], *, now_s: float) -> None:
        """A batch of articles of these ages was finished."""
        if ages_s and len(ages_s) < self.full:
            self._ends_s = now_s + min(self.most_s, _SHARE * max(0.0, min(ages_s)), _EACH_S * len(ages_s))

    def left_s(self, *, now_s: float) -> float:
        """Seconds until the next read."""
        return max(0.0, self._ends_s - now_s)
