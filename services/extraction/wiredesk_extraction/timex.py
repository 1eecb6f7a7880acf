"""Gives time expressions their TIMEX3 type and value against the publication date or, in narratives, the date before.

News reckons from the day of publication, histories from the date told last (HeidelTime's two domains, Strötgen and
Gertz 2010). The clock on the wall is never asked: without a publication date a relative expression keeps the
underspecified form (`XXXX-WXX`, `XXXX-09-11`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from wiredesk_extraction.time_expressions import Expression, find_absolute, find_expressions
from wiredesk_extraction.timex_calendar import CALENDAR
from wiredesk_extraction.timex_context import Context, Told
from wiredesk_extraction.timex_relative import RELATIVE

__all__ = ["Timex", "find_timexes"]

_RESOLVERS = {**CALENDAR, **RELATIVE}
_MIN_NARRATIVE_YEARS = 4
_NARRATIVE_SHARE = 0.6
_FUTURE = re.compile(
    r"\b(?:will|won't|'ll|going to|scheduled|due|plans? to|expected|upcoming|to be|set to|are to|is to|before|until|by)"
    r"\b"
)
_SENTENCE_CHARS = 160


@dataclass(frozen=True, slots=True)
class Timex:
    """Code points `start..end` of the text, TIMEX3 type and value."""

    start: int
    end: int
    type: str
    value: str


def find_timexes(text: str, published_at: str | None, *, english: bool = True) -> list[Timex]:
    """Every time expression of a text, in order. `published_at`: ISO 8601, of which only the day is used.

    In languages other than English only numeric dates that read the same everywhere are found.
    """
    expressions = find_expressions(text) if english else find_absolute(text)
    published = _day_of(published_at)
    context = Context(published, _is_narrative(expressions, published), Told(), False)
    found = []
    for expression in expressions:
        context = replace(context, future=_speaks_of_future(text, expression))
        resolved = _RESOLVERS[expression.kind](expression.parts, context)
        if resolved is None:
            continue
        kind, value, told = resolved
        found.append(Timex(expression.start, expression.end, kind, value))
        if told is not None:
            context = replace(context, told=told)
    return found


def _day_of(published_at: str | None) -> date | None:
    try:
        return date.fromisoformat(published_at[:10]) if published_at else None
    except ValueError:
        return None


def _is_narrative(expressions: Sequence[Expression], published: date | None) -> bool:
    """Several years are named and most of them lie well before publication."""
    years = [int(e.parts["year"]) for e in expressions if e.parts.get("year")]
    years += [0 for e in expressions if e.kind == "bc"]
    if len(years) < _MIN_NARRATIVE_YEARS:
        return False
    return published is None or sum(year < published.year - 1 for year in years) >= _NARRATIVE_SHARE * len(years)


def _speaks_of_future(text: str, expression: Expression) -> bool:
    """Whether the words of the same sentence before (or just after) speak of what is to come."""
    before = text[max(0, expression.start - _SENTENCE_CHARS) : expression.start]
    before = re.split(r"[.!?\n]\s", before)[-1]
    after = re.split(r"[.!?\n]\s", text[expression.end : expression.end + 40])[0]
    return _FUTURE.search(before) is not None or re.search(r"\bwill\b", after) is not None
