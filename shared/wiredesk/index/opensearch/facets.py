"""How many of the found articles carry which value, and in which month they were published."""

from collections.abc import Mapping
from typing import Any

from wiredesk.index.protocol import FACETS, FacetCount

__all__ = ["FIELDS", "asked", "counts_in", "months_in"]

FIELDS = {name: f"{name}_id" if name in ("people", "organizations", "places") else name for name in FACETS}
_SIZE = 10
_CANDIDATES = 1000
"""Values a shard puts forward for a facet: counts are exact unless a value is below that place in some shard."""


def asked() -> dict[str, Any]:
    """The aggregations of a search."""
    terms = {
        name: {"terms": {"field": field, "size": _SIZE, "shard_size": _CANDIDATES}} for name, field in FIELDS.items()
    }
    months = {"field": "published", "calendar_interval": "month", "format": "yyyy-MM", "min_doc_count": 1}
    return {**terms, "months": {"date_histogram": months}}


def counts_in(aggregations: Mapping[str, Any]) -> dict[str, list[tuple[str, int]]]:
    """Of each facet its values with their counts, most frequent first."""
    return {
        name: [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in aggregations[name]["buckets"]]
        for name in FACETS
    }


def months_in(aggregations: Mapping[str, Any]) -> tuple[FacetCount, ...]:
    """In order of time."""
    buckets = aggregations["months"]["buckets"]
    return tuple(FacetCount(each["key_as_string"], each["key_as_string"], int(each["doc_count"])) for each in buckets)
