"""How many of the found articles carry which value, and when they were published.

Entities are counted by their numbers (`tie_of` their ids): what each is called is looked up for those that are shown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tantivy import Query, Searcher

from wiredesk.index.histogram import Counts
from wiredesk.index.intake import KINDS
from wiredesk.index.protocol import FACETS, FacetCount, Interval

__all__ = ["NUMBERED", "asked", "counts_in", "published", "shown", "span_in"]

NUMBERED = frozenset(KINDS.values())
"""Facets whose values are entities."""
_SIZE = 10
_ASKED = 4 * _SIZE
"""Of entities as often found as the last that is shown, those whose ids come first are shown, as far as this tells."""
_CANDIDATES = 300
"""Values a segment puts forward for a facet: counts are exact unless a value is below that place in some segment.
At 1000 a page's facets cost a quarter more.
"""
_PERIODS: Mapping[Interval, tuple[str, int, int]] = {
    "day": ("day", 1, 0),
    "week": ("day", 7, 1),
    "month": ("month", 1, 0),
    "year": ("month", 12, 0),
}
"""Field, how many of its units make a period, and the unit the first one begins with: day 1 was a Monday."""

_FIRST_YEAR, _LAST_YEAR = 1600, 2400
"""Months are counted with everything else from the first newspapers on: of all years of the calendar they could be more
than the engine answers.
"""


def asked() -> dict[str, Any]:
    """The aggregations of a search."""
    ends = {"first": {"min": {"field": "day"}}, "last": {"max": {"field": "day"}}}
    return {**{name: _terms(name) for name in FACETS}, **ends, "months": _months()}


def _terms(name: str) -> dict[str, Any]:
    numbered = name in NUMBERED
    size = {"size": _ASKED if numbered else _SIZE, "segment_size": _CANDIDATES}
    return {"terms": {"field": f"{name}_number" if numbered else name, **size}}


def counts_in(answer: Mapping[str, Any], name: str) -> list[tuple[Any, int]]:
    """The values of a facet with their counts, most frequent first: as many as are shown, and those as frequent."""
    found = [(bucket["key"], int(bucket["doc_count"])) for bucket in answer[name]["buckets"]]
    return [(value, count) for value, count in found if count >= found[:_SIZE][-1][1]]


def shown(counts: Iterable[FacetCount]) -> tuple[FacetCount, ...]:
    """Those that a page shows, most frequent first, equals by their ids."""
    return tuple(sorted(counts, key=lambda each: (-each.count, each.value))[:_SIZE])


def span_in(answer: Mapping[str, Any]) -> tuple[date, date] | None:
    """The days of the first and the last article; None when none has a date."""
    first, last = (answer[name]["value"] for name in ("first", "last"))
    return None if first is None else (date.fromordinal(int(first)), date.fromordinal(int(last)))


def published(answer: Mapping[str, Any], interval: Interval, searcher: Searcher, query: Query) -> Counts:
    """How many were published when, in order of time: from the answer where that tells, else from another search."""
    first, last = span_in(answer) or (date.min, date.max)
    if interval in ("month", "year") and first.year >= _FIRST_YEAR and last.year < _LAST_YEAR:
        months = _periods(answer["months"], "month")
        if interval == "month":
            return months
        years = Counter[date]()
        for month, count in months:
            years[month.replace(month=1)] += count
        return list(years.items())
    return _periods(searcher.aggregate(query, {"periods": _by(interval)})["periods"], interval)


def _by(interval: Interval) -> dict[str, Any]:
    field, units, offset = _PERIODS[interval]
    return {"histogram": {"field": field, "interval": units, "offset": offset, "min_doc_count": 1}}


def _months() -> dict[str, Any]:
    bounds = {"min": 12 * _FIRST_YEAR, "max": 12 * _LAST_YEAR}
    return {"histogram": {**_by("month")["histogram"], "hard_bounds": bounds}}


def _periods(counted: Mapping[str, Any], interval: Interval) -> Counts:
    field, _, _ = _PERIODS[interval]
    found = sorted((int(bucket["key"]), int(bucket["doc_count"])) for bucket in counted["buckets"])
    if field == "month":
        return [(date(key // 12, key % 12 + 1, 1), count) for key, count in found]
    return [(date.fromordinal(key), count) for key, count in found]
