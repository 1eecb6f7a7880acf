"""The query tree as tantivy's query objects. User text is analysed here, never given to tantivy's own parser.

A word matches its English inflections too, at less weight: the index keeps words as they are, and its dictionary is
asked which of them have the same stem.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from tantivy import FieldType, Filter, Occur, Query, Schema, Searcher, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

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
from wiredesk.index.scripts import LONGEST_PATTERN
from wiredesk.index.tantivy import keys
from wiredesk.index.tantivy.documents import day_bounds

__all__ = ["Scope", "Translator", "all_of", "of_kind", "unscored"]

_MOST_INFLECTIONS = 16
_MOST_FAMILIES = 4096
_SHORTEST_STEM = 3
_LONGEST_ENDING = 8
"""Letters that an English word has beyond its stem: `-fulness` and `-ization` are among the longest."""


_Target = Mapping[str, float] | keys.Name
"""Analysed fields with their weights, or the name of a key."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search looks in: the kind of document, the fields of bare words, and where each named field looks."""

    kind: str
    bare: Mapping[str, float]
    targets: Mapping[str, _Target]


class Translator:
    """For one searcher: inflections are looked up in its dictionary, once a word."""

    def __init__(self, schema: Schema, searcher: Searcher, analysers: Mapping[str, TextAnalyzer]) -> None:
        self._schema = schema
        self._searcher = searcher
        self._analysers = analysers
        self._stemmer = TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer("english")).build()
        self._families: dict[str, tuple[str, ...]] = {}

    def query(self, node: Node, scope: Scope) -> Query:
        """What the node matches among the documents of the scope's kind."""
        return all_of(self._node(node, scope, scope.bare) or Query.empty_query(), of_kind(self._schema, scope.kind))

    def words(self, text: str, name: str) -> list[str]:
        """The words that a field's analysis finds."""
        return self._analysers["ideographs" if name == "ideographs" else "words"].analyze(text)

    def any_key(self, name: keys.Name, values: Iterable[str]) -> Query:
        """One of the values, exactly; without weight."""
        return unscored(keys.any_key(self._schema, name, values))

    def days(self, dates: DateRange) -> Query:
        """Published within these days; without weight."""
        low, high = day_bounds(dates.first, dates.last)
        if low > high:
            return Query.empty_query()
        return unscored(Query.range_query(self._schema, "newest", FieldType.Unsigned, low, high))

    def _node(self, node: Node, scope: Scope, target: _Target) -> Query | None:
        """None where nothing in the node can be looked for, as in a lone dash: it then neither matches nor excludes."""
        if isinstance(target, str) and isinstance(node, Term | Phrase):
            return self.any_key(target, (node.text,))
        match node:
            case MatchAll():
                return unscored(Query.all_query())
            case DateRange():
                return self.days(node)
            case Field(name, inner):
                return self._node(inner, scope, scope.targets.get(name, target))
            case And(nodes):
                return self._every(nodes, scope, target)
            case Or(nodes):
                return _some([self._node(each, scope, target) for each in nodes])
            case Not():
                return self._every((node,), scope, target)
            case _:
                fields = target if isinstance(target, Mapping) else {}
                queries = [(self._leaf(node, name), weight) for name, weight in fields.items()]
                return _best([Query.boost_query(query, weight) for query, weight in queries if query])

    def _every(self, nodes: tuple[Node, ...], scope: Scope, target: _Target) -> Query | None:
        clauses: list[tuple[Occur, Query]] = []
        for node in nodes:
            inner = self._node(node.node if isinstance(node, Not) else node, scope, target)
            if inner is not None:
                clauses.append((Occur.MustNot if isinstance(node, Not) else Occur.Must, inner))
        if clauses and all(occur == Occur.MustNot for occur, _ in clauses):
            clauses.append((Occur.Must, unscored(Query.all_query())))
        return Query.boolean_query(clauses) if clauses else None

    def _leaf(self, node: Term | Phrase | Prefix | Fuzzy, name: str) -> Query | None:
        words = self.words(node.text, name)
        if not words:
            return None
        match node:
            case Prefix():
                return self.starting(name, words)
            case Fuzzy(_, edits):
                return all_of(*(self._misspelt(name, word, edits) for word in words))
            case Phrase(_, slop) if len(words) > 1:
                return Query.phrase_query(self._schema, name, list(words), slop=slop)
            case Term() if len(words) > 1:
                return Query.phrase_query(self._schema, name, list(words))
            case Term() if name in INFLECTED_FIELDS:
                return self._inflected(name, words[0])
            case _:
                return self.word(name, words[0])

    def word(self, name: str, word: str) -> Query:
        """One word of a field, as analysed."""
        return Query.term_query(self._schema, name, word, index_option="position")

    def starting(self, name: str, words: list[str]) -> Query:
        """Words side by side, the last of which goes on in any way."""
        if len(words) > 1:
            # Analysed words hold letters and digits alone: nothing in them means anything to a regular expression.
            return Query.regex_phrase_query(self._schema, name, [*words[:-1], f"{words[-1]}.*"])
        if len(words[0]) > LONGEST_PATTERN:
            return Query.empty_query()
        return Query.fuzzy_term_query(self._schema, name, words[0], distance=0, prefix=True)

    def _misspelt(self, name: str, word: str, edits: int) -> Query:
        if len(word) > LONGEST_PATTERN:
            return Query.empty_query()
        return Query.fuzzy_term_query(self._schema, name, word, distance=edits)

    def _inflected(self, name: str, word: str) -> Query:
        others = [Query.boost_query(self.word(name, other), INFLECTED) for other in self.inflections(word)]
        return _best([self.word(name, word), *others]) or Query.empty_query()

    def inflections(self, word: str) -> tuple[str, ...]:
        """The word's own family, the most frequent first."""
        family = self._families.get(word)
        if family is None:
            if len(self._families) >= _MOST_FAMILIES:
                self._families.clear()
            # No lru_cache of a method: a cycle would keep the searcher, and all that it has mapped, until a collection.
            family = self._families[word] = self._inflections(word)
        return family

    def _inflections(self, word: str) -> tuple[str, ...]:
        (stem,) = self._stemmer.analyze(word) or ("",)
        # Porter's stems of one family differ from each other and from the words in a last e, i or y.
        start = stem[:-1] if stem.endswith(("e", "i", "y")) else stem
        if len(start) < _SHORTEST_STEM or not word.isascii() or not word.isalpha():
            return ()
        counts: Counter[str] = Counter()
        for name in INFLECTED_FIELDS:
            for other, count in self._searcher.terms_with_prefix(name, start):
                if len(other) <= len(start) + _LONGEST_ENDING and other.isalpha() and other != word:
                    counts[other] += count
        family = (other for other, _ in counts.most_common() if self._stemmer.analyze(other) == [stem])
        return tuple(islice(family, _MOST_INFLECTIONS))


def all_of(*queries: Query) -> Query:
    """Every one of them."""
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def unscored(query: Query) -> Query:
    """The query as a filter: matches the same, weighs nothing."""
    return Query.const_score_query(query, 0.0)


def of_kind(schema: Schema, kind: str) -> Query:
    """Documents of one kind, as a filter."""
    return unscored(keys.any_key(schema, "kind", (kind,)))


def _some(queries: list[Query | None]) -> Query | None:
    clauses = [(Occur.Should, query) for query in queries if query is not None]
    return Query.boolean_query(clauses) if clauses else None


def _best(queries: list[Query]) -> Query | None:
    if len(queries) < 2:
        return queries[0] if queries else None
    return Query.disjunction_max_query(queries, tie_breaker=TIE_BREAKER)
