"""The corrections that stand in the index, each a small document of its own, and how far they are applied."""

import json
from collections.abc import Iterable, Iterator, Sequence

from tantivy import Document, FieldType, Occur, Query, Schema, Searcher

from wiredesk.index.corrections import Corrections, Register
from wiredesk.index.settling import State
from wiredesk.index.tantivy.documents import card_of
from wiredesk.index.tantivy.keys import FIELD, Name, any_key
from wiredesk.index.tantivy.keys import key as key_of
from wiredesk.index.tantivy.paging import count
from wiredesk.index.tantivy.translation import of_kind

__all__ = ["behind", "corrections", "documents_of", "state"]

_STATE = "state"
"""Its key; those of registers are hexadecimal."""


def documents_of(registers: Iterable[Register], state: State | None) -> Iterator[tuple[str, Document]]:
    """What is to be written, each with the key of what it replaces."""
    for register in registers:
        yield register.key, _document("correction", register.key, register.stored())
    if state is not None:
        yield _STATE, _document("state", _STATE, state.stored())


def corrections(searcher: Searcher, schema: Schema) -> Corrections:
    """All of them."""
    query = of_kind(schema, "correction")
    total = count(searcher, query)
    found = searcher.search(query, limit=total, count=False).hits if total else []
    return Corrections(Register(**card_of(searcher.doc(address))) for _, address in found)


def state(searcher: Searcher, schema: Schema) -> State:
    """How far they are applied; cheap."""
    query = any_key(schema, "correction", (_STATE,))
    found = searcher.search(query, limit=1, count=False).hits
    return State.read(card_of(searcher.doc(found[0][1]))) if found else State()


def behind(searcher: Searcher, schema: Schema, state: State, *, limit: int) -> list[Document]:
    """Some of the articles that wait to be changed."""
    waiting: list[tuple[Occur, Query]] = []
    for each in state.waiting:
        older = Query.range_query(
            schema, "generation", FieldType.Unsigned, upper_bound=each.generation, include_upper=False
        )
        named: list[tuple[Name, Sequence[str]]] = [
            ("entity", each.entities),
            ("extracted", each.entities),
            ("article", each.articles),
        ]
        sets = [(Occur.Should, any_key(schema, name, ids)) for name, ids in named if ids]
        if sets:
            both = [(Occur.Must, Query.boolean_query(sets)), (Occur.Must, older)]
            waiting.append((Occur.Should, Query.boolean_query(both)))
    if not waiting:
        return []
    query = Query.boolean_query([(Occur.Must, of_kind(schema, "article")), (Occur.Must, Query.boolean_query(waiting))])
    return [searcher.doc(address) for _, address in searcher.search(query, limit=limit, count=False).hits]


def _document(kind: str, key: str, card: dict[str, object]) -> Document:
    document = Document()
    document.add_text("kind", kind)
    document.add_text(FIELD, key_of("correction", key))
    document.add_bytes("card", json.dumps(card).encode())
    return document
