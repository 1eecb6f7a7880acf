"""Pages in a total order: sort key, then keys that tell equal hits apart, so that no page repeats or skips a hit.

tantivy orders by one key and breaks ties by where a document happens to lie, which every merge changes. So each page
takes in whole groups of equal keys and orders them itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tantivy import DocAddress, FieldType, Occur, Query, Schema, Searcher, SearchResult

from wiredesk.errors import UsageError
from wiredesk.index.cursor import Place

__all__ = ["MAX_DEPTH", "Cut", "Ordered", "by_key", "by_score", "count", "numbers"]

MAX_DEPTH = 10_000
"""Hits deep that a walk by relevance may go: scores are not indexed, so each page ranks all hits before it again."""
_LARGEST = (1 << 64) - 1
"""Ties ascend; taken from the largest they are part of a descending key."""
_SLACK, _SLACK_BY_SCORE = 8, 100
"""Hits fetched beyond the page, so that a group of equals at its end needs no second search. Scores of a phrase of two
common words are few, and each search for it is the dearest part of a page; a hit more costs some millionths of it.
"""
_GROWTH = 4
"""How many times as many are fetched where that was too few."""


class Ordered(NamedTuple):
    """A hit's place in descending order (`keys`), and where to read it."""

    keys: tuple[float, ...]
    address: DocAddress


@dataclass(frozen=True, slots=True)
class Cut:
    """One page: its hits, the place to go on from if there is more, and how many match (None: that was not counted)."""

    hits: list[Ordered]
    end: Place | None
    total: int | None


_Fetch = Callable[[int], SearchResult]
_Ties = Callable[[list[DocAddress]], list[tuple[int, ...]]]


def by_key(searcher: Searcher, schema: Schema, query: Query, *, field: str, limit: int, after: Place | None) -> Cut:
    """Hits in descending order of a number field. A place has two keys: the field's value and the tie."""
    bounded = query
    if after is not None:
        not_above = Query.range_query(schema, field, FieldType.Unsigned, upper_bound=int(after.keys[0]))
        bounded = Query.boolean_query([(Occur.Must, query), (Occur.Must, not_above)])

    def fetch(wanted: int) -> SearchResult:
        return searcher.search(bounded, limit=wanted, order_by_field=field, count=after is None)

    def ties(addresses: list[DocAddress]) -> list[tuple[int, ...]]:
        return [(_LARGEST - tie,) for tie in numbers(searcher, "tie", addresses)]

    return _cut(fetch, ties, limit=limit, after=after, skip=0, slack=_SLACK)


def by_score(searcher: Searcher, query: Query, *, limit: int, after: Place | None, from_cursor: bool = False) -> Cut:
    """Hits by descending score, equal ones newest first. A place has three keys: score, `newest` and the tie.

    Scores move with every article that comes in: after a place `from_cursor`, of another state perhaps, a page begins
    behind its hit, wherever that ranks by now. Raises UsageError for one beyond MAX_DEPTH.
    """
    seen = after.seen if after else 0
    if from_cursor and seen >= MAX_DEPTH:
        raise UsageError(f"by relevance, pages go {MAX_DEPTH} hits deep; sort by newest, or narrow the query")

    def fetch(wanted: int) -> SearchResult:
        # Counting keeps tantivy from skipping documents, and so scores the same to the last bit on every page.
        return searcher.search(query, limit=wanted, count=True)

    def ties(addresses: list[DocAddress]) -> list[tuple[int, ...]]:
        newest, tie = (numbers(searcher, name, addresses) for name in ("newest", "tie"))
        return [(first, _LARGEST - second) for first, second in zip(newest, tie, strict=True)]

    return _cut(fetch, ties, limit=limit, after=after, skip=seen, slack=_SLACK_BY_SCORE, moved=from_cursor)


def _cut(
    fetch: _Fetch, ties: _Ties, *, limit: int, after: Place | None, skip: int, slack: int, moved: bool = False
) -> Cut:
    """Fetch more until the page and the group of equals at its end are whole."""
    wanted = skip + limit + 1 + slack
    enough = 2 * wanted
    while True:
        answer = fetch(wanted)
        found = answer.hits
        whole = len(found) < wanted
        usable = found if whole else [row for row in found if row[0] != found[-1][0]]
        if after is None and len(usable) > limit:
            usable = [row for row in usable if row[0] >= usable[limit][0]]
        elif after is not None and not moved:
            usable = [row for row in usable if row[0] <= after.keys[0]]
        keys = ties([address for _, address in usable])
        rows = [Ordered((key, *tie), address) for (key, address), tie in zip(usable, keys, strict=True)]
        met = True
        if after is not None:
            now = next((row.keys for row in rows if row.keys[-1] == after.keys[-1]), None) if moved else after.keys
            met = now is not None or wanted >= enough  # its hit may be gone: then the old place has to do
            rows = [row for row in rows if row.keys < (now or after.keys)]
        if whole or (met and len(rows) > limit):
            break
        wanted *= _GROWTH
    rows.sort(key=lambda row: row.keys, reverse=True)
    total: int | None = answer.count  # type: ignore[attr-defined]  # the stubs lack it
    if len(rows) <= limit:
        return Cut(rows, None, total)
    page = rows[:limit]
    return Cut(page, Place(page[-1].keys, (after.seen if after else 0) + limit), total)


def count(searcher: Searcher, query: Query) -> int:
    """How many documents match."""
    return int(searcher.search(query, limit=1, count=True).count or 0)  # type: ignore[attr-defined]  # stubs lack it


def numbers(searcher: Searcher, field: str, addresses: list[DocAddress]) -> list[int]:
    """What these documents have in a number field; 0 where they have nothing."""
    return [int(value or 0) for value in searcher.fast_field_values(field, addresses)]
