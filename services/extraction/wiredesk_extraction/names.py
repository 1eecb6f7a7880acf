"""Names in a parsed article: the pipeline's raw spans, typed, trimmed and with a person's honorifics taken in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wiredesk_extraction.honorifics import ANNOUNCES, COURTESY, is_honorific
from wiredesk_extraction.parse import Parse, RawName

__all__ = ["Name", "find_names", "with_honorifics"]

_TYPES = {
    "PERSON": "Person", "PER": "Person", "ORG": "Organization", "GPE": "Place", "LOC": "Place", "FAC": "Place",
    "NORP": "Group", "EVENT": "Event", "WORK_OF_ART": "Work", "PRODUCT": "Product", "LAW": "Law",
    "LANGUAGE": "Language",
}  # fmt: skip
"""Labels of OntoNotes (English pipelines) and of WikiNER (most others); figures and times are no names."""

_PLACE_NOUNS = frozenset(
    {
        "street",
        "avenue",
        "road",
        "boulevard",
        "lane",
        "highway",
        "county",
        "parish",
        "township",
        "river",
        "valley",
        "island",
    }
)
_ORGANIZATION_NOUNS = frozenset(
    {
        "university",
        "college",
        "school",
        "hospital",
        "church",
        "department",
        "ministry",
        "agency",
        "committee",
        "council",
    }
)

_MAX_ADDRESSED = 3
_DASHES = frozenset({"—", "–", "--", "-"})
_MAX_DATELINE = 3
_MIN_DATELINE_CHARS = 3
_LEADING = frozenset({"the", "a", "an", "this", "that", "'s", "our", "its", "his", "her", "their"})
_TRAILING = frozenset({"'s", "'", "s'", "’s", "’"})


@dataclass(frozen=True, slots=True)
class Name:
    """A named mention: tokens `first..last`, of which `bare..last` are the name and those before are honorifics."""

    first: int
    bare: int
    last: int
    type: str

    def overlaps(self, first: int, last: int) -> bool:
        """Whether it shares a token with `first..last`."""
        return self.first <= last and first <= self.last


def find_names(parse: Parse) -> list[Name]:
    """Every named mention, in order, none overlapping."""
    found: list[Name] = []
    for raw in _with_datelines(parse, _with_addressed(parse)):
        for name in _names_of(parse, raw):
            if not found or found[-1].last < name.first:
                found.append(name)
            elif found[-1].last < name.bare:
                found.append(replace(name, first=name.bare))
    return found


def _with_addressed(parse: Parse) -> list[RawName]:
    """The raw names, and those the pipeline missed or cut though a form of address announces them."""
    raws = list(parse.names)
    at = {token: number for number, raw in enumerate(raws) for token in range(raw.first, raw.last + 1)}
    for token, word in enumerate(parse.lower):
        if word.rstrip(".") not in ANNOUNCES or not parse.words[token][:1].isupper():
            continue
        first = last = token + 1
        while last < len(parse.words) and last - first < _MAX_ADDRESSED and _adjoins(parse, last - 1, last):
            last += 1
        last -= 1
        inside = {at[t] for t in range(first, last + 1) if t in at}
        if last < first or len(inside) > 1:
            continue
        number = next(iter(inside), None)
        if number is None:
            raws.append(RawName(first, last, "PERSON"))
        elif raws[number].label in {"PERSON", "PER"} and raws[number].first > first:
            raws[number] = RawName(first, raws[number].last, raws[number].label)
    return sorted(raws, key=lambda raw: raw.first)


def _with_datelines(parse: Parse, raws: list[RawName]) -> list[RawName]:
    """The place a report is sent from: capitals before a dash, at the head of a paragraph or after a stop or a year."""
    places = []
    for dash, word in enumerate(parse.words):
        if word not in _DASHES or dash == 0 or dash + 1 == len(parse.words):
            continue
        first = dash
        while first > 0 and dash - first < _MAX_DATELINE and parse.words[first - 1].isupper():
            first -= 1
        capitals = "".join(parse.words[first:dash])
        before = parse.words[first - 1] if first else ""
        heads = not before or parse.paragraph_of[first - 1] != parse.paragraph_of[dash]
        heads = heads or before.isdigit() or before in {".", ")", "!", "?"}
        if (
            heads
            and first < dash
            and len(capitals) > _MIN_DATELINE_CHARS
            and parse.text[parse.ends[dash - 1]].isspace()
        ):
            places.append(RawName(first, dash - 1, "GPE"))
    taken = {token for place in places for token in range(place.first, place.last + 1)}
    kept = [raw for raw in raws if not taken.intersection(range(raw.first, raw.last + 1))]
    return sorted(kept + places, key=lambda raw: raw.first)


def _names_of(parse: Parse, raw: RawName) -> Iterator[Name]:
    kind = _TYPES.get(raw.label)
    if kind is None:
        return
    for first, last in _two_people(parse, raw) if kind == "Person" else [(raw.first, raw.last)]:
        trimmed = _trim(parse, first, last)
        if trimmed is None:
            continue
        first, last = trimmed
        bare = first
        if kind == "Person":
            while bare < last and is_honorific(parse.words[bare]):
                bare += 1
            first = with_honorifics(parse, first)
        yield Name(first, bare, last, _type_by_last_word(parse, bare, last) or kind)


def _type_by_last_word(parse: Parse, first: int, last: int) -> str | None:
    """What the noun at a name's end says it is, where the pipeline often errs ("Taylor Street" is no person)."""
    if first == last or not parse.words[last][:1].isupper():
        return None
    word = parse.lower[last].rstrip(".")
    return "Place" if word in _PLACE_NOUNS else "Organization" if word in _ORGANIZATION_NOUNS else None


