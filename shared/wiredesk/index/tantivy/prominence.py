"""How many articles speak of an entity: exactly, counted when it is asked for; and about, as its document says.

Every article has the entities it speaks of as terms, so an exact count is the length of a list. What sorts entities has
to stand in their documents, though, and most of the entities of a batch are there already: their documents are written
anew when a count has grown by a quarter, and not for each article. Up to `EXACT` articles a document tells the truth.
"""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from operator import attrgetter
from typing import NamedTuple

from tantivy import Query, Schema, Searcher

from wiredesk.index.cursor import Place
from wiredesk.index.protocol import EntityHit, SpokenName
from wiredesk.index.tantivy import keys, paging

__all__ = ["EXACT", "NAME_BITS", "Ranked", "agrees", "counted", "outdated", "quoted", "rank", "ranked"]

EXACT = 7
"""Articles up to which every change of an entity is written."""
NAME_BITS = 40
"""Of a rank, for the beginning of the name."""
_NAME = (1 << NAME_BITS) - 1
_MOST_ARTICLES = (1 << 64 - NAME_BITS) - 1
_SLACK, _GROWTH = 8, 4
"""Documents read beyond a page, and how many times as many where that was too few."""

Read = Callable[[paging.Ordered], EntityHit]
"""The entity whose document is at a place, `counted`."""


def agrees(written: int, articles: int) -> bool:
    """Whether a document that says `written` may stand for this many articles: no more than a quarter above."""
    return written <= articles <= _most(written)


def outdated(old: EntityHit | None, new: EntityHit, written: int) -> bool:
    """Whether the document has to be written anew, of an entity that is `new` now and was `old` before."""
    if old is None or new.articles <= EXACT or not agrees(written, new.articles):
        return True
    if (new.type, new.name, new.members) != (old.type, old.name, old.members):
        return True
    return new.also is not old.also and {each.name for each in new.also} != {each.name for each in old.also}


def rank(articles: int, name: int) -> int:
    """What sorts entities: by articles, then by the beginning of the name, a number of `NAME_BITS`."""
    return min(articles, _MOST_ARTICLES) << NAME_BITS | name


def counted(searcher: Searcher, schema: Schema, hit: EntityHit) -> EntityHit:
    """What a document tells, with the articles that speak of it now, and use its other names."""
    if hit.articles <= EXACT:
        return hit
    articles = paging.count(searcher, keys.any_key(schema, "entity", (hit.entity_id,)))
    if not hit.also:
        return replace(hit, articles=articles)
    numbers = ((each.name, keys.called(hit.entity_id, each.name)) for each in hit.also)
    also = (
        SpokenName(name, paging.count(searcher, keys.any_number(schema, "called", (number,))))
        for name, number in numbers
    )
    return replace(hit, articles=articles, also=tuple(sorted(also, key=lambda each: (-each.articles, each.name))))


def quoted(searcher: Searcher, schema: Schema, hit: EntityHit) -> EntityHit:
    """With the quotes that are its own."""
    return replace(hit, quotes=paging.count(searcher, keys.any_key(schema, "speaker", (hit.entity_id,))))


class Ranked(NamedTuple):
    """An entity's exact place in descending order, and what is told of it."""

    keys: tuple[float, ...]
    hit: EntityHit


def ranked(
    searcher: Searcher, schema: Schema, query: Query, read: Read, *, limit: int, after: Place | None
) -> tuple[list[Ranked], Place | None]:
    """A page of the entities that match, in the order of exact counts, and the place to go on from if there are more.

    Documents come in the order of what they say, which is at most what is true: the page is done when whatever has not
    come yet cannot be of it.
    """
    known: dict[tuple[float, ...], Ranked] = {}
    wanted = limit + _SLACK
    while True:
        cut = paging.by_key(searcher, schema, query, field="rank", limit=wanted, after=after)
        for row in cut.hits:
            if row.keys not in known:
                hit = read(row)
                known[row.keys] = Ranked((rank(hit.articles, int(row.keys[0]) & _NAME), *row.keys[1:]), hit)
        page = [each for each in known.values() if after is None or each.keys < after.keys]
        page.sort(key=attrgetter("keys"), reverse=True)
        if cut.end is None or (len(page) > limit and page[limit - 1].keys >= _bound(cut.hits[-1].keys)):
            break
        wanted *= _GROWTH
    if len(page) <= limit:
        return page, None
    page = page[:limit]
    return page, Place(page[-1].keys, (after.seen if after else 0) + limit)


def _most(written: int) -> int:
    """Of a document that says `written`, the articles with which it is not written anew yet."""
    return written + max(1, written // 4) - 1


def _bound(last: tuple[float, ...]) -> tuple[float, ...]:
    """The highest place that documents after this one may have."""
    written = int(last[0]) >> NAME_BITS
    most = _most(written)
    return last if most == written else (rank(most, _NAME), inf)
