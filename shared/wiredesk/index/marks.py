"""What of a query is to be marked in the text of a hit; the same for every engine."""

from collections.abc import Sequence
from dataclasses import dataclass

from wiredesk.index.query import And, Field, Fuzzy, Node, Or, Phrase, Prefix, Term

__all__ = ["MARKED", "Marks", "marks"]

MARKED = ("text", "people", "organizations", "places")
"""Fields whose words stand in the text."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What to mark in the text of a hit: texts of words and phrases, prefixes, and misspelt words with their edits."""

    words: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    fuzzy: tuple[tuple[str, int], ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to mark."""
        return bool(self.words or self.prefixes or self.fuzzy)


def marks(node: Node, marked: Sequence[str] = MARKED) -> Marks:
    """What of a query stands in the text: bare words, and those of the fields that are `marked`; no negated ones."""
    match node:
        case Term(text) | Phrase(text):
            return Marks(words=(text,))
        case Prefix(text):
            return Marks(prefixes=(text,))
        case Fuzzy(text, edits):
            return Marks(fuzzy=((text, edits),))
        case Field(name, inner) if name in marked:
            return marks(inner, marked)
        case And(nodes) | Or(nodes):
            found = [marks(each, marked) for each in nodes]
            return Marks(
                words=tuple(word for each in found for word in each.words),
                prefixes=tuple(prefix for each in found for prefix in each.prefixes),
                fuzzy=tuple(pair for each in found for pair in each.fuzzy),
            )
        case _:
            return Marks()
