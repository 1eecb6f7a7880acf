"""What a time expression is reckoned from, and what the reckoning has in common."""

from datetime import date
from typing import NamedTuple

__all__ = ["BACK", "ON", "PARTS", "Context", "Told", "Value", "as_day", "value_of"]

PARTS = {"morning": "TMO", "afternoon": "TAF", "evening": "TEV", "night": "TNI"}
"""Parts of the day -> the suffix of their TIMEX3 value."""

BACK = frozenset({"last", "previous", "preceding", "past", "prior", "ago", "earlier"})
ON = frozenset({"next", "following", "coming", "upcoming"})
"""Words that point one step back or on."""


class Told(NamedTuple):
    """The date told last, as far as it is known; `era` is `BC` or empty."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    era: str = ""


class Context(NamedTuple):
    """What an expression is resolved against.

    `narrative`: a history, which counts from the date told last. `future`: the sentence speaks of what is to come.
    `since_told_chars`: how far back the date told last stands. `year_to_come`: the first year that is named after it.
    `decade`: the one told since, by its first three figures.
    """

    published: date | None
    narrative: bool
    told: Told = Told()
    future: bool = False
    since_told_chars: int = 0
    year_to_come: int | None = None
    decade: int | None = None

    @property
    def day(self) -> date | None:
        """The day reckoned from: the last one told in a narrative, else that of publication."""
        return as_day(self.told) if self.narrative else self.published


Value = tuple[str, str, Told | None]
"""Type, value, and the date to go on from, if it is one."""


def as_day(told: Told) -> date | None:
    """The day told last, its month's or year's first where only that is known; None before our era or unknown."""
    if told.year is None or told.era:
        return None
    try:
        return date(told.year, told.month or 1, told.day or 1)
    except ValueError:
        return None


def value_of(told: Told) -> str:
    """The TIMEX3 value of a date, as far as it is known."""
    year = "XXXX" if told.year is None else f"{told.era}{told.year:04d}"
    month = f"-{told.month:02d}" if told.month else ""
    return year + month + (f"-{told.day:02d}" if told.day else "")
