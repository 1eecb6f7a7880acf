"""Quotes: they are nested in their articles, and each matches by itself, so that who said what is exact.

A page goes through articles, newest first, and through the quotes of each as in the text. It may end within an article;
then the next page asks twice: for the rest of that article, and for the articles after it.
"""

from collections.abc import Mapping
from typing import Any

from wiredesk.index.cursor import Place
from wiredesk.index.opensearch.documents import WHOLE
from wiredesk.index.opensearch.mapping import INNER_HITS
from wiredesk.index.opensearch.translation import Query, Scope, all_of

__all__ = ["SCOPE", "Found", "asked", "found_in"]

SCOPE = Scope(
    bare={"quotes.said": 1.0, "quotes.around": 1.0},
    targets={
        "text": {"quotes.said": 1.0},
        "speaker": {"quotes.speaker": 1.0},
        "source": {"quotes.source_words": 1.0},
    },
    newest="quotes.newest",
)
Found = tuple[Mapping[str, Any], int, tuple[int, int, int]]
"""What is stored of the article, the quote's number in it, and its place: `newest`, `tie`, number."""


def asked(quote: Query, article: Query, *, limit: int, after: Place | None) -> list[dict[str, Any]]:
    """The bodies of one or two searches for a page and the quote after it; the last of them counts all quotes."""
    counted = {"quotes": {"nested": {"path": "quotes"}, "aggs": {"matching": {"filter": quote}}}}
    if after is None:
        return [{**_page(quote, article, limit), "aggs": counted}]
    newest, tie, number = (int(key) for key in after.keys)
    same = all_of(article, {"term": {"newest": newest}}, {"term": {"tie": tie}})
    rest = all_of(quote, {"range": {"quotes.at": {"gt": number}}})
    return [
        _page(rest, same, limit),
        {**_page(quote, article, limit), "aggs": counted, "search_after": [newest, tie]},
    ]


def found_in(answers: list[Mapping[str, Any]]) -> tuple[list[Found], int]:
    """The quotes in order, and how many there are of all pages."""
    found: list[Found] = []
    for answer in answers:
        for hit in answer["hits"]["hits"]:
            newest, tie = hit["sort"]
            for inner in hit["inner_hits"]["quotes"]["hits"]["hits"]:
                number = int(inner["sort"][0])
                found.append((hit["_source"], number, (newest, tie, number)))
    return found, int(answers[-1]["aggregations"]["quotes"]["matching"]["doc_count"])


def _page(quote: Query, article: Query, limit: int) -> dict[str, Any]:
    size = min(limit + 1, INNER_HITS)
    inner = {"size": size, "sort": [{"quotes.at": "asc"}], "_source": False}
    nested = {"nested": {"path": "quotes", "query": quote, "score_mode": "none", "inner_hits": inner}}
    return {
        "size": size,
        "query": all_of(article, nested),
        "sort": [{"newest": "desc"}, {"tie": "asc"}],
        "track_total_hits": False,
        "_source": list(WHOLE),
    }
