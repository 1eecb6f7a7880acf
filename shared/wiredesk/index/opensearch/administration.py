"""What is done with an index on a cluster beside writing and reading; see wiredesk.index.administration.

The cluster keeps and verifies its own checksums. What is left to look at is its health, the alias, the schema, its
copies, and whether each article's document is the one that the article makes.
"""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wiredesk.errors import PermanentError, Unavailable, UsageError
from wiredesk.index.administration import BackedUp, Checked, Problem, Remade, Stats, Told, some_of
from wiredesk.index.opensearch import aliases
from wiredesk.index.opensearch.address import parse
from wiredesk.index.opensearch.documents import article_document, stored_article, stored_tags
from wiredesk.index.opensearch.mapping import VERSION
from wiredesk.index.opensearch.node import Node, Refusal
from wiredesk.index.opensearch.rebuild import READABLE
from wiredesk.index.opensearch.rebuild import rebuild as moved
from wiredesk.index.opensearch.walking import pages
from wiredesk.index.opensearch.writer import count

__all__ = ["backup", "check", "compact", "rebuild", "restore", "stats"]

_TOP = 10
_KINDS = 20


def check(url: str, *, told: Told) -> Checked:
    """Health, schema, numbers by kind, and every article: what is searched is made again from what is kept."""
    started = time.monotonic()
    with _index(url) as (node, name):
        told("questions", 0, 3)
        health = node.ask("GET", f"/_cluster/health/{name}")
        told("questions", 1, 3)
        version = _version(node, name)
        told("questions", 2, 3)
        answer = node.ask("POST", f"/{name}/_search", {"size": 0, "track_total_hits": True, "aggs": _kinds()})
        told("questions", 3, 3)
        documents = _counts(answer["aggregations"]["kinds"])
        whole = version == VERSION and health["status"] != "red"
        problems = list(_unlike(node, name, documents.get("article", 0), told)) if whole else []
    if health["status"] == "red":
        problems.append(
            Problem(f"{name} is red: some of it cannot be searched", "start the missing nodes, or restore a snapshot")
        )
    elif health["status"] == "yellow" and health["number_of_data_nodes"] > 1:
        problems.append(
            Problem(
                f"{name} is yellow: {health['unassigned_shards']} copies are on no node",
                "GET _cluster/allocation/explain says why",
            )
        )
    if answer["_shards"]["failed"]:
        problems.append(
            Problem(f"{answer['_shards']['failed']} shards of {name} did not answer", "see the cluster's log")
        )
    if version != VERSION:
        problems.append(
            Problem(f"schema {version}, this Wiredesk writes schema {VERSION}", "make it anew: wiredesk index rebuild")
        )
    return Checked(
        version=version,
        documents=documents,
        problems=tuple(problems),
        corrections_waiting=False,
        seconds=time.monotonic() - started,
    )


def _unlike(node: Node, name: str, articles: int, told: Told) -> Iterator[Problem]:
    """Articles whose documents are not those that indexing makes of them, each kind of trouble once."""
    found: dict[str, list[str]] = {}
    done = 0
    for page in pages(node, name, {"term": {"kind": "article"}}):
        for hit in page:
            if trouble := _trouble(hit):
                found.setdefault(trouble, []).append(hit["_id"])
        done += len(page)
        told("articles", min(done, articles), articles)
    for trouble, ids in found.items():
        cure = _RESTORE if trouble == _UNREADABLE else "make it anew: wiredesk index rebuild"
        yield Problem(f"{trouble}: {some_of(ids)}", cure)


def _trouble(hit: Mapping[str, Any]) -> str | None:
    source = hit["_source"]
    try:
        article, tags = stored_article(source), stored_tags(source)
        made = article_document(article, tags, source["generation"])
    except (ValueError, TypeError, KeyError, PermanentError):
        return _UNREADABLE
    if (made.id, made.version) != (hit["_id"], hit["_version"]):
        return "articles that are kept as others than they are"
    return None if json.loads(made.source) == source else "articles that are searched as others than they are"


