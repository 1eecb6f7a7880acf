"""The days of feasts and public holidays, fixed and movable."""

from datetime import date, timedelta

__all__ = ["feast_day"]

_FIXED = {
    "christmas eve": (12, 24), "christmas": (12, 25), "new year's eve": (12, 31), "new year eve": (12, 31),
    "new year": (1, 1), "hallowe": (10, 31), "halloween": (10, 31), "valentine": (2, 14), "independence": (7, 4),
    "fourth": (7, 4), "the fourth": (7, 4), "veterans": (11, 11), "boxing": (12, 26), "may": (5, 1), "st": (3, 17),
}  # fmt: skip
_NTH_WEEKDAY = {
    "thanksgiving": (11, 4, 4), "labor": (9, 1, 1), "columbus": (10, 1, 2), "martin": (1, 1, 3), "mlk": (1, 1, 3),
    "presidents": (2, 1, 3),
}  # fmt: skip
"""Month, ISO weekday, which one: the federal holidays of the United States (5 U.S.C. 6103)."""


def feast_day(name: str, year: int) -> date:
    """The day of a feast, named in lower case, in a year from 1583 on. A name it does not know is Easter."""
    name = name.replace("’", "'")
    for prefix, (month, day) in _FIXED.items():
        if name.startswith(prefix):
            return date(year, month, day)
    for prefix, (month, weekday, which) in _NTH_WEEKDAY.items():
        if name.startswith(prefix):
            first = date(year, month, 1)
            return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (which - 1))
    if name.startswith("memorial"):
        last = date(year, 5, 31)
        return last - timedelta(days=last.isoweekday() - 1)
    easter = _easter(year)
    return easter + timedelta(days={"good friday": -2, "easter monday": 1}.get(name, 0))


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature 1876)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
