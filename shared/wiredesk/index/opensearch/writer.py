"""A writer: a batch of articles becomes bulk requests, and returns when all of it is durable and found."""

from collections.abc import Sequence

from wiredesk.errors import PermanentError, TransientError, Unavailable
from wiredesk.events import ArticleExtracted, ArticleRetracted
from wiredesk.index.corrections import Correction
from wiredesk.index.intake import checked, newest_of
from wiredesk.index.opensearch import aliases
from wiredesk.index.opensearch.address import Address
from wiredesk.index.opensearch.bulk import write
from wiredesk.index.opensearch.documents import Written, article_document, tombstone
from wiredesk.index.opensearch.node import Node, Refusal
from wiredesk.index.protocol import Upserted

__all__ = ["NO_CORRECTIONS", "OpenSearchWriter", "count"]

NO_CORRECTIONS = "an index on OpenSearch keeps no corrections of entities; the embedded index does"

_PROBE = Written("wiredesk:probe", 0, b'{"kind":"probe"}')
"""The version of no article: one of this name, should there ever be one, stays."""


class OpenSearchWriter:
    """One of any number of writers; see IndexWriter for what its methods promise."""

    def __init__(self, address: Address) -> None:
        self._node = Node(address)
        try:
            aliases.ensured(self._node)
        except BaseException:
            self._node.close()
            raise

    def upsert(self, batch: Sequence[ArticleExtracted]) -> list[Upserted]:
        """Raises PermanentError for an article that cannot be indexed.

        What this process can tell is told before anything is sent; what only the cluster can, when the others are in.
        """
        for article in batch:
            checked(article)
        newest = newest_of(batch)
        verdicts = self._write([article_document(article) for article in newest.values()])
        winners = {id for id, verdict in zip(newest, verdicts, strict=True) if verdict == "indexed"}
        return [
            "indexed" if article.article_id in winners and article.revision == newest[article.article_id].revision
            else "superseded"
            for article in batch
        ]  # fmt: skip

    def retract(self, batch: Sequence[ArticleRetracted]) -> None:
        """Raises PermanentError for an id or a revision that the index cannot keep."""
        for event in batch:
            checked(event)
        highest: dict[str, ArticleRetracted] = {}
        for event in batch:
            held = highest.setdefault(event.article_id, event)
            if event.revision > held.revision:
                highest[event.article_id] = event
        self._write([tombstone(event) for event in highest.values()])

    def correct(self, batch: Sequence[Correction]) -> None:
        """Raises PermanentError: the dead letter keeps the correction, to be replayed by a version that can."""
        if batch:
            raise PermanentError("not_supported", f"{NO_CORRECTIONS}; {batch[0].event.entity_id} is unchanged")

    def settle(self) -> bool:
        """Nothing is ever left to do."""
        return False

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

    def _write(self, documents: Sequence[Written]) -> list[str]:
        return list(write(self._node, self._node.address.index, documents)) if documents else []


def count(node: Node) -> int:
    """Articles behind the alias. Raises Unavailable."""
    try:
        answer = node.ask("POST", f"/{node.address.index}/_count", {"query": {"term": {"kind": "article"}}})
    except Refusal as refusal:
        raise Unavailable(f"the index at {node.address} is gone: {refusal.reason}") from refusal
    return int(answer["count"])
