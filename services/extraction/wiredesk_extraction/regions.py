"""The short forms that English news gives states and countries."""

from functools import lru_cache

__all__ = ["SHORT_STATES", "STATES", "STATE_NAMES", "long_form"]

_STATES = """
    AL Ala Alabama; AK Alaska Alaska; AZ Ariz Arizona; AR Ark Arkansas; CA Calif California; CO Colo Colorado;
    CT Conn Connecticut; DE Del Delaware; FL Fla Florida; GA Ga Georgia; HI Hawaii Hawaii; ID Ida Idaho;
    IL Ill Illinois; IN Ind Indiana; IA Iowa Iowa; KS Kan Kansas;
    KY Ky Kentucky; LA La Louisiana; ME Maine Maine; MD Md Maryland;
    MA Mass Massachusetts; MI Mich Michigan; MN Minn Minnesota; MS Miss Mississippi; MO Mo Missouri; MT Mont Montana;
    NE Neb Nebraska; NV Nev Nevada; NH N.H New Hampshire; NJ N.J New Jersey; NM N.M New Mexico; NY N.Y New York;
    NC N.C North Carolina; ND N.D North Dakota; OH Ohio Ohio; OK Okla Oklahoma; OR Ore Oregon; PA Pa Pennsylvania;
    RI R.I Rhode Island; SC S.C South Carolina; SD S.D South Dakota; TN Tenn Tennessee; TX Tex Texas; UT Utah Utah;
    VT Vt Vermont; VA Va Virginia; WA Wash Washington; WV W.Va West Virginia; WI Wis Wisconsin; WY Wyo Wyoming;
    DC D.C Washington
"""
_ROWS = [row.split(maxsplit=2) for row in _STATES.strip().split(";")]

STATES = {form: code for code, short, long in _ROWS for form in (code, short, long)}
"""Postal codes, stylebook abbreviations (without the final dot) and names of the US states -> postal code."""

SHORT_STATES = frozenset(STATES) - {long for _, _, long in _ROWS} - {"DC", "D.C"}
"""What can only be a state: a form shorter than its name, and not of the capital's district."""

STATE_NAMES = frozenset(long for _, _, long in _ROWS) - {"Washington"}
"""Names of the US states that stand for nothing else."""

_COUNTRIES = {
    "US": "United States", "U.S": "United States", "USA": "United States", "U.S.A": "United States",
    "America": "United States", "United States of America": "United States", "UK": "United Kingdom",
    "U.K": "United Kingdom", "Britain": "United Kingdom", "Great Britain": "United Kingdom",
    "UAE": "United Arab Emirates", "USSR": "Soviet Union", "Holland": "Netherlands", "Czech Republic": "Czechia",
    "Ivory Coast": "Côte d'Ivoire", "Burma": "Myanmar", "DRC": "Democratic Republic of the Congo",
}  # fmt: skip
_UNIONS = {"EU": "European Union", "E.U": "European Union", "UN": "United Nations", "U.N": "United Nations"}
_RECURRING = 1024
"""Names whose full form is kept: an article repeats its own, and articles repeat those in the news."""

_LONG = {short: long for _, short, long in _ROWS} | _COUNTRIES


@lru_cache(maxsize=_RECURRING)
def long_form(name: str, kind: str) -> str:
    """The full name of a state, country or union that `name` shortens; `name` itself for everything else.

    No rule could derive these everyday short forms; other acronyms are joined to the expansion the article gives.
    """
    bare = name.removeprefix("the ").rstrip(".").replace(". ", ".")
    if kind == "Place":
        return _LONG.get(bare, name)
    return _UNIONS.get(bare, name) if kind == "Organization" else name
