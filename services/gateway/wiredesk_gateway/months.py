"""Articles by month as bars to draw: months without any are shown too, many years go by the year. Pure."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from wiredesk.index.protocol import FacetCount

__all__ = ["Bar", "bars"]

_MOST_MONTHS = 60
"""Bars that a phone's width still shows apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A month or year: how many articles, how high of a hundred, and the search for them (None when there are none)."""

    label: str
    count: int
    height: int
    path: str | None


def bars(months: Sequence[FacetCount], path: Callable[[date, date], str]) -> tuple[Bar, ...]:
    """From `YYYY-MM` in order of time. `path` gives the address for the days from the first to the last."""
    counts = {(int(each.value[:4]), int(each.value[5:7])): each.count for each in months}
    if not counts:
        return ()
    first, last = min(counts), max(counts)
    if (last[0] - first[0]) * 12 + last[1] - first[1] < _MOST_MONTHS:
        span = range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])
        periods = [(date(at // 12, at % 12 + 1, 1), counts.get((at // 12, at % 12 + 1), 0)) for at in span]
        drawn = [(f"{start:%B} {start.year}", start, _month_end(start), count) for start, count in periods]
    else:
        years = {year: 0 for year, _ in counts}
        for (year, _), count in counts.items():
            years[year] += count
        span = range(min(years), max(years) + 1)
        drawn = [(str(year), date(year, 1, 1), date(year, 12, 31), years.get(year, 0)) for year in span]
    most = max(count for *_, count in drawn)
    return tuple(
        Bar(
            label=label,
            count=count,
            height=max(2, round(100 * count / most)) if count else 0,
            path=path(start, end) if count else None,
        )
        for label, start, end, count in drawn
    )


def _month_end(start: date) -> date:
    return start.replace(day=monthrange(start.year, start.month)[1])
