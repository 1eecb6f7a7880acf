"""A new index filled at once: one commit for all of it, so nothing is written twice and nothing is left deleted.

The writer counts entities batch by batch, and writes again those that a batch speaks of; here they are counted first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from wiredesk.errors import UsageError
from wiredesk.events import ArticleExtracted
from wiredesk.index.corrected import tags_of
from wiredesk.index.corrections import Corrections, Register
from wiredesk.index.prepared import prepared
from wiredesk.index.settling import State
from wiredesk.index.tantivy import standing
from wiredesk.index.tantivy.documents import documents_of, kept_of, tombstone_of
from wiredesk.index.tantivy.entities import Change, Ledger, document_of, tally
from wiredesk.index.tantivy.probing import unwritable
from wiredesk.index.tantivy.schema import create_or_open

__all__ = ["filled"]

_HEAP_BYTES = 100_000_000
"""Twice the writer's: fewer and larger segments. Counts of entities come on top, some 1 kB each."""


def filled(
    path: Path,
    articles: Iterable[ArticleExtracted],
    *,
    tombstones: Mapping[str, int],
    registers: Sequence[Register],
    state: State,
) -> None:
    """Durable at return; before that the index is empty.

    Raises UsageError for an article that comes twice, TransientError for a full disk, and what `articles` raises.
    """
    index, _ = create_or_open(path)
    corrections = Corrections(registers)
    changes: dict[str, Change] = {}
    seen = set[str]()
    with _written(path):
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    try:
        for article in articles:
            if article.article_id in seen:
                raise UsageError(f"article {article.article_id} is there twice; restore a backup")
            seen.add(article.article_id)
            taken = prepared(article, tags_of(article, corrections))
            tally(changes, taken, 1)
            payload = kept_of(article).payload
            with _written(path):
                for document in documents_of(taken, payload, state.generation):
                    writer.add_document(document)
        with _written(path):
            for entity in Ledger(index.schema).updated(changes, corrections, index.searcher()):
                writer.add_document(document_of(entity.hit))
            for id, revision in tombstones.items():
                writer.add_document(tombstone_of(id, revision))
            for _, document in standing.documents_of(registers, state):
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
    except BaseException:
        del writer  # its threads end with it, and write no more into a folder that the caller removes
        raise


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """tantivy raises ValueError for everything that goes wrong there; an article's own is not taken for it."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise unwritable(path, error) from error
