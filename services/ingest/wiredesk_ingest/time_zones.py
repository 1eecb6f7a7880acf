"""Names of time zones as newspapers print them, to offsets; a name that could mean several has none."""

from datetime import date, timedelta

__all__ = ["offset_of"]

# The names of the Americas are those of RFC 5322 (section 4.3); CST is theirs there, though China has one too.
# IST is left out: India, Ireland and Israel all print it.
_HOURS_FROM_UTC: dict[str, float] = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2,
    "eet": 2, "eest": 3, "msk": 3, "sast": 2, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "aest": 10, "aedt": 11,
    "acst": 9.5, "acdt": 10.5, "awst": 8, "nzst": 12, "nzdt": 13, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
}  # fmt: skip
_AMERICAN_STANDARD = {"et": -5, "ct": -6, "mt": -7, "pt": -8}
_SUNDAY = 6


def offset_of(name: str, day: date) -> timedelta | None:
    """The offset that a zone's name stands for on a day; None for an unknown or an ambiguous one.

    `ET`, `CT`, `MT` and `PT` are standard or summer time by the rule of the United States since 1987 (15 U.S.C. 260a);
    before, and on the two days of the year when clocks change, they have no certain offset.
    """
    name = name.casefold()
    if name in _AMERICAN_STANDARD:
        summer = _is_american_summer(day)
        return None if summer is None else timedelta(hours=_AMERICAN_STANDARD[name] + summer)
    hours = _HOURS_FROM_UTC.get(name)
    return None if hours is None else timedelta(hours=hours)


def _is_american_summer(day: date) -> bool | None:
    """Whether clocks were an hour ahead; None where that is not certain."""
    if day.year >= 2007:
        begins, ends = _sunday_from(date(day.year, 3, 8)), _sunday_from(date(day.year, 11, 1))
    elif day.year >= 1987:
        begins, ends = _sunday_from(date(day.year, 4, 1)), _sunday_from(date(day.year, 10, 25))
    else:
        return None
    return None if day in (begins, ends) else begins < day < ends


def _sunday_from(day: date) -> date:
    return day + timedelta(days=(_SUNDAY - day.weekday()) % 7)
