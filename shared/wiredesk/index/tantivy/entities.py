"""Entities over all articles: one small document each, which makes names, ranking and prefixes an ordinary search.

It is written anew with the commit that changes what it says, of counts only now and then: see `prominence`.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from pydantic_core import to_json
from tantivy import Document, Query, Schema, Searcher

from wiredesk.events import AsExtracted, Entity
from wiredesk.index.corrections import Corrections
from wiredesk.index.intake import LONGEST_ID
from wiredesk.index.ordering import number_of
from wiredesk.index.prepared import Prepared
from wiredesk.index.protocol import EntityHit, EntityMember, SpokenName
from wiredesk.index.reported import MOST_SPOKEN, other_names
from wiredesk.index.tantivy import prominence
from wiredesk.index.tantivy.documents import card_of
from wiredesk.index.tantivy.keys import FIELD, any_key, any_number, key, numbered

__all__ = ["Change", "Ledger", "document_of", "hit_of", "load", "load_numbered", "tally"]

_REMEMBERED = 100_000
"""Entities kept in the writer's memory, some 60 MB at most; the others are read from the index again."""


@dataclass(slots=True)
class Change:
    """What a batch adds to an entity's counts (negative: takes away); added up in place, it is the busiest object.

    `own` counts articles that have the id from extraction, `members` those that have others, with their names; `spoken`
    counts articles by the other names they use.
    `renamed`: what it is called has to be looked at again.
    """

    type: str = ""
    name: str = ""
    articles: int = 0
    own: int = 0
    members: dict[str, tuple[str, int]] = field(default_factory=dict)
    spoken: dict[str, int] = field(default_factory=dict)
    renamed: bool = False

    def add_spoken(self, entity: Entity, spoken: Sequence[str], sign: int) -> None:
        """Count an article under the names it has besides what the entity is and was called."""
        for name in other_names(entity, spoken):
            self.spoken[name] = self.spoken.get(name, 0) + sign

    def add_member(self, was: AsExtracted, sign: int, *, own: bool) -> None:
        """Count an article that has this id from extraction."""
        if own:
            self.name = self.name or was.name
            self.own += sign
        else:
            self.members[was.id] = was.name, self.members.get(was.id, ("", 0))[1] + sign

    @property
    def plain(self) -> bool:
        """Whether every article counted has the id and the name from extraction."""
        return self.own == self.articles and not self.members and not self.renamed

    def __bool__(self) -> bool:
        """Whether anything is to be changed."""
        if self.renamed or self.articles or self.own or any(self.spoken.values()):
            return True
        return any(count for _, count in self.members.values())


def tally(changes: dict[str, Change], article: Prepared, sign: int) -> None:
    """Count an article that comes in (`sign` 1) or goes (-1)."""
    entities = {
        entity.id: (entity, spoken)
        for entity, spoken in zip(article.shown.entities, article.spoken, strict=True)
        if len(entity.id.encode()) <= LONGEST_ID
    }
    for id, (entity, spoken) in entities.items():
        change = changes.get(id)
        if change is None:
            change = changes[id] = Change()
        change.type = change.type or entity.type
        change.articles += sign
        if len(spoken) > 1:
            change.add_spoken(entity, spoken, sign)
        if entity.extracted_as:
            for was in {was.id: was for was in entity.extracted_as}.values():
                change.add_member(was, sign, own=was.id == id)
        else:
            change.name = change.name or entity.name
            change.own += sign


def load(searcher: Searcher, schema: Schema, ids: Iterable[str]) -> dict[str, EntityHit]:
    """Those of the entities that the index knows, by id, as their documents tell them."""
    wanted = list(ids)
    if not wanted:
        return {}
    return {hit.entity_id: hit for hit in _found(searcher, any_key(schema, "record", wanted), len(wanted))}


def load_numbered(searcher: Searcher, schema: Schema, numbers: Collection[int]) -> dict[int, EntityHit]:
    """The same by `tie_of` their ids."""
    if not numbers:
        return {}
    hits = _found(searcher, any_number(schema, "record", numbers), len(numbers))
    return {number_of(hit.entity_id): hit for hit in hits}


def _found(searcher: Searcher, query: Query, limit: int) -> Iterator[EntityHit]:
    for _, address in searcher.search(query, limit=limit, count=False).hits:
        yield hit_of(searcher.doc(address))


def hit_of(document: Document) -> EntityHit:
    """What an entity's document tells; `prominence.counted` brings it up to date."""
    card = card_of(document)
    members = tuple(EntityMember(*member) for member in card.pop("members", ()))
    also = tuple(SpokenName(*each) for each in card.pop("also", ()))
    return EntityHit(**card, quotes=0, members=members, also=also)


