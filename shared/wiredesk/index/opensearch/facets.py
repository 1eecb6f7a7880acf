"""How many of the found articles carry which value, and when they were published."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from wiredesk.index.histogram import Counts
from wiredesk.index.opensearch.translation import Query
from wiredesk.index.protocol import FACETS, Interval

__all__ = ["FIELDS", "asked", "counts_in", "published_asked", "published_in", "span_in", "years_in"]

FIELDS = {name: f"{name}_id" if name in ("people", "organizations", "places") else name for name in FACETS}
_SIZE = 10
_CANDIDATES = 1000
"""Values a shard puts forward for a facet: counts are exact unless a value is below that place in some shard."""
_EPOCH = date(1970, 1, 1)


def asked() -> dict[str, Any]:
    """The aggregations of a search."""
    terms: dict[str, Any] = {
        name: {"terms": {"field": field, "size": _SIZE, "shard_size": _CANDIDATES}} for name, field in FIELDS.items()
    }
    span = {name: {kind: {"field": "published"}} for name, kind in (("first", "min"), ("last", "max"))}
    return {**terms, **span, "years": _by("year")}


def counts_in(aggregations: Mapping[str, Any]) -> dict[str, list[tuple[str, int]]]:
    """Of each facet its values with their counts, most frequent first."""
    return {
        name: [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in aggregations[name]["buckets"]]
        for name in FACETS
    }


def span_in(aggregations: Mapping[str, Any]) -> tuple[date, date] | None:
    """The days of the first and the last article; None when none has a date."""
    first, last = (aggregations[name]["value"] for name in ("first", "last"))
    return None if first is None else (_day(first), _day(last))


def years_in(aggregations: Mapping[str, Any]) -> Counts:
    """In order of time."""
    return _periods(aggregations["years"])


def published_asked(query: Query, interval: Interval) -> dict[str, Any]:
    """The search for how many were published when."""
    return {"size": 0, "query": query, "track_total_hits": False, "aggs": {"periods": _by(interval)}}


def published_in(answer: Mapping[str, Any]) -> Counts:
    """In order of time."""
    return _periods(answer["aggregations"]["periods"])


def _by(interval: Interval) -> dict[str, Any]:
    return {"date_histogram": {"field": "published", "calendar_interval": interval, "min_doc_count": 1}}


def _periods(counted: Mapping[str, Any]) -> Counts:
    return [(_day(bucket["key"]), int(bucket["doc_count"])) for bucket in counted["buckets"]]


def _day(milliseconds: float) -> date:
    """Times before 1970 are negative; the platform's own functions may not have them."""
    return _EPOCH + timedelta(days=int(milliseconds // (24 * 60 * 60 * 1000)))
