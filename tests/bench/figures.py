"""What was measured: a value for each round, beside its yardstick's value of the same round."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["Curve", "Figure", "percentile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the result. `values` and `yardstick_values` are in `unit`, one a round, pairs of the same round.

    A figure that was taken once has one value; one without a yardstick says so by `yardstick` None. `words` is how many
    words one of what is counted has on average, where the figure is a rate of articles.
    """

    section: str
    name: str
    unit: str
    values: tuple[float, ...]
    yardstick: str | None = None
    yardstick_values: tuple[float, ...] = ()
    note: str = ""
    words: float | None = None

    @property
    def words_per_s(self) -> float | None:
        """The middle of the rounds, in words."""
        return self.median * self.words if self.words else None

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return median(self.values)

    @property
    def yardstick_median(self) -> float | None:
        """The middle of the yardstick's rounds."""
        return median(self.yardstick_values) if self.yardstick_values else None

    @property
    def ratio(self) -> float | None:
        """The middle of the rounds' own ratios: what disturbs a whole round disturbs it little."""
        if not self.yardstick_values:
            return None
        if len(self.yardstick_values) != len(self.values):
            return self.median / median(self.yardstick_values)
        return median(value / other for value, other in zip(self.values, self.yardstick_values, strict=True))

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest round."""
        return min(self.values), max(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How several values went together: a row of numbers under the same headings for each moment.

    `fine` has the same in more rows, where there are enough moments to draw.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    fine: tuple[tuple[float, ...], ...] = ()


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that at least `percent` of 100 of the values do not exceed (nearest rank).

    Raises ValueError for no values.
    """
    ordered: Sequence[float] = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]
