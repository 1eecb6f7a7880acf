"""Entities over all articles: counted when they are asked for, so that no count can drift, however many write.

Each article has its entities nested in it, once each. A first search ranks those that match by how many articles have
them; a second one tells of those on the page what they are called, and counts exactly. With several shards the ranking
is exact for what ranks among the first thousand of each.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wiredesk.index.corrections import Corrections
from wiredesk.index.opensearch.documents import MEMBER_BREAK
from wiredesk.index.opensearch.translation import Query, all_of, any_key
from wiredesk.index.protocol import EntityHit, EntityMember, SpokenName
from wiredesk.index.reported import MOST_SPOKEN

__all__ = ["MAX_DEPTH", "cards_asked", "cards_in", "ranked", "ranking_asked"]

MAX_DEPTH = 10_000
"""Entities deep that a walk may go: each page ranks all before it again."""
_SHARD_CANDIDATES = 1000
_MOST_MEMBERS = 1000
"""Ids with their names that one entity may have been, for exact counts of each."""
_COUNTED_EXACTLY = 40_000
"""Different entities up to which their number is exact; beyond it is right within some per cent (HyperLogLog++)."""


def ranking_asked(matching: Query, *, size: int) -> dict[str, Any]:
    """The search for the most mentioned entities that match; equals by the beginning of their names."""
    ranked = {
        "terms": {
            "field": "entities.id",
            "size": size,
            "shard_size": size + _SHARD_CANDIDATES,
            "order": [{"_count": "desc"}, {"rank": "asc"}, {"_key": "asc"}],
        },
        "aggs": {"rank": {"max": {"field": "entities.rank"}}},
    }
    total = {"cardinality": {"field": "entities.id", "precision_threshold": _COUNTED_EXACTLY}}
    counted = {"filter": matching, "aggs": {"ranked": ranked, "total": total}}
    return {
        "size": 0,
        "track_total_hits": False,
        "query": all_of(
            {"term": {"kind": "article"}},
            {"nested": {"path": "entities", "query": matching, "score_mode": "none"}},
        ),
        "aggs": {"entities": {"nested": {"path": "entities"}, "aggs": {"matching": counted}}},
    }


def ranked(answer: Mapping[str, Any]) -> tuple[list[tuple[str, tuple[int, int]]], int]:
    """Ids in order, each with its place (articles, rank), and how many entities match in all."""
    found = answer["aggregations"]["entities"]["matching"]
    rows = [
        (str(bucket["key"]), (int(bucket["doc_count"]), int(bucket["rank"]["value"])))
        for bucket in found["ranked"]["buckets"]
    ]
    return rows, int(found["total"]["value"])


def cards_asked(ids: Sequence[str]) -> dict[str, Any]:
    """The search for what is known of entities."""

    def each(field: str, **more: Any) -> dict[str, Any]:
        return {"terms": {"field": field, "size": len(ids), "include": list(ids)}, **more}

    def most(field: str, size: int = 1) -> dict[str, Any]:
        return {"terms": {"field": field, "size": size}}

    names = {
        "type": most("entities.type"),
        "also": most("entities.spoken", MOST_SPOKEN),
        "members": most("entities.members", _MOST_MEMBERS),
        "uncorrected": {"missing": {"field": "entities.members"}, "aggs": {"called": most("entities.called")}},
    }
    called = each("entities.id", aggs=names)
    own = each("quotes.speaker_id")
    theirs = any_key("quotes.speaker_id", ids)
    quoting = {"nested": {"path": "quotes", "query": theirs, "score_mode": "none"}}
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"should": [any_key("entity_id", ids), quoting]}},
        "aggs": {
            "entities": {
                "nested": {"path": "entities"},
                "aggs": {"them": {"filter": any_key("entities.id", ids), "aggs": {"each": called}}},
            },
            "quotes": {
                "nested": {"path": "quotes"},
                "aggs": {"theirs": {"filter": theirs, "aggs": {"each": own}}},
            },
        },
    }


def cards_in(answer: Mapping[str, Any], corrections: Corrections) -> dict[str, EntityHit]:
    """By id. Called what users say, else what most articles call it under its own id, else what the correction that led
    to it says, else what most articles call it.
    """
    found = answer["aggregations"]
    own = {bucket["key"]: bucket["doc_count"] for bucket in found["quotes"]["theirs"]["each"]["buckets"]}
    cards = {}
    for bucket in found["entities"]["them"]["each"]["buckets"]:
        id = bucket["key"]
        members = sorted(_members(bucket), key=lambda each: (each.entity_id != id, -each.articles, each.entity_id))
        first = members[0]
        extracted = first.name if first.entity_id == id else ""
        name = corrections.name(id) or extracted or corrections.label(id) or first.name
        alone = len(members) == 1 and (first.entity_id, first.name) == (id, name)
        cards[id] = EntityHit(
            entity_id=id,
            type=_first(bucket["type"]),
            name=name,
            articles=bucket["doc_count"],
            quotes=own.get(id, 0),
            members=() if alone else tuple(members),
            also=tuple(SpokenName(each["key"], each["doc_count"]) for each in bucket["also"]["buckets"]),
        )
    return cards


def _members(bucket: Mapping[str, Any]) -> Iterator[EntityMember]:
    """Each id that extraction gave, with the name that most articles have for it."""
    names: dict[str, Counter[str]] = {}
    for each in bucket["members"]["buckets"]:
        id, _, name = each["key"].partition(MEMBER_BREAK)
        names.setdefault(id, Counter())[name] += each["doc_count"]
    if uncorrected := bucket["uncorrected"]["doc_count"]:
        called = _first(bucket["uncorrected"]["called"]) or bucket["key"]
        names.setdefault(bucket["key"], Counter())[called] += uncorrected
    for id, counts in names.items():
        yield EntityMember(id, counts.most_common(1)[0][0], counts.total())


def _first(terms: Mapping[str, Any]) -> str:
    return str(terms["buckets"][0]["key"]) if terms["buckets"] else ""
