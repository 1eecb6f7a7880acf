"""What a search asks for: the tree every backend translates, the fields it may name, and the error of the parser."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from wiredesk.errors import UsageError

__all__ = [
    "ARTICLE_FIELDS",
    "MAX_EDITS",
    "QUOTE_FIELDS",
    "And",
    "DateRange",
    "Field",
    "FieldKind",
    "Fuzzy",
    "MatchAll",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Prefix",
    "QuerySyntaxError",
    "Term",
]

MAX_EDITS = 2
"""What Levenshtein automata of search engines are built for."""

FieldKind = Literal["words", "keyword", "date"]

ARTICLE_FIELDS: Mapping[str, FieldKind] = {
    "title": "words",
    "deck": "words",
    "text": "words",
    "byline": "words",
    "people": "words",
    "organizations": "words",
    "places": "words",
    "source": "words",
    "entity": "keyword",
    "language": "keyword",
    "cluster": "keyword",
    "published": "date",
}
"""What a search for articles may name before a colon."""

QUOTE_FIELDS: Mapping[str, FieldKind] = {"text": "words", "speaker": "words", "source": "words", "published": "date"}
"""What a search for quotes may name before a colon."""


class QuerySyntaxError(UsageError):
    """The query cannot be read. `column` is 1-based, in code points; `hint` says what to write instead."""

    def __init__(self, problem: str, *, column: int, hint: str) -> None:
        super().__init__(f"{problem} at column {column}: {hint}")
        self.problem = problem
        self.column = column
        self.hint = hint


@dataclass(frozen=True, slots=True)
class MatchAll:
    """Everything."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word as typed; a backend's analysis may find several words in it, which then stand side by side."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side, with up to `slop` moves between them."""

    text: str
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that start so."""

    text: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Words within `edits` insertions, deletions, replacements or swaps of neighbours."""

    text: str
    edits: int = MAX_EDITS


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days in UTC, both included; None leaves an end open. What has no date is in no range."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Field:
    """The node, looked for in one field. `name` is one of the fields the parser was given."""

    name: str
    node: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of them or more."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever the node does not match."""

    node: "Node"


Node = MatchAll | Term | Phrase | Prefix | Fuzzy | DateRange | Field | And | Or | Not
