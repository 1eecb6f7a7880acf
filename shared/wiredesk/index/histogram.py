"""How many articles were published when: by day, ISO week, month or year, in UTC. Pure.

The days of the first and the last article are known of every search; how many there are when is asked once that span
is known, so that no question has more answers than anybody can read.
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from wiredesk.errors import UsageError
from wiredesk.index.protocol import DateCount, Histogram, Interval

__all__ = ["Counted", "Counts", "first_day", "histogram_of", "last_day", "periods"]

Counts = Sequence[tuple[date, int]]
"""First days of periods with their articles, in order of time; those without any may be left out."""
Counted = Callable[[Interval], Counts]

_MOST_BARS = 62
"""Two months by day, a year and more by week, five years by month: as many bars as a phone's width shows apart."""
_MOST_BUCKETS = 10_000
"""Years of the calendar are fewer; days are 27 years of it."""
_INTERVALS: tuple[Interval, ...] = ("day", "week", "month", "year")


def histogram_of(span: tuple[date, date] | None, counted: Counted, asked: Interval | None) -> Histogram:
    """By the interval asked for, else by the finest that gives no more than 62 buckets; by year beyond that.

    `span` is the days of the first and last article, None without any. Raises UsageError for an interval that would
    part them into more than 10,000.
    """
    if span is None:
        return Histogram(interval=asked or "day", buckets=())
    if asked is not None and (many := periods(asked, *span)) > _MOST_BUCKETS:
        coarser = _INTERVALS[_INTERVALS.index(asked) + 1]
        raise UsageError(
            f"from {span[0]} to {span[1]} there are {many:,} {asked}s, more than {_MOST_BUCKETS:,}; "
            f"narrow the dates, or count by {coarser}"
        )
    interval = asked or _finest(*span)
    buckets = (DateCount(first, last_day(first, interval), count) for first, count in counted(interval) if count)
    return Histogram(interval=interval, buckets=tuple(buckets))


def _finest(first: date, last: date) -> Interval:
    for interval in _INTERVALS:
        if periods(interval, first, last) <= _MOST_BARS:
            return interval
    return "year"


def periods(interval: Interval, first: date, last: date) -> int:
    """How many days, weeks, months or years these two days and those between them touch."""
    match interval:
        case "day":
            return (last - first).days + 1
        case "week":
            return (first_day(last, "week") - first_day(first, "week")).days // 7 + 1
        case "month":
            return (last.year - first.year) * 12 + last.month - first.month + 1
        case "year":
            return last.year - first.year + 1


def first_day(day: date, interval: Interval) -> date:
    """Of the period that the day is in; weeks begin on Monday (ISO 8601), as the calendar's first day does."""
    match interval:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)


def last_day(day: date, interval: Interval) -> date:
    """Of the period that the day is in; the calendar's last week is short."""
    match interval:
        case "day":
            return day
        case "week":
            return date.fromordinal(min(first_day(day, "week").toordinal() + 6, date.max.toordinal()))
        case "month":
            return day.replace(day=monthrange(day.year, day.month)[1])
        case "year":
            return day.replace(month=12, day=31)
