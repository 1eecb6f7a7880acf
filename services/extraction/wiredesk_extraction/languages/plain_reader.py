"""Cuts text into words and sentences without any pipeline: what the rules need at least, for every language alike.

spaCy's own tokenisers would do as well, but some take seconds and tens of megabytes to load (French: 8 s, for its list
of hyphenated words), and an article may not wait for that.
"""

import re
from collections.abc import Iterator

from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.segments import paragraphs, pieces

__all__ = ["PlainReader"]

_TOKEN = re.compile(r"\d++(?:[.,]\d++)++|\w++(?:[-‐‑]\w++)*+(?:['’](?=\w))?+|[^\w\s]")
_STOPS = frozenset(".!?…")
_CLOSING = frozenset("\"'”“’‘»«)]›‹")
_MAX_DAY_DIGITS = 2

Row = tuple[int, int]
"""Start and end of a token, in code points."""


class PlainReader:
    """In place of a pipeline's reader. The parse it gives has no names, tags or heads."""

    version = ""
    name = ""

    def __init__(self, language: Language, limit_chars: int) -> None:
        self._language = language
        self.language = language.code
        self.limit_chars = limit_chars

    def read(self, text: str) -> Parse:
        """The words of a text up to `limit_chars`, with their sentences and lines."""
        rows: list[Row] = []
        sentences: list[tuple[int, int]] = []
        lines: list[int] = []
        starts = [start for start, _ in paragraphs(text)]
        line = 0
        for start, end in pieces(text):
            if end > self.limit_chars:
                continue
            while line + 1 < len(starts) and starts[line + 1] <= start:
                line += 1
            words = list(self._words(text, start, end))
            sentences += ((first + len(rows), last + len(rows)) for first, last in _sentences(text, words))
            rows += words
            lines += [line] * len(words)
        count = len(rows)
        return Parse(
            text,
            words=tuple(text[start:end] for start, end in rows),
            starts=tuple(start for start, _ in rows),
            ends=tuple(end for _, end in rows),
            tags=("",) * count,
            deps=("",) * count,
            heads=tuple(range(count)),
            sentence_of=tuple(n for n, (first, last) in enumerate(sentences) for _ in range(first, last + 1)),
            paragraph_of=tuple(lines),
            sentences=tuple(sentences),
        )

    def _words(self, text: str, start: int, end: int) -> Iterator[Row]:
        """Words with the full stop of what they shorten ("Dr.", "12. Juni"), a verb's pronoun apart ("dit-elle")."""
        at = start
        while match := _TOKEN.search(text, at, end):
            first, at = match.span()
            word = match.group()
            if at < end and text[at] == "." and self._is_shortened(word, text[at + 1 : at + 3]):
                at += 1
            pronoun = word.rfind("-")
            if pronoun > 0 and self._language.pronoun(word[pronoun:]) is not None:
                verb = pronoun - 2 * word[:pronoun].endswith("-t")
                yield first, first + verb
                yield first + verb, first + pronoun + 1
                first += pronoun + 1
            yield first, at

    def _is_shortened(self, word: str, after: str) -> bool:
        goes_on = after[:1] == " " and after[1:].isalpha()
        if word.isdigit():
            return len(word) <= _MAX_DAY_DIGITS and goes_on
        return (len(word) == 1 and word.isupper()) or self._language.address(word) is not None


def _sentences(text: str, words: list[Row]) -> Iterator[tuple[int, int]]:
    """First and last token of each: to a stop, with the marks that close on it, before a capital or a mark."""
    first = 0
    for at in range(len(words) - 1):
        start, end = words[at]
        if text[start:end] not in _STOPS and not (text[start:end] in _CLOSING and _follows_stop(text, words, at)):
            continue
        after = words[at + 1][0]
        closes = text[after] in _CLOSING and not text[after + 1 : after + 2].isalnum()
        if after > end and not text[after].islower() and not closes:
            yield first, at
            first = at + 1
    if words:
        yield first, len(words) - 1


def _follows_stop(text: str, words: list[Row], at: int) -> bool:
    return at > 0 and text[words[at - 1][0] : words[at - 1][1]] in _STOPS
