"""The writer: a batch is durable when it returns, and searchable then or, while it gathers, with the next commit."""

import threading
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tantivy import Document, Searcher

from wiredesk.errors import TransientError, UsageError, WiredeskError
from wiredesk.events import ArticleExtracted, ArticleRetracted
from wiredesk.index.corrected import tags_of
from wiredesk.index.corrections import Correction, Corrections, Register, registers_of
from wiredesk.index.intake import checked, newest_of
from wiredesk.index.prepared import Prepared, prepared
from wiredesk.index.protocol import OnCommit, OnFailure, Upserted
from wiredesk.index.settling import STEP, State, reach
from wiredesk.index.tantivy import standing
from wiredesk.index.tantivy.commit import Commit
from wiredesk.index.tantivy.documents import article_of, documents_of, kept_of, stored_article, stored_tags
from wiredesk.index.tantivy.entities import Change
from wiredesk.index.tantivy.held import Held, held, retracted
from wiredesk.index.tantivy.probing import probe, unwritable
from wiredesk.index.tantivy.store import Store, panics
from wiredesk.index.tantivy.translog import Kept, Translog

__all__ = ["TantivyWriter"]

_MOST_UNSEEN = 1000
"""New articles committed until the index is opened anew, which costs as much as some articles do."""
_MOST_GATHERED = 5_000_000
"""Bytes of articles, some 500, that are gathered before the next batch has to wait for a commit."""
_SHARE = 3
"""Commits begin so many times as long after one another as they take: nobody waits for a cheap one, and where the
processors are busy with other work they are fewer."""
_RETRY_S = 1.0
"""After a commit that failed, most often for a full disk."""


