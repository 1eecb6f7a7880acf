"""Dates by name: days, months, seasons, years, decades and centuries of the calendar."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from wiredesk_extraction.time_lexicon import MONTHS, ORDINALS, SEASONS
from wiredesk_extraction.timex_context import BACK, ON, PARTS, Context, Told, Value, value_of
from wiredesk_extraction.timex_feasts import feast_day

__all__ = ["CALENDAR"]

_DECADES = {
    "twenties": 2, "thirties": 3, "forties": 4, "fifties": 5, "sixties": 6, "seventies": 7, "eighties": 8,
    "nineties": 9,
}  # fmt: skip

_ATTACKS = date(2001, 9, 11)
"""The one day that English names by its number alone."""


def _date_value(told: Told, parts: Mapping[str, str]) -> Value:
    part = PARTS.get(parts.get("part", ""), "")
    return ("TIME" if part else "DATE"), value_of(told) + part, (told if told.year is not None else None)


def _month_number(parts: Mapping[str, str]) -> int:
    return MONTHS[parts["month"].rstrip(".")]


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
    if "bc" in parts:
        return int(parts["bc"]), "BC"
    if "that" in parts:
        return _that_year(parts["that"], context)
    if context.narrative:
        return _told_year(context.told, month, context.year_to_come), context.told.era
    if context.published is None:
        return None, ""
    return _nearest_year(context.published, month, day, future=context.future), ""


def _that_year(that: str, context: Context) -> tuple[int | None, str]:
    base, era = context.published.year if context.published else None, ""
    if context.told.year is not None and (that in {"that", "the same"} or context.narrative):
        base, era = context.told.year, context.told.era
    step = {"last": -1, "the previous": -1, "next": 1, "the following": 1}.get(that, 0)
    return (None if base is None else base - step if era else base + step), era


def _told_year(told: Told, month: int, year_to_come: int | None) -> int | None:
    """The year of a month in a story: after December comes January, unless the year that is named next is the same."""
    if told.year is None or told.month is None or told.era or year_to_come == told.year:
        return told.year
    return told.year + (told.month - month >= _TURN_MONTHS)


_TURN_MONTHS = 9
"""A story that goes from October on to January has turned the year; from June to January it has looked back."""


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
    if "time" not in parts:
        return "DATE", value_of(told), told
    return "TIME", f"{value_of(told)}T{parts['time']}{parts.get('zone', '').upper()}", told


def _slashed(parts: Mapping[str, str], context: Context) -> Value | None:
    """Day and month only where one of them cannot be the other; else the year alone is certain."""
    first, second = int(parts["first"]), int(parts["second"])
    year = _full_year(parts["year"], context) if "year" in parts else None
    if first != second and first <= 12 and second <= 12:
        return ("DATE", f"{year}-XX-XX", None) if year is not None else None
    month, day = (first, second) if first <= 12 else (second, first)
    if not 1 <= month <= 12 or ("year" in parts and year is None):
        return None
    year, era = (year, "") if year is not None else _year_for(parts, context, month, day)
    if not _real(year, month, day):
        return None
    return _date_value(Told(year, month, day, era), {})


def _full_year(digits: str, context: Context) -> int | None:
    """A year of two figures is the last one that ends so, a few years ahead allowed; unknown without a date."""
    if len(digits) == 4:
        return int(digits)
    day = context.day or context.published
    if day is None:
        return None
    year = day.year - day.year % 100 + int(digits)
    return year - 100 if year > day.year + 5 else year


def _attacks(parts: Mapping[str, str], context: Context) -> Value | None:
    if "month" in parts and context.published is None:
        return "DATE", f"XXXX-{_ATTACKS:%m-%d}", None
    if context.published is not None and context.published < _ATTACKS:
        return None
    return "DATE", _ATTACKS.isoformat(), None


def _month(parts: Mapping[str, str], context: Context) -> Value:
    month = _month_number(parts)
    if "rel" in parts and context.day is not None:
        return _date_value(_relative_month(parts["rel"], context.day, month), {})
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
    code = SEASONS[parts["season"]]
    month = {"SP": 4, "SU": 7, "FA": 10, "WI": 1}[code]
    if "rel" in parts and context.day is not None:
        year, era = _relative_month(parts["rel"], context.day, month).year, ""
    else:
        year, era = _year_for(parts, context, month, None)
    told = Told(year, None, None, era)
    return "DATE", f"{value_of(told)}-{code}", told if year is not None and context.told.year != year else None


def _bc(parts: Mapping[str, str], _context: Context) -> Value:
    told = Told(int(parts["number"]), era="BC")
    return "DATE", value_of(told), told


def _year(parts: Mapping[str, str], _context: Context) -> Value:
    if "bc" in parts:
        return _bc({"number": parts["bc"]}, _context)
    told = Told(int(parts["year"] if "year" in parts else parts["century"] + parts["short"]))
    return "DATE", value_of(told), told


def _short_year(parts: Mapping[str, str], context: Context) -> Value:
    year = _full_year(parts["short"], context)
    told = Told(year)
    return ("DATE", value_of(told), told) if year is not None else ("DATE", f"XX{parts['short']}", None)


def _decade(parts: Mapping[str, str], context: Context) -> Value:
    if "era" in parts:
        return "DATE", f"BC{int(parts['decade']):03d}", None
    if "decade" in parts:
        return "DATE", parts["decade"], None
    digit = int(parts["short"]) if "short" in parts else _DECADES[parts["word"]]
    day = context.day or context.published
    if day is None:
        return "DATE", f"XX{digit}", None
    decade = day.year // 100 * 10 + digit
    return "DATE", str(decade - 10 if decade * 10 > day.year else decade), None


def _century(parts: Mapping[str, str], _context: Context) -> Value:
    ordinal = parts["ordinal"]
    number = int(re.sub(r"\D", "", ordinal)) if ordinal[0].isdigit() else ORDINALS[ordinal]
    return "DATE", f"{'BC' if 'era' in parts else ''}{max(0, number - 1):02d}", None


def _quarter(parts: Mapping[str, str], context: Context) -> Value:
    """A quarter or half of a year; one that names no year is the last to begin, or the next if that is to come."""
    ordinal, half = parts["ordinal"], parts.get("unit") == "half" or parts.get("letter") == "h"
    count = 2 if half else 4
    number = count if ordinal in {"last", "final", "latter"} else int(ordinal[0]) if ordinal[0].isdigit() else 0
    number = number or ORDINALS[ordinal]
    if "year" in parts or "bc" in parts:
        year = int(parts.get("year", "0")) or None
    elif "rel" in parts:
        rel = parts["rel"]
        year, _ = _that_year("that" if rel == "the" and context.narrative else rel, context)
    else:
        day = context.day
        begins = (number - 1) * (12 // count) + 1
        year = None if day is None else day.year - (begins > day.month and not context.future)
    told = Told(year) if "year" in parts else None
    return "DATE", f"{value_of(Told(year))}-{'H' if half else 'Q'}{number}", told


def _ordinal(parts: Mapping[str, str], context: Context) -> Value | None:
    """ "on the 20th": of the month told last, in news else that of publication."""
    day = int(parts["day"])
    base = context.told if context.told.month else Told()
    if base.month is None and context.published is not None and not context.narrative:
        base = Told(context.published.year, context.published.month)
    if base.month is None or not day or not _real(base.year, base.month, day):
        return None
    return _date_value(base._replace(day=day), {})


def _feast(parts: Mapping[str, str], context: Context) -> Value:
    """A feast's day; the years are tried in turn, for its month may differ from year to year."""
    word = parts["word"]
    month = feast_day(word, 2000).month
    year, era = _year_for(parts, context, month, None)
    if year is None or era:
        fixed = word.startswith(("christmas", "new year", "may", "boxing", "hallow", "valentine", "st", "independence"))
        return "DATE", f"XXXX-{feast_day(word, 2000):%m-%d}" if fixed else "XXXX-XX-XX", None
    day = feast_day(word, year)
    return _date_value(Told(year, day.month, day.day), {})


CALENDAR: Mapping[str, Callable[[Mapping[str, str], Context], Value | None]] = {
    "iso": _iso,
    "dotted": _iso,
    "slashed": _slashed,
    "attacks": _attacks,
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
