"""Publication dates: free text in, the day or the time with its offset out, never more than was written."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

__all__ = ["ASSUMED_UTC", "IMPLAUSIBLE", "UNREADABLE", "DateReading", "latest_plausible", "read_date"]

UNREADABLE = "published_at_unreadable"
IMPLAUSIBLE = "published_at_implausible"
ASSUMED_UTC = "published_at_assumed_utc"

_MAX_CHARS = 100
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
_HOURS_FROM_UTC: dict[str, float] = {
    "z": 0, "utc": 0, "gmt": 0, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "eet": 2, "eest": 3, "ist": 5.5,
    "jst": 9, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?=$|T)")
_DAY_FIRST = re.compile(
    r"(?:[^\W\d]{2,12}\.?,? )?(\d{1,2})(?:st|nd|rd|th|º|\.)?(?: de| of)? ([^\W\d_]{3,12})\.?,?(?: de)? (\d{4})"
)
_MONTH_FIRST = re.compile(r"(?:[^\W\d]{2,12}\.?,? )?([^\W\d_]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_TIME = re.compile(
    r"(?:T|,|at|um|à|) ?(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)? ?(am|pm|a\.m\.|p\.m\.)?(?: uhr)?"
    r" ?\(?(?:([+-])(\d{2}):?(\d{2})?|([A-Za-z]{1,4}))?\)?",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_EMAIL = re.compile(r"[A-Za-z]{3},? \d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}.*")


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
    warning. What leaves the day open (`03/04/2005`, `March 2005`) is unreadable, and so are years over 9999; days
    before 1600 or after `latest` are implausible. Never raises, never looks at the clock.
    """
    text = " ".join(raw.split())
    if not text or len(text) > _MAX_CHARS:
        return DateReading(warning=UNREADABLE)
    try:
        reading = _epoch(text) or _email_date(text) or _written(text)
    except (ValueError, OverflowError):
        reading = None
    if reading is None or reading.value is None:
        return DateReading(warning=UNREADABLE)
    day = date.fromisoformat(reading.value[:10])
    if not _EARLIEST <= day <= latest:
        return DateReading(warning=IMPLAUSIBLE)
    return reading


def _epoch(text: str) -> DateReading | None:
    if not _EPOCH.fullmatch(text) or not text.isascii():
        return None
    moment = datetime.fromtimestamp(int(text[:10]), UTC)
    return DateReading(_iso(moment))


def _email_date(text: str) -> DateReading | None:
    """RFC 5322, as feeds have it: `Fri, 23 Nov 2001 09:30:00 +0100`."""
    if not _EMAIL.fullmatch(text):
        return None
    moment = parsedate_to_datetime(text)
    return DateReading(_iso(moment), None) if moment.tzinfo else DateReading(_iso(moment), ASSUMED_UTC)


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
    if time is None:
        return None
    hour, minute, second, fraction, half, sign, offset_h, offset_m, zone = time.groups()
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    offset = _offset(sign, offset_h, offset_m, zone)
    if zone and offset is None:
        return None
    moment = datetime(day.year, day.month, day.day, tzinfo=timezone(offset) if offset is not None else None)
    moment += timedelta(hours=hours, minutes=int(minute), seconds=int(second or 0))
    if hours > 24 or (hours == 24 and int(minute)) or int(minute) > 59 or int(second or 0) > 60:
        return None
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


def _offset(sign: str | None, hours: str | None, minutes: str | None, zone: str | None) -> timedelta | None:
    if hours:
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return -offset if sign == "-" else offset
    if zone and zone.casefold() in _HOURS_FROM_UTC:
        return timedelta(hours=_HOURS_FROM_UTC[zone.casefold()])
    return None


def _iso(moment: datetime) -> str:
    """With `Z` for UTC and for what is assumed to be; an offset of seconds, which ISO 8601 has not, is refused."""
    offset = moment.utcoffset()
    if not offset:
        return moment.replace(tzinfo=None).isoformat() + "Z"
    if offset % timedelta(minutes=1):
        raise ValueError("an offset with seconds")
    return moment.isoformat()
