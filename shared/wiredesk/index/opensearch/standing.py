"""The corrections that stand in the index, and how far they are applied, kept so that any number of writers may add.

One document, the state, is where corrections come in: it is written only over the version that was read, so of two
writers one takes the other's into account. It holds the generation, which articles wait, and what was told last. What
was told moves on into documents of its own, one for each register, before the state lets go of it. Whoever reads the
state first and the registers after it has all that was told up to the state's generation.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from wiredesk.errors import Unavailable
from wiredesk.index.corrections import Corrections, Register
from wiredesk.index.opensearch.bulk import write
from wiredesk.index.opensearch.documents import WHOLE, Written, signed_tie
from wiredesk.index.opensearch.node import Node
from wiredesk.index.opensearch.translation import Query, any_key
from wiredesk.index.settling import State, Waiting, reach

__all__ = [
    "OWN_IDS",
    "Entry",
    "Standing",
    "add",
    "applied",
    "behind",
    "carried",
    "finish",
    "generation",
    "identity",
    "mark",
    "move_on",
    "read",
]

OWN_IDS = "wiredesk:correction"
"""What the ids of these documents begin with; no article may be called so."""

_STATE_ID = f"{OWN_IDS}s"
_PAGE = 1000
_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Before it is asked again: a shard that has just started is not read from for a moment."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A register, the generation it came in with, and what it reached then."""

    register: Register
    generation: int
    entities: tuple[str, ...]
    articles: tuple[str, ...]

    @property
    def waiting(self) -> Waiting:
        """The articles it reached, as if none of them were changed."""
        return Waiting(self.generation, self.entities, self.articles)

    def stored(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "register": self.register.stored()}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Entry":
        """Back from JSON."""
        register = Register(**stored["register"])
        return cls(register, stored["generation"], tuple(stored["entities"]), tuple(stored["articles"]))


@dataclass(frozen=True, slots=True)
class Standing:
    """One version of the state (0: nobody ever corrected), with every register that was told up to it, by key."""

    version: int
    state: State
    told: tuple[Entry, ...]
    entries: Mapping[str, Entry]
    corrections: Corrections

    def checked_again(self) -> tuple[Waiting, ...]:
        """Every article that any correction reached, by generation: what one looks through that trusts nobody."""
        found: dict[int, tuple[set[str], set[str]]] = {}
        for entry in self.entries.values():
            entities, articles = found.setdefault(entry.generation, (set(), set()))
            entities.update(entry.entities)
            articles.update(entry.articles)
        return tuple(
            Waiting(generation, tuple(sorted(entities)), tuple(sorted(articles)))
            for generation, (entities, articles) in sorted(found.items())
        )


def generation(node: Node) -> int:
    """Of the state as it is now, whatever was refreshed; cheap. Raises Unavailable."""
    found = _state(node, "generation")
    return int(found["_source"]["generation"]) if found else 0


def read(node: Node, last: Standing | None = None) -> Standing:
    """What stands now; of what `last` holds nothing is read again. Raises Unavailable, Refusal."""
    found = _state(node, "payload")
    version = int(found["_version"]) if found else 0
    if last is not None and last.version == version:
        return last
    if last is not None and last.version > version:  # somebody deleted the index, and it was made anew
        last = None
    stored = json.loads(found["_source"]["payload"]) if found else {}
    told = tuple(map(Entry.read, stored.get("told", ())))
    entries = dict(last.entries) if last else {}
    for entry in (*(_registers(node, last.state.generation if last else 0) if found else ()), *told):
        known = entries.get(entry.register.key)
        if known is None or Corrections((known.register,)).news((entry.register,)):
            entries[entry.register.key] = entry
    corrections = Corrections(entry.register for entry in entries.values())
    return Standing(version, State.read(stored), told, entries, corrections)


def add(node: Node, standing: Standing, news: Sequence[Register]) -> bool:
    """Keep registers for good, and leave word whom they reach; False when another writer was faster."""
    corrections = standing.corrections.with_(news)
    state = standing.state.after(reach(standing.corrections, corrections, news))
    told = []
    for register in news:
        reached = reach(standing.corrections, corrections, (register,))
        told.append(Entry(register, state.generation, _in_order(reached.entities), _in_order(reached.articles)))
    return _write(node, standing.version, state, (*standing.told, *told))


def move_on(node: Node, standing: Standing) -> bool:
    """Give what was told last documents of its own; False when another writer was faster, and it is told still."""
    index = node.address.index
    write(node, index, [_document(entry) for entry in standing.told])
    return _write(node, standing.version, standing.state, ())


