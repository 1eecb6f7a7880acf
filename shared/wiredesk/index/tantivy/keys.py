"""Exact values that documents are found, narrowed and deleted by: one field holds them all, each under its name.

A field has a dictionary of its own in every segment, which costs each commit and each merge as much as some documents.
"""

from collections.abc import Collection, Iterable
from typing import Literal

from tantivy import Query, Schema, Searcher

from wiredesk.index.ordering import tie_of

__all__ = ["FIELD", "Name", "any_key", "any_number", "called", "key", "numbered", "uses"]

FIELD = "key"
_OWN_FIELDS = ("kind", "source", "language")
"""Few values each: the kind is read from indexes of any version, the others are counted by value."""

Name = Literal[
    "kind",
    "source",
    "language",
    "article",
    "cluster",
    "entity",
    "people",
    "organizations",
    "places",
    "extracted",
    "speaker",
    "called",
    "record",
    "type",
    "tombstone",
    "correction",
]
"""`record` is an entity's own document, `extracted` an id from extraction that a correction has replaced; `called` an
entity under one of the other names that an article has for it.
"""
_NUMBERED = ("cluster", "record")
"""Told apart by `tie_of` their ids, as the columns have them that are counted and folded by."""


def key(name: Name, value: str) -> str:
    """The term for a value of one of the names that share the field: what a document has in FIELD to be found by it."""
    return numbered(name, tie_of(value)) if name in _NUMBERED else f"{name}:{value}"


def numbered(name: Name, number: int) -> str:
    """The term for what is told apart by number."""
    return f"{name}:{number:016x}"


def called(entity_id: str, name: str) -> int:
    """The number of an entity under another name."""
    return tie_of(f"{entity_id}\n{name}")


def any_key(schema: Schema, name: Name, values: Iterable[str]) -> Query:
    """Documents that have one of the values, exactly."""
    if name in _OWN_FIELDS:
        return _any(schema, name, list(values))
    return _any(schema, FIELD, [key(name, value) for value in values])


def any_number(schema: Schema, name: Name, numbers: Collection[int]) -> Query:
    """The same for what is told apart by number: clusters and records by `tie_of` their ids, and `called`."""
    return _any(schema, FIELD, [numbered(name, number) for number in numbers])


def uses(searcher: Searcher, name: Name, number: int) -> int:
    """Documents that have a cluster, those replaced since the last merge among them."""
    return searcher.doc_freq(FIELD, numbered(name, number))


def _any(schema: Schema, field: str, terms: list[str]) -> Query:
    if len(terms) == 1:  # a set is looked for by walking the dictionary
        return Query.term_query(schema, field, terms[0], index_option="basic")
    return Query.term_set_query(schema, field, terms)
