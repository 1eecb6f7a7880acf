"""The writer: a batch of articles becomes one commit, and returns when that is on disk."""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import tantivy

from wiredesk.errors import TransientError, UsageError
from wiredesk.events import ArticleExtracted, ArticleRetracted
from wiredesk.index.corrected import tags_of
from wiredesk.index.corrections import Correction, Corrections, Register, registers_of
from wiredesk.index.intake import checked, newest_of
from wiredesk.index.prepared import prepared
from wiredesk.index.protocol import IndexBusy, Upserted
from wiredesk.index.settling import STEP, State, reach
from wiredesk.index.tantivy import lease, standing
from wiredesk.index.tantivy.documents import documents_of, stored_article, stored_tags, tombstone_of
from wiredesk.index.tantivy.entities import Change, Ledger, document_of, tally
from wiredesk.index.tantivy.generations import moved
from wiredesk.index.tantivy.held import Held, held, retracted
from wiredesk.index.tantivy.keys import FIELD as KEY_FIELD
from wiredesk.index.tantivy.keys import any_key, key
from wiredesk.index.tantivy.paging import count
from wiredesk.index.tantivy.probing import probe
from wiredesk.index.tantivy.schema import create_or_open

__all__ = ["TantivyWriter"]

_HEAP_BYTES = 50_000_000
"""Memory for documents before a segment is written; a batch of 500 articles of 4 KB stays within it."""
_THREADS = 1
"""One segment a commit instead of one a thread: fewer to merge, and the extraction workers need the cores."""
_MOST_UNSEEN = 1000
"""New articles committed until the index is opened anew, which costs as much as some articles do."""


@dataclass(slots=True)
class _Commit:
    """What one commit changes. Articles come in, or replace those the index has (None: removed).

    `known` are those that it has: each deletion looks through every segment, and most articles are new.
    """

    articles: Mapping[str, ArticleExtracted | None]
    known: Collection[str]
    changes: dict[str, Change] = field(default_factory=dict)
    tombstones: Mapping[str, int] = field(default_factory=dict)
    registers: Sequence[Register] = ()
    corrections: Corrections | None = None
    state: State | None = None

    @property
    def adds_only(self) -> bool:
        """Whether nothing is changed but that articles come in which the index does not have."""
        return not (self.known or self.tombstones or self.registers or self.state)


