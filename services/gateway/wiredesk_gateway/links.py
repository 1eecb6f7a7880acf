"""Addresses within the gateway, and those of a search with one thing changed. Pure."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote, quote_plus, urlencode

from wiredesk.index.protocol import FACETS, SearchRequest

from wiredesk_gateway.marking import quote_anchor

__all__ = [
    "SearchLinks",
    "article_path",
    "author_path",
    "copies_of",
    "copies_path",
    "dead_letter_path",
    "dead_letters_path",
    "entities_path",
    "entity_path",
    "exports_of",
    "journey_page_path",
    "journey_path",
    "quote_exports",
    "quote_path",
    "quotes_path",
    "search_path",
    "without_filter",
]

Pairs = list[tuple[str, str]]

_USUAL = SearchRequest()
_LONGEST_CLUSTER = 400
"""Ingest's own are far shorter."""
_FILES = (("CSV, for spreadsheets", "csv"), ("JSON lines, for programs", "jsonl"))


def article_path(article_id: str) -> str:
    """The page of an article."""
    return f"/articles/{quote(article_id, safe='')}"


def author_path(name: str) -> str:
    """The search for what somebody wrote."""
    words = name.replace("\\", " ").replace('"', " ")
    return _with_query("/", [("q", f'byline:"{words}"')])


def copies_of(cluster_id: str) -> SearchRequest | None:
    """The search for every article of a cluster, oldest first; None for an id that no query can name."""
    if not cluster_id.strip() or len(cluster_id) > _LONGEST_CLUSTER:
        return None
    escaped = cluster_id.replace("\\", "\\\\").replace('"', '\\"')
    return SearchRequest(q=f'cluster:"{escaped}"', sort="oldest", fold=False)


def copies_path(cluster_id: str) -> str | None:
    """The page of that search."""
    request = copies_of(cluster_id)
    return search_path(request) if request else None


def quote_path(article_id: str, start: int) -> str:
    """The place of a quote, by where it starts, on the page of its article."""
    return f"{article_path(article_id)}#{quote_anchor(start)}"


def entity_path(entity_id: str) -> str:
    """The page of an entity; the colon of its id is left readable."""
    return f"/entities/{quote(entity_id, safe=':')}"


def journey_path(submission_id: str) -> str:
    """The API address that tells what happened to a submission."""
    return f"/api/v1/articles/{quote(submission_id, safe='')}/journey"


def journey_page_path(id: str) -> str:
    """The page of a journey, by submission id or article id."""
    return f"/journeys/{quote(id, safe='')}"


def dead_letter_path(id: str) -> str:
    """The page of a dead letter."""
    return f"/dead-letters/{quote(id, safe='')}"


def dead_letters_path(
    *,
    stage: str = "",
    reason: str = "",
    since: str = "",
    cursor: str = "",
    notice: Mapping[str, int | str | None] | None = None,
) -> str:
    """The page of dead letters that pass a filter; `notice` is what was just done, for that page to tell."""
    asked = [("stage", stage), ("reason", reason), ("since", since), ("cursor", cursor)]
    told = [(name, str(value)) for name, value in (notice or {}).items() if value is not None]
    return _with_query("/dead-letters", [*asked, *told])


def quotes_path(*, q: str = "", speaker: str = "", cursor: str = "") -> str:
    """The page of quotes by their words and speaker."""
    return _with_query("/quotes", [("q", q), ("speaker", speaker), ("cursor", cursor)])


def entities_path(*, q: str = "", type: str = "", cursor: str = "") -> str:
    """The page of entities by name and type."""
    return _with_query("/entities", [("q", q), ("type", type), ("cursor", cursor)])


def search_path(request: SearchRequest, *, sort: str | None = None, cursor: str | None = None) -> str:
    """The page of this search, at its start or at `cursor`, perhaps sorted otherwise."""
    return _path(request, _pairs(request), sort=sort, cursor=cursor)


def exports_of(request: SearchRequest) -> list[tuple[str, str]]:
    """Names and addresses of this search's whole result, as files."""
    sort = request.sort if request.sort != "relevance" else ""
    asked = [*_pairs(request), ("sort", sort)]
    return [(name, _with_query("/api/v1/search/export", [*asked, ("format", form)])) for name, form in _FILES]


def quote_exports(*, q: str = "", speaker: str = "") -> list[tuple[str, str]]:
    """The same of quotes."""
    asked = [("q", q), ("speaker", speaker)]
    return [(name, _with_query("/api/v1/quotes/export", [*asked, ("format", form)])) for name, form in _FILES]


class SearchLinks:
    """Addresses of one search, narrowed: a page has a hundred of them, so what they share is encoded once."""

    def __init__(self, request: SearchRequest) -> None:
        self._asked = _encoded([*_words(request), *_entities(request)])
        self._days = _encoded(_days(request))
        self._rest = _encoded(_rest(request))
        self._interval = _encoded([("interval", request.interval or "")])

    def with_filter(self, name: str, value: str) -> str:
        """The page of the search narrowed to one value more of a facet."""
        return _joined(self._asked, self._days, f"{name}={quote_plus(value)}", self._rest, self._interval)

    def within(self, first: date, last: date) -> str:
        """The page of the search within these days instead of its own, by whatever interval suits them."""
        return _joined(self._asked, f"from={first.isoformat()}&to={last.isoformat()}", self._rest)


def without_filter(request: SearchRequest, name: str, value: str) -> str:
    """The page of this search with one filter taken off."""
    kept = [pair for pair in _pairs(request) if pair != (name, value)]
    return _path(request, kept)


def _pairs(request: SearchRequest) -> Pairs:
    return [*_words(request), *_entities(request), *_days(request)]


def _words(request: SearchRequest) -> Pairs:
    return [("q", request.q)]


def _entities(request: SearchRequest) -> Pairs:
    return [(name, value) for name in FACETS for value in getattr(request.filters, name)]


def _days(request: SearchRequest) -> Pairs:
    days = (("from", request.filters.published_from), ("to", request.filters.published_to))
    return [(name, day.isoformat()) for name, day in days if day]


def _rest(request: SearchRequest, *, sort: str | None = None) -> Pairs:
    sort = sort or request.sort
    return [
        ("sort", sort if sort != _USUAL.sort else ""),
        ("limit", str(request.limit) if request.limit != _USUAL.limit else ""),
        ("fold", "" if request.fold else "false"),
    ]


def _path(request: SearchRequest, pairs: Pairs, *, sort: str | None = None, cursor: str | None = None) -> str:
    further = [("interval", request.interval or ""), ("cursor", cursor or "")]
    return _with_query("/", [*pairs, *_rest(request, sort=sort), *further])


def _with_query(path: str, pairs: Pairs) -> str:
    query = _encoded(pairs)
    return f"{path}?{query}" if query else path


def _encoded(pairs: Pairs) -> str:
    return urlencode([(name, value) for name, value in pairs if value])


def _joined(*parts: str) -> str:
    return f"/?{'&'.join(part for part in parts if part)}"
