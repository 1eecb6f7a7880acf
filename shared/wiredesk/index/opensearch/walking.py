"""Every document of an index on a cluster, as of one moment."""

from collections.abc import Iterator
from typing import Any

from wiredesk.index.opensearch.node import Node

__all__ = ["pages"]

_PAGE = 500
_KEPT = "5m"
"""How long the cluster keeps the state that is read, from page to page."""


def pages(node: Node, index: str, query: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """What a query matches, probes left out: hits with `_id`, `_version` and `_source`, some hundreds at a time."""
    body = {
        "size": _PAGE,
        "version": True,
        "sort": ["_doc"],
        "query": {"bool": {"filter": [query], "must_not": [{"term": {"kind": "probe"}}]}},
    }
    answer = node.ask("POST", f"/{index}/_search", body, scroll=_KEPT)
    try:
        while hits := answer["hits"]["hits"]:
            yield hits
            again = {"scroll": _KEPT, "scroll_id": answer["_scroll_id"]}
            answer = node.ask("POST", "/_search/scroll", again)
    finally:
        node.ask("DELETE", "/_search/scroll", {"scroll_id": answer["_scroll_id"]})