class TantivyWriter:
    """The one writer of a folder; see IndexWriter for what its methods promise."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._index, self._folder = create_or_open(path)
        self._schema = self._index.schema
        self._lock = threading.Lock()
        self._writer: tantivy.IndexWriter | None = self._locked_writer()
        self._ledger = Ledger(self._schema)
        self._searcher: tantivy.Searcher | None = None
        self._unseen: set[str] = set()
        self._seen_articles = 0
        searcher = self._see_last_commit()
        self._corrections = standing.corrections(searcher, self._schema)
        self._state = standing.state(searcher, self._schema)

    def upsert(self, batch: Sequence[ArticleExtracted]) -> list[Upserted]:
        """Raises PermanentError for an article that cannot be indexed; then nothing of the batch is."""
        for article in batch:
            checked(article)
        with self._lock:
            newest = newest_of(batch)
            known = self._current(list(newest))
            floors = self._tombstones(list(newest))
            winners = {
                id: article
                for id, article in newest.items()
                if article.revision > floors.get(id, -1)
                and (id not in known or article.revision >= known[id].article.revision)
            }
            if winners:
                changes: dict[str, Change] = {}
                for id in winners.keys() & known.keys():
                    tally(changes, prepared(*known[id]), -1)
                self._commit(_Commit(winners, known, changes))
            return [
                "indexed" if article.article_id in winners and article.revision == newest[article.article_id].revision
                else "superseded"
                for article in batch
            ]  # fmt: skip

    def retract(self, batch: Sequence[ArticleRetracted]) -> None:
        """Raises PermanentError for an id or a revision that the index cannot keep."""
        for event in batch:
            checked(event)
        with self._lock:
            wanted: dict[str, int] = {}
            for event in batch:
                wanted[event.article_id] = max(event.revision, wanted.get(event.article_id, 0))
            floors = self._tombstones(list(wanted))
            raised = {id: revision for id, revision in wanted.items() if revision > floors.get(id, -1)}
            if not raised:
                return
            gone = {id: old for id, old in self._current(list(raised)).items() if old.article.revision <= raised[id]}
            changes: dict[str, Change] = {}
            for old in gone.values():
                tally(changes, prepared(*old), -1)
            self._commit(_Commit(dict.fromkeys(gone), gone, changes, raised))

    def correct(self, batch: Sequence[Correction]) -> None:
        """See IndexWriter."""
        told = [register for correction in batch for register in registers_of(correction)]
        with self._lock:
            news = self._corrections.news(told)
            if not news:
                return
            corrections = self._corrections.with_(news)
            reached = reach(self._corrections, corrections, news)
            changes = {id: Change(renamed=True) for id in reached.named}
            self._step(self._state.after(reached), corrections, changes, news)

    def settle(self) -> bool:
        """See IndexWriter."""
        with self._lock:
            if self._state.waiting:
                self._step(self._state, self._corrections, {}, ())
            return bool(self._state.waiting)

    def applied_up_to(self) -> str:
        """See IndexWriter."""
        return self._state.applied

    def mark_applied(self, place: str) -> None:
        """See IndexWriter."""
        with self._lock:
            self._commit(_Commit({}, (), state=replace(self._state, applied=place)))

    def _step(
        self, state: State, corrections: Corrections, changes: dict[str, Change], registers: Sequence[Register]
    ) -> None:
        """Bring some of the articles that wait up to the corrections, in one commit with what is told here."""
        found = standing.behind(self._see_last_commit(), self._schema, state, limit=STEP)
        behind = [Held(stored_article(document), stored_tags(document)) for document in found]
        for each in behind:
            tally(changes, prepared(*each), -1)
        state = state if len(behind) == STEP else state.settled()
        articles = {each.article.article_id: each.article for each in behind}
        self._commit(_Commit(articles, articles, changes, registers=registers, corrections=corrections, state=state))

    def probe(self) -> None:
        """Write, flush and remove a file of its own in the index's folder."""
        probe(self._path)

    def documents(self) -> int:
        """Articles searchable after the last commit."""
        with self._lock:
            if self._searcher is None:
                self._see_last_commit()
            return self._seen_articles + len(self._unseen)

    def close(self) -> None:
        """Waits for merges under way; closing again does nothing."""
        with self._lock:
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.wait_merging_threads()  # consumes the writer, which frees the lock

    def _commit(self, wanted: _Commit) -> None:
        """Replace articles, the entities they change, tombstones and corrections, in one commit.

        The articles that come in are counted here, those that go have to be counted off. Each document is handed over
        as soon as it is made: tantivy indexes it while the next one is prepared.
        """
        corrections = wanted.corrections or self._corrections
        state = wanted.state or self._state
        changes = wanted.changes
        with self._all_or_nothing() as writer:
            for id, article in wanted.articles.items():
                if id in wanted.known:
                    writer.delete_documents_by_term(KEY_FIELD, key("article", id))
                if article:
                    taken = prepared(article, tags_of(article, corrections))
                    tally(changes, taken, 1)
                    for document in documents_of(taken, state.generation):
                        writer.add_document(document)
            # An older state will do: the ledger remembers whatever changed since.
            entities = self._ledger.updated(changes, corrections, self._searcher or self._see_last_commit())
            for entity in entities:
                if entity.write and entity.known:
                    writer.delete_documents_by_term(KEY_FIELD, key("record", entity.hit.entity_id))
                if entity.write and entity.hit.articles > 0:
                    writer.add_document(document_of(entity.hit))
            for id, revision in wanted.tombstones.items():
                writer.delete_documents_by_term(KEY_FIELD, key("tombstone", id))
                writer.add_document(tombstone_of(id, revision))
            for name, document in standing.documents_of(wanted.registers, wanted.state):
                writer.delete_documents_by_term(KEY_FIELD, key("correction", name))
                writer.add_document(document)
            writer.commit()
        if wanted.adds_only and len(self._unseen) < _MOST_UNSEEN:
            self._unseen.update(wanted.articles)
        else:
            self._searcher = None
        self._corrections, self._state = corrections, state
        self._ledger.remember(entities)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[tantivy.IndexWriter]:
        """Undo what was done before a failure. tantivy raises ValueError for everything that goes wrong there."""
        try:
            if self._writer is None:
                self._writer = self._locked_writer()
            yield self._writer
        except (ValueError, OSError, IndexBusy, UsageError) as error:
            self._recover()
            message = f"the index at {self._path} cannot be written: {error}; is the disk full or gone?"
            raise TransientError("index_unwritable", message) from error
        except BaseException as error:
            self._recover()
            if type(error).__name__ == "PanicException":  # no Exception, and it must not end the process
                raise RuntimeError(f"tantivy failed: {error}") from error
            raise

    def _recover(self) -> None:
        """Forget uncommitted documents, and what was known of committed ones: a failed commit may have got through.

        After a failed write tantivy's own writer is dead, and a new one is needed.
        """
        self._searcher = None
        self._ledger = Ledger(self._schema)
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
            if moved(self._path, self._folder):  # by a rebuild that held the lock until now
                writer.wait_merging_threads()
                raise self._made_anew()
            # Files that a killed commit left behind bear the names that the next one gives, and would stop it.
            writer.garbage_collect_files()
        except ValueError as error:
            if "LockBusy" in str(error):
                raise IndexBusy(
                    f"the index at {self._path} already has a writer ({lease.signed(self._folder)}); the embedded "
                    "index takes one. Run one indexing worker, or set WIREDESK_INDEX_URL to a server's index"
                ) from error
            if moved(self._path, self._folder):
                raise self._made_anew() from error
            raise UsageError(f"the index at {self._path} cannot be written: {error}") from error
        lease.sign(self._folder)
        return writer

    def _made_anew(self) -> IndexBusy:
        return IndexBusy(f"the index at {self._path} was made anew at this moment; open it again")

    def _see_last_commit(self) -> tantivy.Searcher:
        """What is compared with and counted on must never be older than the last commit, or counts would drift."""
        if self._searcher is None or self._unseen:
            try:
                self._index.reload()
                self._searcher = self._index.searcher()
                self._seen_articles = count(self._searcher, any_key(self._schema, "kind", ("article",)))
            except (ValueError, OSError) as error:
                self._searcher = None
                raise TransientError(
                    "index_unreadable", f"the index at {self._path} cannot be read: {error}"
                ) from error
            self._unseen.clear()
            self._ledger.trim()
        return self._searcher

    def _seeing(self, ids: Collection[str]) -> tantivy.Searcher:
        """A state that tells all there is of these articles: the commits since have brought others, and new ones."""
        if self._searcher is not None and self._unseen.isdisjoint(ids):
            return self._searcher
        return self._see_last_commit()

    def _current(self, ids: list[str]) -> dict[str, Held]:
        return held(self._seeing(ids), self._schema, ids)

    def _tombstones(self, ids: list[str]) -> dict[str, int]:
        return retracted(self._seeing(ids), self._schema, ids)
