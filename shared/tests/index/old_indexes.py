"""Indexes as earlier versions of Wiredesk left them, written with the fields and documents those versions had."""

import json
from collections.abc import Sequence
from pathlib import Path

from tantivy import Document, Filter, Index, SchemaBuilder, TextAnalyzerBuilder, Tokenizer
from wiredesk.events import ArticleExtracted
from wiredesk.index.corrections import Register
from wiredesk.index.ordering import tie_of

_WORDS = ("title", "deck", "byline", "people", "organizations", "places", "source_words", "said", "speaker", "name")
_FIRST_KEYS = ("kind", "article_id", "entity_id", "cluster", "speaker_id", "entity_key", "entity_type", "tombstone_id")
_LATER_KEYS = (*_FIRST_KEYS, "extracted_id", "correction_key")
_KEYS = {1: _FIRST_KEYS, 2: _LATER_KEYS, 3: _LATER_KEYS, 4: ("kind", "key")}
_SHARED_KEYS = {
    "article_id": "article",
    "entity_id": "entity",
    "cluster": "cluster",
    "tombstone_id": "tombstone",
    "correction_key": "correction",
}
"""What version 4 calls the keys that share one field."""
_FIRST_FACETS = ("people_id", "organizations_id", "places_id", "source", "language")
_FACETS = {1: _FIRST_FACETS, 2: _FIRST_FACETS, 3: _FIRST_FACETS, 4: ("source", "language")}
_FIRST_NUMBERS = ("newest", "oldest", "rank", "tie")
_NUMBERS = {
    1: _FIRST_NUMBERS,
    2: (*_FIRST_NUMBERS, "generation"),
    3: (*_FIRST_NUMBERS, "generation", "revision", "day", "month"),
    4: (
        *(*_FIRST_NUMBERS, "generation", "revision", "day", "month", "story"),
        *("people_number", "organizations_number", "places_number"),
    ),
}


def old_index(
    path: Path,
    version: int,
    articles: Sequence[ArticleExtracted],
    *,
    tombstones: dict[str, int],
    registers: Sequence[Register] = (),
) -> None:
    """An index of version 1 to 4, with entities and quotes in the old form beside the articles."""
    path.mkdir(parents=True)
    (path / "wiredesk.json").write_text(json.dumps({"schema": version}))
    builder = SchemaBuilder()
    builder.add_text_field("text", stored=True, tokenizer_name="words")
    builder.add_text_field("ideographs", tokenizer_name="ideographs")
    for name in (*_WORDS, *(["around"] if version > 2 else [])):
        builder.add_text_field(name, tokenizer_name="words")
    for name in _KEYS[version]:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*_FACETS[version], *(["month"] if version < 3 else [])):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in _NUMBERS[version]:
        builder.add_unsigned_field(name, fast=True)
    for name in ("card", "payload", *(["tags"] if version > 1 else [])):
        builder.add_bytes_field(name, stored=True)
    index = Index(builder.build(), str(path))
    words = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.remove_long(100), Filter.lowercase(), Filter.ascii_fold()):
        words = words.filter(step)
    index.register_tokenizer("words", words.build())
    index.register_tokenizer("ideographs", TextAnalyzerBuilder(Tokenizer.regex(r"\w+")).build())
    writer = index.writer(heap_size=15_000_000, num_threads=1)
    for half in (articles[::2], articles[1::2]):  # two segments
        for article in half:
            for document in _documents(article, version):
                writer.add_document(document)
        writer.commit()
    for id, revision in tombstones.items():
        writer.add_document(_small(version, "tombstone", "tombstone_id", id, {"article_id": id, "revision": revision}))
    for register in registers:
        writer.add_document(_small(version, "correction", "correction_key", register.key, register.stored()))
    if version > 1:
        writer.add_document(_small(version, "state", "correction_key", "state", {"generation": 1, "waiting": []}))
    writer.commit()
    writer.wait_merging_threads()


def _documents(article: ArticleExtracted, version: int) -> list[Document]:
    document = Document()
    document.add_text("kind", "article")
    for name in ("text", "title", "language"):
        document.add_text(name, getattr(article, name))
    _add_key(document, version, "article_id", article.article_id)
    _add_key(document, version, "cluster", article.cluster_id)
    for entity in article.entities:
        _add_key(document, version, "entity_id", entity.id)
    tie = tie_of(article.article_id)
    for name, number in (("newest", 0), ("oldest", 0), ("tie", tie)):
        document.add_unsigned(name, number)
    if version > 1:
        document.add_unsigned("generation", 0)
    if version > 2:
        document.add_unsigned("revision", article.revision)
    card = {"article_id", "revision", "title", "source", "url", "published_at", "language"}
    document.add_bytes("card", article.model_dump_json(include=card).encode())
    # Fields that events gained since were not there.
    payload = json.loads(article.model_dump_json(exclude={"text"}, exclude_defaults=True))
    document.add_bytes("payload", json.dumps(payload).encode())
    quotes = [
        _small(version, "quote", "article_id", article.article_id, {"text": quote.text}) for quote in article.quotes
    ]
    return [document, *quotes]


def _add_key(document: Document, version: int, field: str, key: str) -> None:
    if version > 3:
        number = f"{tie_of(key):016x}"
        document.add_text("key", f"{_SHARED_KEYS[field]}:{number if field == 'cluster' else key}")
    else:
        document.add_text(field, key)


def _small(version: int, kind: str, field: str, key: str, card: dict[str, object]) -> Document:
    document = Document()
    document.add_text("kind", kind)
    _add_key(document, version, field, key)
    document.add_bytes("card", json.dumps(card).encode())
    return document
