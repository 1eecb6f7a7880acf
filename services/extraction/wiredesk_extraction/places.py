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
from wiredesk_extraction.regions import STATES

__all__ = ["locate"]

_QUALIFIER = re.compile(r",[^\S\r\n]{1,2}((?:[A-Z][\w.]{0,15})(?:[^\S\r\n][A-Z][\w.]{1,15}){0,2})")
_SAME_STATE, _SAME_COUNTRY, _NEAR = 3.0, 1.5, 1.5
"""In powers of ten of population: a town in a state the article names outweighs a city a thousand times its size."""
_NEAR_KM = 200.0
_MAX_OTHERS = 60
"""Places compared with: an article names fewer, a list of the world's towns must not take for ever."""
_CONTINENT = 9.0
_GENERIC = re.compile(r"^(?:city|town|village|state|county|province|republic) of ", re.IGNORECASE)


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
    firsts = [first for first, _, kind in member.mentions if kind == "name"]
    return all(first > 0 and parse.words[first - 1] == "the" for first in firsts)


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