def finish(node: Node, done: Iterable[Waiting]) -> None:
    """None of these articles wait any more."""
    gone = set(done)
    while True:
        standing = read(node)
        waiting = tuple(each for each in standing.state.waiting if each not in gone)
        if waiting == standing.state.waiting:
            return
        if _write(node, standing.version, replace(standing.state, waiting=waiting), standing.told):
            return


def identity(node: Node, name: str | None = None) -> str:
    """A word for an index, that behind the alias if none is named; another word for one made anew, and for one that a
    snapshot brought back.

    Raises Unavailable, Refusal.
    """
    path = f"/{name or node.address.index}/_settings"
    found = node.ask("GET", path, filter_path="*.settings.index.uuid,*.settings.index.history")
    return "+".join(sorted(_word(each["settings"]["index"]) for each in found.values()))


def _word(index: Mapping[str, Any]) -> str:
    return f"{index['uuid']}.{index.get('history', {}).get('uuid', '')}"


def applied(standing: Standing, identity: str) -> str:
    """See IndexWriter.applied_up_to; empty when it was told of another index."""
    whose, _, place = standing.state.applied.partition("/")
    return place if whose == identity else ""


def mark(node: Node, standing: Standing, identity: str, place: str) -> bool:
    """Keep what IndexWriter.mark_applied is told; False when another writer was faster."""
    return _write(node, standing.version, replace(standing.state, applied=f"{identity}/{place}"), standing.told)


def carried(source: Mapping[str, Any], old: str, new: str) -> Mapping[str, Any]:
    """The state's document for an index that everything of the old one is copied into."""
    if source["kind"] != "corrections":
        return source
    stored = json.loads(source["payload"])
    whose, _, place = stored.get("applied", "").partition("/")
    return {**source, "payload": json.dumps({**stored, "applied": f"{new}/{place}" if whose == old else ""})}


def behind(node: Node, waiting: Sequence[Waiting], *, limit: int) -> list[Mapping[str, Any]]:
    """What is stored of some of the articles that wait."""
    path = f"/{node.address.index}/_search"
    body = {"size": limit, "query": _older(waiting), "sort": ["_doc"], "_source": WHOLE, "track_total_hits": False}
    answer = node.ask("POST", path, body, allow_partial_search_results="false")
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def _older(waiting: Iterable[Waiting]) -> Query:
    clauses: list[Query] = []
    for each in waiting:
        named: list[Query] = []
        if each.entities:
            named += [any_key(field, each.entities) for field in ("entity_id", "extracted_id")]
        if each.articles:
            named.append({"ids": {"values": list(each.articles)}})
        older = {"range": {"generation": {"lt": each.generation}}}
        if named:
            clauses.append({"bool": {"filter": [older, {"bool": {"should": named}}]}})
    return {"bool": {"filter": [{"term": {"kind": "article"}}, {"bool": {"should": clauses}}]}}


def _state(node: Node, field: str) -> Mapping[str, Any] | None:
    path = f"/{node.address.index}/_mget"
    for pause_s in (*_PAUSES_S, None):
        (found,) = node.ask("POST", path, {"ids": [_STATE_ID]}, _source_includes=field)["docs"]
        if "error" not in found:
            return found if found.get("found") else None
        if pause_s is not None:
            time.sleep(pause_s)
    raise Unavailable(f"the index at {node.address} cannot answer now: {found['error'].get('reason')}")


def _write(node: Node, over: int, state: State, told: Sequence[Entry]) -> bool:
    payload = json.dumps({**state.stored(), "told": [entry.stored() for entry in told]})
    source = {"kind": "corrections", "generation": state.generation, "payload": payload}
    written = Written(_STATE_ID, over + 1, json.dumps(source).encode(), only_newer=True)
    return write(node, node.address.index, [written], refresh=False) == ["indexed"]


def _document(entry: Entry) -> Written:
    id = f"{OWN_IDS}:{entry.register.key}"
    source = {
        "kind": "correction",
        "generation": entry.generation,
        "tie": signed_tie(id),
        "payload": json.dumps(entry.stored()),
    }
    return Written(id, entry.register.revision, json.dumps(source).encode())


def _registers(node: Node, since: int) -> Iterator[Entry]:
    """Those of later generations."""
    query = {"bool": {"filter": [{"term": {"kind": "correction"}}, {"range": {"generation": {"gt": since}}}]}}
    body: dict[str, Any] = {"size": _PAGE, "query": query, "sort": ["generation", "tie"], "_source": ["payload"]}
    path = f"/{node.address.index}/_search"
    while True:
        hits = node.ask("POST", path, body, allow_partial_search_results="false")["hits"]["hits"]
        for hit in hits:
            yield Entry.read(json.loads(hit["_source"]["payload"]))
        if len(hits) < _PAGE:
            return
        body["search_after"] = hits[-1]["sort"]


def _in_order(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))
