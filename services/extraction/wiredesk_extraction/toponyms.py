"""Names that the pipeline took for something else, or for nothing, though the words around them say they are places.

English news says where by few means: "in Rock Hill", "a Chapin man", "Rock Hill-based", "D-Raleigh", "Paris, Texas",
"Barrow and Jackson counties". What stands so and is known to the gazetteer is a place, wherever it recurs, unless it is
somebody's surname here.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from wiredesk_extraction.gazetteer import Gazetteer
from wiredesk_extraction.parse import Parse, RawName
from wiredesk_extraction.regions import STATES, long_form

__all__ = ["listed_counties", "with_toponyms"]

_PERSON_LABELS = frozenset({"PERSON", "PER"})
_TO_DECIDE = _PERSON_LABELS | {"", "ORG", "NORP", "PRODUCT", "WORK_OF_ART"}
"""Labels that the words around a name may overrule; the empty one is of capitalised words without a label."""
_LOCATIVE = frozenset({"in", "near", "outside", "around", "throughout", "across", "downtown", "unincorporated"})
_ORIGIN = "from"
_ABSTRACT = frozenset(
    {"stake", "stakes", "share", "shares", "interest", "confidence", "faith", "trust", "belief", "stock"}
)
_DWELLERS_WORDS = """
    area man woman men women couple teen teenager boy girl resident residents native natives firefighters police mayor
    neighborhood suburb suburbs village town city councilman councilwoman
"""
_DWELLERS = frozenset(_DWELLERS_WORDS.split())
_PARTIES = frozenset({"r", "d", "dfl", "i"})
_DATELINE_ENDS = frozenset({"-", "--", "–", "—", "(", ",", ":"})
_LISTING = frozenset({",", "and", "&", "or"})
_MAX_WORDS = 3
_MAX_LISTED = 12
_MIN_CHARS = 4


def with_toponyms(parse: Parse, gazetteer: Gazetteer) -> Parse:
    """The parse with such names labelled as places; everything else as it was."""
    counties = [RawName(first, last, "GPE") for first, last in listed_counties(parse)]
    listed = {token for name in counties for token in range(name.first, name.last + 1)}
    labelled = [
        name
        for name in map(partial(_without_party, parse), parse.names)
        if listed.isdisjoint(range(name.first, name.last + 1))
    ] + counties
    names = [*labelled, *_unlabelled(parse, labelled)]
    forms = _place_forms(parse, names, gazetteer)
    kept = [
        replace(name, label="GPE") if name.label in _TO_DECIDE and _form(parse, name) in forms else name
        for name in names
        if name.label or _form(parse, name) in forms
    ]
    return replace(parse, names=tuple(sorted(kept, key=lambda name: name.first)))


def _without_party(parse: Parse, name: RawName) -> RawName:
    """ "D-Raleigh" without the party."""
    if name.last >= name.first + 2 and parse.lower[name.first] in _PARTIES and parse.words[name.first + 1] == "-":
        return replace(name, first=name.first + 2)
    return name


def listed_counties(parse: Parse) -> list[tuple[int, int]]:
    """First and last tokens of "Barrow", "Jackson" and "Madison" in "Barrow, Jackson and Madison counties"."""
    found = []
    for noun, word in enumerate(parse.lower):
        at = noun - 1
        while word == "counties" and at >= 0 and noun - at < _MAX_LISTED:
            last = at
            while at >= 0 and last - at < _MAX_WORDS and _is_proper(parse, at):
                at -= 1
            if at == last:
                break
            found.append((at + 1, last))
            if at < 0 or parse.lower[at] not in _LISTING:
                break
            at -= 2 if at and parse.words[at - 1] == "," else 1
    return found


def _unlabelled(parse: Parse, names: list[RawName]) -> Iterator[RawName]:
    """Runs of up to three capitalised proper nouns that belong to no name, without a label."""
    taken = {token for name in names for token in range(name.first, name.last + 1)}
    at = 0
    while at < len(parse.words):
        first = at
        while at < len(parse.words) and at not in taken and _is_proper(parse, at):
            at += 1
        if first < at <= first + _MAX_WORDS:
            yield RawName(first, at - 1, "")
        at = max(at, first + 1)


def _is_proper(parse: Parse, token: int) -> bool:
    return parse.tags[token].startswith("NNP") and parse.words[token][:1].isupper()


def _place_forms(parse: Parse, names: list[RawName], gazetteer: Gazetteer) -> set[str]:
    """Forms with a name's own evidence of being a place, known to the gazetteer and borne by nobody."""
    surnames = {
        word
        for name in names
        if name.label in _PERSON_LABELS and name.last > name.first
        for word in parse.lower[name.first : name.last + 1]
    }
    evidence: Counter[str] = Counter()
    for name in names:
        form = _form(parse, name)
        if name.label in _TO_DECIDE and form not in surnames and len(form) >= _MIN_CHARS:
            evidence[form] += _evidence(parse, name)
    return {form for form, points in evidence.items() if points >= 2 and _is_known(form, gazetteer)}


def _is_known(form: str, gazetteer: Gazetteer) -> bool:
    """As a county only or by another name, a word is not known well enough to be taken for a place."""
    spots = gazetteer.find(long_form(form.title(), "Place"))
    return any(spot.kind != "continent" and not spot.alias for spot in spots)


def _evidence(parse: Parse, name: RawName) -> int:
    """Two for what says a place by itself, one for what others may stand in as well."""
    first, last = name.first, name.last
    before = parse.lower[first - 1] if first else ""
    after = parse.lower[last + 1] if last + 1 < len(parse.words) else ""
    heads = first == 0 or parse.paragraph_of[first - 1] != parse.paragraph_of[first]
    if heads and parse.words[first].isupper() and after in _DATELINE_ENDS:
        return 2
    if before == "-" and first > 1 and parse.lower[first - 2] in _PARTIES:
        return 2
    if after == "," and last + 2 < len(parse.words) and parse.words[last + 2].rstrip(".") in STATES:
        return 2
    if after == "-" and last + 2 < len(parse.words) and parse.lower[last + 2] == "based":
        return 2
    if before in _LOCATIVE and parse.words[parse.heads[first - 1]].lower() not in _ABSTRACT:
        return 2
    return 2 if after in _DWELLERS else int(before == _ORIGIN)


def _form(parse: Parse, name: RawName) -> str:
    return " ".join(parse.lower[name.first : name.last + 1])
