"""Cuts text into tokens by the rules of spaCy's tokeniser, as it does, each chunk between spaces once.

Its algorithm: a chunk that is a special case is cut as that says; else prefixes and suffixes come off one by one, and
what is left is an address, or is cut at its infixes. Special cases with such affixes are then looked for once more,
over all tokens of a document.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from wiredesk_extraction.engine.primer import Primer

__all__ = ["Chunk", "Part", "Pieces", "Rules", "Tokeniser", "Tokens", "special_patterns"]

Part = tuple[str, int]
"""A token of a special case: its spelling, and the number of the norm it is given, 0 for none."""

Chunk = tuple[int, ...]
"""The types of its tokens."""

_SEGMENT = re.compile(r"\s+|\S+")


@dataclass(frozen=True)
class Rules:
    """What one language's tokeniser goes by. `searches`: of `SEARCHES`, (pattern, flags, method of `re.Pattern`).

    `patterns`: tokens that some special cases are cut into without regard to special cases.
    """

    searches: dict[str, tuple[str, int, str]]
    specials: dict[str, tuple[Part, ...]]
    patterns: tuple[tuple[str, ...], ...] = ()

    SEARCHES = ("prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match")

    def search(self, name: str) -> Callable[[str], Any]:
        """What finds the pattern of that name; nothing when there is none."""
        if name not in self.searches:
            return _nothing
        pattern, flags, method = self.searches[name]
        found: Callable[[str], Any] = getattr(re.compile(pattern, flags), method)
        return found


def _nothing(_: str) -> tuple[()]:
    return ()


class Pieces:
    """Cuts chunks, one at a time, without memory."""

    def __init__(self, rules: Rules) -> None:
        self.specials = rules.specials
        self._prefix, self._suffix, self._infixes, self._token, self._address = map(rules.search, rules.SEARCHES)

    def of(self, chunk: str, specials: dict[str, tuple[Part, ...]]) -> list[Part]:
        """The tokens of a chunk, with these special cases."""
        if chunk in specials:
            return list(specials[chunk])
        before, after = [], []
        size = 0
        while chunk and len(chunk) != size and not (self._token(chunk) or chunk in specials):
            size = len(chunk)
            first = _length(self._prefix(chunk))
            if first and chunk[first:] in specials:
                before.append(chunk[:first])
                chunk = chunk[first:]
                break
            last = _length(self._suffix(chunk[first:]))
            if last and chunk[:-last] in specials:
                after.append(chunk[-last:])
                chunk = chunk[:-last]
                break
            if first:
                before.append(chunk[:first])
            if last and not (first and first + last > size):
                after.append(chunk[-last:])
                chunk = chunk[first:-last]
            else:
                chunk = chunk[first:]
        middle = specials.get(chunk) or [(word, 0) for word in self._middle(chunk)]
        return [*[(word, 0) for word in before], *middle, *[(word, 0) for word in reversed(after)]]

    def _middle(self, chunk: str) -> list[str]:
        """What has no prefix and no suffix, cut at its infixes."""
        if not chunk:
            return []
        if self._token(chunk) or self._address(chunk):
            return [chunk]
        found, start = [], 0
        for infix in self._infixes(chunk):
            if infix.start() == 0:
                continue
            found += [chunk[start : infix.start()], infix.group()]
            start = infix.end()
        return [part for part in (*found, chunk[start:]) if part]


def _length(match: "re.Match[str] | tuple[()] | None") -> int:
    return len(match.group()) if match else 0


def special_patterns(rules: Rules) -> tuple[tuple[str, ...], ...]:
    """The `patterns` of rules without any: those of the special cases that have an affix or a space."""
    pieces = Pieces(rules)
    prefix, suffix, infixes = map(rules.search, rules.SEARCHES[:3])
    found = []
    for special in sorted(rules.specials):
        if _length(prefix(special)) or list(infixes(special)) or _length(suffix(special)) or " " in special:
            cut = [word for segment in _segments(special) for word, _ in pieces.of(segment[0], {})]
            if rules.specials[special] != ((special, 0),) or cut != [special]:
                found.append(tuple(cut))
    return tuple(found)


def _segments(text: str) -> list[tuple[str, bool]]:
    """Runs of white space and of other characters, each with whether a space follows that is no token of its own."""
    found: list[tuple[str, bool]] = []
    for match in _SEGMENT.finditer(text):
        segment = match.group()
        if found and segment[0] == " ":
            found[-1] = (found[-1][0], True)
            segment = segment[1:]
        if segment:
            found.append((segment, False))
    return found


@dataclass(frozen=True)
class Tokens:
    """The tokens of several documents, one after the other; `offsets` (documents + 1): the first of each.

    `types`, by number. `spaced`: a space follows, 0 or 1. `starts`, `lengths`: characters within the document.
    """

    offsets: np.ndarray
    types: np.ndarray
    spaced: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray


class Tokeniser:
    """Cuts texts into tokens, whose types it numbers; remembers how chunks are cut until it is told to forget.

    It starts from what a primer knows, if it is given one.
    """

    def __init__(self, rules: Rules, primer: "Primer | None" = None) -> None:
        self._pieces = Pieces(rules)
        self._patterns: dict[str, list[tuple[str, ...]]] = {}
        """Tokens that a special case may be found at, by the first of them."""
        for pattern in rules.patterns:
            self._patterns.setdefault(pattern[0], []).append(pattern)
        self._primer = primer
        self.forget()

    def forget(self) -> None:
        """Number types anew."""
        self.types: list[Part] = self._primer.parts() if self._primer else []
        """Spelling and given norm by number."""
        self.chunks: dict[str, Chunk] = self._primer.cuts() if self._primer else {}
        """How those that are remembered are cut."""
        self._numbers = {part: number for number, part in enumerate(self.types)}
        self._firsts = {number for number, (word, _) in enumerate(self.types) if word in self._patterns}
        """Types that a special case may begin with."""

    def cut(self, texts: Sequence[str]) -> Tokens:
        """One document a text, none of them empty."""
        chunks: list[Chunk] = []
        spaced: list[bool] = []
        sizes = []
        for text in texts:
            cut, spaces = self._cut(text)
            types = list(chain.from_iterable(cut))
            if not self._firsts.isdisjoint(types):
                cut, spaces = self._with_specials(text, cut, spaces)
            chunks += cut
            spaced += spaces
            sizes.append(sum(map(len, cut)))
        return self._columns(chunks, spaced, sizes)

    def _cut(self, text: str) -> tuple[list[Chunk], list[bool]]:
        words = text.split(" ")
        if words == text.split():
            spaces = [True] * len(words)
            spaces[-1] = False
        else:
            segments = _segments(text)
            words, spaces = [segment for segment, _ in segments], [spaced for _, spaced in segments]
        known = self.chunks
        return [known[word] if word in known else self._new(word) for word in words], spaces

    def _new(self, word: str) -> Chunk:
        chunk = tuple([self._number(part) for part in self._pieces.of(word, self._pieces.specials)])
        self.chunks[word] = chunk
        return chunk

    def _number(self, part: Part) -> int:
        number = self._numbers.setdefault(part, len(self.types))
        if number == len(self.types):
            self.types.append(part)
            if part[0] in self._patterns:
                self._firsts.add(number)
        return number

    def _columns(self, chunks: Sequence[Chunk], spaced: Sequence[bool], sizes: Sequence[int]) -> Tokens:
        types = np.array(list(chain.from_iterable(chunks)), dtype=np.intp)
        spaces = np.zeros(len(types), dtype=np.uint8)
        spaces[np.cumsum(list(map(len, chunks))) - 1] = spaced
        spelt = self.types
        lengths = np.array([len(spelt[number][0]) for number in types.tolist()], dtype=np.int64)
        offsets = np.cumsum([0, *sizes]).astype(np.int32)
        ends = np.cumsum(lengths + spaces)
        starts = ends - lengths - spaces
        starts -= np.repeat(starts[offsets[:-1]], sizes)
        return Tokens(offsets, types, spaces, starts, lengths)

    def _with_specials(
        self, text: str, chunks: Sequence[Chunk], spaced: Sequence[bool]
    ) -> tuple[list[Chunk], list[bool]]:
        """The tokens of one document, each a chunk of its own, with special cases that stretch over some of them."""
        types = list(chain.from_iterable(chunks))
        spaces = [
            space and at == len(chunk) - 1
            for chunk, space in zip(chunks, spaced, strict=True)
            for at in range(len(chunk))
        ]
        words = [self.types[number][0] for number in types]
        spans = _apart(
            [
                (at, at + len(pattern))
                for at, number in enumerate(types)
                if number in self._firsts
                for pattern in self._patterns[words[at]]
                if tuple(words[at : at + len(pattern)]) == pattern
            ]
        )
        if not spans:
            return list(chunks), list(spaced)
        starts = [0]
        for word, space in zip(words, spaces, strict=True):
            starts.append(starts[-1] + len(word) + space)
        found: list[Chunk] = []
        follows: list[bool] = []
        done = 0
        for first, end in spans:
            special = self._pieces.specials.get(text[starts[first] : starts[end - 1] + len(words[end - 1])])
            if special is None:
                continue
            found += [(number,) for number in types[done:first]]
            follows += spaces[done:first]
            found += [(self._number(part),) for part in special]
            follows += [False] * (len(special) - 1) + [spaces[end - 1]]
            done = end
        return [*found, *[(number,) for number in types[done:]]], follows + spaces[done:]


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that do not overlap, in order: of those that do the longest, and of these the first."""
    taken: set[int] = set()
    kept = []
    for first, end in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if first not in taken and end - 1 not in taken:
            kept.append((first, end))
        taken.update(range(first, end))
    return sorted(kept)
