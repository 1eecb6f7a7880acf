"""What one commit changes: gathered from one batch or several, whose articles are not the same ones."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tantivy import Document

from wiredesk.index.corrections import Corrections, Register
from wiredesk.index.prepared import Prepared, prepared
from wiredesk.index.settling import State
from wiredesk.index.tantivy import standing
from wiredesk.index.tantivy.documents import tombstone_of
from wiredesk.index.tantivy.entities import Change, tally
from wiredesk.index.tantivy.held import Held
from wiredesk.index.tantivy.keys import key

__all__ = ["Commit"]


@dataclass(slots=True)
class Commit:
    """Documents come in, those that have one of the terms `gone` go first; `changes` is what it means for entities.

    The engine may be handed the first two before the commit; then they are here no more.

    `ids` are the articles it concerns, `more` how many more there are afterwards, `submissions` those that come in,
    `size` their bytes. Only what the index has is deleted: each deletion looks through every segment.
    `corrections` and `state` are those in force afterwards, where they change.
    """

    documents: list[Document] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    changes: dict[str, Change] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    more: int = 0
    submissions: list[str] = field(default_factory=list)
    size: int = 0
    corrections: Corrections | None = None
    state: State | None = None

    def bring_in(self, article: Prepared, documents: Iterable[Document], size: int) -> None:
        """An article; the revision that the index has of it is to be taken away as well."""
        self.documents += documents
        tally(self.changes, article, 1)
        self.ids.add(article.article_id)
        self.more += 1
        self.submissions.append(article.extracted.submission_id)
        self.size += size

    def take_away(self, old: Held) -> None:
        """An article that the index has, as it has it."""
        id = old.article.article_id
        self.gone.append(key("article", id))
        tally(self.changes, prepared(*old), -1)
        self.ids.add(id)
        self.more -= 1

    def keep_out(self, article_id: str, revision: int) -> None:
        """Revisions of an article up to this one."""
        self.ids.add(article_id)
        self.gone.append(key("tombstone", article_id))
        self.documents.append(tombstone_of(article_id, revision))

    def put_in_force(self, registers: Iterable[Register], corrections: Corrections, state: State) -> None:
        """Corrections, of which these registers are new, and how far they are applied."""
        for name, document in standing.documents_of(registers, state):
            self.gone.append(key("correction", name))
            self.documents.append(document)
        self.corrections, self.state = corrections, state
