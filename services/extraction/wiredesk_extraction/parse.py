"""A parsed article as plain columns: tokens with offsets into the whole text, tags, heads, sentences and raw names.

This is all that the rules read. It holds nothing of spaCy, so that memory can be freed and another parser can take
its place.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

__all__ = ["Parse", "RawName"]


@dataclass(frozen=True, slots=True)
class RawName:
    """A named stretch as the pipeline found it: tokens `first..last` inclusive, and the pipeline's own label."""

    first: int
    last: int
    label: str


@dataclass(frozen=True)
class Parse:
    """Columns of equal length, one row a token (white space is no token).

    `starts`, `ends`: code points into `text`. `tags`: Penn Treebank. `heads`: index of the governing token,
    itself for a root. `sentence_of`: index into `sentences`, whose items are (first, last) token, inclusive.
    `paragraph_of`: number of the line the token stands in.
    """

    text: str
    words: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    deps: tuple[str, ...] = ()
    heads: tuple[int, ...] = ()
    sentence_of: tuple[int, ...] = ()
    paragraph_of: tuple[int, ...] = ()
    sentences: tuple[tuple[int, int], ...] = ()
    names: tuple[RawName, ...] = field(default=())

    def with_names(self, names: Sequence[RawName]) -> "Parse":
        """The same words with other names; the columns that were made of the words are not made again."""
        other = replace(self, names=tuple(names))
        other.__dict__.update({column: self.__dict__[column] for column in _DERIVED if column in self.__dict__})
        return other

    @cached_property
    def lower(self) -> tuple[str, ...]:
        """The words in lower case, apostrophes straightened."""
        lower = map(str.lower, self.words)
        return tuple([word.replace("’", "'") for word in lower] if "’" in self.text else lower)

    @cached_property
    def undotted(self) -> tuple[str, ...]:
        """The words in lower case without dots at their ends: "mr" for "Mr."."""
        return tuple([word.rstrip(".") for word in self.lower])

    @cached_property
    def _tokens_of(self) -> dict[str, list[int]]:
        """Each word, in lower case, with the tokens it is."""
        found: dict[str, list[int]] = defaultdict(list)
        for token, word in enumerate(self.lower):
            found[word].append(token)
        return dict(found)

    def tokens_among(self, words: frozenset[str] | set[str]) -> list[int]:
        """The tokens, in order, whose word in lower case is one of `words`."""
        known = self._tokens_of
        return sorted([token for word in words.intersection(known) for token in known[word]])

    @cached_property
    def proper(self) -> tuple[bool, ...]:
        """Whether each token is tagged as a proper noun and begins with a capital."""
        return tuple([tag[:3] == "NNP" and word[:1].isupper() for tag, word in zip(self.tags, self.words, strict=True)])

    @cached_property
    def children(self) -> tuple[Sequence[int], ...]:
        """The tokens each token governs, in order."""
        below: dict[int, list[int]] = defaultdict(list)
        for token, head in enumerate(self.heads):
            if head != token:
                below[head].append(token)
        return tuple([below.get(token, ()) for token in range(len(self.words))])

    def child(self, token: int, *deps: str) -> int | None:
        """The first token that `token` governs by one of `deps`."""
        for child in self.children[token]:
            if self.deps[child] in deps:
                return child
        return None

    @cached_property
    def _extents(self) -> dict[int, tuple[int, int]]:
        """First and last token of what hangs on a token, itself included, of the trees that were asked for."""
        return {}

    def _extent(self, token: int) -> tuple[int, int]:
        """A tree is gone through once, from its leaves up: few sentences of an article are asked for at all."""
        spans = self._extents
        if token not in spans:
            root = token
            while self.heads[root] != root:
                root = self.heads[root]
            tree = [root]
            for at in tree:  # grows while it is read: heads come before what they govern
                tree += self.children[at]
                spans[at] = (at, at)
            for at in reversed(tree):
                first, last = spans[at]
                above = spans[self.heads[at]]
                if first < above[0] or last > above[1]:
                    spans[self.heads[at]] = (min(first, above[0]), max(last, above[1]))
        return spans[token]

    def subtree(self, token: int, without: frozenset[str] = frozenset()) -> tuple[int, int]:
        """First and last token of what hangs on `token`; branches whose dependency is in `without` are left out."""
        if not without:
            return self._extent(token)
        first = last = token
        todo = [token]
        while todo:
            at = todo.pop()
            first, last = min(first, at), max(last, at)
            todo += [child for child in self.children[at] if self.deps[child] not in without]
        return first, last

    def words_between(self, first: int, last: int) -> str:
        """The text from token `first` to token `last`."""
        return self.text[self.starts[first] : self.ends[last]]


_DERIVED = ("lower", "undotted", "proper", "children", "_extents", "_tokens_of")
"""The columns of a parse that are made of its others but the names."""
