"""A writer: a batch of articles becomes bulk requests, and returns when all of it is durable, found and corrected.

Writers need not know of each other. A correction is told in the state first and its articles are looked for after
that; an article is written first and the state looked at after that. So either its writer sees the correction, and
writes the article again, or the article was there when its corrections' articles were looked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from wiredesk.errors import PermanentError, TransientError, Unavailable
from wiredesk.events import ArticleExtracted, ArticleRetracted
from wiredesk.index.corrected import tags_of
from wiredesk.index.corrections import Correction, registers_of
from wiredesk.index.intake import checked, newest_of
from wiredesk.index.opensearch import aliases, standing
from wiredesk.index.opensearch.address import Address
from wiredesk.index.opensearch.bulk import write
from wiredesk.index.opensearch.documents import Written, article_document, stored_article, tombstone
from wiredesk.index.opensearch.node import Node, Refusal
from wiredesk.index.protocol import OnCommit, OnFailure, Upserted
from wiredesk.index.settling import STEP

__all__ = ["OpenSearchWriter", "count"]

_PROBE = Written("wiredesk:probe", 0, b'{"kind":"probe"}')
"""The version of no article: one of this name, should there ever be one, stays."""
_MOST_TOLD = 500
"""Registers in the state: every reader reads them anew with each change of it."""
_WAITING_AT_ONCE = 200
"""Generations in one search, each of some clauses; a cluster allows 1,024."""


class OpenSearchWriter:
    """One of any number of writers; see IndexWriter for what its methods promise."""

    def __init__(self, address: Address) -> None:
        self._node = Node(address)
        try:
            aliases.ensured(self._node)
            # Before anything is written: what is then said of it is not true of one that takes its place.
            self._identity = standing.identity(self._node)
            self._standing = standing.read(self._node)
        except BaseException:
            self._node.close()
            raise
        self._searchable: OnCommit = lambda _: None
        # What a killed writer had under way may have come in after its articles were looked for.
        self._unchecked = self._standing.checked_again()

    def gather(self, *, every_s: float, searchable: OnCommit, failed: OnFailure | None = None) -> None:
        """See IndexWriter. Nothing is left to later: the cluster gathers by itself what several writers send."""
        self._searchable = searchable

    def upsert(self, batch: Sequence[ArticleExtracted]) -> list[Upserted]:
        """Raises PermanentError for an article that cannot be indexed.

        What this process can tell is told before anything is sent; what only the cluster can, when the others are in.
        """
        _checked(batch)
        newest = newest_of(batch)
        winners = self._put(newest)
        self._searchable([newest[id].submission_id for id in newest if id in winners])
        return [
            "indexed" if article.article_id in winners and article.revision == newest[article.article_id].revision
            else "superseded"
            for article in batch
        ]  # fmt: skip

    def retract(self, batch: Sequence[ArticleRetracted]) -> None:
        """Raises PermanentError for an id or a revision that the index cannot keep."""
        _checked(batch)
        highest: dict[str, ArticleRetracted] = {}
        for event in batch:
            held = highest.setdefault(event.article_id, event)
            if event.revision > held.revision:
                highest[event.article_id] = event
        self._write([tombstone(event) for event in highest.values()])

    def correct(self, batch: Sequence[Correction]) -> None:
        """See IndexWriter. Another writer's correction that comes in between is taken into account."""
        told = [register for correction in batch for register in registers_of(correction)]
        with self._readable():
            while news := self._latest().corrections.news(told):
                if len(self._standing.told) >= _MOST_TOLD:
                    standing.move_on(self._node, self._standing)
                elif standing.add(self._node, self._standing, news[:_MOST_TOLD]) and len(news) <= _MOST_TOLD:
                    self._latest()
                    self._step()
                    return

    def settle(self) -> bool:
        """See IndexWriter. What was told last gets documents of its own when no article waits."""
        with self._readable():
            if self._latest().state.waiting or self._unchecked:
                self._step()
            elif self._standing.told:
                standing.move_on(self._node, self._standing)
            now = self._latest()
        return bool(now.state.waiting or self._unchecked or now.told)

    def applied_up_to(self) -> str:
        """See IndexWriter; empty for what a snapshot brought back, whose shards may be of different moments."""
        with self._readable():
            return standing.applied(self._latest(), self._identity)

    def mark_applied(self, place: str) -> None:
        """See IndexWriter. Of several writers any may be last: what each says is true."""
        with self._readable():
            while not standing.mark(self._node, self._latest(), self._identity, place):
                pass

    def probe(self) -> None:
        """Write a document that nobody finds. Makes the index anew where somebody deleted it."""
        try:
            aliases.ensured(self._node)
        except (Unavailable, Refusal) as error:
            raise TransientError("index_unwritable", str(error)) from error
        self._write([_PROBE])

    def documents(self) -> int:
        """Articles found now."""
        try:
            return count(self._node)
        except Unavailable as error:
            raise TransientError("index_unreadable", str(error)) from error

    def close(self) -> None:
        """Closing again does nothing."""
        self._node.close()

    def _step(self) -> None:
        """Bring some of the articles that wait up to the corrections that are known."""
        waiting = (*self._standing.state.waiting, *self._unchecked)[:_WAITING_AT_ONCE]
        found = [stored_article(source) for source in standing.behind(self._node, waiting, limit=STEP)]
        self._put({article.article_id: article for article in found})
        if len(found) < STEP:
            standing.finish(self._node, waiting)
            self._unchecked = tuple(each for each in self._unchecked if each not in waiting)

    def _put(self, articles: Mapping[str, ArticleExtracted]) -> set[str]:
        """Write articles under every correction that was told before this returns; those that are not superseded."""
        if not articles:
            return set()
        used = self._standing
        tags = {id: tags_of(article, used.corrections) for id, article in articles.items()}
        verdicts = self._write(
            article_document(article, tags[id], used.state.generation) for id, article in articles.items()
        )
        winners = {id for id, verdict in zip(articles, verdicts, strict=True) if verdict == "indexed"}
        with self._readable():
            while standing.generation(self._node) != used.state.generation:
                used = self._latest()
                news = {id: tags_of(articles[id], used.corrections) for id in winners}
                self._write(
                    article_document(articles[id], news[id], used.state.generation)
                    for id in winners
                    if news[id] != tags[id]
                )
                tags |= news
        return winners

    def _latest(self) -> standing.Standing:
        self._standing = standing.read(self._node, self._standing)
        return self._standing

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (Unavailable, Refusal) as error:
            raise TransientError("index_unreadable", str(error)) from error

    def _write(self, documents: Iterable[Written]) -> list[str]:
        made = list(documents)
        return list(write(self._node, self._node.address.index, made)) if made else []


def count(node: Node) -> int:
    """Articles behind the alias. Raises Unavailable."""
    try:
        answer = node.ask("POST", f"/{node.address.index}/_count", {"query": {"term": {"kind": "article"}}})
    except Refusal as refusal:
        raise Unavailable(f"the index at {node.address} is gone: {refusal.reason}") from refusal
    return int(answer["count"])


def _checked(batch: Sequence[ArticleExtracted | ArticleRetracted]) -> None:
    for article in batch:
        checked(article)
        if article.article_id.startswith(standing.OWN_IDS):
            raise PermanentError("unindexable", f"{article.article_id!r} is what the index calls its own documents")
