"""What ingest could not find in an article, by source: a site whose pages are read no more shows in the metrics."""

from urllib.parse import urlsplit

from wiredesk.errors import PermanentError
from wiredesk.events import ArticleIngested, ArticleSubmitted
from wiredesk.stage.measures import Measures

from wiredesk_ingest.canonical_url import canonical_url

__all__ = ["measure"]

_WITHOUT_TEXT = frozenset({"no_text", "no_story", "not_html"})
_UNKNOWN = "unknown"


def measure(event: ArticleSubmitted, result: ArticleIngested | PermanentError) -> Measures:
    """Words, source and missing fields of one submission (`text`, `title`, `byline`, `published_at`).

    The source is the host of the article's address, else what the publisher calls it. What was refused for its size
    or form lacks nothing; a page without a story lacks its text.
    """
    if isinstance(result, PermanentError):
        url = canonical_url(event.url) if event.url else None
        return Measures(0, _source(url, event.source), ("text",) if result.reason in _WITHOUT_TEXT else ())
    found = {
        "title": result.title,
        "byline": result.byline or result.authors,
        "published_at": result.published_at,
    }
    missing = tuple(field for field, value in found.items() if not value)
    return Measures(len(result.text.split()), _source(result.url, result.source), missing)


def _source(url: str | None, named: str | None) -> str:
    host = (urlsplit(url).hostname or "") if url else ""
    return Measures.label(host.removeprefix("www.") or named or "") or _UNKNOWN
