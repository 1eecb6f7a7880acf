"""Many documents in one request, and an answer for each: written, superseded, or try again.

`external_gte` lets the cluster compare versions: a document goes in unless a newer one is there. So a request may be
repeated, whole or in part, and workers need not know of each other.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from wiredesk.errors import PermanentError, TransientError, Unavailable
from wiredesk.index.opensearch.documents import Written
from wiredesk.index.opensearch.node import Node, Refusal

__all__ = ["Verdict", "verdict_of", "write"]

Verdict = Literal["indexed", "superseded", "again", "refused"]

_MOST_BYTES = 8_000_000
"""Of one request: the smallest limit of hosted clusters is 10 MB, and more brings no speed."""
_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)
"""Before an item is sent again: a full queue is through in moments, the last step of `rebuild` in seconds."""


def write(node: Node, index: str, documents: Sequence[Written], *, refresh: bool = True) -> list[Verdict]:
    """`indexed` or `superseded` for each document, when all are durable and (`refresh`) found.

    Raises PermanentError for a document that the mapping refuses, when the others are written; TransientError when the
    cluster does not take some of them in half a minute.
    """
    found: dict[int, Verdict] = {}
    refused: dict[int, str] = {}
    left = list(range(len(documents)))
    for pause_s in (*_PAUSES_S, None):
        why = "it takes no more now"
        for chunk in _chunks(left, documents):
            for at, item in zip(chunk, _posted(node, index, [documents[at] for at in chunk], refresh), strict=True):
                found[at] = verdict_of(item)
                if found[at] in ("again", "refused"):
                    why = _reason(item)
                if found[at] == "refused":
                    refused[at] = why
        left = [at for at in left if found[at] == "again"]
        if not left or pause_s is None:
            break
        time.sleep(pause_s)
    if left:
        message = f"the index at {node.address} does not take {len(left)} of {len(documents)} articles: {why}"
        raise TransientError("index_unwritable", message)
    for at, reason in refused.items():
        raise PermanentError("unindexable", f"{documents[at].id} cannot be indexed: {reason}")
    return [found[at] for at in range(len(documents))]


def verdict_of(item: Mapping[str, Any]) -> Verdict:
    """What the answer for one item means."""
    status = int(item.get("status", 500))
    kind = (item.get("error") or {}).get("type", "")
    if status < 300:
        return "indexed"
    if status == 409:
        return "superseded"
    # Blocked: the last step of `rebuild`, or a full disk. Not found: the alias was just moved.
    if status == 429 or status >= 500 or kind in ("cluster_block_exception", "index_not_found_exception"):
        return "again"
    return "refused"


def _posted(node: Node, index: str, documents: Sequence[Written], refresh: bool) -> list[Mapping[str, Any]]:
    lines = bytearray()
    for document in documents:
        newer = "external" if document.only_newer else "external_gte"
        action = {"_id": document.id, "version": document.version, "version_type": newer}
        lines += json.dumps({"index": action}).encode() + b"\n" + document.source + b"\n"
    try:
        answer = node.ask(
            "POST",
            f"/{index}/_bulk",
            bytes(lines),
            refresh="true" if refresh else "false",
            filter_path="items.*.status,items.*.error",
        )
    except Unavailable as error:
        raise TransientError("index_unwritable", str(error)) from error
    except Refusal as refusal:
        if refusal.status == 413 and len(documents) == 1:
            raise PermanentError(
                "unindexable", f"{documents[0].id} is too large for the index: {refusal.reason}"
            ) from refusal
        raise TransientError(
            "index_unwritable", f"the index at {node.address} takes no articles: {refusal.reason}"
        ) from refusal
    return [item["index"] for item in answer["items"]]


def _chunks(positions: Sequence[int], documents: Sequence[Written]) -> Iterator[list[int]]:
    chunk: list[int] = []
    size = 0
    for at in positions:
        more = len(documents[at].source)
        if chunk and size + more > _MOST_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(at)
        size += more
    if chunk:
        yield chunk


def _reason(item: Mapping[str, Any]) -> str:
    error = item.get("error") or {}
    cause = error.get("caused_by") or {}
    return ": ".join(filter(None, (error.get("reason"), cause.get("reason"))))[:500] or "no reason was given"