def stats(url: str) -> Stats:
    """Sizes are those of every copy; documents are articles and what is kept beside them."""
    asked = {
        **_kinds(),
        "articles": {
            "filter": {"term": {"kind": "article"}},
            "aggs": {
                "languages": {"terms": {"field": "language", "size": _TOP}},
                "sources": {"terms": {"field": "source", "size": _TOP}},
                "oldest": {"min": {"field": "published"}},
                "newest": {"max": {"field": "published"}},
            },
        },
    }
    with _index(url) as (node, name):
        version = _version(node, name)
        found = node.ask("POST", f"/{name}/_search", {"size": 0, "aggs": asked})["aggregations"]
        measured = node.ask("GET", f"/{name}/_stats/docs,store,segments")["_all"]["total"]
    documents, articles = _counts(found["kinds"]), found["articles"]
    size, lucene = measured["store"]["size_in_bytes"], measured["docs"]
    every = lucene["count"] + lucene["deleted"]
    return Stats(
        engine="opensearch",
        version=version,
        documents=documents,
        languages=_counts(articles["languages"]),
        sources=_counts(articles["sources"]),
        oldest=articles["oldest"].get("value_as_string"),
        newest=articles["newest"].get("value_as_string"),
        segments=measured["segments"]["count"],
        deleted=lucene["deleted"] / every if every else 0.0,
        size_bytes=size,
        parts={},
        bytes_an_article=size / documents["article"] if documents.get("article") else None,
        committed_at=None,
        written_by="any number of workers",
    )


def compact(url: str, *, told: Told) -> Remade:
    """Segments with deleted documents are merged; workers go on meanwhile."""
    started = time.monotonic()
    with _index(url) as (node, name):
        before = _size(node, name)
        told("segments", 0, 1)
        task = node.ask("POST", f"/{name}/_forcemerge", only_expunge_deletes="true", wait_for_completion="false")[
            "task"
        ]
        while not node.ask("GET", f"/_tasks/{task}", wait_for_completion="true", timeout="30s").get("completed"):
            pass
        told("segments", 1, 1)
        node.ask("POST", f"/{name}/_flush")
        articles, after = count(node), _size(node, name)
    return Remade(articles=articles, bytes_before=before, bytes_after=after, seconds=time.monotonic() - started)


def rebuild(url: str, *, keep_old: bool, discard: bool, told: Told) -> Remade:
    """A new index behind the alias, while workers write; see `rebuild`."""
    with _index(url) as (node, old):
        before = _size(node, old)
    done = moved(url, discard=discard, keep_old=keep_old, told=lambda copied: told("documents copied", copied, copied))
    with _index(url) as (node, new):
        articles, after = count(node), _size(node, new)
    return Remade(
        articles=articles,
        bytes_before=before,
        bytes_after=after,
        seconds=done.seconds,
        kept=done.old if keep_old else None,
    )


def backup(url: str, target: Path, *, told: Told) -> BackedUp:  # noqa: ARG001 - refused whatever is asked
    """Raises UsageError: the cluster has its own way."""
    raise UsageError(_SNAPSHOTS)


def restore(url: str, source: Path, *, keep_old: bool, told: Told) -> Remade:  # noqa: ARG001 - as above
    """Raises UsageError: the cluster has its own way."""
    raise UsageError(_SNAPSHOTS)


_UNREADABLE = "articles that cannot be read"
_RESTORE = "bring a snapshot back, or publish them again"
_SNAPSHOTS = (
    "an index on OpenSearch is copied and brought back by the cluster's own snapshots (PUT _snapshot/…); "
    "see docs/index.md"
)


@contextlib.contextmanager
def _index(url: str) -> Iterator[tuple[Node, str]]:
    """The index behind the alias, of any version that can be read. Raises Unavailable, UsageError."""
    node = Node(parse(url))
    try:
        name = aliases.leads_to(node, versions=READABLE)
        if name is None:
            raise Unavailable(f"nothing was indexed yet at {node.address}")
        yield node, name
    except Refusal as refusal:
        raise Unavailable(f"the index at {node.address} does not do that: {refusal}") from refusal
    finally:
        node.close()


def _version(node: Node, name: str) -> int:
    found = node.ask("GET", f"/{name}/_mapping", filter_path="*.mappings._meta")
    return int(found[name]["mappings"]["_meta"]["schema"])


def _size(node: Node, name: str) -> int:
    return int(node.ask("GET", f"/{name}/_stats/store")["_all"]["total"]["store"]["size_in_bytes"])


def _kinds() -> dict[str, Any]:
    return {"kinds": {"terms": {"field": "kind", "size": _KINDS, "exclude": "probe"}}}


def _counts(found: Mapping[str, Any]) -> dict[str, int]:
    return {str(bucket["key"]): int(bucket["doc_count"]) for bucket in found["buckets"]}