def document_of(hit: EntityHit) -> Document:
    """`rank` sorts by articles, then by the beginning of the name; see `prominence.rank`."""
    document = Document()
    add = document.add_text
    add("kind", "entity")
    number = number_of(hit.entity_id)
    add(FIELD, numbered("record", number))
    add(FIELD, key("type", hit.type))
    add("name", hit.name)
    if hit.members or hit.also:
        for name in {*(each.name for each in hit.members), *(each.name for each in hit.also)} - {hit.name}:
            add("name", name)
    document.add_unsigned("rank", prominence.rank(hit.articles, _backwards(hit.name)))
    document.add_unsigned("tie", number)
    card: dict[str, Any] = {
        "entity_id": hit.entity_id,
        "type": hit.type,
        "name": hit.name,
        "articles": hit.articles,
    }
    if hit.members:
        card["members"] = [[member.entity_id, member.name, member.articles] for member in hit.members]
    if hit.also:
        card["also"] = [[each.name, each.articles] for each in hit.also]
    document.add_bytes("card", to_json(card))
    return document


@lru_cache(maxsize=1 << 14)
def _backwards(name: str) -> int:
    """The beginning of a name as a number: the later in the alphabet, the smaller."""
    size = prominence.NAME_BITS // 8
    folded = unicodedata.normalize("NFKD", name).casefold().encode()[:size].ljust(size, b"\0")
    return (1 << prominence.NAME_BITS) - 1 - int.from_bytes(folded)


class Counted(NamedTuple):
    """An entity as it is now, exactly, and what its document says: of how many articles, 0 without one.

    A `Counted` that the ledger gives is as it will be; `write`: whether its document has to be written anew, `known`:
    whether the index has one, which then has to go.
    """

    hit: EntityHit
    written: int
    write: bool = False
    known: bool = True


class Ledger:
    """The writer's counts. Only what was committed is remembered, so a failed commit forgets nothing that is true."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known: dict[str, Counted] = {}
        self._emptied: set[str] = set()

    def updated(self, changes: Mapping[str, Change], corrections: Corrections, searcher: Searcher) -> list[Counted]:
        """The entities that change, as they will be; the document of one with no articles left only has to go."""
        moved = {id: change for id, change in changes.items() if change}
        known = {id: self._known[id] for id in moved if id in self._known}
        for id, hit in load(searcher, self._schema, moved.keys() - known.keys() - self._emptied).items():
            known[id] = Counted(prominence.counted(searcher, self._schema, hit), hit.articles)
        result = []
        for id, change in moved.items():
            was = known.get(id)
            old, written = (was.hit, was.written) if was else (None, 0)
            new = _changed(id, change, old, corrections)
            if new != old and (old or new.articles):
                write = prominence.outdated(old, new, written)
                result.append(Counted(new, new.articles if write else written, write, known=old is not None))
        return result

    def remember(self, entities: Iterable[Counted]) -> None:
        """Take note of what a commit made durable."""
        for entity in entities:
            id = entity.hit.entity_id
            self._known.pop(id, None)
            if entity.hit.articles > 0:
                self._known[id] = entity
                self._emptied.discard(id)
            else:
                self._emptied.add(id)  # an older searcher still has it

    def trim(self) -> None:
        """Let go what is too much to remember, the longest unchanged first, when a searcher sees all commits."""
        self._emptied.clear()
        surplus = max(0, len(self._known) - _REMEMBERED)
        for id in list(islice(self._known, surplus)):
            del self._known[id]


def _changed(id: str, change: Change, old: EntityHit | None, corrections: Corrections) -> EntityHit:
    """Called what users say, else what articles call it under its own id, else what the correction that led to it
    says, else what most articles call it.
    """
    articles = change.articles + (old.articles if old else 0)
    type = old.type if old else change.type
    also = _also(old.also if old else (), change.spoken)
    if change.plain and not (old and old.members) and not corrections.name(id):
        name = old.name if old else change.name
        return EntityHit(entity_id=id, type=type, name=name, articles=articles, quotes=0, also=also)
    had = {member.entity_id: member for member in old.members} if old else {}
    if old and not had:
        had = {id: EntityMember(id, old.name, old.articles)}
    added = {**change.members, id: (change.name, change.own)} if change.own else change.members
    for other, (name, count) in added.items():
        before = had.get(other)
        had[other] = EntityMember(other, before.name if before else name, count + (before.articles if before else 0))
    members = sorted(
        (member for member in had.values() if member.articles > 0),
        key=lambda member: (member.entity_id != id, -member.articles, member.entity_id),
    )
    own = members[0].name if members and members[0].entity_id == id else ""
    most = members[0].name if members else ""
    name = corrections.name(id) or own or corrections.label(id) or most
    alone = len(members) == 1 and members[0].entity_id == id and members[0].name == name
    return EntityHit(
        entity_id=id,
        type=type,
        name=name,
        articles=articles,
        quotes=0,
        members=() if alone else tuple(members),
        also=also,
    )


def _also(had: Iterable[SpokenName], more: Mapping[str, int]) -> tuple[SpokenName, ...]:
    """Those beyond a number are forgotten: a name that comes back counts from there."""
    if not more:
        return tuple(had)
    counts = Counter({each.name: each.articles for each in had})
    counts.update(more)
    kept = sorted(((name, n) for name, n in counts.items() if n > 0), key=lambda each: (-each[1], each[0]))
    return tuple(SpokenName(name, n) for name, n in kept[:MOST_SPOKEN])
