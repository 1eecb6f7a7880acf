"""Pages of articles, with the copies of a story folded into one hit: a request a page, and one more for the copies.

Keys of a place descend, as in every engine; the tie, which ascends in the cluster, is taken from the largest.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wiredesk.index.cursor import Place
from wiredesk.index.folding import Folded, Leader, Row, fold
from wiredesk.index.opensearch.documents import CARD
from wiredesk.index.opensearch.translation import Query, any_key

__all__ = ["KEYS", "Stories"]

KEYS: Mapping[str, tuple[type[int] | type[float], ...]] = {
    "relevance": (float, int, int),
    "newest": (int, int),
    "oldest": (int, int),
}
_ORDERS: Mapping[str, list[Any]] = {
    "relevance": ["_score", {"newest": "desc"}, {"tie": "asc"}],
    "newest": [{"newest": "desc"}, {"tie": "asc"}],
    "oldest": [{"oldest": "desc"}, {"tie": "asc"}],
}
_LARGEST = (1 << 63) - 1

Hit = Mapping[str, Any]
Answer = Mapping[str, Any]
_Row = Row[Hit, str]


class Stories:
    """What a query matches, in one order. `ask` sends a search; `more` is what its first one asks for besides.

    After a page, `answer` is what the cluster said to that first search: with the total, and `more`.
    """

    def __init__(self, ask: Callable[[Mapping[str, Any]], Answer], query: Query, order: str, more: Query) -> None:
        self._ask = ask
        self._query = query
        self._order = order
        self._more = more
        self.answer: Answer = {}

    def every_copy(self, *, limit: int, after: Place | None) -> Folded[Hit]:
        """A page of articles."""
        rows, more = self._rows(self._now(after), limit)
        seen = (after.seen if after else 0) + limit
        return Folded([(row.found, 0) for row in rows], Place(rows[-1].keys, seen) if more else None)

    def folded(self, *, limit: int, after: Place | None) -> Folded[Hit]:
        """A page of stories; see `folding`."""
        latest = {"latest": {"max": {"field": "revision"}}}
        if after is None:
            self._more = {**self._more, "aggs": {**self._more.get("aggs", {}), **latest}}

        def up_to() -> int:
            # A double: exact until 2039, and to within a millisecond then.
            return after.up_to if after else int(self.answer["aggregations"]["latest"]["value"] or 0)

        def fetch(place: Place | None, wanted: int, without: Collection[str]) -> tuple[Sequence[_Row], bool]:
            return self._rows(self._now(place) if place is after else place, wanted, without)

        def leaders(clusters: Collection[str]) -> dict[str, Leader]:
            return self._leaders(clusters, up_to()) if clusters else {}

        page = fold(fetch, leaders, limit=limit, after=after)
        return replace(page, end=page.end and replace(page.end, up_to=up_to()))

    def _rows(self, place: Place | None, wanted: int, without: Collection[str] = ()) -> tuple[Sequence[_Row], bool]:
        body: dict[str, Any] = {
            "size": wanted + 1,
            "query": self._but(without) if without else self._query,
            "sort": _ORDERS[self._order],
            "track_total_hits": not self.answer,
            "_source": list(CARD),
            **self._more,
        }
        if place:
            body["search_after"] = [*place.keys[:-1], _LARGEST - int(place.keys[-1])]
        answer = self._ask(body)
        if not self.answer:
            self.answer = answer
            self._more = {name: value for name, value in self._more.items() if name != "aggs"}
        found = answer["hits"]["hits"]
        return [Row(_keys(row), row["_source"]["cluster"], row) for row in found[:wanted]], len(found) > wanted

    def _leaders(self, clusters: Collection[str], up_to: int) -> dict[str, Leader]:
        """Who stands for the stories of which several articles match."""
        top = {"top_hits": {"size": 1, "sort": _ORDERS[self._order], "_source": False}}
        known = {"filter": {"range": {"revision": {"lte": up_to}}}, "aggs": {"top": top}}
        by_cluster = {"field": "cluster", "size": len(clusters), "min_doc_count": 2}
        answer = self._ask({
            "size": 0,
            "query": {"bool": {"must": [self._query], "filter": [any_key("cluster", clusters)]}},
            "track_total_hits": False,
            "aggs": {"clusters": {"terms": by_cluster, "aggs": {"known": known, "top": top}}},
        })  # fmt: skip
        leaders = {}
        for bucket in answer["aggregations"]["clusters"]["buckets"]:
            first = bucket["known"]["top"]["hits"]["hits"] or bucket["top"]["hits"]["hits"]
            leaders[str(bucket["key"])] = Leader(_keys(first[0]), int(bucket["doc_count"]) - 1)
        return leaders

    def _now(self, place: Place | None) -> Place | None:
        """Where the place's hit ranks by now: its score is another with every article that comes in."""
        if place is None or self._order != "relevance":
            return place
        tie = {"term": {"tie": _LARGEST - int(place.keys[-1])}}
        answer = self._ask({
            "size": 1,
            "query": {"bool": {"must": [self._query], "filter": [tie]}},
            "sort": _ORDERS[self._order],
            "track_total_hits": False,
            "_source": False,
        })  # fmt: skip
        found = answer["hits"]["hits"]
        return replace(place, keys=_keys(found[0])) if found else place

    def _but(self, clusters: Collection[str]) -> Query:
        return {"bool": {"must": [self._query], "must_not": [any_key("cluster", clusters)]}}


def _keys(row: Hit) -> tuple[float, ...]:
    *first, tie = row["sort"]
    return (*first, _LARGEST - tie)
