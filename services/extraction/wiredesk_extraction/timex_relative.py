"""Dates by distance: yesterday, last week, on Monday, two days later, that morning."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from wiredesk_extraction.time_lexicon import WEEKDAYS, read_count, unit_of
from wiredesk_extraction.timex_context import BACK, ON, PARTS, Context, Told, Value, as_day, value_of

__all__ = ["RELATIVE"]

_UNKNOWN = {"D": "XXXX-XX-XX", "W": "XXXX-WXX", "M": "XXXX-XX", "Q": "XXXX-QX", "Y": "XXXX", "DE": "XXX", "CE": "XX"}
_TOLD = frozenset({"previous", "preceding", "following", "that", "that same", "same", "prior", "the next",
                   "the following", "the previous", "the same"})  # fmt: skip
"""Words that reckon from the date told last, in news too."""

_DEICTIC = frozenset({"last", "next", "coming", "upcoming"})
"""Words that reckon from the day of writing, in histories too."""

_BEFORE = frozenset({"ago", "earlier", "before", "previously", "prior", "previous"})
_PAST_WORDS = frozenset({"recent", "recently", "lately", "formerly", "past"})
_TIMES_OF_DAY = {
    "overnight": "TNI", "dawn": "TMO", "daybreak": "TMO", "sunrise": "TMO", "midday": "TMI", "dusk": "TEV",
    "sunset": "TEV", "nightfall": "TNI", "daylight": "TDT", "daytime": "TDT", "nighttime": "TNI", "night-time": "TNI",
}  # fmt: skip
_AHEAD = frozenset({"from now", "hence"})
_HALF_WEEK_DAYS = 3
_CLOSE_CHARS = 120
"""Within this many characters a part of a day is taken to belong to the day that was named."""


def _deictic(parts: Mapping[str, str], context: Context) -> Value:
    word = parts["word"]
    if word == "today" and context.narrative:
        return "DATE", "PRESENT_REF", None
    part = "TNI" if word == "tonight" else PARTS.get(parts.get("part", ""), "")
    if context.published is None:
        return ("TIME" if part else "DATE"), "XXXX-XX-XX" + part, None
    steps = {"yesterday": -1, "tomorrow": 1, "before yesterday": -2, "after tomorrow": 2}.get(word, 0)
    day = _shifted(context.published, "D", steps)
    told = _told_of(day) if day and not context.narrative else None
    return ("TIME" if part else "DATE"), (day or "XXXX-XX-XX") + part, told


def _vague(parts: Mapping[str, str], _context: Context) -> Value:
    word = parts.get("word", "now")
    return "DATE", "PAST_REF" if word in _PAST_WORDS else "FUTURE_REF" if word == "future" else "PRESENT_REF", None


def _shifted(day: date, unit: str, steps: int) -> str | None:
    """The day, week, month, quarter, year, decade or century `steps` away, as a value; None off the calendar."""
    try:
        if unit == "D":
            return (day + timedelta(days=steps)).isoformat()
        if unit == "W":
            year, week, _ = (day + timedelta(weeks=steps)).isocalendar()
            return f"{year}-W{week:02d}"
        if unit == "M":
            year, month = divmod(day.year * 12 + day.month - 1 + steps, 12)
            return f"{year:04d}-{month + 1:02d}" if 0 < year < 10_000 else None
        if unit == "Q":
            year, quarter = divmod(day.year * 4 + (day.month - 1) // 3 + steps, 4)
            return f"{year:04d}-Q{quarter + 1}"
        width = {"Y": 4, "DE": 3, "CE": 2}[unit]
        number = day.year // 10 ** (4 - width) + steps
        return f"{number:0{width}d}" if 0 < number < 10**width else None
    except (OverflowError, ValueError, KeyError):
        return None


def _reckon(rel: str, context: Context) -> date | None:
    """The day a relative expression counts from."""
    if rel in _TOLD or (context.narrative and rel not in _DEICTIC):
        return as_day(context.told) or (None if context.narrative else context.published)
    return context.published


def _steps(rel: str) -> int:
    bare = rel.removeprefix("the ")
    return -1 if bare in BACK else 1 if bare in ON else 0


def _relative(parts: Mapping[str, str], context: Context) -> Value:
    rel, unit = parts.get("rel", "the"), unit_of(parts["unit"])
    if "the" in parts and rel == "next":
        rel = "the next"
    if rel == "the" and context.narrative:
        rel = "that"
    if context.told.era and (rel in _TOLD or (context.narrative and rel not in _DEICTIC)):
        return _before_our_era(context.told, unit, _steps(rel))
    day = _reckon(rel, context)
    if day is not None and rel in _TOLD and not _precise(context.told, unit):
        day = None if context.told.year is not None else context.published
    value = _shifted(day, unit, _steps(rel)) if day is not None else None
    if value is None:
        return "DATE", _UNKNOWN[unit] + ("-WE" if parts["unit"] == "weekend" else ""), None
    if parts["unit"] == "weekend":
        value += "-WE"
    told = _told_of(value)
    aside = told is not None and (_covers(told, context.told) or (context.narrative and rel in _DEICTIC))
    return "DATE", value, None if aside else told


def _before_our_era(told: Told, unit: str, steps: int) -> Value:
    """Years, decades and centuries before our era count down."""
    years = {"Y": 1, "DE": 10, "CE": 100}.get(unit)
    year = told.year - steps * years if told.year and years else 0
    if years is None or year <= 0:
        return "DATE", _UNKNOWN[unit], None
    value = Told(year, era=told.era)
    return "DATE", value_of(value)[: {"Y": 6, "DE": 5, "CE": 4}[unit]], value if unit == "Y" else None


def _covers(wide: Told, narrow: Told) -> bool:
    """Whether a year or month named again is the one that is already told more exactly."""
    return (wide.year, wide.month or narrow.month, wide.day or narrow.day) == (narrow.year, narrow.month, narrow.day)


def _precise(told: Told, unit: str) -> bool:
    """Whether the date told last is known to the unit that is counted in."""
    return (
        told.day is not None if unit in {"D", "W"} else told.month is not None if unit == "M" else told.year is not None
    )


def _told_of(value: str) -> Told | None:
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", value)
    if match is None:
        return None
    year, month, day = match.groups()
    return Told(int(year), int(month) if month else None, int(day) if day else None)


def _weekday(parts: Mapping[str, str], context: Context) -> Value:
    number = WEEKDAYS[parts["weekday"].rstrip(".")]
    part = PARTS.get(parts.get("part", ""), "")
    kind = "TIME" if part else "DATE"
    if "week" in parts:
        return kind, _in_week(number, parts["week"], context.published), None
    rel = parts.get("rel", "")
    base = _reckon(rel, context) if rel in _TOLD else context.published
    if base is None:
        return kind, f"XXXX-WXX-{number}{part}", None
    back = (base.isoweekday() - number) % 7
    if rel in ON or (not rel and context.future):
        steps = (7 - back) if back or rel else 0
    elif rel in BACK:
        steps = -(back or 7)
    elif rel in {"this", "current"}:
        steps = number - base.isoweekday()
    else:
        steps = -back
    value = _shifted(base, "D", steps)
    return kind, (value or f"XXXX-WXX-{number}") + part, (_told_of(value) if value else None)


def _in_week(number: int, week: str, published: date | None) -> str:
    """ "Friday next week": by weeks that begin on Monday."""
    if published is None:
        return f"XXXX-WXX-{number}"
    return _shifted(published, "D", 7 * _steps(week) + number - published.isoweekday()) or f"XXXX-WXX-{number}"


def _daypart(parts: Mapping[str, str], context: Context) -> Value:
    rel = parts["rel"]
    day = _reckon(rel, context)
    if rel in _TOLD and day is not None and context.told.year is not None and context.told.day is None:
        day = None
    value = _shifted(day, "D", _steps(rel)) if day is not None else None
    return "TIME", (value or "XXXX-XX-XX") + PARTS[parts["part"]], None


def _part(parts: Mapping[str, str], context: Context) -> Value:
    """ "in the morning", "at night": of the day named just before, else of no day in particular."""
    word = parts["part"]
    if word == "overnight" and context.published and not context.narrative:
        return "TIME", context.published.isoformat() + "TNI", None
    near = context.told.day is not None and context.since_told_chars <= _CLOSE_CHARS
    return "TIME", (value_of(context.told) if near else "XXXX-XX-XX") + (PARTS.get(word) or _TIMES_OF_DAY[word]), None


def _shift(parts: Mapping[str, str], context: Context) -> Value | None:
    way = parts["way"]
    back, ago = way in _BEFORE, way in {"ago", "from now", "hence"}
    count = "X" if "some" in parts else read_count(parts.get("count", "a"))
    if count is None:
        return None
    unit = unit_of(parts.get("unit", "week"))
    if unit not in _UNKNOWN or not count.isdigit():
        return "DATE", "PAST_REF" if back else "FUTURE_REF", None
    if "weekday" in parts:
        return _weekday_ago(parts, int(count), unit, context)
    if context.decade is not None and not ago:
        return "DATE", _from_decade(context.decade, unit, -int(count) if back else int(count)), None
    if context.told.era and not ago:
        return _before_our_era(context.told, unit, -int(count) if back else int(count))
    today = context.published if back or context.future or way in _AHEAD else None
    day = context.published if ago else as_day(context.told) or (None if context.narrative else today)
    known = ago or context.told.year is None or _precise(context.told, unit)
    steps = int(count) * (2 if parts["unit"].startswith("fortnight") else 1)
    value = _shifted(day, unit, -steps if back else steps) if day and known else None
    return "DATE", value or _UNKNOWN[unit], (_told_of(value) if value and not ago else None)


def _from_decade(decade: int, unit: str, steps: int) -> str:
    """ "thirty years later" after "the 1970s" is a decade as well, and five years later no more than some year."""
    decades = {"Y": 1, "DE": 10, "CE": 100}.get(unit, 0) * steps
    if not decades or decades % 10:
        return _UNKNOWN[unit if unit != "CE" else "DE"]
    return f"{decade + decades // 10:03d}"


def _weekday_ago(parts: Mapping[str, str], count: int, unit: str, context: Context) -> Value:
    """ "two Sundays ago" counts from the last one; "a year ago Friday" is the anniversary that falls on one."""
    number, day = WEEKDAYS[parts["weekday"]], context.published
    if day is None or not count:
        return "DATE", f"XXXX-WXX-{number}", None
    back = (day.isoweekday() - number) % 7
    if "unit" not in parts:
        value = _shifted(day, "D", 7 - 7 * count - (back or 7))
    elif unit == "W":
        value = _shifted(day, "D", -7 * count - back)
    elif unit == "Y":
        nearest = day + timedelta(days=-back if back <= _HALF_WEEK_DAYS else 7 - back)
        leap = (nearest.month, nearest.day) == (2, 29)
        value = value_of(Told(nearest.year - count, nearest.month, nearest.day - leap))
    else:
        value = None
    return "DATE", value or f"XXXX-WXX-{number}", (_told_of(value) if value else None)


RELATIVE: Mapping[str, Callable[[Mapping[str, str], Context], Value | None]] = {
    "deictic": _deictic,
    "vague": _vague,
    "relative": _relative,
    "weekday": _weekday,
    "daypart": _daypart,
    "part": _part,
    "shift": _shift,
}
