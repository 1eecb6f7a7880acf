"""Finds English time expressions in plain text and takes them apart; what they mean is for `timex`.

One pass over the words marks where an expression can stand at all; the patterns look only there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from wiredesk_extraction.time_patterns import PATTERNS
from wiredesk_extraction.time_triggers import TRIGGERS

__all__ = ["Expression", "find_absolute", "find_expressions"]


class Expression(NamedTuple):
    """One expression: code points `start..end`, what kind it is, and its parts by name in lower case."""

    start: int
    end: int
    kind: str
    parts: Mapping[str, str]


_Windows = Mapping[str, list[tuple[int, int]]]
_REACH_BACK, _REACH_ON = 44, 40
"""Characters before and after a trigger that a pattern covers, for "the early morning hours of Saturday, the 24th"."""

_SEVERAL = frozenset(pattern.triggers for pattern in PATTERNS if len(pattern.triggers) > 1)
_TOKEN = re.compile(r"[A-Za-z]{1,12}|[0-9]+")
_WORD = re.compile(r"[a-z]+|[0-9]+")
_ABSOLUTE = frozenset({"iso", "dotted"})
_LIKE_ASCII = str.maketrans({"ı": "i", "İ": "i", "ſ": "s"})
"""Letters that patterns which ignore case take for others, and that stay what they are in lower case."""

_COUNTED = re.compile(
    r"\s{1,2}(?:people|troops|men|women|soldiers|children|dead|euros|dollars|pounds|miles|metres|meters|feet|votes|"
    r"jobs|homes|houses|patients|students|workers|employees|members|copies|kilometres|kilometers|km|m\b|ft|acres|"
    r"tons|tonnes|others|protesters|prisoners|refugees|points|calories|rpm|hours|times|or so|yards|units|block|"
    r"residents|families|cases|deaths|words|miles|seats|million|billion|percent|per cent)"
)
"""What follows a number that only looks like a year."""

_NUMBERED = re.compile(
    r"(?:\b(?:[Ff]light|[Rr]oute|[Hh]ighway|[Ii]nterstate|[Rr]oom|[Cc]hannel|[Ss]ection|[Pp]ages?|[Rr]esolution|[Nn]o\.?|"
    r"[Nn]umber|[Bb]ox|[Uu]nit|[Ee]xtension|[Ss]uite|[Ll]ine|[Cc]ode|[Ll]odge|[Ll]ocal|[Cc]hapter|[Ww]ard|[Dd]istrict|[Aa]pt\.?|[Mm]odel|[Ll]ot|[Aa]pproximately|[Nn]early)|#)\s?\Z"
)
"""What stands before such a number."""


class _Words(dict[tuple[int, int], frozenset[str]]):
    """The words of stretches of a text in lower case, by start and end, told apart when they are first asked for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def __missing__(self, span: tuple[int, int]) -> frozenset[str]:
        words = self[span] = frozenset(_WORD.findall(self._text, *span))
        return words


def find_expressions(text: str) -> list[Expression]:
    """Every expression in text order; of overlapping ones the longest, then the first."""
    return _longest(text, _matches(text, _windows(text)))


def find_absolute(text: str) -> list[Expression]:
    """Only what reads the same in any language: ISO and dotted numeric dates."""
    windows = {name: spans for name, spans in _windows(text).items() if name == "numeric"}
    return _longest(text, (e for e in _matches(text, windows) if e.kind in _ABSOLUTE))


def _windows(text: str) -> _Windows:
    """For each class of trigger the stretches around its triggers, in order and apart from each other."""
    windows: dict[str, list[tuple[int, int]]] = {}
    for match in _TOKEN.finditer(text):
        word = match[0]
        names: Iterable[str]
        if word in TRIGGERS:
            names = TRIGGERS[word]
        elif word[0] <= "9":
            names = _number_classes(text, *match.span())
        else:
            continue
        span = max(0, match.start() - _REACH_BACK), match.end() + _REACH_ON
        for name in names:
            spans = windows.setdefault(name, [])
            if spans and span[0] <= spans[-1][1]:
                spans[-1] = (spans[-1][0], span[1])
            else:
                spans.append(span)
    return windows


def _number_classes(text: str, start: int, end: int) -> Iterator[str]:
    """What a number may be part of, by its length and the characters beside it."""
    length, after = end - start, text[end : end + 2]
    if length > 4:
        return
    if length == 4 and text[start] in "12":
        yield "year"
    if length in {1, 2, 4} and after[:1] in {"-", "/", "."} and after[1:].isdigit():
        yield "numeric"
    if length <= 2 and after[:1] == ":":
        yield "clock"
    if after[:1] == "s" or after[1:] == "s":
        yield "decade"
    if after in {"st", "nd", "rd", "th"}:
        yield "nth"
    if length == 2 and text[start - 1 : start] in {"'", "’"}:
        yield "short"


def _matches(text: str, windows: _Windows) -> Iterator[Expression]:
    small = _lower(text)
    plain = small if text.isascii() else small.translate(_LIKE_ASCII)
    words = _Words(plain)
    whole = words[0, len(text)]
    spans: dict[tuple[str, ...], list[tuple[int, int]]] = {(name,): found for name, found in windows.items()}
    for triggers in _SEVERAL:
        spans[triggers] = _merged([windows[name] for name in triggers if name in windows])
    for kind, triggers, needed, core, lowered, regex in PATTERNS:
        if triggers not in spans or (needed and needed.isdisjoint(whole)):
            continue
        read = small if lowered else text
        for start, end in spans[triggers]:
            if (needed and needed.isdisjoint(words[start, end])) or (core and not core.search(read, start, end)):
                continue
            for match in regex.finditer(read, start, end):
                parts = {name.rstrip("234"): value.lower() for name, value in match.groupdict().items() if value}
                span = match.span("core" if parts.pop("core", None) else 0)
                if kind == "year" and "bound" not in parts and _is_a_count(text, *span):
                    continue
                yield Expression(*span, kind, parts)


def _lower(text: str) -> str:
    """The text in lower case, character by character: a few letters have longer forms, and stay as they are."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _merged(groups: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    if len(groups) < 2:
        return groups[0] if groups else []
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for spans in groups for span in spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _is_a_count(text: str, start: int, end: int) -> bool:
    return _COUNTED.match(text, end) is not None or _NUMBERED.search(text, max(0, start - 16), start) is not None


def _longest(text: str, found: Iterator[Expression]) -> list[Expression]:
    taken: list[Expression] = []
    covered = bytearray(len(text))
    for expression in sorted(found, key=lambda e: (e.start - e.end, e.start)):
        start, end = expression.start, expression.end
        if not any(covered[start:end]):
            covered[start:end] = b"\x01" * (end - start)
            taken.append(expression)
    return sorted(taken, key=lambda e: e.start)
