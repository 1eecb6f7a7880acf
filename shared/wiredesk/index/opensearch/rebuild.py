"""Move everything into a new index while the old one is searched and written: for a new mapping, or other shards.

Every document is made anew from the article it stores. Passes copy what was written since the last one, told by the
cluster's own sequence numbers, until little is left; then the old index takes no writes for a moment, the rest is
copied, and the alias moves. Writers try again meanwhile, as with any busy cluster, and find the new index behind it.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wiredesk.errors import PermanentError, TransientError, Unavailable, UsageError
from wiredesk.index.opensearch import aliases, standing
from wiredesk.index.opensearch.address import parse
from wiredesk.index.opensearch.bulk import write
from wiredesk.index.opensearch.documents import Written, article_document, stored_article, stored_tags
from wiredesk.index.opensearch.mapping import VERSION
from wiredesk.index.opensearch.node import Node, Refusal
from wiredesk.index.opensearch.walking import pages

__all__ = ["READABLE", "Rebuilt", "rebuild"]

READABLE = tuple(range(1, VERSION + 1))
"""Versions whose documents store what an article is made of: `payload` and `text`."""
_FEW = 500
"""Left to copy: a second's work, so that writers may wait for it."""
_MOST_PASSES = 50
"""A cluster that is written faster than it is copied would never end."""
_GRACE_S = 5.0
"""Searches that began on the old index end before it is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was done. `copied` counts an article again that was written meanwhile; writers waited `paused_s`."""

    old: str
    new: str
    documents: int
    copied: int
    seconds: float
    paused_s: float


def rebuild(
    url: str,
    *,
    discard: bool = False,
    keep_old: bool = False,
    grace_s: float = _GRACE_S,
    told: Callable[[int], None] = lambda _: None,
) -> Rebuilt:
    """Lead the alias at `url` to a new index of this version, with the shards and replicas that `url` asks for.

    `discard` deletes what a rebuild left that was killed; `told` is called with the number of documents copied so far.
    Raises UsageError, Unavailable, TransientError; then the old index is as it was, and the new one gone.
    """
    node = Node(parse(url))
    try:
        return _Rebuild(node, told).run(discard=discard, keep_old=keep_old, grace_s=grace_s)
    except (Refusal, PermanentError) as error:
        raise Unavailable(f"the index at {node.address} was not rebuilt: {error}; it is as it was") from error
    finally:
        node.close()


class _Rebuild:
    def __init__(self, node: Node, told: Callable[[int], None]) -> None:
        self._node = node
        self._told = told
        self._copied = 0
        self._old = _old(node)
        self._new = aliases.next_name(node, self._old)
        self._identities = "", ""

    def run(self, *, discard: bool, keep_old: bool, grace_s: float) -> Rebuilt:
        started = time.monotonic()
        self._begin(discard)
        moved = False
        try:
            since = self._until_few_are_left()
            paused = time.monotonic()
            documents = self._move(since)
            moved = True
        finally:
            if not moved:
                self._undo()
        ended = time.monotonic()
        if not keep_old:
            time.sleep(grace_s)
            self._node.ask("DELETE", f"/{self._old}")
        return Rebuilt(
            old=self._old,
            new=self._new,
            documents=documents,
            copied=self._copied,
            seconds=ended - started,
            paused_s=ended - paused,
        )

    def _begin(self, discard: bool) -> None:
        if discard:
            self._undo()
        try:
            aliases.create(self._node, self._new, alias=False)
        except Refusal as refusal:
            if refusal.kind != "resource_already_exists_exception":
                raise
            raise UsageError(
                f"{self._new} at {self._node.address} is there already: another rebuild is under way, or one was "
                "killed; in that case let this one discard it"
            ) from refusal
        self._identities = standing.identity(self._node, self._old), standing.identity(self._node, self._new)

    def _until_few_are_left(self) -> int:
        """Copy in passes; returns the sequence number up to which everything is copied."""
        since = -1
        for _ in range(_MOST_PASSES):
            upto = self._checkpoint()
            copied = self._copy(since)
            since = upto
            if copied <= _FEW:
                return since
        raise TransientError(
            "index_busy",
            f"the index at {self._node.address} is written faster than it is copied; try when less comes in",
        )

    def _move(self, since: int) -> int:
        """With writing stopped (no write is under way when the cluster says so): copy the rest, compare, move."""
        self._node.ask("PUT", f"/{self._old}/_block/write")
        self._copy(since)
        self._node.ask("POST", f"/{self._new}/_refresh")
        documents, arrived = self._count(self._old), self._count(self._new)
        if documents != arrived:
            raise Unavailable(f"{self._old} has {documents} documents, {self._new} {arrived}: the alias stays")
        alias = self._node.address.index
        actions = [
            {"remove": {"index": self._old, "alias": alias}},
            {"add": {"index": self._new, "alias": alias, "is_write_index": True}},
        ]
        self._node.ask("POST", "/_aliases", {"actions": actions})
        return documents

    def _undo(self) -> None:
        for method, path, body in (
            ("DELETE", f"/{self._new}", None),
            ("PUT", f"/{self._old}/_settings", {"index.blocks.write": None}),
        ):
            try:
                self._node.ask(method, path, body)  # type: ignore[arg-type]  # a tuple's strings are no literals
            except Refusal as refusal:
                if refusal.status != 404:
                    raise

    def _checkpoint(self) -> int:
        """Everything up to this number is written, on every shard."""
        path = f"/{self._old}/_stats"
        shards = self._node.ask("GET", path, level="shards")["indices"][self._old]["shards"]
        primaries = (copy for copies in shards.values() for copy in copies if copy["routing"]["primary"])
        return min(int(primary["seq_no"]["local_checkpoint"]) for primary in primaries)

    def _copy(self, since: int) -> int:
        """Copy what has a higher number; how many that were."""
        self._node.ask("POST", f"/{self._old}/_refresh")
        copied = 0
        for page in pages(self._node, self._old, {"range": {"_seq_no": {"gt": since}}}):
            write(self._node, self._new, [_anew(hit, *self._identities) for hit in page], refresh=False)
            copied += len(page)
            self._copied += len(page)
            self._told(self._copied)
        return copied

    def _count(self, index: str) -> int:
        query = {"bool": {"must_not": [{"term": {"kind": "probe"}}]}}
        return int(self._node.ask("POST", f"/{index}/_count", {"query": query})["count"])


def _old(node: Node) -> str:
    found = aliases.leads_to(node, versions=READABLE)
    if found is None:
        raise UsageError(f"there is nothing to rebuild: no alias {node.address.index} at {node.address}")
    return found


def _anew(hit: dict[str, Any], old: str, new: str) -> Written:
    """As this version would index it, under the corrections it has; a tombstone, or a correction, as it is.

    What corrections make of it after that is a write of its own, which the next pass copies.
    """
    source = hit["_source"]
    if source["kind"] == "article":
        made = article_document(stored_article(source), stored_tags(source), source.get("generation", 0))
        return Written(made.id, hit["_version"], made.source)
    return Written(hit["_id"], hit["_version"], json.dumps(standing.carried(source, old, new)).encode())
