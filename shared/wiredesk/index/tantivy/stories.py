"""Pages of articles, read and with the copies of a story folded into one hit."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from tantivy import Document, FieldType, Occur, Query, Schema, Searcher

from wiredesk.index.cursor import Place
from wiredesk.index.folding import Leader, Row, fold
from wiredesk.index.tantivy import paging
from wiredesk.index.tantivy.documents import card_of
from wiredesk.index.tantivy.translation import all_of, of_kind, unscored

__all__ = ["Found", "Order", "Stories", "latest_revision"]

Order = Literal["score", "newest", "oldest"]

_MOST_COPIES = 100
"""Copies of the stories of a page that are looked at together; of more, each story's are counted by itself."""


class Found(NamedTuple):
    """An article of a page; `copies`: how many more of its story match, where they are folded."""

    score: float
    document: Document
    card: Mapping[str, Any]
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Stories:
    """What a query matches in one committed state, in one order. `latest` tells the highest revision of that state."""

    searcher: Searcher
    schema: Schema
    query: Query
    order: Order
    latest: Callable[[], int]

    def every_copy(self, *, limit: int, after: Place | None) -> tuple[list[Found], Place | None]:
        """A page of articles, and the place to go on from if there are more."""
        cut = self._cut(self.query, limit, after, from_cursor=True)
        return [self._found(row) for row in cut.hits], cut.end

    def folded(self, *, limit: int, after: Place | None) -> tuple[list[Found], Place | None]:
        """A page of stories; see `folding`."""

        def fetch(place: Place | None, wanted: int, without: Collection[str]) -> tuple[Sequence[Row[Found]], bool]:
            query = self._but(without) if without else self.query
            cut = self._cut(query, wanted, place, from_cursor=place is after)
            rows = [Row(row.keys, found.card["cluster_id"], found) for row in cut.hits for found in [self._found(row)]]
            return rows, cut.end is not None

        def leaders(clusters: Collection[str]) -> dict[str, Leader]:
            # The dictionary counts replaced revisions too until a merge: of most articles it tells that they are alone.
            several = [cluster for cluster in clusters if self.searcher.doc_freq("cluster", cluster) > 1]
            return self._leaders(several, after) if several else {}

        page = fold(fetch, leaders, limit=limit, after=after)
        end = page.end
        if end is not None and after is None:
            end = replace(end, up_to=self.latest())
        return [found._replace(copies=copies) for found, copies in page.hits], end

    def _leaders(self, clusters: Sequence[str], after: Place | None) -> dict[str, Leader]:
        """Who stands for each story of which several articles match: all their copies are looked at in one search."""
        copies = self._of(clusters)
        cut = self._cut(copies, _MOST_COPIES, None)
        if cut.end is not None:
            each = {cluster: self._leader(cluster, after) for cluster in clusters}
            return {cluster: leader for cluster, leader in each.items() if leader is not None}
        rows: dict[str, list[tuple[paging.Ordered, int]]] = {}
        for row in cut.hits:
            card = card_of(self.searcher.doc(row.address))
            rows.setdefault(card["cluster_id"], []).append((row, card["revision"]))
        leaders = {}
        for cluster, found in rows.items():
            if len(found) > 1:
                known = [row for row, revision in found if after is None or revision <= after.up_to]
                leaders[cluster] = Leader((known or [found[0][0]])[0].keys, len(found) - 1)
        return leaders

    def _leader(self, cluster: str, after: Place | None) -> Leader | None:
        """Who stands for a story with any number of copies."""
        copies = self._of((cluster,))
        count = paging.count(self.searcher, copies)
        if count < 2:
            return None
        first = self._cut(copies, 1, None).hits
        if after is not None:
            known = Query.range_query(self.schema, "revision", FieldType.Unsigned, upper_bound=after.up_to)
            first = self._cut(all_of(copies, unscored(known)), 1, None).hits or first
        return Leader(first[0].keys, count - 1)

    def _of(self, clusters: Sequence[str]) -> Query:
        return all_of(self.query, unscored(Query.term_set_query(self.schema, "cluster", list(clusters))))

    def _cut(self, query: Query, limit: int, after: Place | None, *, from_cursor: bool = False) -> paging.Cut:
        if self.order == "score":
            return paging.by_score(self.searcher, query, limit=limit, after=after, from_cursor=from_cursor)
        return paging.by_key(self.searcher, self.schema, query, field=self.order, limit=limit, after=after)

    def _but(self, clusters: Collection[str]) -> Query:
        led = Query.term_set_query(self.schema, "cluster", list(clusters))
        return Query.boolean_query([(Occur.Must, self.query), (Occur.MustNot, led)])

    def _found(self, row: paging.Ordered) -> Found:
        document = self.searcher.doc(row.address)
        return Found(row.keys[0] if self.order == "score" else 0.0, document, card_of(document))


def latest_revision(searcher: Searcher, schema: Schema) -> int:
    """The highest revision of an article; 0 without any."""
    newest = searcher.search(of_kind(schema, "article"), limit=1, count=False, order_by_field="revision").hits
    return int(newest[0][0]) if newest else 0
