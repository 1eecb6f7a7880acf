"""The meaning of each kind of time expression: TIMEX3 type and value, reckoned from a given context."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from wiredesk_extraction.time_expressions import MONTHS, NUMBERS, SEASONS, UNITS, WEEKDAYS

__all__ = ["RESOLVERS", "Context", "Told", "Value"]

_ORDINAL_WORDS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth twentieth twenty-first
"""
_ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS.split(), start=1)}
_PARTS = {"morning": "TMO", "afternoon": "TAF", "evening": "TEV", "night": "TNI"}
_UNKNOWN = {"D": "XXXX-XX-XX", "W": "XXXX-WXX", "M": "XXXX-XX", "Q": "XXXX-QX", "Y": "XXXX", "DE": "XXX", "CE": "XX"}
_DECADES = {
    "twenties": 2, "thirties": 3, "forties": 4, "fifties": 5, "sixties": 6, "seventies": 7, "eighties": 8,
    "nineties": 9,
}  # fmt: skip
_BACK = frozenset({"last", "previous", "preceding", "past"})
_ON = frozenset({"next", "following", "coming"})
_TOLD = frozenset({"previous", "preceding", "following", "that", "same", "the next", "the following"})
"""Words that reckon from the date told last, in news too."""


@dataclass(frozen=True, slots=True)
class Told:
    """The date told last, as far as it is known; `era` is `BC` or empty."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    era: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What an expression is resolved against."""

    published: date | None
    narrative: bool
    told: Told
    future: bool

    @property
    def day(self) -> date | None:
        """The day reckoned from: the last one told in a narrative, else that of publication."""
        return _as_day(self.told) if self.narrative else self.published


Value = tuple[str, str, Told | None]
"""Type, value, and the date to go on from, if it is one."""


def _as_day(told: Told) -> date | None:
    if told.year is None or told.era:
        return None
    try:
        return date(told.year, told.month or 1, told.day or 1)
    except ValueError:
        return None


def _value(told: Told) -> str:
    year = "XXXX" if told.year is None else f"{told.era}{told.year:04d}"
    month = f"-{told.month:02d}" if told.month else ""
    return year + month + (f"-{told.day:02d}" if told.day else "")


def _date_value(told: Told, parts: Mapping[str, str]) -> Value:
    part = _PARTS.get(parts.get("part", ""), "")
    return ("TIME" if part else "DATE"), _value(told) + part, (told if told.year is not None else None)


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
    return ("TIME", f"{_value(told)}T{parts['time']}", told) if "time" in parts else ("DATE", _value(told), told)


def _slashed(parts: Mapping[str, str], _context: Context) -> Value | None:
    """Day and month only where one of them cannot be the other; else the year alone is certain."""
    first, second, year = int(parts["first"]), int(parts["second"]), int(parts["year"])
    if first != second and first <= 12 and second <= 12:
        return "DATE", f"{year}-XX-XX", None
    month, day = (first, second) if first <= 12 else (second, first)
    if not 1 <= month <= 12 or not _real(year, month, day):
        return None
    told = Told(year, month, day)
    return "DATE", _value(told), told


def _month(parts: Mapping[str, str], context: Context) -> Value:
    month = _month_number(parts)
    if "rel" in parts and context.day is not None:
        return _date_value(_relative_month(parts["rel"].lower(), context.day, month), {})
    year, era = _year_for(parts, context, month, None)
    return _date_value(Told(year, month, None, era), {})


def _relative_month(rel: str, day: date, month: int) -> Told:
    """ "last September" is the one most recently over, "next May" the first to come."""
    if rel in _BACK:
        return Told(day.year - (month >= day.month), month)
    if rel in _ON:
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
    return "DATE", f"{_value(told)}-{code}", told if year is not None else None


def _bc(parts: Mapping[str, str], _context: Context) -> Value:
    told = Told(int(parts["number"]), era="BC")
    return "DATE", _value(told), told


def _year(parts: Mapping[str, str], _context: Context) -> Value:
    told = Told(int(parts["year"]))
    bound = parts.get("bound", "")
    season = next((code for word, code in SEASONS.items() if word in bound), "")
    return "DATE", _value(told) + (f"-{season}" if season else ""), told


def _short_year(parts: Mapping[str, str], context: Context) -> Value | None:
    """'97 is the year nearest before the one reckoned from (a few years ahead allowed)."""
    day = context.day or context.published
    if day is None:
        return "DATE", f"XX{parts['short']}", None
    year = day.year - day.year % 100 + int(parts["short"])
    told = Told(year - 100 if year > day.year + 5 else year)
    return "DATE", _value(told), told


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


def _deictic(parts: Mapping[str, str], context: Context) -> Value:
    word = parts["word"].lower()
    part = "TNI" if word == "tonight" else _PARTS.get(parts.get("part", ""), "")
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
        return _as_day(context.told) or (None if context.narrative else context.published)
    return context.published


def _steps(rel: str) -> int:
    return -1 if rel in _BACK else 1 if rel in _ON or rel in {"the next", "the following"} else 0


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
    day = _as_day(context.told) if told else context.published
    value = _shifted(day, unit, 0) if day is not None and (not told or _precise(context.told, unit)) else None
    return "DATE", value or _UNKNOWN[unit], None


def _weekday(parts: Mapping[str, str], context: Context) -> Value:
    number = WEEKDAYS[parts["weekday"].lower().rstrip(".")]
    part = _PARTS.get(parts.get("part", ""), "")
    kind = "TIME" if part else "DATE"
    rel = parts.get("rel", "").lower()
    base = _reckon(rel, context) if rel in _TOLD else context.published
    if base is None:
        return kind, f"XXXX-WXX-{number}{part}", None
    back = (base.isoweekday() - number) % 7
    if rel in _ON or (not rel and context.future):
        steps = (7 - back) if back or rel else 0
    elif rel in _BACK:
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
    return "TIME", (value or "XXXX-XX-XX") + _PARTS[parts["part"]], None


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
    day = context.published if ago else _as_day(context.told) or (None if context.narrative else context.published)
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
        unit = _duration_unit(parts["unit"]) if parts["unit"] not in _PARTS else "D"
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
    day = _value(context.told) if context.told.day is not None else "XXXX-XX-XX"
    return "TIME", f"{day}T{time}", None


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


RESOLVERS: Mapping[str, Callable[[Mapping[str, str], Context], Value | None]] = {
    "iso": _iso, "dotted": _iso, "slashed": _slashed, "date": _date, "month": _month, "season": _season, "bc": _bc,
    "year": _year, "shortyear": _short_year, "decade": _decade, "century": _century, "quarter": _quarter,
    "deictic": _deictic, "vague": _vague, "relative": _relative, "bounded": _bounded, "weekday": _weekday,
    "daypart": _daypart, "shift": _shift, "window": _window, "span": _window, "vaguespan": _vague_span, "set": _set,
    "clock": _clock, "ordinal": _ordinal, "feast": _feast,
}  # fmt: skip
