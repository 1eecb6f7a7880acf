"""Articles over time as bars to draw: periods without any have a place too, many years go by tens or more. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from wiredesk.index.histogram import last_day, periods
from wiredesk.index.protocol import Filters, Histogram, Interval, SearchRequest

from wiredesk_gateway.links import SearchLinks, search_path

__all__ = ["Bar", "Timeline", "timeline"]

_MOST_YEARS = 62
_MOST_BARS = 400
"""A year of days; on a narrow screen they are thin, and one asks for fewer."""
_INTERVALS: tuple[Interval, ...] = ("day", "week", "month", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A period: how many articles, how high of a hundred, and the search for them (None when there are none)."""

    label: str
    count: int
    height: int
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The bars of a search in order of time, none where they are too many to tell apart.

    `intervals` are those that can be drawn, as (name, path), the path None for the one in force.
    """

    interval: Interval
    bars: tuple[Bar, ...]
    intervals: tuple[tuple[Interval, str | None], ...]


def timeline(histogram: Histogram | None, request: SearchRequest) -> Timeline | None:
    """What a search's page draws of its histogram; None where there is nothing to see in it."""
    if histogram is None or not histogram.buckets:
        return None
    first, last, interval = histogram.buckets[0].first, histogram.buckets[-1].last, histogram.interval
    if request.interval is None and periods(interval, first, last) < 2:
        return None
    possible = [each for each in _INTERVALS if periods(each, first, last) <= _MOST_BARS or each == "year"]
    paths = [(each, search_path(replace(request, interval=each)) if each != interval else None) for each in possible]
    bars = tuple(_bars(histogram, request)) if interval in possible else ()
    return Timeline(interval=interval, bars=bars, intervals=tuple(paths))


def _bars(histogram: Histogram, request: SearchRequest) -> Iterator[Bar]:
    interval, first, last = histogram.interval, histogram.buckets[0].first, histogram.buckets[-1].last
    years = _years_a_bar(first, last) if interval == "year" else 1
    spans = dict(_years(first, last, years) if years > 1 else _periods(first, last, interval))
    counts = dict.fromkeys(spans, 0)
    for bucket in histogram.buckets:
        counts[_decade(bucket.first, years) if years > 1 else bucket.first] += bucket.count
    most, links = max(counts.values()), SearchLinks(request)
    for start, count in counts.items():
        yield Bar(
            label=_label(start, spans[start], interval, years),
            count=count,
            height=max(2, round(100 * count / most)) if count else 0,
            path=_path(links, request.filters, start, spans[start]) if count else None,
        )


def _periods(first: date, last: date, interval: Interval) -> Iterator[tuple[date, date]]:
    """First and last days, those of periods without articles too."""
    while True:
        end = last_day(first, interval)
        yield first, end
        if end >= last:
            return
        first = end + timedelta(days=1)


def _years_a_bar(first: date, last: date) -> int:
    many = periods("year", first, last)
    return next((each for each in (1, 10, 100) if many <= each * _MOST_YEARS), 1000)


def _years(first: date, last: date, many: int) -> Iterator[tuple[date, date]]:
    """The same of decades, centuries or millennia: `2000 to 2009`. The calendar begins with year 1."""
    for year in range(first.year // many * many, last.year + 1, many):
        yield _decade(date(max(year, 1), 1, 1), many), date(year + many - 1, 12, 31)


def _decade(day: date, many: int) -> date:
    return date(max(day.year // many * many, 1), 1, 1)


def _path(links: SearchLinks, was: Filters, first: date, last: date) -> str:
    """The same search within these days, and within those it had."""
    return links.within(
        max(first, was.published_from) if was.published_from else first,
        min(last, was.published_to) if was.published_to else last,
    )


def _label(first: date, last: date, interval: Interval, years: int) -> str:
    match interval:
        case "day":
            return f"{first.day} {first:%B} {first.year}"
        case "week":
            return f"Week of {first.day} {first:%B} {first.year}"
        case "month":
            return f"{first:%B} {first.year}"
        case "year":
            return str(first.year) if years == 1 else f"{first.year} to {last.year}"
