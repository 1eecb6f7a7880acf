"""Entities over all articles: one small document each, with exact counts, rewritten in the commit that changes them.

Counting at search time would cost a walk over every article; this costs one small document for each entity a batch
touches, and makes names, ranking and prefixes an ordinary search.
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tantivy import Document, Query, Schema, Searcher

from wiredesk.events import ArticleExtracted
from wiredesk.index.intake import LONGEST_ID
from wiredesk.index.ordering import tie_of
from wiredesk.index.protocol import EntityHit
from wiredesk.index.tantivy.documents import card_of

__all__ = ["Ledger", "document_of", "hit_of", "load", "tally"]

_REMEMBERED = 100_000
"""Entities kept in the writer's memory, some 60 MB at most; the others are read from the index again."""
_NAME_BYTES = 5
_MOST_ARTICLES = (1 << 24) - 1


@dataclass(slots=True)
class Change:
    """What a batch adds to an entity's counts (negative: takes away); added up in place, it is the busiest object."""

    type: str
    name: str
    articles: int = 0
    quotes: int = 0


def tally(changes: dict[str, Change], article: ArticleExtracted, sign: int) -> None:
    """Count an article that comes in (`sign` 1) or goes (-1). A speaker that is no entity of the article is not one."""
    entities = {entity.id: entity for entity in article.entities if len(entity.id.encode()) <= LONGEST_ID}
    for id, entity in entities.items():
        changes.setdefault(id, Change(entity.type, entity.name)).articles += sign
    for quote in article.quotes:
        if quote.speaker and quote.speaker.entity_id in entities:
            changes[quote.speaker.entity_id].quotes += sign


def load(searcher: Searcher, schema: Schema, ids: Iterable[str]) -> dict[str, EntityHit]:
    """Those of the entities that the index knows, by id."""
    wanted = list(ids)
    if not wanted:
        return {}
    query = Query.term_set_query(schema, "entity_key", wanted)
    found = searcher.search(query, limit=len(wanted), count=False).hits
    hits = (hit_of(searcher.doc(address)) for _, address in found)
    return {hit.entity_id: hit for hit in hits}


def hit_of(document: Document) -> EntityHit:
    """What an entity's document stores."""
    return EntityHit(**card_of(document))


def document_of(hit: EntityHit) -> Document:
    """`rank` sorts by articles, then by the beginning of the name."""
    document = Document()
    document.add_text("kind", "entity")
    document.add_text("entity_key", hit.entity_id)
    document.add_text("entity_type", hit.type)
    document.add_text("name", hit.name)
    folded = unicodedata.normalize("NFKD", hit.name).casefold().encode()[:_NAME_BYTES].ljust(_NAME_BYTES, b"\0")
    backwards = (1 << 8 * _NAME_BYTES) - 1 - int.from_bytes(folded)
    document.add_unsigned("rank", min(hit.articles, _MOST_ARTICLES) << 8 * _NAME_BYTES | backwards)
    document.add_unsigned("tie", tie_of(hit.entity_id))
    card = {
        "entity_id": hit.entity_id,
        "type": hit.type,
        "name": hit.name,
        "articles": hit.articles,
        "quotes": hit.quotes,
    }
    document.add_bytes("card", json.dumps(card).encode())
    return document


class Ledger:
    """The writer's counts. Only what was committed is remembered, so a failed commit forgets nothing that is true."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known: dict[str, EntityHit] = {}

    def updated(self, changes: Mapping[str, Change], searcher: Searcher) -> list[EntityHit]:
        """The entities whose document has to be rewritten, as they will be; one with no articles left has to go."""
        moved = {id: change for id, change in changes.items() if change.articles or change.quotes}
        known = {id: self._known[id] for id in moved if id in self._known}
        known |= load(searcher, self._schema, moved.keys() - known.keys())
        result = []
        for id, change in moved.items():
            old = known.get(id)
            result.append(
                EntityHit(
                    entity_id=id,
                    type=old.type if old else change.type,
                    name=old.name if old else change.name,
                    articles=change.articles + (old.articles if old else 0),
                    quotes=change.quotes + (old.quotes if old else 0),
                )
            )
        return result

    def remember(self, entities: Iterable[EntityHit]) -> None:
        """Take note of what a commit made durable; the longest unchanged are let go first."""
        for entity in entities:
            self._known.pop(entity.entity_id, None)
            if entity.articles > 0:
                self._known[entity.entity_id] = entity
        for id in list(self._known)[: max(0, len(self._known) - _REMEMBERED)]:
            del self._known[id]
