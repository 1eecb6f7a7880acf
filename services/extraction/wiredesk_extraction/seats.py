"""Places inside the names of bodies: a police department is where the town it is named after is."""

from collections.abc import Iterator, Sequence

from wiredesk_extraction.cast import Member
from wiredesk_extraction.gazetteer import Gazetteer
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.regions import STATE_NAMES, long_form

__all__ = ["seats"]

_MAX_PLACE_WORDS = 3
_LEADS = frozenset(
    {"north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "greater"}
)
_RELATES = frozenset({"of", "for", "in", "at"})
_POSSESSIVE = frozenset({"'s", "'"})
_COUNTY = frozenset({"county", "parish", "counties"})
_HOLDERS = frozenset({"Organization", "Event", "Work", "Group"})
_BODIES = """
    police department dept court council county school schools district board authority commission senate legislature
    government parliament ministry hospital fire sheriff sheriff's hall jail library association
    chamber zoo airport church club medical clinic museum festival society center centre firefighters academy house
    assembly diocese archdiocese bureau office foundation jail airport fairgrounds courthouse crimestoppers
    elections patrol city town village port
"""
_PUBLIC_BODIES = frozenset(_BODIES.split())
"""Nouns of what sits where it is named after. Papers, companies and teams travel under the name of a town."""
_TAUGHT = frozenset({"university", "college"})
"""Before "of" they sit in the town; after a name they bear their founder's ("Radcliffe College")."""
_MIN_POPULATION = 50_000
"""Of a town that only the body's name speaks of: there is a hamlet for every word ("Supreme", "Tower", "White")."""
_PAPERS_WORDS = """
    times post journal tribune herald news star globe gazette chronicle observer examiner
"""
_PAPERS = frozenset(_PAPERS_WORDS.split())


def seats(parse: Parse, members: Sequence[Member], gazetteer: Gazetteer) -> list[tuple[str, int, int]]:
    """Places that stand in names of other things ("Columbus Police Department"), as name, first and last token.

    Taken are states and counties, the town that a public body's name begins with ("Columbus Police") or ends with
    ("University of Exeter"), and towns that the article names on their own as well.
    """
    known = {member.name for member in members if member.type == "Place"}
    known |= {
        parse.words_between(first, last)
        for member in members
        if member.type == "Place"
        for first, last, kind in member.mentions
        if kind == "name"
    }
    found: list[tuple[str, int, int]] = []
    for member in members:
        if not _may_hold(member, gazetteer):
            continue
        for first, last, kind in member.mentions:
            if kind == "name" and last > first:
                found += _inside(parse, first, last, known, gazetteer)
    return found


def _may_hold(member: Member, gazetteer: Gazetteer) -> bool:
    """Whether a name may have a place inside: a body's, an unknown place's ("Kent County Jail"), a long one."""
    if member.type == "Person":
        return len(member.name.split()) > _MAX_PLACE_WORDS
    return member.type in _HOLDERS or (member.type == "Place" and not gazetteer.find(member.name))


def _inside(
    parse: Parse, first: int, last: int, known: set[str], gazetteer: Gazetteer
) -> Iterator[tuple[str, int, int]]:
    public = any(word in _PUBLIC_BODIES for word in parse.lower[first : last + 1])
    public = public or (parse.lower[first] in _TAUGHT and parse.lower[first + 1] == "of")
    towns = set() if parse.lower[last] in _PAPERS else known
    at = first
    while at <= last:
        end = None
        if parse.words[at][:1].isupper():
            end = _county_end(parse, at, last, gazetteer)
            if end is None and _may_be_seat(parse, at, first):
                end = _named_end(parse, at, (first, last), towns, gazetteer)
                end = _town_end(parse, at, last, gazetteer) if end is None and public else end
        if end is None:
            at += 1
            continue
        yield long_form(parse.words_between(at, end), "Place"), at, end
        at = end + 1


def _may_be_seat(parse: Parse, at: int, first: int) -> bool:
    """At the head of a name, after a direction there, or after "of"."""
    if at == first:
        return True
    before = parse.lower[at - 1]
    return before in _RELATES or (at == first + 1 and before in _LEADS)


def _county_end(parse: Parse, at: int, last: int, gazetteer: Gazetteer) -> int | None:
    """Last token of a county that begins at `at`, inside a longer name."""
    for end in range(at + 1, min(last, at + _MAX_PLACE_WORDS)):
        if parse.lower[end] in _COUNTY and gazetteer.find(parse.words_between(at, end)):
            return end
    return None


def _named_end(parse: Parse, at: int, name: tuple[int, int], towns: set[str], gazetteer: Gazetteer) -> int | None:
    """Last token of a state, or of a place the article names on its own as well, that begins at `at`."""
    first, last = name
    for end in range(min(last, at + _MAX_PLACE_WORDS - 1), at - 1, -1):
        text = parse.words_between(at, end)
        if (at, end) == (first, last) or (end < last and parse.lower[end + 1] in _POSSESSIVE):
            continue
        if text in STATE_NAMES or text in towns:
            return end
        if end > at and parse.words[at] in STATE_NAMES and gazetteer.find(text):
            return end  # "Kansas City" in "Kansas City Power" is not Kansas
    return None


def _town_end(parse: Parse, at: int, last: int, gazetteer: Gazetteer) -> int | None:
    """Last token of a town of some size that begins at `at`, before the noun that says what the body is."""
    stop = last if parse.lower[at - 1] in _RELATES else last - 1
    for end in range(min(stop, at + _MAX_PLACE_WORDS - 1), at - 1, -1):
        if parse.lower[end] in _PUBLIC_BODIES or parse.lower[at] in _PUBLIC_BODIES | _LEADS:
            continue
        spots = gazetteer.find(long_form(parse.words_between(at, end), "Place"))
        if any(not spot.alias and spot.kind != "continent" and spot.population >= _MIN_POPULATION for spot in spots):
            return end
    return None
