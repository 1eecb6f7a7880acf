"""What an index holds, in numbers, read beside any writer."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from wiredesk.index.administration import Stats
from wiredesk.index.tantivy import lease
from wiredesk.index.tantivy.documents import card_of
from wiredesk.index.tantivy.generations import SEGMENTS_FILE, Generation
from wiredesk.index.tantivy.snapshot import segments_of, snapshot
from wiredesk.index.tantivy.translation import of_kind
from wiredesk.index.tantivy.walking import KINDS, Stored

__all__ = ["statistics"]

_TOP = 10
_PARTS = {
    "store": "stored articles",
    "idx": "words: postings",
    "pos": "words: positions",
    "term": "words: dictionary",
    "fast": "facets and sort keys",
    "fieldnorm": "field lengths",
    "del": "marks of the deleted",
}
"""By the ending that tantivy gives its files."""


def statistics(path: Path, found: Generation) -> Stats:
    """Of the last commit. Raises Unavailable, UsageError, TransientError."""
    with snapshot(path, found.folder) as taken:
        segments = segments_of((taken / SEGMENTS_FILE).read_bytes())
        parts: Counter[str] = Counter()
        for file in taken.iterdir():
            if file.name != SEGMENTS_FILE:
                ending = file.suffix[1:]
                parts[_PARTS.get(ending, ending)] += file.stat().st_size
        stored = Stored(taken)
        documents = {kind: stored.count(kind) for kind in KINDS}
        languages, sources = (_top(stored, field) for field in ("language", "source"))
        oldest, newest = _date(stored, "oldest"), _date(stored, "newest")
    all_documents = sum(segment["max_doc"] for segment in segments)
    deleted = sum((segment.get("deletes") or {}).get("num_deleted_docs", 0) for segment in segments)
    size = sum(parts.values())
    committed = (found.folder / SEGMENTS_FILE).stat().st_mtime
    return Stats(
        engine="tantivy",
        version=found.version,
        documents=documents,
        languages=languages,
        sources=sources,
        oldest=oldest,
        newest=newest,
        segments=len(segments),
        deleted=deleted / all_documents if all_documents else 0.0,
        size_bytes=size,
        parts=dict(parts.most_common()),
        bytes_an_article=size / documents["article"] if documents["article"] else None,
        committed_at=f"{datetime.fromtimestamp(committed, UTC):%Y-%m-%dT%H:%M:%SZ}",
        written_by=lease.holder(found.folder),
    )


def _top(stored: Stored, field: str) -> dict[str, int]:
    asked = {"top": {"terms": {"field": field, "size": _TOP, "segment_size": 1000}}}
    answer = stored.searcher.aggregate(of_kind(stored.schema, "article"), asked)
    return {str(bucket["key"]): int(bucket["doc_count"]) for bucket in answer["top"]["buckets"]}


def _date(stored: Stored, field: str) -> str | None:
    """When the article that comes first by a sort key was published; those without a date have 0 there."""
    hits = stored.searcher.search(of_kind(stored.schema, "article"), limit=1, order_by_field=field, count=False).hits
    if not hits or not hits[0][0]:
        return None
    published: str | None = card_of(stored.searcher.doc(hits[0][1])).get("published_at")
    return published
