"""How long, how often and at what hour: durations, repetitions and times of day."""

from collections.abc import Callable, Mapping

from wiredesk_extraction.time_lexicon import MONTHS, SEASONS, WEEKDAYS, WORD_NUMBERS, read_count, unit_of
from wiredesk_extraction.timex_context import PARTS, Context, Value, value_of

__all__ = ["EXTENT"]

_WORDS = {
    "daily": "P1D", "nightly": "P1D", "weekly": "P1W", "monthly": "P1M", "quarterly": "P1Q", "hourly": "PT1H",
    "fortnightly": "P2W", "biweekly": "P2W", "bi-weekly": "P2W", "biennial": "P2Y",
}  # fmt: skip
_PLURALS = {
    "weekends": "XXXX-WXX-WE", "weekdays": "XXXX-WXX", "weeknights": "XXXX-WXXTNI", "mornings": "XXXX-XX-XXTMO",
    "afternoons": "XXXX-XX-XXTAF", "evenings": "XXXX-XX-XXTEV",
}  # fmt: skip
_SAME_DAY_CHARS = 250
"""An hour belongs to a day named at most this far before it: a sentence or two."""


def _duration(count: str, unit: str) -> str:
    if unit in {"S", "MIN", "H"}:
        return "PT30M" if (count, unit) == ("0.5", "H") else f"PT{count}{unit[0]}"
    if count == "X" and unit in _TENS_OF_YEARS:
        return f"PX{_TENS_OF_YEARS[unit]}Y"
    return f"P{count}{unit}"


_TENS_OF_YEARS = {"DE": "0", "CE": "00"}
"""Decades and centuries that nobody counts are some tens or hundreds of years; counted, they keep their letters."""


def _number(count: str, factor: float) -> str:
    """A count times a factor; "a few" stays X."""
    return count if count == "X" or factor == 1 else f"{float(count) * factor:g}"


def _span(parts: Mapping[str, str], _context: Context) -> Value | None:
    word = parts["unit"]
    if "quarter" in parts:
        return "DURATION", "P25Y", None
    if word == "quarters" and "side" not in parts:
        return "DURATION", _duration(read_count(parts["count"]) or "X", "Q"), None
    plural = word.endswith("s") and word != "centurie"
    count = read_count(parts["count"]) if "count" in parts else "X" if plural else "1"
    if count is None:
        return None
    if parts.get("half") and count.isdigit():
        count += ".5"
    unit = "WE" if word.startswith("weekend") else unit_of(word)
    count = _number(count, 2 if word.startswith("fortnight") else 1)
    return "DURATION", _duration(count, unit), None


def _window(parts: Mapping[str, str], context: Context) -> Value | None:
    """ "the past two years" is a length; "the coming years" without a number is some time to come."""
    if "count" not in parts and parts["unit"].endswith("s") and parts["side"] == "coming":
        return "DATE", "FUTURE_REF", None
    return _span(parts, context)


def _vague_span(parts: Mapping[str, str], _context: Context) -> Value:
    word = parts["unit"]
    plural = word.endswith("s")
    return "DURATION", _duration("X" if plural else "1", unit_of(word)), None


def _age(parts: Mapping[str, str], _context: Context) -> Value | None:
    count = read_count(parts["count"])
    return None if count is None else ("DURATION", _duration(count, unit_of(parts["unit"])), None)


def _set(parts: Mapping[str, str], _context: Context) -> Value | None:
    part = PARTS.get(parts.get("part", "").removesuffix("s"), "")
    if "word" in parts:
        return "SET", _WORDS.get(parts["word"], "P1Y"), None
    if "plural" in parts:
        return "SET", _PLURALS[parts["plural"]], None
    if "weekday" in parts:
        return "SET", f"XXXX-WXX-{WEEKDAYS[parts['weekday']]}{part}", None
    if "month" in parts:
        return "SET", f"XXXX-{MONTHS[parts['month']]:02d}", None
    if "season" in parts:
        return "SET", f"XXXX-{SEASONS[parts['season']]}", None
    if part:
        return "SET", f"XXXX-XX-XX{part}", None
    count = read_count(parts["count"]) if "count" in parts else "2" if "other" in parts else "1"
    return None if count is None else ("SET", _duration(count, unit_of(parts["unit"])), None)


def _clock(parts: Mapping[str, str], context: Context) -> Value | None:
    if "word" in parts:
        time = "12:00" if parts["word"] == "noon" else "24:00"
    else:
        hour = _hour(parts)
        if hour is None:
            return None
        time = f"{hour:02d}:{parts.get('minute', '00')}"
    if context.told.day is not None and (context.narrative or context.since_told_chars <= _SAME_DAY_CHARS):
        day = value_of(context.told)
    else:
        day = context.published.isoformat() if context.published and not context.narrative else "XXXX-XX-XX"
    return "TIME", f"{day}T{time}", None


def _hour(parts: Mapping[str, str]) -> int | None:
    if "hours" in parts:
        word = parts["hours"]
        hour = int(word) if word.isdigit() else WORD_NUMBERS[word]
        late = parts.get("part") in {"afternoon", "evening"} or (parts.get("part") == "night" and hour > 4)
        return hour + 12 * (late and hour < 12) if hour <= 24 else None
    hour = int(parts["hour"])
    return hour % 12 + (12 if parts["half"] == "p" else 0) if "half" in parts else hour


EXTENT: Mapping[str, Callable[[Mapping[str, str], Context], Value | None]] = {
    "window": _window,
    "span": _span,
    "vaguespan": _vague_span,
    "age": _age,
    "set": _set,
    "clock": _clock,
}
