"""Puts Place entities on the map: by what stands beside a name and what else the article names.

After the usual order of evidence (Leidner 2007): a qualifier ("Paris, Texas"), the countries and states named in the
same article, nearness to other places of the article, then population.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wiredesk_extraction.cast import Member
from wiredesk_extraction.gazetteer import Gazetteer, Spot
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.regions import STATES, long_form

__all__ = ["locate", "seats"]

_QUALIFIER = re.compile(r",[^\S\r\n]{1,2}((?:[A-Z][\w.]{0,15})(?:[^\S\r\n][A-Z][\w.]{1,15}){0,2})")
_SAME_STATE, _SAME_COUNTRY, _NEAR = 3.0, 1.5, 1.5
"""In powers of ten of population: a town in a state the article names outweighs a city a thousand times its size."""
_MAX_PLACE_WORDS = 3
_OF_PLACE = frozenset({"university", "city", "town", "village", "county", "diocese", "archdiocese", "port"})
_BODIES = """
    police department court council county school schools district board authority commission senate legislature
    government parliament ministry hospital fire sheriff hall jail library association
"""
_PUBLIC_BODIES = frozenset(_BODIES.split())
_NEAR_KM = 200.0
_MAX_OTHERS = 60
"""Places compared with: an article names fewer, a list of the world's towns must not take for ever."""
_CONTINENT = 9.0
_GENERIC = re.compile(
    r"^(?:(?:city|town|village|state|county|province|republic) of|(?:north|south|east|west)(?:ern)?|downtown|central) ",
    re.IGNORECASE,
)
"""What stands before a place's name without being part of it; asked only when the whole name is unknown."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A place to be located: its candidates, and those left by the qualifiers beside its mentions."""

    member: Member
    spots: Sequence[Spot]
    qualified: bool


def locate(parse: Parse, members: Sequence[Member], gazetteer: Gazetteer) -> list[tuple[Member, Spot]]:
    """The Place entities that the gazetteer knows, each with one spot, in the order given."""
    cases = [_case(parse, member, gazetteer) for member in members if member.type == "Place"]
    cases = [case for case in cases if case.spots]
    countries: Counter[str] = Counter()
    states: Counter[tuple[str, str]] = Counter()
    for case in cases:
        spot = case.spots[0]
        if case.qualified or spot.kind in {"country", "state"}:
            countries[spot.country_code] += 1
            if spot.admin1:
                states[spot.country_code, spot.admin1] += 1
        elif len({other.country_code for other in case.spots}) == 1:
            countries[spot.country_code] += 1
            if len(case.spots) == 1:
                states[spot.country_code, spot.admin1] += 1
    first = [_best(case, countries, states, ()) for case in cases]
    return [
        (
            case.member,
            _best(case, countries, states, [spot for other, spot in enumerate(first[:_MAX_OTHERS]) if other != at]),
        )
        for at, case in enumerate(cases)
    ]


def seats(parse: Parse, members: Sequence[Member], gazetteer: Gazetteer) -> list[tuple[str, int, int]]:
    """Places that public bodies bear in their names ("Columbus Police Department"), as name, first and last token.

    Only bodies that sit where they are named after.
    """
    found = []
    for member in members:
        for first, last, kind in member.mentions if member.type == "Organization" else ():
            for head, end in _seat_spans(parse, first, last) if kind == "name" else ():
                name = long_form(parse.words_between(head, end), "Place")
                if gazetteer.find(name):
                    found.append((name, head, end))
                    break
    return found


def _seat_spans(parse: Parse, first: int, last: int) -> list[tuple[int, int]]:
    """Where a body's name may hold its seat: "University of …", or before "… Police Department", longest first."""
    if last - first >= 2 and parse.lower[first] in _OF_PLACE and parse.lower[first + 1] == "of":
        return [(first + 2, end) for end in range(min(last, first + 1 + _MAX_PLACE_WORDS), first + 1, -1)]
    if first < last and parse.lower[last] in _PUBLIC_BODIES:
        return [(first, end) for end in range(min(last - 1, first + _MAX_PLACE_WORDS - 1), first - 1, -1)]
    return []


def _case(parse: Parse, member: Member, gazetteer: Gazetteer) -> _Case:
    spots = gazetteer.find(member.name) or gazetteer.find(_GENERIC.sub("", member.name))
    if _always_with_article(parse, member):
        spots = [spot for spot in spots if spot.kind != "city"]
    if not spots and ", " in member.name:
        return _split(member, gazetteer)
    for _, last, kind in member.mentions:
        match = _QUALIFIER.match(parse.text, parse.ends[last]) if kind == "name" else None
        if match:
            within = _within(spots, match.group(1), gazetteer)
            if within:
                return _Case(member, within, True)
    return _Case(member, spots, False)


def _always_with_article(parse: Parse, member: Member) -> bool:
    """ "the West" is no town of that name: English puts no article before a town."""
    names = [(first, last) for first, last, kind in member.mentions if kind == "name"]
    alone = [first for first, last in names if last + 1 == len(parse.tags) or not parse.tags[last + 1].startswith("NN")]
    return bool(alone) and all(first > 0 and parse.words[first - 1] == "the" for first in alone)


def _split(member: Member, gazetteer: Gazetteer) -> _Case:
    """ "Denver, Colorado" read as one name."""
    name, _, qualifier = member.name.partition(", ")
    spots = gazetteer.find(name)
    within = _within(spots, qualifier, gazetteer)
    return _Case(member, within or spots, bool(within))


def _within(spots: Sequence[Spot], qualifier: str, gazetteer: Gazetteer) -> list[Spot]:
    """The spots inside the state or country that the qualifier names."""
    words = qualifier.split()
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length])
        code = STATES.get(name.rstrip("."))
        if code:
            return [spot for spot in spots if spot.country_code == "US" and spot.admin1 == code and spot.kind == "city"]
        for area in gazetteer.find(name):
            inside = [spot for spot in spots if _inside(spot, area)]
            if inside:
                return inside
    return []


def _inside(spot: Spot, area: Spot) -> bool:
    if area.kind == "country":
        return spot.kind in {"city", "state"} and spot.country_code == area.country_code
    if area.kind == "state":
        return spot.kind == "city" and (spot.country_code, spot.admin1) == (area.country_code, area.admin1)
    return False


def _best(case: _Case, countries: Counter[str], states: Counter[tuple[str, str]], others: Sequence[Spot]) -> Spot:
    def score(spot: Spot) -> tuple[float, int]:
        points = math.log10(spot.population + 100)
        if spot.kind == "continent":
            points += _CONTINENT
        elif spot.kind != "city":
            points += 1.0
        elif states[spot.country_code, spot.admin1]:
            points += _SAME_STATE
        if countries[spot.country_code]:
            points += _SAME_COUNTRY
        if spot.kind == "city" and any(other.kind == "city" and _km(spot, other) < _NEAR_KM for other in others):
            points += _NEAR
        return points, -spot.geonames_id

    return max(case.spots, key=score)


def _km(a: Spot, b: Spot) -> float:
    """Great-circle distance (haversine), in kilometres."""
    to = math.radians
    half = (
        math.sin(to(b.latitude - a.latitude) / 2) ** 2
        + math.cos(to(a.latitude)) * math.cos(to(b.latitude)) * math.sin(to(b.longitude - a.longitude) / 2) ** 2
    )
    return 12_742 * math.asin(math.sqrt(min(1.0, half)))
