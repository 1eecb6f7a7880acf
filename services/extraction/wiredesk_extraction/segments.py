"""Cuts an article into paragraphs, and paragraphs into pieces that a pipeline can read in bounded time and memory."""

import re
from collections.abc import Iterator

__all__ = ["MAX_PIECE_CHARS", "paragraphs", "pieces"]

MAX_PIECE_CHARS = 4_000
"""Longer paragraphs are cut at a sentence end or a space. News paragraphs seldom pass 1,000 characters; spaCy's parser
keeps about 1 kB a character while it works."""

_MAX_WORD_CHARS = 100
"""A longer run without a space is no word (a blob, a rule of dashes, a broken page) and is not read at all:
tokenisers take quadratic time over it."""

_MIN_LETTER_SHARE = 0.4
"""Pieces with fewer letters are tables, rules or noise. Figures in news prose leave over 60 % letters."""

_PARAGRAPH = re.compile(r"[^\r\n\u2028\u2029]+")
_LONG_WORD = re.compile(rf"\S{{{_MAX_WORD_CHARS},}}")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»]?\s")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Start and end of each line that holds more than white space, in order."""
    found = []
    for match in _PARAGRAPH.finditer(text):
        line = match.group()
        start = match.start() + len(line) - len(line.lstrip())
        end = match.start() + len(line.rstrip())
        if start < end:
            found.append((start, end))
    return found


def pieces(text: str) -> list[tuple[int, int]]:
    """Start and end of what a pipeline should read: paragraphs without blobs, cut where they are too long."""
    return [piece for span in paragraphs(text) for part in _words_only(text, *span) for piece in _cut(text, *part)]


def _words_only(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for blob in _LONG_WORD.finditer(text, start, end):
        yield at, blob.start()
        at = blob.end()
    yield at, end


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = end if end - start <= MAX_PIECE_CHARS else _break(text, start, start + MAX_PIECE_CHARS)
        letters = sum(map(str.isalpha, text[start:stop]))
        if letters and letters >= _MIN_LETTER_SHARE * (stop - start):
            yield start, stop
        start = stop


def _break(text: str, start: int, limit: int) -> int:
    """The last sentence end in the second half of the stretch, else its last space."""
    middle = (start + limit) // 2
    ends = [match.end() for match in _SENTENCE_END.finditer(text, middle, limit)]
    if ends:
        return ends[-1]
    space = text.rfind(" ", middle, limit)
    return space + 1 if space > 0 else limit
