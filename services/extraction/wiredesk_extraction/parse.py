"""A parsed article as plain columns: tokens with offsets into the whole text, tags, heads, sentences and raw names.

This is all that the rules read. It holds nothing of spaCy, so that memory can be freed and another parser can take
its place.
"""

from dataclasses import dataclass, field
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

    @cached_property
    def lower(self) -> tuple[str, ...]:
        """The words in lower case, apostrophes straightened."""
        return tuple(word.lower().replace("’", "'") for word in self.words)

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """The tokens each token governs, in order."""
        below: list[list[int]] = [[] for _ in self.words]
        for token, head in enumerate(self.heads):
            if head != token:
                below[head].append(token)
        return tuple(map(tuple, below))

    def child(self, token: int, *deps: str) -> int | None:
        """The first token that `token` governs by one of `deps`."""
        return next((child for child in self.children[token] if self.deps[child] in deps), None)

    @cached_property
    def extents(self) -> tuple[tuple[int, int], ...]:
        """First and last token of what hangs on each token, itself included."""
        spans = [(token, token) for token in range(len(self.words))]
        order = [token for token, head in enumerate(self.heads) if head == token]
        for token in order:  # grows while it is read: heads come before what they govern
            order += self.children[token]
        for token in reversed(order):
            head = self.heads[token]
            spans[head] = (min(spans[head][0], spans[token][0]), max(spans[head][1], spans[token][1]))
        return tuple(spans)

    def subtree(self, token: int, without: frozenset[str] = frozenset()) -> tuple[int, int]:
        """First and last token of what hangs on `token`; branches whose dependency is in `without` are left out."""
        if not without:
            return self.extents[token]
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
