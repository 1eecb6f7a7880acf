"""Gives time expressions their TIMEX3 type and value against the publication date or, in narratives, the date before.

News reckons from the day of publication, histories from the date told last (HeidelTime's two domains, Strötgen and
Gertz 2010). The clock on the wall is never asked: without a publication date a relative expression keeps the
underspecified form (`XXXX-WXX`, `XXXX-09-11`).
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from wiredesk_extraction.time_expressions import Expression, find_absolute, find_expressions
from wiredesk_extraction.timex_calendar import CALENDAR
from wiredesk_extraction.timex_context import Context, Told
from wiredesk_extraction.timex_extent import EXTENT
from wiredesk_extraction.timex_relative import RELATIVE
from wiredesk_extraction.timex_tense import speaks_of_future

__all__ = ["Timex", "find_timexes", "resolve"]

_RESOLVERS = {**CALENDAR, **RELATIVE, **EXTENT}
_MIN_NARRATIVE_YEARS = 4
_NARRATIVE_SHARE = 0.6
_NARRATIVE_YEARS_A_DEICTIC = 4
"""A history names its years; where "last week" or "Thursday" is as common as they are, it is told from today."""
_TENSED = frozenset({"weekday", "date", "month", "season", "quarter", "slashed", "feast", "shift"})
"""Kinds whose value depends on whether the sentence looks back or ahead."""


class Timex(NamedTuple):
    """Code points `start..end` of the text, TIMEX3 type and value."""

    start: int
    end: int
    type: str
    value: str


def find_timexes(text: str, published_at: str | None, *, english: bool = True) -> list[Timex]:
    """Every time expression of a text, in order. `published_at`: ISO 8601, of which only the day is used.

    In languages other than English only numeric dates that read the same everywhere are found.
    """
    return resolve(text, find_expressions(text) if english else find_absolute(text), published_at, speaks_of_future)


def resolve(
    text: str,
    expressions: Sequence[Expression],
    published_at: str | None,
    looks_ahead: Callable[[str, int, int], bool],
) -> list[Timex]:
    """The values of expressions whose parts are in English, in order; `looks_ahead` is asked of start and end."""
    published = _day_of(published_at)
    context = Context(published, _is_narrative(expressions, published))
    coming = _years_to_come(expressions)
    found: list[Timex] = []
    told_end = 0
    for expression, year in zip(expressions, coming, strict=True):
        future = expression.kind in _TENSED and looks_ahead(text, expression.start, expression.end)
        since = expression.start - told_end
        context = Context(published, context.narrative, context.told, future, since, year, context.decade)
        resolved = _RESOLVERS[expression.kind](expression.parts, context)
        if resolved is None:
            continue
        kind, value, told = resolved
        found.append(Timex(expression.start, expression.end, kind, value))
        if expression.kind == "decade":
            context = context._replace(decade=_decade_of(value))
        if told is not None and not _is_aside(expression, told, context):
            context, told_end = context._replace(told=told, decade=None), expression.end
    return _join_clocks(text, found)


def _decade_of(value: str) -> int | None:
    return int(value) if len(value) == 3 and value.isdigit() else None


def _join_clocks(text: str, found: Sequence[Timex]) -> list[Timex]:
    """Hours with the day beside them: "9 p.m. Thursday" is one expression, "9 p.m. on Thursday" two of one day."""
    joined: list[Timex] = []
    for timex in found:
        before = joined[-1] if joined else None
        gap = text[before.end : timex.start] if before else ""
        day = _DAY.fullmatch(timex.value)
        if before and gap in _BESIDE and _CLOCK.search(before.value) and day:
            value = day[1] + before.value[before.value.index("T") :]
            if gap == " on ":
                joined[-1] = before._replace(value=value)
            else:
                joined[-1] = Timex(before.start, timex.end, "TIME", value)
                continue
        elif before and gap in {" ", ", "} and _CLOCK.search(timex.value) and (day := _DAY.fullmatch(before.value)):
            value = day[1] + timex.value[timex.value.index("T") :]
            joined[-1] = Timex(before.start, timex.end, "TIME", value)
            continue
        joined.append(timex)
    return joined


_BESIDE = frozenset({" ", ", ", " on "})
_CLOCK = re.compile(r"T\d\d:\d\d")
_DAY = re.compile(r"([0-9X]{4}-(?:[0-9X]{2}-[0-9X]{2}|W[0-9X]{2}-\d))(?:T[A-Z]{2})?")


def _day_of(published_at: str | None) -> date | None:
    try:
        return date.fromisoformat(published_at[:10]) if published_at else None
    except ValueError:
        return None


def _is_narrative(expressions: Sequence[Expression], published: date | None) -> bool:
    """Several years are named, most of them well before publication, and few days are told as news tells them."""
    years = [int(e.parts["year"]) for e in expressions if e.parts.get("year", "").isdigit()]
    years += [0 for e in expressions if e.kind == "bc"]
    if len(years) < _MIN_NARRATIVE_YEARS:
        return False
    news = sum(e.kind in {"deictic", "weekday"} or e.parts.get("rel") in {"last", "this", "next"} for e in expressions)
    old = len(years) if published is None else sum(year < published.year - 1 for year in years)
    return old >= _NARRATIVE_SHARE * len(years) and old >= _NARRATIVE_YEARS_A_DEICTIC * news


def _years_to_come(expressions: Sequence[Expression]) -> list[int | None]:
    """For each expression the first year that is named after it."""
    coming: list[int | None] = []
    year: int | None = None
    for expression in reversed(expressions):
        coming.append(year)
        if len(expression.parts.get("year", "")) == 4:
            year = int(expression.parts["year"])
    return coming[::-1]


def _is_aside(expression: Expression, told: Told, context: Context) -> bool:
    """In a history, a year that the story leaves again at once: an example, a comparison, an outlook."""
    return (
        context.narrative
        and "year" in expression.parts
        and context.told.year is not None
        and context.told.year == context.year_to_come != told.year
    )
