"""Stretches of a text as (start, end) in code points, end exclusive: overlap, pairing, what is trimmed off names."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

__all__ = ["Span", "bare", "covered", "f1", "overlap", "pair", "percent", "rates", "touches", "trimmed"]

Span = tuple[int, int]

_ARTICLE = re.compile(r"\s+|(?:the|a|an)\s+", re.IGNORECASE)
_HONORIFIC = re.compile(
    r"(?:the|a|an|mr|mrs|ms|miss|dr|sir|dame|lord|lady|presidents?|prof|professor)\b\.?\s+", re.IGNORECASE
)
_POSSESSIVE = ("'s", "’s")
_TAIL = "'’., \n"


def overlap(one: Span, other: Span) -> int:
    """Characters that both share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def touches(span: Span, others: Iterable[Span]) -> bool:
    """Whether it shares a character with any."""
    return any(overlap(span, other) for other in others)


def covered(span: Span, others: Iterable[Span]) -> int:
    """Characters shared with `others`, which do not overlap one another."""
    return sum(overlap(span, other) for other in others)


def pair(gold: Sequence[Any], found: Sequence[Any], fits: Callable[[Any, Any], object]) -> list[tuple[int, int]]:
    """Each of `gold` in turn with the first of `found` that fits and is still free; indices."""
    taken: set[int] = set()
    pairs = []
    for at, one in enumerate(gold):
        place = next((n for n, other in enumerate(found) if n not in taken and fits(one, other)), None)
        if place is not None:
            taken.add(place)
            pairs.append((at, place))
    return pairs


def trimmed(text: str, span: Span) -> Span:
    """Without a leading the/a/an, a trailing 's and outer punctuation."""
    start, end = span
    while (match := _ARTICLE.match(text, start, end)) and match.end() < end:
        start = match.end()
    while end > start:
        if text[start:end].endswith(_POSSESSIVE) and end - start > 2:
            end -= 2
        elif end - start > 1 and text[end - 1] in _TAIL:
            end -= 1
        else:
            break
    return start, end


def bare(text: str, span: Span) -> Span:
    """Trimmed, and without the forms of address before it."""
    start, end = trimmed(text, span)
    while (match := _HONORIFIC.match(text, start, end)) and match.end() < end:
        start = match.end()
    return start, end


def percent(part: float, whole: float) -> float:
    """0 for nothing of nothing."""
    return 100 * part / whole if whole else 0.0


def f1(right: float, found: float, wanted: float) -> tuple[float, float, float]:
    """Precision, recall and their harmonic mean, in percent."""
    return rates(right / found if found else 0.0, right / wanted if wanted else 0.0)


def rates(precision: float, recall: float) -> tuple[float, float, float]:
    """The two as percentages, with their harmonic mean."""
    both = precision + recall
    return 100 * precision, 100 * recall, 200 * precision * recall / both if both else 0.0
