"""Dates by distance: yesterday, last week, on Monday, two days later; durations, repetitions and times of day."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from wiredesk_extraction.time_expressions import NUMBERS, UNITS, WEEKDAYS
from wiredesk_extraction.timex_context import BACK, ON, PARTS, Context, Told, Value, as_day, value_of

__all__ = ["RELATIVE"]

_UNKNOWN = {"D": "XXXX-XX-XX", "W": "XXXX-WXX", "M": "XXXX-XX", "Q": "XXXX-QX", "Y": "XXXX", "DE": "XXX", "CE": "XX"}
_TOLD = frozenset({"previous", "preceding", "following", "that", "same", "the next", "the following"})
"""Words that reckon from the date told last, in news too."""


def _deictic(parts: Mapping[str, str], context: Context) -> Value:
    word = parts["word"].lower()
    part = "TNI" if word == "tonight" else PARTS.get(parts.get("part", ""), "")
    if context.published is None:
        return ("TIME" if part else "DATE"), "XXXX-XX-XX" + part, None
    day = _shifted(context.published, "D", {"yesterday": -1, "tomorrow": 1}.get(word, 0))
    return ("TIME" if part else "DATE"), (day or "XXXX-XX-XX") + part, None


def _vague(parts: Mapping[str, str], _context: Context) -> Value:
    return "DATE", "PAST_REF" if parts["word"].lower() == "recently" else "PRESENT_REF", None


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


def _unit(parts: Mapping[str, str]) -> str:
    word = parts["unit"].lower()
    return UNITS.get(word) or UNITS[word.removesuffix("s")]


def _reckon(rel: str, context: Context) -> date | None:
    """The day a relative expression counts from."""
    if rel in _TOLD or context.narrative:
        return as_day(context.told) or (None if context.narrative else context.published)
    return context.published


def _steps(rel: str) -> int:
    return -1 if rel in BACK else 1 if rel in ON or rel in {"the next", "the following"} else 0


def _relative(parts: Mapping[str, str], context: Context) -> Value:
    rel, unit = parts["rel"].lower(), _unit(parts)
    day = _reckon(rel, context)
    if day is not None and rel in _TOLD and not _precise(context.told, unit):
        day = None if context.told.year is not None else context.published
    value = _shifted(day, unit, _steps(rel)) if day is not None else None
    if value is None:
        return "DATE", _UNKNOWN[unit], None
    if parts["unit"].lower() == "weekend":
        value += "-WE"
    return "DATE", value, _told_of(value)


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


def _bounded(parts: Mapping[str, str], context: Context) -> Value:
    rel = parts.get("rel", "the").lower()
    unit = _unit(parts)
    told = rel == "that" or context.narrative
    day = as_day(context.told) if told else context.published
    value = _shifted(day, unit, 0) if day is not None and (not told or _precise(context.told, unit)) else None
    return "DATE", value or _UNKNOWN[unit], None


def _weekday(parts: Mapping[str, str], context: Context) -> Value:
    number = WEEKDAYS[parts["weekday"].lower().rstrip(".")]
    part = PARTS.get(parts.get("part", ""), "")
    kind = "TIME" if part else "DATE"
    rel = parts.get("rel", "").lower()
    base = _reckon(rel, context) if rel in _TOLD else context.published
    if base is None:
        return kind, f"XXXX-WXX-{number}{part}", None
    back = (base.isoweekday() - number) % 7
    if rel in ON or (not rel and context.future):
        steps = (7 - back) if back or rel else 0
    elif rel in BACK:
        steps = -(back or 7)
    elif rel == "this":
        steps = number - base.isoweekday()
    else:
        steps = -back
    value = _shifted(base, "D", steps)
    return kind, (value or f"XXXX-WXX-{number}") + part, (_told_of(value) if value else None)


def _daypart(parts: Mapping[str, str], context: Context) -> Value:
    rel = parts["rel"].lower()
    day = _reckon(rel, context)
    value = _shifted(day, "D", _steps(rel)) if day is not None else None
    return "TIME", (value or "XXXX-XX-XX") + PARTS[parts["part"]], None


def _count(parts: Mapping[str, str]) -> str | None:
    """A number as TIMEX3 writes it: figures, or X for "a few"; None when the word is no number."""
    words = parts.get("count", "a").lower().removesuffix(" of").replace("half an", "half").replace("half a", "half")
    if words[0].isdigit():
        return words
    if words in {"a few", "several", "many", "some", "few", "dozens", "hundreds"}:
        return "X"
    if words in {"a couple", "couple"}:
        return "2"
    if words == "a dozen":
        return "12"
    numbers = [NUMBERS.get(word) for word in words.split("-")]
    return str(sum(n for n in numbers if n is not None)) if all(n is not None for n in numbers) else None


def _duration(count: str, unit: str) -> str:
    half = count == "0"
    if unit in {"S", "MIN", "H"}:
        return f"PT{'30M' if half and unit == 'H' else count + unit[0]}"
    letter = {"DE": "E", "CE": "C"}.get(unit, unit)
    return f"P{'0.5' if half else count}{letter}"


def _duration_unit(word: str) -> str:
    return "MIN" if word.startswith("minute") else UNITS.get(word) or UNITS[word.removesuffix("s")]


def _shift(parts: Mapping[str, str], context: Context) -> Value | None:
    count = _count(parts)
    if count is None:
        return None
    way, word = parts["way"], parts["unit"].lower()
    ago = way in {"ago", "from now", "hence"}
    day = context.published if ago else as_day(context.told) or (None if context.narrative else context.published)
    unit = _duration_unit(word)
    if unit in {"S", "MIN", "H"} or "." in count or count == "0":
        return "DATE", "PAST_REF" if way in {"ago", "earlier", "before"} else "FUTURE_REF", None
    if count == "X":
        return "DATE", "PAST_REF" if way in {"ago", "earlier", "before"} else "FUTURE_REF", None
    known = ago or context.told.year is None or _precise(context.told, unit)
    steps = int(count) * (2 if word.startswith("fortnight") else 1)
    value = _shifted(day, unit, -steps if way in {"ago", "earlier", "before"} else steps) if day and known else None
    return "DATE", value or _UNKNOWN[unit], (_told_of(value) if value and not ago else None)


def _window(parts: Mapping[str, str], _context: Context) -> Value | None:
    count = _count(parts)
    return None if count is None else ("DURATION", _duration(count, _duration_unit(parts["unit"].lower())), None)


def _vague_span(parts: Mapping[str, str], _context: Context) -> Value:
    return "DURATION", _duration("X", _duration_unit(parts["unit"].lower())), None


def _set(parts: Mapping[str, str], _context: Context) -> Value | None:
    if "weekday" in parts:
        return "SET", f"XXXX-WXX-{WEEKDAYS[parts['weekday'].lower()]}", None
    if "units" in parts:
        count = _count(parts)
        return None if count is None else ("SET", _duration(count, _duration_unit(parts["units"])), None)
    word = parts.get("word", "").lower()
    unit = {"daily": "D", "nightly": "D", "weekly": "W", "monthly": "M", "quarterly": "Q"}.get(word, "Y")
    if "unit" in parts:
        unit = _duration_unit(parts["unit"]) if parts["unit"] not in PARTS else "D"
    if unit in {"S", "MIN", "H"}:
        return "SET", _duration("1", unit), None
    return "SET", _UNKNOWN[unit], None


def _clock(parts: Mapping[str, str], context: Context) -> Value:
    if "word" in parts:
        time = "12:00" if parts["word"] == "noon" else "24:00"
    else:
        hour = int(parts["hour"])
        if "half" in parts:
            hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
        time = f"{hour:02d}:{parts.get('minute', '00')}"
    day = value_of(context.told) if context.told.day is not None else "XXXX-XX-XX"
    return "TIME", f"{day}T{time}", None


RELATIVE: Mapping[str, Callable[[Mapping[str, str], Context], Value | None]] = {
    "deictic": _deictic,
    "vague": _vague,
    "relative": _relative,
    "bounded": _bounded,
    "weekday": _weekday,
    "daypart": _daypart,
    "shift": _shift,
    "window": _window,
    "span": _window,
    "vaguespan": _vague_span,
    "set": _set,
    "clock": _clock,
}
