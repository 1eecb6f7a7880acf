"""Where quotations begin and end: marks paired by direction, within paragraphs, unclosed ones included.

A mark's direction is read from what stands before and after it, so that one missing mark does not turn the rest of the
article inside out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wiredesk_extraction.segments import paragraphs

__all__ = ["Quotation", "find_quotations"]

_DOUBLE = re.compile(r"``|''|[\"“”„‟«»″]")
_SINGLE = re.compile(r"['‘’‚‹›]")
_OPENERS = frozenset({"“", "„", "‟", "«", "‘", "‚", "‹", "``"})
_BEFORE_OPEN = frozenset(" \t\u00a0\u2009\u202f([{—–-―/:")
_AFTER_CLOSE = frozenset(" \t\u00a0\u2009\u202f)]}—–-―/.,;:?!…")
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)")
_MAX_SPACE = 8
_ENDS_SAID = (".", "!", "?", "…", ",", "—", "–")


@dataclass(frozen=True, slots=True)
class Quotation:
    """`start..end`: what was quoted, without marks and outer white space; `outer_start..outer_end`: with them.

    `continues`: it goes on from the quotation of the paragraph before, which had no closing mark.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    closed: bool
    continues: bool = False


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    opens: bool
    closes: bool


def find_quotations(text: str) -> list[Quotation]:
    """Outermost quotations in text order.

    Single marks count in an article that has no double ones, or has them only inside single ones (the British style).
    """
    doubles = [match.start() for match in _DOUBLE.finditer(text)]
    if doubles and not ("‘" in text or "'" in text):
        return _quotations(text, single=False)
    singles = _quotations(text, single=True)
    if all(_covered(doubles, singles)):
        return singles
    return _quotations(text, single=False)


def _covered(marks: Sequence[int], quotations: Sequence[Quotation]) -> Iterator[bool]:
    """For each mark, in order, whether it stands inside one of the quotations."""
    at = 0
    for mark in marks:
        while at < len(quotations) and quotations[at].outer_end <= mark:
            at += 1
        yield at < len(quotations) and quotations[at].outer_start < mark


def _quotations(text: str, *, single: bool) -> list[Quotation]:
    german = "„" in text
    swiss = _guillemets_point_inwards(text)
    found: list[Quotation] = []
    left_open = False
    for start, end in paragraphs(text):
        marks = [
            mark
            for match in (_SINGLE if single else _DOUBLE).finditer(text, start, end)
            if not (single and _apostrophe(text, match))
            and (mark := _direct(text, match, (start, end), german=german, inwards=swiss))
        ]
        paired = _pair(text, marks, (start, end), nested=True) or _pair(text, marks, (start, end), nested=False) or []
        if single:  # a stray apostrophe opens nothing; an inverted comma at the head of a paragraph does
            paired = [q for q in paired if q.closed or (q.outer_start == start and text[start] == "‘")]
        if left_open and marks and found:
            paired = _continue(text, paired, marks, start)
        found += paired
        left_open = bool(paired) and not paired[-1].closed and paired[-1].outer_end >= end
    return found


def _guillemets_point_inwards(text: str) -> bool:
    """»so« (German, Danish) rather than «so»."""
    right, left = text.find("»"), text.find("«")
    return right >= 0 and (left < 0 or right < left)


def _direct(text: str, match: re.Match[str], line: tuple[int, int], *, german: bool, inwards: bool) -> _Mark | None:
    mark = match.group()
    before = text[match.start() - 1] if match.start() > line[0] else " "
    after = text[match.end()] if match.end() < line[1] else " "
    if mark in "«»":
        opens = (mark == "»") == inwards
    elif mark == "“" and german:
        opens = False
    elif mark in _OPENERS:
        opens = True
    elif mark == "”" and before not in _BEFORE_OPEN:
        opens = False
    else:
        can_open = before in _BEFORE_OPEN and not after.isspace()
        can_close = (after in _AFTER_CLOSE or not after.isalnum()) and not before.isspace()
        if mark in {'"', "″"} and before.isdigit() and not can_open and after != " ":
            return _Mark(match.start(), match.end(), False, True)
        return _Mark(match.start(), match.end(), can_open or not can_close, can_close or not can_open)
    return _Mark(match.start(), match.end(), opens, not opens)


def _apostrophe(text: str, match: re.Match[str]) -> bool:
    """Between letters a single mark is an apostrophe; so is one before a figure ('90s)."""
    before = text[match.start() - 1] if match.start() else " "
    after = text[match.end()] if match.end() < len(text) else " "
    return (before.isalnum() and after.isalnum()) or (match.group() in "'’" and after.isdigit())


def _pair(text: str, marks: Sequence[_Mark], line: tuple[int, int], *, nested: bool) -> list[Quotation] | None:
    """Pair the marks of one line; with `nested`, None when levels do not come out even."""
    found: list[Quotation] = []
    opened: _Mark | None = None
    depth = 0
    for mark in marks:
        if opened is None:
            if mark.opens:
                opened, depth = mark, 1
        elif mark.closes and not (mark.opens and depth == 0):
            depth -= 1
            if depth == 0:
                found += _quotation(text, opened, mark.start, mark.end, closed=True)
                opened = None
        elif nested and not _sentence_ends(text, opened.end, mark.start):
            depth += 1
        else:
            found += _quotation(text, opened, mark.start, mark.start, closed=False)
            opened, depth = mark, 1
    if opened is not None:
        if nested and depth > 1:
            return None
        found += _unclosed(text, opened, line)
    return found


def _sentence_ends(text: str, start: int, end: int) -> bool:
    """Whether what stands right before `end` closes a sentence or a clause of speech."""
    return text[max(start, end - _MAX_SPACE) : end].rstrip().endswith(_ENDS_SAID)


def _unclosed(text: str, opened: _Mark, line: tuple[int, int]) -> list[Quotation]:
    """To the end of the line when the mark begins it or a clause of speech; else to the end of the sentence."""
    start, end = line
    before = text[start : opened.start].rstrip()
    if before and not before.endswith((",", ":", ".", "?", "!", "”", '"')):
        sentence = _SENTENCE_END.search(text, opened.end, end)
        end = sentence.end() if sentence else end
    return list(_quotation(text, opened, end, end, closed=False))


def _continue(text: str, paired: list[Quotation], marks: Sequence[_Mark], start: int) -> list[Quotation]:
    """The paragraph before was left open: this one goes on with it, with a mark of its own or up to a stray close."""
    first = marks[0]
    if paired and paired[0].outer_start == start:
        q = paired[0]
        return [Quotation(q.start, q.end, q.outer_start, q.outer_end, q.closed, continues=True), *paired[1:]]
    if first.closes and not first.opens:
        opened = _Mark(start, start, True, False)
        made = _quotation(text, opened, first.start, first.end, closed=True)
        return [Quotation(q.start, q.end, q.outer_start, q.outer_end, True, continues=True) for q in made] + paired
    return paired


def _quotation(text: str, opened: _Mark, end: int, outer_end: int, *, closed: bool) -> Iterator[Quotation]:
    inner = text[opened.end : end]
    start = opened.end + len(inner) - len(inner.lstrip())
    last = opened.end + len(inner.rstrip())
    if any(c.isalnum() for c in text[start:last]):
        yield Quotation(start, last, opened.start, outer_end, closed)
