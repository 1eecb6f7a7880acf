"""The query tree as OpenSearch's query DSL. User text goes into `match` queries only, which parse nothing.

A word matches its English inflections too, at less weight, by the stems that the index keeps beside the words.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wiredesk.errors import UsageError
from wiredesk.index.marks import Marks
from wiredesk.index.opensearch.mapping import STEMS, WORDS
from wiredesk.index.ordering import day_seconds
from wiredesk.index.query import (
    And,
    DateRange,
    Field,
    Fuzzy,
    MatchAll,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Term,
)
from wiredesk.index.ranking import INFLECTED, INFLECTED_FIELDS, TIE_BREAKER
from wiredesk.index.scripts import IDEOGRAPHS, LONGEST_PATTERN, LONGEST_WORD

__all__ = [
    "NOTHING",
    "Query",
    "Scope",
    "all_of",
    "any_key",
    "days",
    "every_word",
    "marking",
    "starting",
    "translate",
    "words",
]

Query = dict[str, Any]

NOTHING: Query = {"match_none": {}}
_MOST_LEAVES = 900
"""Lucene takes 1,024 clauses in one query; the rest is for filters."""
_EXPANSIONS = 1000
"""Words that the last of a phrase may go on to. A prefix that stands alone has no such limit."""

_Target = Mapping[str, float] | str
"""Analysed fields with their weights, or the one field that holds a key."""

_SPACELESS = IDEOGRAPHS.pattern[1:-1]
_WORD = re.compile(rf"[{_SPACELESS}]|(?:(?![{_SPACELESS}])[^\W_])+")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search looks in: the fields of bare words, where each named field looks, and the field of the seconds."""

    bare: Mapping[str, float]
    targets: Mapping[str, _Target]
    newest: str = "newest"


def translate(node: Node, scope: Scope) -> Query:
    """What the node matches. Raises UsageError when it has more words than a query may have."""
    for inflected in (True, False):  # a very long query does without inflections before it is refused
        found = _Translation(scope, inflected).node(node, scope.bare) or NOTHING
        if _leaves(found) <= _MOST_LEAVES:
            return found
    raise UsageError("the query has too many words for one search; use fewer, or a phrase")


def words(text: str) -> list[str]:
    """What the index's analysis finds in a text, near enough to tell none, one and several words apart."""
    return [word for word in _WORD.findall(text) if len(word) <= LONGEST_WORD]


def any_key(field: str, values: Iterable[str]) -> Query:
    """One of the values, exactly; without weight."""
    return _unscored({"terms": {field: list(values)}})


def days(field: str, dates: DateRange) -> Query:
    """Published within these days; without weight."""
    low, end = day_seconds(dates.first, dates.last)
    return _unscored({"range": {field: {"gte": low, "lt": end}}}) if low < end else NOTHING


def all_of(*queries: Query) -> Query:
    """Every one of them, without weight."""
    return {"bool": {"filter": list(queries)}}


def every_word(field: str, text: str) -> Query:
    """Each word, in any place of the field."""
    return {"match": {field: {"query": text, "operator": "and"}}} if words(text) else NOTHING


def starting(field: str, text: str) -> Query:
    """Each word in any place of the field; the last may go on."""
    found = words(text)
    if not found or len(found[-1]) > LONGEST_PATTERN:
        return NOTHING
    return {"match_bool_prefix": {field: {"query": text, "operator": "and"}}}


def marking(marks: Marks) -> Query:
    """What to highlight in the text."""
    clauses: list[Query] = []
    for text in marks.words:
        clauses += [{"match": {"text": {"query": text, "analyzer": analyser}}} for analyser in (WORDS, STEMS)]
    clauses += [{"match_bool_prefix": {"text": {"query": text}}} for text in marks.prefixes]
    clauses += [_misspelt("text", text, edits, 1.0) for text, edits in marks.fuzzy]
    return {"bool": {"should": clauses[:_MOST_LEAVES]}}


