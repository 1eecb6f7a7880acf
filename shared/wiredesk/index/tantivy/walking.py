"""All stored documents of one kind, of an index of any version: what a check reads and a rebuild copies."""

from collections.abc import Iterator
from pathlib import Path

from tantivy import Document, Index, Query, Searcher

from wiredesk.errors import Unavailable
from wiredesk.index.tantivy.keys import any_key
from wiredesk.index.tantivy.paging import count

__all__ = ["KINDS", "Stored"]

KINDS = ("article", "quote", "entity", "tombstone", "correction", "state")
_PAGE = 20_000
"""Addresses fetched at once; each page passes over those before it, some milliseconds for a million."""


class Stored:
    """One committed state, opened by the schema that the folder itself has. Raises Unavailable."""

    def __init__(self, folder: Path) -> None:
        try:
            index = Index.open(str(folder))
            self.searcher: Searcher = index.searcher()
        except (ValueError, OSError) as error:
            raise Unavailable(f"the index in {folder} cannot be opened: {error}") from error
        self.schema = index.schema

    def count(self, kind: str) -> int:
        """Documents of a kind."""
        return count(self.searcher, self._of(kind))

    def each(self, kind: str) -> Iterator[Document]:
        """In the order in which they lie. Raises ValueError for what the engine cannot read."""
        at = 0
        while hits := self.searcher.search(self._of(kind), limit=_PAGE, offset=at, count=False).hits:
            for _, address in hits:
                yield self.searcher.doc(address)
            at += len(hits)

    def _of(self, kind: str) -> Query:
        return Query.const_score_query(any_key(self.schema, "kind", (kind,)), 1.0)
