"""The engine's own writer of a folder, under the folder's lease: a commit is made whole, or nothing of it is."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import tantivy

from wiredesk.errors import TransientError, UsageError
from wiredesk.index.corrections import Corrections
from wiredesk.index.protocol import IndexBusy
from wiredesk.index.tantivy import lease
from wiredesk.index.tantivy.commit import Commit
from wiredesk.index.tantivy.entities import Ledger, document_of
from wiredesk.index.tantivy.generations import moved
from wiredesk.index.tantivy.keys import FIELD as KEY_FIELD
from wiredesk.index.tantivy.keys import any_key, key
from wiredesk.index.tantivy.paging import count
from wiredesk.index.tantivy.probing import unwritable
from wiredesk.index.tantivy.schema import create_or_open

__all__ = ["Store", "panics"]

_HEAP_BYTES = 50_000_000
"""Memory for documents before a segment is written; a commit of 500 articles of 4 KB stays within it."""
_THREADS = 1
"""One segment a commit instead of one a thread: fewer to merge, and the extraction workers need the cores."""


class Store:
    """For one thread at a time. `searcher` sees some commit, and `articles` is how many it has.

    None: what it saw last no longer does. What is compared with and counted on may be older than the last commit only
    as far as that has brought other articles.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._index, self.folder = create_or_open(path)
        self.schema = self._index.schema
        self._writer: tantivy.IndexWriter | None = self._locked_writer()
        self._ledger = Ledger(self.schema)
        self.searcher: tantivy.Searcher | None = None
        self.articles = 0

    @property
    def held(self) -> bool:
        """Whether the lease is: a failed write can cost it."""
        return self._writer is not None

    def hold(self) -> None:
        """Have the lease again; another may have had it meanwhile. Raises IndexBusy, UsageError."""
        if self._writer is None:
            self._writer = self._locked_writer()

    def feed(self, commit: Commit) -> None:
        """Hand over what a commit has so far: it is indexed while more is gathered. Raises as `write`."""
        with self._all_or_nothing() as writer:
            _feed(writer, commit)

    def write(self, commit: Commit, corrections: Corrections) -> None:
        """All of it is durable at return, what was fed too. `corrections` are in force for what comes in.

        Raises TransientError for what the disk refuses, RuntimeError when the engine panics; then nothing is changed,
        or all of it is and is not known to be.
        """
        with self._all_or_nothing() as writer:
            _feed(writer, commit)
            # An older state will do: the ledger remembers whatever changed since.
            entities = self._ledger.updated(commit.changes, corrections, self.searcher or self.see())
            for entity in entities:
                if entity.write and entity.known:
                    writer.delete_documents_by_term(KEY_FIELD, key("record", entity.hit.entity_id))
                if entity.write and entity.hit.articles > 0:
                    writer.add_document(document_of(entity.hit))
            writer.commit()
        self._ledger.remember(entities)

    def see(self) -> tantivy.Searcher:
        """The last commit. Raises TransientError."""
        try:
            self._index.reload()
            self.searcher = self._index.searcher()
            self.articles = count(self.searcher, any_key(self.schema, "kind", ("article",)))
        except (ValueError, OSError) as error:
            self.searcher = None
            raise TransientError("index_unreadable", f"the index at {self._path} cannot be read: {error}") from error
        self._ledger.trim()
        return self.searcher

    def close(self) -> None:
        """Waits for merges under way; closing again does nothing."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()  # consumes the writer, which frees the lock

    @contextmanager
    def _all_or_nothing(self) -> Iterator[tantivy.IndexWriter]:
        """Undo what was done before a failure. tantivy raises ValueError for everything that goes wrong there."""
        if self._writer is None:
            raise RuntimeError("written without the lease")
        try:
            with panics():
                yield self._writer
        except (ValueError, OSError) as error:
            self._recover()
            raise unwritable(self._path, error) from error
        except BaseException:
            self._recover()
            raise

    def _recover(self) -> None:
        """Forget uncommitted documents, and what was known of committed ones: a failed commit may have got through.

        After a failed write tantivy's own writer is dead, and a new one is needed.
        """
        self.searcher = None
        self._ledger = Ledger(self.schema)
        writer = self._writer
        if writer is None:
            return
        try:
            writer.rollback()
            writer.garbage_collect_files()
        except (ValueError, OSError):
            self._writer = None
            # Consumed, it frees the lock at once, and not when whoever keeps the error lets go of it.
            with suppress(ValueError, OSError):
                writer.wait_merging_threads()

    def _locked_writer(self) -> tantivy.IndexWriter:
        try:
            writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=_THREADS)
            if moved(self._path, self.folder):  # by a rebuild that held the lock until now
                writer.wait_merging_threads()
                raise self._made_anew()
            # Files that a killed commit left behind bear the names that the next one gives, and would stop it.
            writer.garbage_collect_files()
        except ValueError as error:
            if "LockBusy" in str(error):
                raise IndexBusy(
                    f"the index at {self._path} already has a writer ({lease.signed(self.folder)}); the embedded "
                    "index takes one. Run one indexing worker, or set WIREDESK_INDEX_URL to a server's index"
                ) from error
            if moved(self._path, self.folder):
                raise self._made_anew() from error
            raise UsageError(f"the index at {self._path} cannot be written: {error}") from error
        lease.sign(self.folder)
        return writer

    def _made_anew(self) -> IndexBusy:
        return IndexBusy(f"the index at {self._path} was made anew at this moment; open it again")


def _feed(writer: tantivy.IndexWriter, commit: Commit) -> None:
    gone, documents = commit.gone, commit.documents
    commit.gone, commit.documents = [], []
    for term in gone:
        writer.delete_documents_by_term(KEY_FIELD, term)
    for document in documents:
        writer.add_document(document)


@contextmanager
def panics() -> Iterator[None]:
    """Make a panic of the engine an Exception: it is none, and must not end the process. Raises RuntimeError."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise RuntimeError(f"tantivy failed: {error}") from error
        raise
