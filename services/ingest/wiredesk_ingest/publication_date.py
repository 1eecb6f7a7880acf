"""Publication dates: free text in, the day or the time with its offset out, never more than was written."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from wiredesk_ingest.time_zones import offset_of

__all__ = [
    "ASSUMED_UTC",
    "IMPLAUSIBLE",
    "UNREADABLE",
    "ZONE_UNKNOWN",
    "DateReading",
    "latest_plausible",
    "modification",
    "read_date",
]

UNREADABLE = "published_at_unreadable"
IMPLAUSIBLE = "published_at_implausible"
ASSUMED_UTC = "published_at_assumed_utc"
ZONE_UNKNOWN = "published_at_zone_unknown"

_MAX_CHARS = 100
_DAY_CHARS = len("2001-11-23")
_EARLIEST = date(1600, 1, 1)  # the first newspapers are of 1605
_CLOCKS_FROM = datetime(2000, 1, 1, tzinfo=UTC)  # an earlier submission time is an invented id, not a clock
_EMBARGO = timedelta(days=366)  # announcements are sent ahead; further ahead is a mistake

# English, German, French, Spanish, Italian, Portuguese and Dutch months by the beginnings that tell them apart.
_MONTH_STARTS = (
    ("jan", "jän", "gen", "ene"),
    ("feb", "fev", "fév"),
    ("mar", "mär", "maa", "mrt"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mag", "mei"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aoû", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott", "out"),
    ("nov",),
    ("dec", "dez", "déc", "dic"),
)
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?=$|T)")
_DAY_FIRST = re.compile(
    r"(?:[^\W\d]{2,12}\.?,? )?(\d{1,2})(?:st|nd|rd|th|º|\.)?(?: de| of)? ([^\W\d_]{3,12})\.?,?(?: de)? (\d{4})"
)
_MONTH_FIRST = re.compile(r"(?:[^\W\d]{2,12}\.?,? )?([^\W\d_]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?)? ?(am|pm|a\.m\.?|p\.m\.?)?"
_ZONE = r"(?:\(?(?:(?:gmt|utc)?([+-])(\d{1,2})(?::?(\d{2}))?|([a-z]{1,5}))\)?(?: \([^()]{1,40}\))?)?"
_TIME = re.compile(rf"(?:T|,|at|um|à|-|–|) ?{_CLOCK}(?: uhr)? ?{_ZONE}", re.IGNORECASE)
# `09:30 GMT, 23 November 2001`, `9:30 AM ET, Fri November 23, 2001`.
_TIME_FIRST = re.compile(
    r"(\d{1,2}(?::\d{2}){1,2} ?(?:[ap]\.?m\.?)?(?: (?-i:[A-Z]{2,5}))?),? (?:on )?(?=.{0,40}\d{4}$)", re.IGNORECASE
)
# As C and Java print moments: `Fri Nov 23 09:30:00 CET 2001`.
_YEAR_LAST = re.compile(r"(?:[A-Za-z]{3} )?([A-Za-z]{3} \d{1,2}) (\d{2}:\d{2}:\d{2}(?: [A-Z]{1,5})?) (\d{4})")
_EPOCH = re.compile(r"(\d{10})(?:\d{3}|\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class DateReading:
    """`value` in the form of `wiredesk.events.Iso8601`, or None; `warning` is a slug or None."""

    value: str | None = None
    warning: str | None = None


def latest_plausible(submitted: datetime) -> date:
    """The last day that an article submitted then can bear; no bound for submission ids that hold no real time."""
    return date.max if submitted < _CLOCKS_FROM else (submitted + _EMBARGO).date()


def read_date(raw: str, *, latest: date = date.max) -> DateReading:
    """Read a date in ISO 8601, RFC 5322, seconds or milliseconds since 1970, or a day with the month in words.

    A bare day stays a bare day and an offset stays as written. A time without an offset is taken as UTC, with a
    warning; of a time whose zone has a name that is unknown or ambiguous the day alone is kept, with another: no
    offset is ever made up. What leaves the day open (`03/04/2005`, `March 2005`) is unreadable, and so are years over
    9999; days before 1600 or after `latest` are implausible. Never raises, never looks at the clock.
    """
    text = " ".join(raw.split())
    if not text or len(text) > _MAX_CHARS:
        return DateReading(warning=UNREADABLE)
    try:
        reading = _epoch(text) or _written(_day_first(text))
    except (ValueError, OverflowError):
        reading = None
    if reading is None or reading.value is None:
        return DateReading(warning=UNREADABLE)
    day = date.fromisoformat(reading.value[:10])
    if not _EARLIEST <= day <= latest:
        return DateReading(warning=IMPLAUSIBLE)
    return reading


def modification(reading: DateReading, *, published_at: str | None) -> DateReading:
    """A reading as the time of the last change, its warnings in those words; one before the publication is none.

    Where either is a bare day, days are compared as they are written: a publisher keeps one calendar.
    """
    warning = reading.warning and reading.warning.replace("published_at", "modified_at")
    if reading.value and published_at and _is_before(reading.value, published_at):
        return DateReading(warning=IMPLAUSIBLE.replace("published_at", "modified_at"))
    return DateReading(reading.value, warning)


def _is_before(one: str, other: str) -> bool:
    if min(len(one), len(other)) <= _DAY_CHARS:
        return one[:_DAY_CHARS] < other[:_DAY_CHARS]
    return datetime.fromisoformat(one) < datetime.fromisoformat(other)


def _epoch(text: str) -> DateReading | None:
    match = _EPOCH.fullmatch(text)
    return DateReading(_iso(datetime.fromtimestamp(int(match[1]), UTC))) if match else None


def _day_first(text: str) -> str:
    """The text with its time after its day, wherever it stood."""
    if match := _YEAR_LAST.fullmatch(text):
        return f"{match[1]}, {match[3]} {match[2]}"
    if match := _TIME_FIRST.match(text):
        return f"{text[match.end() :]} {match[1]}"
    return text


def _written(text: str) -> DateReading | None:
    """A day at the start, then nothing or a time; anything else left over makes it unreadable."""
    found = _day(text)
    if found is None:
        return None
    day, end = found
    rest = text[end:].strip()
    if not rest:
        return DateReading(day.isoformat())
    time = _TIME.fullmatch(rest)
    if time is None or not (time[2] or time[5]):
        return None
    hour, minute, second, fraction, half, sign, offset_h, offset_m, zone = time.groups()
    hours, minutes, seconds = int(hour), int(minute or 0), int(second or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    if hours > 24 or (hours == 24 and minutes) or minutes > 59 or seconds > 60:
        return None
    offset = _offset(sign, offset_h, offset_m) if offset_h else offset_of(zone, day) if zone else None
    if zone and offset is None:
        return DateReading(day.isoformat(), ZONE_UNKNOWN) if zone.isupper() and len(zone) > 1 else None
    moment = datetime(day.year, day.month, day.day, tzinfo=timezone(offset) if offset is not None else None)
    moment += timedelta(hours=hours, minutes=minutes, seconds=seconds)
    moment += timedelta(microseconds=int((fraction or "0")[:6].ljust(6, "0")))
    return DateReading(_iso(moment), None if offset is not None else ASSUMED_UTC)


def _day(text: str) -> tuple[date, int] | None:
    """The day a text begins with, and where it ends."""
    if match := _ISO_DAY.match(text) or _COMPACT_DAY.match(text):
        year, month, day = map(int, match.groups())
    elif match := _DAY_FIRST.match(text):
        day, month, year = int(match[1]), _month(match[2]), int(match[3])
    elif match := _MONTH_FIRST.match(text):
        month, day, year = _month(match[1]), int(match[2]), int(match[3])
    elif match := _NUMERIC.match(text):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
        if match[2] != ".":  # with points the day comes first everywhere; otherwise only a number over 12 tells
            if day <= 12 and month <= 12 and day != month:
                return None
            if month > 12:
                day, month = month, day
    else:
        return None
    if text[match.end() : match.end() + 1].isdigit():
        return None
    return date(year, month, day), match.end()


def _month(word: str) -> int:
    word = word.casefold()
    for number, starts in enumerate(_MONTH_STARTS, 1):
        if word.startswith(starts):
            return number
    raise ValueError("no month of a language known here")


def _offset(sign: str, hours: str, minutes: str | None) -> timedelta:
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return -offset if sign == "-" else offset


def _iso(moment: datetime) -> str:
    """With `Z` for UTC and for what is assumed to be; an offset of seconds, which ISO 8601 has not, is refused."""
    offset = moment.utcoffset()
    if not offset:
        return moment.replace(tzinfo=None).isoformat() + "Z"
    if offset % timedelta(minutes=1):
        raise ValueError("an offset with seconds")
    return moment.isoformat()
