"""Copies of one story as one hit: which article stands for all of them, page after page. Pure.

Articles with one cluster id are copies. Of those that match, the one that ranks first is shown; the others are passed
over wherever they rank, so a story is on one page, once. What arrives while somebody pages must not move it: articles
newer than the walk's first page (their revisions tell) stand for a story only where none of the older ones matches.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from wiredesk.index.cursor import Place

__all__ = ["Folded", "Leader", "Row", "fold"]

T = TypeVar("T")
C = TypeVar("C", bound=Hashable)
"""What tells clusters apart: an id, or its number."""

_MOST_ROWS = 1000
"""Hits looked at for one page: where nothing but copies follows for so long, the page ends short, and the next one
goes on from there."""
_MOST_AT_ONCE = 200
_SPARE = 6
"""Rows looked at beyond a page: one tells that there are more, the others take the place of copies passed over."""


@dataclass(frozen=True, slots=True)
class Row(Generic[T, C]):
    """A hit: its place in descending order, the last key its own (`keys`), its cluster, and the engine's own of it."""

    keys: tuple[float, ...]
    cluster: C
    found: T


@dataclass(frozen=True, slots=True)
class Leader:
    """The article that stands for a story: its place, as in Row, and how many more copies match."""

    keys: tuple[float, ...]
    copies: int


@dataclass(frozen=True, slots=True)
class Folded(Generic[T]):
    """A page: hits, each with the number of its further copies, and the place to go on from, if there may be more."""

    hits: list[tuple[T, int]]
    end: Place | None


Fetch = Callable[[Place | None, int, Collection[C]], tuple[Sequence[Row[T, C]], bool]]
"""So many rows after a place, or fewer at the end, none of these clusters; and whether others follow."""
Leaders = Callable[[Collection[C]], Mapping[C, Leader]]
"""Of these clusters, those with several matching articles."""


def fold(fetch: Fetch[C, T], leaders: Leaders[C], *, limit: int, after: Place | None) -> Folded[T]:
    """The next `limit` stories after a place."""
    hits: list[tuple[T, int]] = []
    known: dict[C, Leader] = {}
    passed: set[C] = set()
    place, last, looked_at, wanted = after, after, 0, limit + _SPARE
    up_to = after.up_to if after else 0
    while True:
        rows, more = fetch(place, wanted, passed)
        known |= leaders({row.cluster for row in rows} - known.keys())
        for row in rows:
            place = Place(row.keys, (place.seen if place else 0) + 1, up_to)
            leader = known.get(row.cluster)
            if leader is not None and leader.keys[-1] != row.keys[-1]:
                continue
            if len(hits) == limit:
                return Folded(hits, last)
            hits.append((row.found, leader.copies if leader else 0))
            last = place
        if not more:
            return Folded(hits, None)
        looked_at += len(rows)
        if looked_at >= _MOST_ROWS:
            return Folded(hits, place)
        # What is led from here or before needs no second look, however many copies follow.
        passed |= {cluster for cluster, leader in known.items() if place and leader.keys >= place.keys}
        wanted = min(2 * wanted, _MOST_AT_ONCE)
