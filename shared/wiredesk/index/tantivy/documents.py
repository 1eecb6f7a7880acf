"""An article as documents: one for itself, one for each quote; and back from what a document stores."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from tantivy import Document

from wiredesk.errors import PermanentError
from wiredesk.events import ArticleExtracted, ArticleRetracted, Quote
from wiredesk.index.tantivy.schema import IDEOGRAPHS

__all__ = [
    "KINDS",
    "LONGEST_ID",
    "card_of",
    "checked",
    "day_bounds",
    "documents_of",
    "stored_article",
    "tie_of",
    "tombstone_of",
]

KINDS = {"Person": "people", "Organization": "organizations", "Place": "places"}
"""The facet that an entity's type counts in; other types can be searched by `entity:` only."""

LONGEST_ID = 512
"""Bytes. tantivy leaves out terms over 65,530 bytes without a word; an id it left out could never be replaced."""

_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_TIE_BITS = 25
_LAST_SECOND = (1 << 39) - 1
"""Seconds since year 1 fit 39 bits until far beyond year 9999; the rest of 64 parts articles of one second."""
_QUOTE_BITS = 24


class _Times(NamedTuple):
    """Two descending sort keys: newest first and oldest first. What has no date is last in both, and has 0 here."""

    newest: int
    oldest: int
    month: str | None


def checked(article: ArticleExtracted | ArticleRetracted) -> None:
    """Raises PermanentError for ids and revisions that the index could not keep."""
    if not 0 < len(article.article_id.encode(errors="replace")) <= LONGEST_ID:
        raise PermanentError("unindexable", f"article_id has to have 1 to {LONGEST_ID} bytes")
    if not 0 <= article.revision < 1 << 63:
        raise PermanentError("unindexable", f"{article.article_id} has a revision beyond 63 bits")


def documents_of(article: ArticleExtracted) -> list[Document]:
    """Every document of an article that was `checked`. Raises PermanentError when it cannot be one all the same."""
    try:
        return [_article(article), *_quotes(article)]
    except (ValueError, OverflowError) as error:  # UnicodeEncodeError among them: a lone surrogate
        raise PermanentError("unindexable", f"{article.article_id} cannot be indexed: {error}") from error


def tombstone_of(article_id: str, revision: int) -> Document:
    """Keeps revisions up to this one out."""
    document = Document()
    document.add_text("kind", "tombstone")
    document.add_text("tombstone_id", article_id)
    document.add_bytes("card", json.dumps({"article_id": article_id, "revision": revision}).encode())
    return document


def card_of(document: Document) -> dict[str, Any]:
    """The small JSON object stored with every document."""
    card: dict[str, Any] = json.loads(document.get_first("card") or b"{}")
    return card


def stored_article(document: Document) -> ArticleExtracted:
    """The article a document was made of."""
    payload = json.loads(document.get_first("payload") or b"{}")
    return ArticleExtracted.model_validate(payload | {"text": document.get_first("text")})


def tie_of(id: str) -> int:
    """64 bits that tell documents apart where sort keys are equal; the same for an id in every index."""
    return int.from_bytes(hashlib.blake2b(id.encode(), digest_size=8).digest())


def day_bounds(first: date | None, last: date | None) -> tuple[int, int]:
    """The values of `newest` from the first to the last day, both included, in UTC; None leaves an end open."""
    low = (_second(first) if first else 1) << _TIE_BITS
    high = (_second(last) + 24 * 60 * 60 if last else _LAST_SECOND) << _TIE_BITS
    return low, high - 1


def _second(day: date) -> int:
    return (day.toordinal() - 1) * 24 * 60 * 60 + 1


def _times(published_at: str | None, tie: int) -> _Times:
    """A day counts as its midnight in UTC. A date the calendar does not have is no date."""
    try:
        published = datetime.fromisoformat(published_at or "")
        published = published.replace(tzinfo=UTC) if published.tzinfo is None else published.astimezone(UTC)
    except (ValueError, OverflowError):
        return _Times(0, 0, None)
    second = int((published - _EPOCH).total_seconds()) + 1
    low = tie >> (64 - _TIE_BITS)
    return _Times(second << _TIE_BITS | low, (_LAST_SECOND - second) << _TIE_BITS | low, f"{published:%Y-%m}")


def _article(article: ArticleExtracted) -> Document:
    document = Document()
    add = document.add_text
    add("kind", "article")
    add("article_id", article.article_id)
    add("text", article.text)
    for name in ("title", "deck", "byline"):
        if value := getattr(article, name):
            add(name, value)
    if not article.text.isascii() and IDEOGRAPHS.search(article.text):
        for value in (article.title, article.deck, article.text):
            add("ideographs", value)
    add("language", article.language)
    add("cluster", article.cluster_id)
    if article.source:
        add("source", article.source)
        add("source_words", article.source)
    for id, (type, names) in _names(article).items():
        add("entity_id", id)
        if kind := KINDS.get(type):
            add(f"{kind}_id", id)
            for name in names:
                add(kind, name)
    tie = tie_of(article.article_id)
    _add_times(document, _times(article.published_at, tie), tie)
    card = article.model_dump_json(
        include={"article_id", "revision", "title", "source", "url", "published_at", "language"}
    )
    document.add_bytes("card", card.encode())
    document.add_bytes("payload", article.model_dump_json(exclude={"text"}).encode())
    return document


def _names(article: ArticleExtracted) -> dict[str, tuple[str, set[str]]]:
    """Each entity once, whatever the article repeats: type and names."""
    found: dict[str, tuple[str, set[str]]] = {}
    for entity in article.entities:
        if len(entity.id.encode()) <= LONGEST_ID:
            found.setdefault(entity.id, (entity.type, set()))[1].add(entity.name)
    return found


def _add_times(document: Document, times: _Times, tie: int) -> None:
    document.add_unsigned("newest", times.newest)
    document.add_unsigned("oldest", times.oldest)
    document.add_unsigned("tie", tie)
    if times.month:
        document.add_text("month", times.month)


def _quotes(article: ArticleExtracted) -> Iterator[Document]:
    tie = tie_of(article.article_id)
    times = _times(article.published_at, tie)
    for position, quote in enumerate(article.quotes):
        document = Document()
        document.add_text("kind", "quote")
        document.add_text("article_id", article.article_id)
        document.add_text("said", quote.text)
        if article.source:
            document.add_text("source_words", article.source)
        if quote.speaker:
            document.add_text("speaker", quote.speaker.name)
            if quote.speaker.entity_id:
                document.add_text("speaker_id", quote.speaker.entity_id)
        # Quotes of one article stay together, in the order of the text.
        own = min(position, (1 << _QUOTE_BITS) - 1)
        _add_times(document, times._replace(month=None), tie >> _QUOTE_BITS << _QUOTE_BITS | own)
        document.add_bytes("card", json.dumps(_quote_card(article, quote)).encode())
        yield document


def _quote_card(article: ArticleExtracted, quote: Quote) -> dict[str, Any]:
    """The fields of QuoteHit."""
    speaker = quote.speaker
    return {
        "article_id": article.article_id,
        "article_title": article.title,
        "source": article.source,
        "published_at": article.published_at,
        "start": quote.start,
        "end": quote.end,
        "text": quote.text,
        "kind": quote.kind,
        "speaker_id": speaker.entity_id if speaker else None,
        "speaker_name": speaker.name if speaker else None,
        "cue": quote.cue.text if quote.cue else None,
        "unsure": speaker.unsure if speaker else False,
    }
