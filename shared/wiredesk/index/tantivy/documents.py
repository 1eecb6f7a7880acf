"""An article as documents: one for itself, one for each quote; and back from what a document stores.

What is searched is the article as corrections have it; what is kept is what extraction said, and the tags beside it.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from pydantic_core import to_json
from tantivy import Document

from wiredesk.errors import PermanentError
from wiredesk.events import ArticleExtracted
from wiredesk.index.corrected import Tag
from wiredesk.index.intake import KINDS, LONGEST_ID, quote_card
from wiredesk.index.ordering import LAST_SECOND, day_seconds, moment_of, number_of, second_of, tie_of
from wiredesk.index.prepared import Prepared, names_of
from wiredesk.index.reported import other_names, sentences_around, speakers_of
from wiredesk.index.scripts import has_ideographs
from wiredesk.index.tantivy.keys import FIELD, called, key, numbered
from wiredesk.index.tantivy.translog import Kept

__all__ = [
    "article_of",
    "card_of",
    "day_bounds",
    "documents_of",
    "kept_of",
    "stored_article",
    "stored_tags",
    "tombstone_of",
]

_TIE_BITS = 25
"""Beside 39 bits of seconds; they part articles of one second."""
_QUOTE_BITS = 24
_CARD = ("article_id", "revision", "title", "source", "url", "published_at", "language", "cluster_id")
"""What a hit shows of an article."""
_NUMBERS = {kind: f"{kind}_number" for kind in KINDS.values()}
"""The column that counts a kind of entity."""


class _Times(NamedTuple):
    """Two descending sort keys: newest first and oldest first. What has no date is last in both, and has 0 here."""

    newest: int
    oldest: int
    day: date | None


def kept_of(article: ArticleExtracted) -> Kept:
    """What is stored of it. Raises PermanentError when it cannot be."""
    try:
        return Kept(article.model_dump_json(exclude={"text"}).encode(), article.text.encode())
    except ValueError as error:  # UnicodeEncodeError among them: a lone surrogate
        raise _unindexable(article, error) from error


def article_of(kept: Kept) -> ArticleExtracted:
    """The article that it was. Raises ValueError."""
    return _read(kept.payload, kept.text.decode())


def documents_of(article: Prepared, payload: bytes, generation: int) -> list[Document]:
    """Every document of an article that was `checked`, and is kept with this payload.

    Raises PermanentError when it cannot be one all the same.
    """
    tags = article.tags
    try:
        tie = tie_of(article.article_id)
        times = _times(article.extracted.published_at, tie)
        document = _article(article, times, tie)
        document.add_bytes("payload", payload)
        document.add_unsigned("generation", generation)
        if tags:
            document.add_bytes("tags", json.dumps(tags).encode())
            for id, tag in tags.items():
                if id != tag.id and len(id.encode()) <= LONGEST_ID:
                    document.add_text(FIELD, key("extracted", id))
        return [document, *_quotes(article, times, tie)]
    except (ValueError, OverflowError) as error:
        raise _unindexable(article.extracted, error) from error


def tombstone_of(article_id: str, revision: int) -> Document:
    """Keeps revisions up to this one out."""
    document = Document()
    document.add_text("kind", "tombstone")
    document.add_text(FIELD, key("tombstone", article_id))
    document.add_bytes("card", json.dumps({"article_id": article_id, "revision": revision}).encode())
    return document


def card_of(document: Document) -> dict[str, Any]:
    """The small JSON object stored with every document."""
    card: dict[str, Any] = json.loads(document.get_first("card") or b"{}")
    return card


def stored_article(document: Document) -> ArticleExtracted:
    """The article a document was made of, as extraction has it."""
    return _read(document.get_first("payload") or b"{}", document.get_first("text"))


def stored_tags(document: Document) -> dict[str, Tag]:
    """What corrections made of it when it was indexed last."""
    tags = json.loads(document.get_first("tags") or b"{}")
    return {id: Tag(*tag) for id, tag in tags.items()}


def day_bounds(first: date | None, last: date | None) -> tuple[int, int]:
    """The values of `newest` from the first to the last day, both included, in UTC; None leaves an end open."""
    low, end = day_seconds(first, last)
    return low << _TIE_BITS, (end << _TIE_BITS) - 1


def _read(payload: bytes, text: str | None) -> ArticleExtracted:
    return ArticleExtracted.model_validate(json.loads(payload) | {"text": text})


def _unindexable(article: ArticleExtracted, error: Exception) -> PermanentError:
    return PermanentError("unindexable", f"{article.article_id} cannot be indexed: {error}")


def _times(published_at: str | None, tie: int) -> _Times:
    moment = moment_of(published_at)
    if moment is None:
        return _Times(0, 0, None)
    second, low = second_of(moment), tie >> (64 - _TIE_BITS)
    return _Times(second << _TIE_BITS | low, (LAST_SECOND - second) << _TIE_BITS | low, moment.date())


def _article(prepared: Prepared, times: _Times, tie: int) -> Document:
    article = prepared.shown
    document = Document()
    add, add_unsigned = document.add_text, document.add_unsigned
    add("kind", "article")
    add(FIELD, key("article", article.article_id))
    add("text", article.text)
    for name in ("title", "deck", "byline"):
        if value := getattr(article, name):
            add(name, value)
    if has_ideographs(article.text):
        for value in (article.title, article.deck, article.text):
            add("ideographs", value)
    add("language", article.language)
    story = tie_of(article.cluster_id)
    add(FIELD, numbered("cluster", story))
    add_unsigned("story", story)
    add_unsigned("revision", article.revision)
    if article.source:
        add("source", article.source)
        add("source_words", article.source)
    for id, (type, names) in names_of(prepared).items():
        add(FIELD, key("entity", id))
        if kind := KINDS.get(type):
            add(FIELD, key(kind, id))
            add_unsigned(_NUMBERS[kind], number_of(id))
            for name in names:
                add(kind, name)
    for entity, names in zip(article.entities, prepared.spoken, strict=True):
        for name in other_names(entity, names):
            add(FIELD, numbered("called", called(entity.id, name)))
    _add_times(document, times, tie)
    document.add_bytes("card", to_json({name: getattr(article, name) for name in _CARD}))
    return document


def _add_times(document: Document, times: _Times, tie: int) -> None:
    add_unsigned = document.add_unsigned
    add_unsigned("newest", times.newest)
    add_unsigned("oldest", times.oldest)
    add_unsigned("tie", tie)
    if times.day:
        add_unsigned("day", times.day.toordinal())
        add_unsigned("month", times.day.year * 12 + times.day.month - 1)


def _quotes(prepared: Prepared, times: _Times, tie: int) -> Iterator[Document]:
    article = prepared.shown
    times = times._replace(day=None)
    of_article, source = key("article", article.article_id), article.source
    found = zip(article.quotes, sentences_around(article), speakers_of(article, prepared.spoken), strict=True)
    for position, (quote, stretches, names) in enumerate(found):
        document = Document()
        add = document.add_text
        add("kind", "quote")
        add(FIELD, of_article)
        add("said", quote.text)
        for stretch in stretches:
            add("around", stretch)
        if source:
            add("source_words", source)
        for name in names:
            add("speaker", name)
        speaker = quote.speaker
        if speaker and speaker.entity_id:
            add(FIELD, key("speaker", speaker.entity_id))
        # Quotes of one article stay together, in the order of the text.
        own = min(position, (1 << _QUOTE_BITS) - 1)
        _add_times(document, times, tie >> _QUOTE_BITS << _QUOTE_BITS | own)
        document.add_bytes("card", to_json(quote_card(article, quote)))
        yield document