class TantivyWriter:
    """The one writer of a folder; see IndexWriter for what its methods promise.

    While it gathers, a thread of its own commits. Who changes more than articles, or an article that is gathered,
    waits for that thread and commits what is gathered first: all else only ever compares with what is committed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._store = Store(path)
        self._turn = threading.Condition()
        self._gathered = Commit()
        self._unseen: set[str] = set()
        self._unseen_more = 0
        self._every_s = 0.0
        self._searchable: OnCommit = lambda _: None
        self._failed: OnFailure | None = None
        self._thread: threading.Thread | None = None
        self._committing = False
        self._due = 0.0
        self._behind = self._replaying = self._closing = False
        try:
            self._log = Translog(self._store.folder)
            self._begin()
        except BaseException as error:
            self._store.close()
            if isinstance(error, OSError):
                raise unwritable(path, error) from error
            raise

    def gather(self, *, every_s: float, searchable: OnCommit, failed: OnFailure | None = None) -> None:
        """See IndexWriter."""
        with self._turn:
            self._every_s, self._searchable, self._failed = every_s, searchable, failed
            if every_s and self._thread is None:
                self._thread = threading.Thread(target=self._commit_in_background, name="index-commits", daemon=True)
                self._thread.start()

    def upsert(self, batch: Sequence[ArticleExtracted]) -> list[Upserted]:
        """Raises PermanentError for an article that cannot be indexed; then nothing of the batch is."""
        for article in batch:
            checked(article)
        with self._turn:
            self._turn.wait_for(lambda: self._gathered.size < _MOST_GATHERED or self._behind)
            self._catch_up()
            told = self._take(batch)
            if not self._every_s:
                self._commit_gathered()
            elif not self._committing:
                self._feed()
            return told

    def retract(self, batch: Sequence[ArticleRetracted]) -> None:
        """Raises PermanentError for an id or a revision that the index cannot keep."""
        for event in batch:
            checked(event)
        with self._turn:
            self._stand_alone()
            wanted: dict[str, int] = {}
            for event in batch:
                wanted[event.article_id] = max(event.revision, wanted.get(event.article_id, 0))
            searcher = self._seeing(wanted)
            floors = retracted(searcher, self._store.schema, list(wanted))
            raised = {id: revision for id, revision in wanted.items() if revision > floors.get(id, -1)}
            if not raised:
                return
            known = held(searcher, self._store.schema, list(raised))
            commit = Commit()
            for id, revision in raised.items():
                if id in known and known[id].article.revision <= revision:
                    commit.take_away(known[id])
                commit.keep_out(id, revision)
            self._commit(commit)

    def correct(self, batch: Sequence[Correction]) -> None:
        """See IndexWriter."""
        told = [register for correction in batch for register in registers_of(correction)]
        with self._turn:
            self._stand_alone()
            news = self._corrections.news(told)
            if not news:
                return
            corrections = self._corrections.with_(news)
            reached = reach(self._corrections, corrections, news)
            self._step(self._state.after(reached), corrections, news, reached.named)

    def settle(self) -> bool:
        """See IndexWriter."""
        with self._turn:
            self._stand_alone()
            if self._state.waiting:
                self._step(self._state, self._corrections)
            return bool(self._state.waiting)

    def applied_up_to(self) -> str:
        """See IndexWriter."""
        return self._state.applied

    def mark_applied(self, place: str) -> None:
        """See IndexWriter."""
        with self._turn:
            self._stand_alone()
            commit = Commit()
            commit.put_in_force((), self._corrections, replace(self._state, applied=place))
            self._commit(commit)

    def probe(self) -> None:
        """Write, flush and remove a file of its own in the index's folder."""
        probe(self._path)

    def documents(self) -> int:
        """Articles searchable after the last commit."""
        with self._turn:
            if self._store.searcher is None and not self._committing:
                self._see()
            return self._store.articles + self._unseen_more

    def close(self) -> None:
        """Waits for merges under way; closing again does nothing."""
        with self._turn:
            self._closing = True
            self._turn.notify_all()
        if self._thread is not None:
            self._thread.join()
        with self._turn:
            try:
                if self._store.held:
                    with suppress(WiredeskError):  # the next writer finds it in the log
                        self._stand_alone()
            finally:
                self._log.turn()
                self._store.close()

    def _take(self, batch: Sequence[ArticleExtracted]) -> list[Upserted]:
        """Gather those of a batch that are newer than what the index has; while it gathers, durable at return."""
        newest = newest_of(batch)
        ids, schema, searcher = list(newest), self._store.schema, self._seeing(newest)
        known, floors = held(searcher, schema, ids), retracted(searcher, schema, ids)
        winners = {
            id: article
            for id, article in newest.items()
            if article.revision > floors.get(id, -1)
            and (id not in known or article.revision >= known[id].article.revision)
        }
        made = [_made(article, self._corrections, self._state) for article in winners.values()]
        if self._every_s and made and not self._replaying:
            try:
                self._log.append([kept for _, kept, _ in made])
            except OSError as error:
                raise unwritable(self._path, error) from error
        for id in winners.keys() & known.keys():
            self._gathered.take_away(known[id])
        for taken, kept, documents in made:
            self._gathered.bring_in(taken, documents, len(kept.payload) + len(kept.text))
        return [
            "indexed" if article.article_id in winners and article.revision == newest[article.article_id].revision
            else "superseded"
            for article in batch
        ]  # fmt: skip

    def _step(
        self,
        state: State,
        corrections: Corrections,
        registers: Sequence[Register] = (),
        renamed: Collection[str] = (),
    ) -> None:
        """Bring some of the articles that wait up to the corrections, in one commit with what is told here."""
        commit = Commit(changes={id: Change(renamed=True) for id in renamed})
        found = standing.behind(self._see(), self._store.schema, state, limit=STEP)
        state = state if len(found) == STEP else state.settled()
        for document in found:
            old = Held(stored_article(document), stored_tags(document))
            commit.take_away(old)
            taken, _, documents = _made(old.article, corrections, state)
            commit.bring_in(taken, documents, size=0)
        commit.submissions.clear()  # they were searchable before
        commit.put_in_force(registers, corrections, state)
        self._commit(commit)

    def _begin(self) -> None:
        """Take up what the folder holds: corrections, and what was acknowledged and not committed.

        Raises IndexBusy, UsageError, TransientError, OSError.
        """
        self._replaying = True
        try:
            self._store.hold()
            searcher = self._see()
            self._corrections = standing.corrections(searcher, self._store.schema)
            self._state = standing.state(searcher, self._store.schema)
            # Another writer may have had the lease meanwhile, and have brought in what this one logged.
            self._log.turn()
            self._log = Translog(self._store.folder)
            mark = self._log.turn()
            for batch in self._log.left():
                self._take(list(map(self._logged, batch)))
                if self._gathered.size >= _MOST_GATHERED:
                    self._commit_gathered()
            self._commit_gathered()
            self._log.drop(mark)
        except BaseException:
            self._note_failure()
            raise
        finally:
            self._replaying = False

    def _logged(self, kept: Kept) -> ArticleExtracted:
        try:
            return article_of(kept)
        except ValueError as error:
            raise UsageError(
                f"the log of the index at {self._path} holds an article that this version cannot read ({error}); run "
                "the version that wrote it until it has ended by itself"
            ) from error

    def _catch_up(self) -> None:
        """After a commit that failed, begin anew. Raises TransientError while that cannot be."""
        if not self._behind or self._replaying:
            return
        try:
            self._begin()
        except TransientError:
            raise
        except (WiredeskError, OSError, RuntimeError) as error:
            raise unwritable(self._path, error) from error
        self._behind = False

    def _stand_alone(self) -> None:
        """Nobody commits, and nothing is gathered. Raises TransientError."""
        self._turn.wait_for(lambda: not self._committing)
        self._catch_up()
        self._commit_gathered()

    def _commit_gathered(self) -> None:
        commit, self._gathered = self._gathered, Commit()
        if commit.ids:
            self._commit(commit)

    def _commit(self, commit: Commit) -> None:
        mark = self._log.turn()
        try:
            self._store.write(commit, self._corrections if commit.corrections is None else commit.corrections)
        except BaseException:
            self._note_failure()
            raise
        self._note(commit, mark)

    def _note(self, commit: Commit, mark: int) -> None:
        """What a commit made durable and searchable."""
        if not self._replaying:
            self._log.drop(mark)
        if commit.corrections is not None and commit.state is not None:
            self._corrections, self._state = commit.corrections, commit.state
        self._unseen |= commit.ids
        self._unseen_more += commit.more
        if len(self._unseen) > _MOST_UNSEEN:
            with suppress(TransientError):  # told when it is needed
                self._see()
        if commit.submissions:
            self._searchable(commit.submissions)

    def _note_failure(self) -> None:
        """Whatever is gathered is in the log, or its batch was refused."""
        self._gathered = Commit()
        self._behind, self._due = True, time.monotonic() + _RETRY_S

    def _feed(self) -> None:
        """What is gathered is in the log, so a failure is not of the batch that meets it here: the next one tells."""
        try:
            self._store.feed(self._gathered)
        except (TransientError, RuntimeError) as error:
            self._note_failure()
            self._tell(error)
        self._turn.notify_all()

    def _tell(self, error: Exception) -> None:
        if self._failed is not None:
            self._failed(error)

    def _commit_in_background(self) -> None:
        while (taken := self._next()) is not None:
            commit, mark = taken
            began = time.monotonic()
            try:
                self._store.write(commit, self._corrections)
            except Exception as error:
                with self._turn:
                    self._committing = False
                    self._note_failure()
                    self._tell(error)
                    self._turn.notify_all()
            else:
                with self._turn:
                    self._committing = False
                    self._due = began + min(self._every_s, _SHARE * (time.monotonic() - began))
                    self._note(commit, mark)
                    self._feed()

    def _next(self) -> tuple[Commit, int] | None:
        """What to commit now, when it is time; None at the end."""
        with self._turn:
            while not self._closing:
                early_s = self._due - time.monotonic()
                if not (self._gathered.ids or self._behind):
                    self._turn.wait()
                elif early_s > 0:
                    self._turn.wait(early_s)
                elif self._behind:
                    try:
                        self._catch_up()
                    except TransientError as error:
                        self._tell(error)
                else:
                    commit, self._gathered = self._gathered, Commit()
                    self._unseen |= commit.ids
                    self._committing = True
                    return commit, self._log.turn()
            return None

    def _seeing(self, ids: Collection[str]) -> Searcher:
        """A state that tells all there is of these articles: the commits since have brought others."""
        searcher = self._store.searcher
        if searcher is not None and self._unseen.isdisjoint(ids) and self._gathered.ids.isdisjoint(ids):
            return searcher
        self._stand_alone()
        return self._see()

    def _see(self) -> Searcher:
        searcher = self._store.see()
        self._unseen.clear()
        self._unseen_more = 0
        return searcher


def _made(article: ArticleExtracted, corrections: Corrections, state: State) -> tuple[Prepared, Kept, list[Document]]:
    """What is indexed of an article, and what is kept. Raises PermanentError, RuntimeError when the engine panics."""
    taken, kept = prepared(article, tags_of(article, corrections)), kept_of(article)
    with panics():
        return taken, kept, documents_of(taken, kept.payload, state.generation)