class _Translation:
    """Of one tree."""

    def __init__(self, scope: Scope, inflected: bool) -> None:
        self._scope = scope
        self._inflected = inflected

    def node(self, node: Node, target: _Target) -> Query | None:
        """None where nothing in the node can be looked for, as in a lone dash: it then neither matches nor excludes."""
        if isinstance(target, str) and isinstance(node, Term | Phrase):
            return any_key(target, (node.text,))
        match node:
            case MatchAll():
                return _unscored({"match_all": {}})
            case DateRange():
                return days(self._scope.newest, node)
            case Field(name, inner):
                return self.node(inner, self._scope.targets.get(name, target))
            case And(nodes):
                return self._every(nodes, target)
            case Or(nodes):
                return _some([self.node(each, target) for each in nodes])
            case Not():
                return self._every((node,), target)
            case _:
                fields = target if isinstance(target, Mapping) else {}
                return _best([self._leaf(node, name, weight) for name, weight in fields.items()])

    def _every(self, nodes: tuple[Node, ...], target: _Target) -> Query | None:
        musts: list[Query] = []
        nots: list[Query] = []
        for node in nodes:
            inner = self.node(node.node if isinstance(node, Not) else node, target)
            if inner is not None:
                (nots if isinstance(node, Not) else musts).append(inner)
        if not musts and not nots:
            return None
        return {"bool": {"must": musts or [_unscored({"match_all": {}})], "must_not": nots}}

    def _leaf(self, node: Term | Phrase | Prefix | Fuzzy, name: str, weight: float) -> Query | None:
        found = words(node.text)
        if not found:
            return None
        match node:
            case Prefix(text):
                return _starting_phrase(name, text, found)
            case Fuzzy(text, edits):
                return _misspelt(name, text, edits, weight) if _is_pattern(found) else NOTHING
            case Phrase(text, slop):
                return {"match_phrase": {name: {"query": text, "slop": slop, "boost": weight}}}
            case Term(text):
                exact = {"match_phrase": {name: {"query": text, "boost": weight}}}
                if not self._inflected or name not in INFLECTED_FIELDS or len(found) > 1:
                    return exact
                stem = {"match": {name: {"query": text, "analyzer": STEMS, "boost": weight * INFLECTED}}}
                return _best([exact, stem])


def _starting_phrase(name: str, text: str, found: list[str]) -> Query:
    """Words side by side, the last of which goes on in any way."""
    if not _is_pattern(found[-1:]):
        return NOTHING
    if len(found) == 1:
        return {"match_bool_prefix": {name: {"query": text}}}
    return {"match_phrase_prefix": {name: {"query": text, "max_expansions": _EXPANSIONS}}}


def _misspelt(name: str, text: str, edits: int, weight: float) -> Query:
    """Unscored, and so without a limit to the words that are within reach."""
    how = {"fuzziness": edits, "operator": "and", "fuzzy_rewrite": "constant_score", "boost": weight}
    return {"match": {name: {"query": text, **how}}}


def _is_pattern(found: list[str]) -> bool:
    return all(len(word) <= LONGEST_PATTERN for word in found)


def _unscored(query: Query) -> Query:
    return {"constant_score": {"filter": query, "boost": 0.0}}


def _some(queries: Iterable[Query | None]) -> Query | None:
    clauses = [query for query in queries if query is not None]
    return {"bool": {"should": clauses, "minimum_should_match": 1}} if clauses else None


def _best(queries: Iterable[Query | None]) -> Query | None:
    clauses = [query for query in queries if query is not None]
    if len(clauses) < 2:
        return clauses[0] if clauses else None
    return {"dis_max": {"queries": clauses, "tie_breaker": TIE_BREAKER}}


def _leaves(query: Query) -> int:
    """Clauses that match words or values."""
    ((kind, inner),) = query.items()
    match kind:
        case "bool":
            return sum(
                _leaves(each) for name in ("must", "must_not", "should", "filter") for each in inner.get(name, ())
            )
        case "dis_max":
            return sum(map(_leaves, inner["queries"]))
        case "constant_score":
            return _leaves(inner["filter"])
        case _:
            return 1