def with_honorifics(parse: Parse, first: int) -> int:
    """The token a person's mention begins with, forms of address before `first` taken in."""
    while (
        first > 0
        and parse.lower[first - 1].rstrip(".") in COURTESY
        and parse.words[first - 1][:1].isupper()
        and _beside(parse, first - 1, first)
    ):
        first -= 1
    return first


def _two_people(parse: Parse, raw: RawName) -> list[tuple[int, int]]:
    """ "Bush and Putin" read as one name is two."""
    for at in range(raw.first + 1, raw.last):
        if parse.lower[at] in {"and", "&"}:
            return [(raw.first, at - 1), (at + 1, raw.last)]
    return [(raw.first, raw.last)]


def _beside(parse: Parse, one: int, other: int) -> bool:
    """Whether only a space stands between two neighbouring tokens of one sentence."""
    between = parse.text[parse.ends[one] : parse.starts[other]]
    return between in {"", " ", "\u00a0"} and parse.sentence_of[one] == parse.sentence_of[other]


def _adjoins(parse: Parse, one: int, other: int) -> bool:
    """Whether `other` is a capitalised proper noun right after `one`."""
    proper = parse.tags[other].startswith("NNP") and parse.words[other][:1].isupper()
    return proper and _beside(parse, one, other)


def _trim(parse: Parse, first: int, last: int) -> tuple[int, int] | None:
    """Without articles, possessive endings and outer punctuation; None when nothing is left that could be a name."""
    while first <= last and (parse.lower[first] in _LEADING or not _wordlike(parse.words[first])):
        first += 1
    while first <= last and (parse.lower[last] in _TRAILING or not _wordlike(parse.words[last])):
        last -= 1
    if first > last:
        return None
    words = parse.words[first : last + 1]
    if not any(word[:1].isupper() or not word[:1].islower() for word in words) or not any(
        c.isalpha() for c in "".join(words)
    ):
        return None
    if parse.words[first].startswith(("@", "#", "http", "www.")):
        return None
    return first, last


def _wordlike(word: str) -> bool:
    return any(c.isalnum() for c in word)
