"""How many of the found articles carry which value, and when they were published."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tantivy import Query, Searcher

from wiredesk.index.histogram import Counts
from wiredesk.index.protocol import FACETS, Interval

__all__ = ["FIELDS", "asked", "counts_in", "published", "span_in", "years_in"]

FIELDS = {name: f"{name}_id" if name in ("people", "organizations", "places") else name for name in FACETS}
_SIZE = 10
_CANDIDATES = 300
"""Values a segment puts forward for a facet: counts are exact unless a value is below that place in some segment.

Looking up what each is called was half the time of a page with few hits, at 1000.
"""
_PERIODS: Mapping[Interval, tuple[str, int, int]] = {
    "day": ("day", 1, 0),
    "week": ("day", 7, 1),
    "month": ("month", 1, 0),
    "year": ("month", 12, 0),
}
"""Field, how many of its units make a period, and the unit the first one begins with: day 1 was a Monday."""


def asked() -> dict[str, Any]:
    """The aggregations of a search."""
    terms = {
        name: {"terms": {"field": field, "size": _SIZE, "segment_size": _CANDIDATES}} for name, field in FIELDS.items()
    }
    return {**terms, "first": {"min": {"field": "day"}}, "last": {"max": {"field": "day"}}, "years": _by("year")}


def counts_in(answer: Mapping[str, Any]) -> dict[str, list[tuple[str, int]]]:
    """Of each facet its values with their counts, most frequent first."""
    return {
        name: [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in answer[name]["buckets"]] for name in FACETS
    }


def span_in(answer: Mapping[str, Any]) -> tuple[date, date] | None:
    """The days of the first and the last article; None when none has a date."""
    first, last = (answer[name]["value"] for name in ("first", "last"))
    return None if first is None else (date.fromordinal(int(first)), date.fromordinal(int(last)))


def years_in(answer: Mapping[str, Any]) -> Counts:
    """In order of time."""
    return _periods(answer["years"], "year")


def published(searcher: Searcher, query: Query, interval: Interval) -> Counts:
    """How many were published when, in order of time."""
    return _periods(searcher.aggregate(query, {"periods": _by(interval)})["periods"], interval)


def _by(interval: Interval) -> dict[str, Any]:
    field, units, offset = _PERIODS[interval]
    return {"histogram": {"field": field, "interval": units, "offset": offset, "min_doc_count": 1}}


def _periods(counted: Mapping[str, Any], interval: Interval) -> Counts:
    field, _, _ = _PERIODS[interval]
    found = sorted((int(bucket["key"]), int(bucket["doc_count"])) for bucket in counted["buckets"])
    if field == "month":
        return [(date(key // 12, key % 12 + 1, 1), count) for key, count in found]
    return [(date.fromordinal(key), count) for key, count in found]
