"""Maps offsets of a cleaned text back to the text it was made from, in time that grows with the texts' length alone."""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .spans import Span

__all__ = ["Alignment"]

_TOKEN = re.compile(r"\w+|[^\w\s]")
_FOLDED = str.maketrans("“”„«»‘’′`–—−‐‑", '"""""\'\'\'\'-----')
"""Marks that a cleaner may write differently; one character stays one character."""
_GRAM_TOKENS = (4, 1)
"""Runs of tokens that stand once in both texts anchor them: long ones first, then single ones in what is left."""

Box = tuple[int, int, int, int]
"""Tokens `first..last` (end exclusive) of the cleaned text and of the original that have no counterpart yet."""


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    folded: str


class Alignment:
    """Where each character of `cleaned` stands in `original`.

    The cleaner may have dropped lines or a repeated lead and normalised spaces, quotation marks and dashes; it never
    changes the order. Method: equal tails, then anchors as in patience diff (Bram Cohen, 2005), each extended
    backwards first, so that the last copy of a repeated lead is the one that was kept, then forwards.
    """

    def __init__(self, cleaned: str, original: str) -> None:
        self._cleaned = cleaned
        self._same = cleaned == original
        if self._same:
            return
        self._place = [-1] * len(cleaned)
        ours, theirs = _tokens(cleaned), _tokens(original)
        pairs = _pairs([token.folded for token in ours], [token.folded for token in theirs])
        for at, place in pairs:
            self._put(ours[at], theirs[place])
        self._fill(original, [(ours[at], theirs[place]) for at, place in pairs])

    def span(self, start: int, end: int) -> Span | None:
        """Offsets in the original; None if under half of the visible characters have a counterpart there."""
        if not 0 <= start < end <= len(self._cleaned):
            return None
        if self._same:
            return start, end
        visible = [at for at in range(start, end) if not self._cleaned[at].isspace()]
        found = [self._place[at] for at in visible if self._place[at] >= 0]
        if not found or 2 * len(found) < len(visible):
            return None
        return found[0], found[-1] + 1

    def _put(self, ours: _Token, theirs: _Token) -> None:
        """Folding may change a token's length: then its characters are spread over the other's."""
        width, room = ours.end - ours.start, theirs.end - theirs.start
        for at in range(width):
            self._place[ours.start + at] = theirs.start + (at if width == room else min(room - 1, at * room // width))

    def _fill(self, original: str, pairs: Sequence[tuple[_Token, _Token]]) -> None:
        """Between two aligned tokens, equal characters at both ends of the gap belong together."""
        edges = [(ours.start, theirs.start, ours.end, theirs.end) for ours, theirs in pairs]
        edges.append((len(self._cleaned), len(original), 0, 0))
        at = place = 0
        for start, other, end, other_end in edges:
            gap = self._cleaned[at:start].translate(_FOLDED)
            room = original[place:other].translate(_FOLDED)
            shorter = min(len(gap), len(room))
            ahead = next((n for n in range(shorter) if gap[n] != room[n]), shorter)
            back = next((n for n in range(shorter - ahead) if gap[-1 - n] != room[-1 - n]), shorter - ahead)
            for n in range(ahead):
                self._place[at + n] = place + n
            for n in range(1, back + 1):
                self._place[start - n] = other - n
            at, place = end, other_end


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(match.start(), match.end(), unicodedata.normalize("NFKC", match.group()).translate(_FOLDED))
        for match in _TOKEN.finditer(text)
    ]


def _pairs(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """Tokens that belong together, in order."""
    boxes: list[Box] = [(0, len(ours), 0, len(theirs))]
    found: list[tuple[int, int]] = []
    for size in _GRAM_TOKENS:
        left: list[Box] = []
        for box in boxes:
            anchors = _anchors(ours, theirs, box, size)
            left += _extend(ours, theirs, box, anchors, found)
        boxes = left
    return sorted(found)


def _anchors(ours: Sequence[str], theirs: Sequence[str], box: Box, size: int) -> list[tuple[int, int]]:
    """First tokens of the runs of `size` that stand once on either side of the box, in the same order on both."""
    first, last, other_first, other_last = box
    here = _once(ours, first, last, size)
    there = _once(theirs, other_first, other_last, size)
    shared = sorted((at, there[gram]) for gram, at in here.items() if gram in there)
    return [shared[n] for n in _rising([place for _, place in shared])]


def _once(tokens: Sequence[str], first: int, last: int, size: int) -> dict[tuple[str, ...], int]:
    grams = {at: tuple(tokens[at : at + size]) for at in range(first, last - size + 1)}
    counts = Counter(grams.values())
    return {gram: at for at, gram in grams.items() if counts[gram] == 1}


def _rising(places: Sequence[int]) -> list[int]:
    """Indices of a longest rising part of `places` (Fredman 1975)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        length = bisect_left(tails, place)
        before.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(place)
            ends.append(at)
        else:
            tails[length], ends[length] = place, at
    chain = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(at)
        at = before[at]
    return chain[::-1]


def _extend(
    ours: Sequence[str],
    theirs: Sequence[str],
    box: Box,
    anchors: Sequence[tuple[int, int]],
    found: list[tuple[int, int]],
) -> Iterator[Box]:
    """Between two anchors: what is equal before the second, then what is equal after the first; yields the rest."""
    first, last, other_first, other_last = box
    at, place = first, other_first
    for end, other_end in (*anchors, (last, other_last)):
        stop, other_stop = end, other_end
        while stop > at and other_stop > place and ours[stop - 1] == theirs[other_stop - 1]:
            stop, other_stop = stop - 1, other_stop - 1
            found.append((stop, other_stop))
        while at < stop and place < other_stop and ours[at] == theirs[place]:
            found.append((at, place))
            at, place = at + 1, place + 1
        if at < stop and place < other_stop:
            yield at, stop, place, other_stop
        at, place = end, other_end
