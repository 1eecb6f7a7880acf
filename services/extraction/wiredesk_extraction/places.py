"""Puts Place entities on the map: by what stands beside a name and what else the article names."""

import re
from collections.abc import Sequence

from wiredesk_extraction.cast import Member
from wiredesk_extraction.gazetteer import Gazetteer, Spot
from wiredesk_extraction.governments import is_government
from wiredesk_extraction.map_evidence import Candidates, Verdict, weigh
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.regions import SHORT_STATES, STATES, long_form

__all__ = ["locate"]

_QUALIFIER = re.compile(r"(?:,[^\S\r\n]{0,2}|[^\S\r\n]\()((?:[A-Z][\w.]{0,15})(?:[^\S\r\n][A-Z][\w.]{1,15}){0,2})")
_GENERIC = re.compile(
    r"^(?:(?:city|town|village|state|county|province|republic) of|(?:north|south)(?:east|west)?(?:ern)?"
    r"|(?:east|west)(?:ern)?|downtown|central|greater|metro|upstate|sub-saharan) ",
    re.IGNORECASE,
)
"""What stands before a place's name without being part of it; asked only when the whole name is unknown."""
_NOT_TOWNS_WORDS = """
    pacific atlantic arctic antarctic mediterranean gulf north south east west midwest northeast northwest southeast
    southwest mercury venus earth mars jupiter saturn uranus neptune pluto moon
"""
_NOT_TOWNS = frozenset(_NOT_TOWNS_WORDS.split())
"""Seas, directions and planets, after which there are towns as well."""
_COASTS = re.compile(r"^(?:north|south|east|west|gulf)(?:east|west)? (?:coast|side|end)$", re.IGNORECASE)
_MODIFIED = frozenset({"NN", "JJ", "CD", "HY"})
"""Tags after a place's name that take the article for themselves: "the Albany-based service", "the Exeter seat"."""
_RULED_WORDS = frozenset({"governor", "gov", "gov.", "governorship", "statehouse"})
"""What a state has and its namesakes, a city or a country, have not."""
_POSSESSIVE = frozenset({"'s", "’s", "'", "’"})
_GENERIC_AFTER = re.compile(r" (?:township|area|city|state|province|region|metro)$", re.IGNORECASE)


def locate(parse: Parse, members: Sequence[Member], gazetteer: Gazetteer) -> list[tuple[Member, Verdict]]:
    """The Place entities that the gazetteer knows, each with one spot and its share of the evidence, in order.

    A capital that only stands for its government helps to place the others and is itself left out.
    """
    places = [(member, _candidates(parse, member, gazetteer)) for member in members if member.type == "Place"]
    known = [(member, candidates) for member, candidates in places if candidates.spots]
    verdicts = weigh([candidates for _, candidates in known])
    return [
        (member, verdict)
        for (member, _), verdict in zip(known, verdicts, strict=True)
        if not (verdict.spot.capital and is_government(parse, member))
    ]


def _candidates(parse: Parse, member: Member, gazetteer: Gazetteer) -> Candidates:
    spots = [] if member.name.lower() in _NOT_TOWNS or _COASTS.match(member.name) else _find(member.name, gazetteer)
    if _always_with_article(parse, member) and not _GENERIC.match(member.name):
        spots = [s for s in spots if s.kind in {"country", "continent"}] or gazetteer.find(member.name, article=True)
    if _qualifies(parse, member):
        spots = [spot for spot in spots if spot.kind in {"state", "country"}] or spots
    if _is_ruled(parse, member):
        spots = [spot for spot in spots if spot.kind == "state"] or spots
    if not spots and ", " in member.name:
        return _split(member, gazetteer)
    for _, last, kind in member.mentions:
        match = _QUALIFIER.match(parse.text, parse.ends[last]) if kind == "name" else None
        if match:
            within = _within(spots, match.group(1), gazetteer)
            if within:
                return Candidates(within, True)
    return Candidates(spots)


def _qualifies(parse: Parse, member: Member) -> bool:
    """Whether a name only ever tells where other places are: "Albany, New York", "N.Y."."""
    names = [(first, last) for first, last, kind in member.mentions if kind == "name"]
    return bool(names) and all(
        parse.words_between(first, last).rstrip(".") in SHORT_STATES
        or (first > 1 and parse.words[first - 1] == "," and parse.tags[first - 2].startswith("NNP"))
        for first, last in names
    )


def _is_ruled(parse: Parse, member: Member) -> bool:
    """Whether half of a name's mentions are those of a state: "Washington state", "New York's governor"."""
    names = [(first, last) for first, last, kind in member.mentions if kind == "name"]
    return 2 * sum(_has_governor(parse, first, last) for first, last in names) >= max(1, len(names))


def _has_governor(parse: Parse, first: int, last: int) -> bool:
    after = [*parse.lower[last + 1 : last + 3], "", ""]
    if after[0] in _POSSESSIVE:
        after = after[1:]
    elif after[0] == "state":
        return parse.words[last + 1] == "state"
    before = parse.lower[max(0, first - 2) : first]
    return after[0] in _RULED_WORDS or (before[-1:] == ("of",) and before[0] in {"governor", "state"})


def _find(name: str, gazetteer: Gazetteer) -> list[Spot]:
    """By the whole name, else without the generic words around it."""
    for form in (name, _GENERIC.sub("", name), _GENERIC_AFTER.sub("", name)):
        spots = gazetteer.find(form)
        if spots:
            return spots
    return []


def _always_with_article(parse: Parse, member: Member) -> bool:
    """ "the West" is no town of that name: the few towns that English gives an article have it in their name."""
    names = [(first, last) for first, last, kind in member.mentions if kind == "name"]
    alone = [first for first, last in names if last + 1 == len(parse.tags) or parse.tags[last + 1][:2] not in _MODIFIED]
    return bool(alone) and all(first > 0 and parse.lower[first - 1] == "the" for first in alone)


def _split(member: Member, gazetteer: Gazetteer) -> Candidates:
    """ "Denver, Colorado" read as one name."""
    name, _, qualifier = member.name.partition(", ")
    spots = _find(long_form(name, "Place"), gazetteer)
    within = _within(spots, qualifier, gazetteer)
    return Candidates(within or spots, bool(within))


def _within(spots: Sequence[Spot], qualifier: str, gazetteer: Gazetteer) -> list[Spot]:
    """The spots inside the state or country that the qualifier names."""
    words = qualifier.split()
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length])
        code = STATES.get(name.rstrip("."))
        if code:
            return [s for s in spots if s.country_code == "US" and s.admin1 == code and s.kind in {"city", "county"}]
        for area in gazetteer.find(name):
            inside = [spot for spot in spots if _inside(spot, area)]
            if inside:
                return inside
    return []


def _inside(spot: Spot, area: Spot) -> bool:
    if area.kind == "country":
        return spot.kind not in {"country", "continent"} and spot.country_code == area.country_code
    if area.kind == "state":
        return spot.kind in {"city", "county"} and (spot.country_code, spot.admin1) == (area.country_code, area.admin1)
    if area.kind == "county":
        return spot.kind == "city" and (spot.country_code, spot.admin1, spot.admin2) == (
            area.country_code,
            area.admin1,
            area.admin2,
        )
    return False
