"""Pages of articles, read and with the copies of a story folded into one hit."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from tantivy import Document, FieldType, Occur, Query, Schema, Searcher

from wiredesk.index.cursor import Place
from wiredesk.index.folding import Leader, Row, fold
from wiredesk.index.tantivy import keys, paging
from wiredesk.index.tantivy.documents import card_of
from wiredesk.index.tantivy.translation import all_of, of_kind, unscored

__all__ = ["Found", "Hits", "Order", "Stories", "latest_revision"]

Order = Literal["score", "newest", "oldest"]

_MOST_COPIES = 100
"""Copies of the stories of a page that are looked at together; of more, each story's are counted by itself."""


class Found(NamedTuple):
    """An article of a page; `copies`: how many more of its story match, where they are folded."""

    score: float
    document: Document
    card: Mapping[str, Any]
    copies: int = 0


class Hits(NamedTuple):
    """A page: its articles, the place to go on from if there are more, and how many match, every copy counted."""

    found: list[Found]
    end: Place | None
    total: int


_Row = Row[paging.Ordered, int]
"""Clusters are told apart by `tie_of` their ids: a column has it, so no article is read for it."""


@dataclass(frozen=True, slots=True)
class Stories:
    """What a query matches in one committed state, in one order. `latest` tells the highest revision of that state."""

    searcher: Searcher
    schema: Schema
    query: Query
    order: Order
    latest: Callable[[], int]

    def every_copy(self, *, limit: int, after: Place | None) -> Hits:
        """A page of articles."""
        cut = self._cut(self.query, limit, after, from_cursor=True)
        return Hits([self._found(row) for row in cut.hits], cut.end, self._total(cut.total))

    def folded(self, *, limit: int, after: Place | None) -> Hits:
        """A page of stories; see `folding`."""
        total: int | None = None

        def fetch(place: Place | None, wanted: int, without: Collection[int]) -> tuple[Sequence[_Row], bool]:
            nonlocal total
            cut = self._cut(self._but(without) if without else self.query, wanted, place, from_cursor=place is after)
            if not without and total is None:
                total = cut.total
            return self._rows(cut), cut.end is not None

        def leaders(stories: Collection[int]) -> dict[int, Leader]:
            # The dictionary counts replaced revisions too until a merge: of most articles it tells that they are alone.
            several = [story for story in stories if keys.uses(self.searcher, "cluster", story) > 1]
            return self._leaders(several, after) if several else {}

        page = fold(fetch, leaders, limit=limit, after=after)
        end = page.end
        if end is not None and after is None:
            end = replace(end, up_to=self.latest())
        return Hits([self._found(row, copies) for row, copies in page.hits], end, self._total(total))

    def _total(self, counted: int | None) -> int:
        return paging.count(self.searcher, self.query) if counted is None else counted

    def _rows(self, cut: paging.Cut) -> list[_Row]:
        stories = paging.numbers(self.searcher, "story", [row.address for row in cut.hits])
        return [Row(row.keys, story, row) for row, story in zip(cut.hits, stories, strict=True)]

    def _leaders(self, stories: Sequence[int], after: Place | None) -> dict[int, Leader]:
        """Who stands for each story of which several articles match: all their copies are looked at in one search."""
        copies = self._of(stories)
        cut = self._cut(copies, _MOST_COPIES, None)
        if cut.end is not None:
            each = {story: self._leader(story, after) for story in stories}
            return {story: leader for story, leader in each.items() if leader is not None}
        rows = self._rows(cut)
        revisions = paging.numbers(self.searcher, "revision", [row.found.address for row in rows]) if after else []
        by_story: dict[int, list[_Row]] = {}
        for row in rows:
            by_story.setdefault(row.cluster, []).append(row)
        late = {row.keys for row, revision in zip(rows, revisions, strict=False) if after and revision > after.up_to}
        return {
            story: Leader(next((row.keys for row in found if row.keys not in late), found[0].keys), len(found) - 1)
            for story, found in by_story.items()
            if len(found) > 1
        }

    def _leader(self, story: int, after: Place | None) -> Leader | None:
        """Who stands for a story with any number of copies."""
        copies = self._of((story,))
        count = paging.count(self.searcher, copies)
        if count < 2:
            return None
        first = self._cut(copies, 1, None).hits
        if after is not None:
            known = Query.range_query(self.schema, "revision", FieldType.Unsigned, upper_bound=after.up_to)
            first = self._cut(all_of(copies, unscored(known)), 1, None).hits or first
        return Leader(first[0].keys, count - 1)

    def _of(self, stories: Sequence[int]) -> Query:
        return all_of(self.query, unscored(keys.any_number(self.schema, "cluster", stories)))

    def _cut(self, query: Query, limit: int, after: Place | None, *, from_cursor: bool = False) -> paging.Cut:
        if self.order == "score":
            return paging.by_score(self.searcher, query, limit=limit, after=after, from_cursor=from_cursor)
        return paging.by_key(self.searcher, self.schema, query, field=self.order, limit=limit, after=after)

    def _but(self, stories: Collection[int]) -> Query:
        led = keys.any_number(self.schema, "cluster", stories)
        return Query.boolean_query([(Occur.Must, self.query), (Occur.MustNot, led)])

    def _found(self, row: paging.Ordered, copies: int = 0) -> Found:
        document = self.searcher.doc(row.address)
        return Found(row.keys[0] if self.order == "score" else 0.0, document, card_of(document), copies)


def latest_revision(searcher: Searcher, schema: Schema) -> int:
    """The highest revision of an article; 0 without any."""
    newest = searcher.search(of_kind(schema, "article"), limit=1, count=False, order_by_field="revision").hits
    return int(newest[0][0]) if newest else 0
