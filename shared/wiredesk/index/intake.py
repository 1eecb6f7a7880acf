"""What every engine does before it keeps articles: what is refused, which revision wins, what a quote shows."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from wiredesk.errors import PermanentError
from wiredesk.events import ArticleExtracted, ArticleRetracted, Quote
from wiredesk.index.reported import context_of

__all__ = ["KINDS", "LONGEST_ID", "checked", "newest_of", "quote_card"]

KINDS: Mapping[str, Literal["people", "organizations", "places"]] = {
    "Person": "people",
    "Organization": "organizations",
    "Place": "places",
}
"""The facet that an entity's type counts in; other types can be searched by `entity:` only."""

LONGEST_ID = 512
"""Bytes: what OpenSearch takes for an id. tantivy leaves out terms over 65,530 bytes without a word; an id it left out
could never be replaced."""

_REVISION_BITS = 62
"""Engines keep a revision and its retraction as two numbers of 63 bits. Real ones, made of milliseconds, have 53."""


def checked(article: ArticleExtracted | ArticleRetracted) -> None:
    """Raises PermanentError for ids and revisions that no index could keep."""
    if not 0 < len(article.article_id.encode(errors="replace")) <= LONGEST_ID:
        raise PermanentError("unindexable", f"article_id has to have 1 to {LONGEST_ID} bytes")
    if not 0 <= article.revision < 1 << _REVISION_BITS:
        raise PermanentError("unindexable", f"{article.article_id} has a revision beyond {_REVISION_BITS} bits")


def newest_of(batch: Sequence[ArticleExtracted]) -> dict[str, ArticleExtracted]:
    """The highest revision of each article; of equal ones the last."""
    newest: dict[str, ArticleExtracted] = {}
    for article in batch:
        held = newest.get(article.article_id)
        if held is None or article.revision >= held.revision:
            newest[article.article_id] = article
    return newest


def quote_card(article: ArticleExtracted, quote: Quote) -> dict[str, Any]:
    """The fields of QuoteHit."""
    speaker = quote.speaker
    start, end = context_of(quote)
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
        "corrected": bool(speaker and speaker.extracted_as),
        "context": article.text[start:end],
        "context_start": start,
    }
