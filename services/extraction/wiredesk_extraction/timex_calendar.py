"""Dates by name: days, months, seasons, years, decades and centuries of the calendar."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from wiredesk_extraction.time_expressions import MONTHS, SEASONS
from wiredesk_extraction.timex_context import BACK, ON, PARTS, Context, Told, Value, value_of

__all__ = ["CALENDAR"]

_ORDINAL_WORDS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth twentieth twenty-first
"""


_ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS.split(), start=1)}


_DECADES = {
    "twenties": 2, "thirties": 3, "forties": 4, "fifties": 5, "sixties": 6, "seventies": 7, "eighties": 8,
    "nineties": 9,
}  # fmt: skip


def _date_value(told: Told, parts: Mapping[str, str]) -> Value:
    part = PARTS.get(parts.get("part", ""), "")
    return ("TIME" if part else "DATE"), value_of(told) + part, (told if told.year is not None else None)


def _month_number(parts: Mapping[str, str]) -> int:
    return MONTHS[parts["month"].lower().rstrip(".")]


def _real(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def _year_for(parts: Mapping[str, str], context: Context, month: int, day: int | None) -> tuple[int | None, str]:
    """The year of a month or day that names none, and its era."""
    if "year" in parts:
        return int(parts["year"]), ""
    if parts.get("that") in {"that", "the same"} and context.told.year is not None:
        return context.told.year, context.told.era
    if "that" in parts:
        return (
            context.published.year + {"last": -1, "next": 1}.get(parts["that"], 0) if context.published else None
        ), ""
    if context.narrative:
        return context.told.year, context.told.era
    if context.published is None:
        return None, ""
    return _nearest_year(context.published, month, day, future=context.future), ""


def _nearest_year(published: date, month: int, day: int | None, *, future: bool) -> int:
    """The year that puts the month (or day) nearest to publication, before or after as the sentence speaks."""

    def distance(year: int) -> int:
        return (year - published.year) * 372 + (month - published.month) * 31 + ((day or published.day) - published.day)

    years = [published.year - 1, published.year, published.year + 1]
    if future:
        return min((y for y in years if distance(y) >= 0), key=distance)
    return min(years, key=lambda y: (abs(distance(y)), y))


def _date(parts: Mapping[str, str], context: Context) -> Value | None:
    month, day = _month_number(parts), int(parts["day"])
    year, era = _year_for(parts, context, month, day)
    if not _real(year, month, day):
        return None
    return _date_value(Told(year, month, day, era), parts)


def _iso(parts: Mapping[str, str], _context: Context) -> Value | None:
    told = Told(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    if not _real(told.year, told.month or 1, told.day or 1):
        return None
    return ("TIME", f"{value_of(told)}T{parts['time']}", told) if "time" in parts else ("DATE", value_of(told), told)


def _slashed(parts: Mapping[str, str], _context: Context) -> Value | None:
    """Day and month only where one of them cannot be the other; else the year alone is certain."""
    first, second, year = int(parts["first"]), int(parts["second"]), int(parts["year"])
    if first != second and first <= 12 and second <= 12:
        return "DATE", f"{year}-XX-XX", None
    month, day = (first, second) if first <= 12 else (second, first)
    if not 1 <= month <= 12 or not _real(year, month, day):
        return None
    told = Told(year, month, day)
    return "DATE", value_of(told), told


def _month(parts: Mapping[str, str], context: Context) -> Value:
    month = _month_number(parts)
    if "rel" in parts and context.day is not None:
        return _date_value(_relative_month(parts["rel"].lower(), context.day, month), {})
    year, era = _year_for(parts, context, month, None)
    return _date_value(Told(year, month, None, era), {})


def _relative_month(rel: str, day: date, month: int) -> Told:
    """ "last September" is the one most recently over, "next May" the first to come."""
    if rel in BACK:
        return Told(day.year - (month >= day.month), month)
    if rel in ON:
        return Told(day.year + (month <= day.month), month)
    return Told(day.year, month)


def _season(parts: Mapping[str, str], context: Context) -> Value:
    code = SEASONS[parts["season"].lower()]
    month = {"SP": 4, "SU": 7, "FA": 10, "WI": 1}[code]
    if "rel" in parts and context.day is not None:
        year, era = _relative_month(parts["rel"].lower(), context.day, month).year, ""
    else:
        year, era = _year_for(parts, context, month, None)
    told = Told(year, None, None, era)
    return "DATE", f"{value_of(told)}-{code}", told if year is not None else None


def _bc(parts: Mapping[str, str], _context: Context) -> Value:
    told = Told(int(parts["number"]), era="BC")
    return "DATE", value_of(told), told


def _year(parts: Mapping[str, str], _context: Context) -> Value:
    told = Told(int(parts["year"]))
    bound = parts.get("bound", "")
    season = next((code for word, code in SEASONS.items() if word in bound), "")
    return "DATE", value_of(told) + (f"-{season}" if season else ""), told


def _short_year(parts: Mapping[str, str], context: Context) -> Value | None:
    """'97 is the year nearest before the one reckoned from (a few years ahead allowed)."""
    day = context.day or context.published
    if day is None:
        return "DATE", f"XX{parts['short']}", None
    year = day.year - day.year % 100 + int(parts["short"])
    told = Told(year - 100 if year > day.year + 5 else year)
    return "DATE", value_of(told), told


def _decade(parts: Mapping[str, str], context: Context) -> Value:
    if "decade" in parts:
        return "DATE", parts["decade"], None
    digit = int(parts["short"]) if "short" in parts else _DECADES[parts["word"]]
    day = context.day or context.published
    if day is None:
        return "DATE", f"XX{digit}", None
    decade = day.year // 100 * 10 + digit
    return "DATE", str(decade - 10 if decade * 10 > day.year else decade), None


def _century(parts: Mapping[str, str], _context: Context) -> Value:
    ordinal = parts["ordinal"].lower()
    number = int(re.sub(r"\D", "", ordinal)) if ordinal[0].isdigit() else _ORDINALS[ordinal]
    return "DATE", f"{'BC' if 'era' in parts else ''}{max(0, number - 1):02d}", None


def _quarter(parts: Mapping[str, str], _context: Context) -> Value:
    letter = "Q" if parts["unit"] == "quarter" else "H"
    return "DATE", f"{parts['year']}-{letter}{_ORDINALS[parts['ordinal']]}", Told(int(parts["year"]))


def _ordinal(parts: Mapping[str, str], context: Context) -> Value | None:
    """ "on the 20th": of the month told last."""
    day = int(parts["day"])
    base = context.told if context.told.month else Told()
    if base.month is None or not day or not _real(base.year, base.month, day):
        return None
    return _date_value(replace(base, day=day), {})


def _feast(parts: Mapping[str, str], context: Context) -> Value:
    word = parts["word"]
    month, day = (12, 24 if word.endswith("Eve") else 25) if word.startswith("Christmas") else (1, 1)
    if word.startswith("New") and word.endswith("Eve"):
        month, day = 12, 31
    year, era = _year_for(parts, context, month, day)
    return _date_value(Told(year, month, day, era), {})


CALENDAR: Mapping[str, Callable[[Mapping[str, str], Context], Value | None]] = {
    "iso": _iso,
    "dotted": _iso,
    "slashed": _slashed,
    "date": _date,
    "month": _month,
    "season": _season,
    "bc": _bc,
    "year": _year,
    "shortyear": _short_year,
    "decade": _decade,
    "century": _century,
    "quarter": _quarter,
    "ordinal": _ordinal,
    "feast": _feast,
}
