"""Names that the pipeline took for something else, or for nothing, though the words around them say they are places.

English news says where by few means: "in Rock Hill", "a Chapin man", "Rock Hill-based", "D-Raleigh", "Paris, Texas",
"Barrow and Jackson counties". What stands so and is known to the gazetteer is a place, wherever it recurs, unless it is
somebody's surname here.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter

from wiredesk_extraction.first_names import gender_of_first_name
from wiredesk_extraction.gazetteer import Gazetteer
from wiredesk_extraction.honorifics import is_honorific
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
_PLACE_LABELS = frozenset({"GPE", "LOC", "FAC"})
_SHORTENED = frozenset({"st.", "ste.", "mt.", "ft."})
_SETTLEMENTS = frozenset({"town", "village", "city", "suburb", "hamlet"})
_STATE_FORMS = frozenset(form.lower() for form in STATES)
_PARTIES = frozenset({"r", "d", "dfl", "i"})
_DATELINE_ENDS = frozenset({"-", "--", "–", "—", "(", ",", ":"})
_COUNTY = frozenset({"county", "parish"})
_COUNTIES = frozenset({"counties"})
_LISTING = frozenset({",", "and", "&", "or"})
_MAX_WORDS = 3
_first = attrgetter("first")
_ENOUGH = 2
"""Points of evidence, over all its mentions, that make a form a place."""
_MAX_LISTED = 12
_MIN_CHARS = 4


def with_toponyms(parse: Parse, gazetteer: Gazetteer) -> Parse:
    """The parse with such names labelled as places; everything else as it was."""
    counties = [RawName(first, last, "GPE") for first, last in listed_counties(parse)]
    listed = {token for name in counties for token in range(name.first, name.last + 1)}
    names = [_whole(parse, name) for name in parse.names]
    names = [name for name in names if listed.isdisjoint(range(name.first, name.last + 1))] + counties
    runs = _unlabelled(parse, names)
    names += [run for run in runs if run.last - run.first < _MAX_WORDS]
    names.sort(key=_first)
    form_of = [_form(parse, name) for name in names]
    forms = _place_forms(parse, names, form_of, gazetteer)
    kept = []
    for name, form in zip(names, form_of, strict=True):
        if name.label in _TO_DECIDE and form in forms:
            kept.append(replace(name, label="GPE"))
        elif name.label:
            kept.append(name)
    forms |= {_form(parse, name) for name in kept if name.label in _PLACE_LABELS}
    taken = {name.first for name in kept}
    kept += [head for run in runs if run.first not in taken for head in _heads(parse, run, forms, gazetteer)]
    return parse.with_names(sorted(kept, key=_first))


def _heads(parse: Parse, run: RawName, forms: set[str], gazetteer: Gazetteer) -> Iterator[RawName]:
    """The place that a run of capitalised words without a label begins with ("Kent County Fair Parade"), if any."""
    for last in range(min(run.last, run.first + _MAX_WORDS - 1), run.first - 1, -1):
        head = RawName(run.first, last, "GPE")
        county = last > run.first and parse.lower[last] in _COUNTY and gazetteer.find(_form(parse, head))
        if county or (_form(parse, head) in forms and last < run.last):
            yield head
            return


def _whole(parse: Parse, name: RawName) -> RawName:
    """ "D-Raleigh" without the party; "Paul" with the "St." before it, where a sentence was thought to end."""
    first, last = name.first, name.last
    if last >= first + 2 and parse.lower[first] in _PARTIES and parse.words[first + 1] == "-":
        first += 2
    if name.label in _PLACE_LABELS:
        if first and parse.lower[first - 1] in _SHORTENED and parse.words[first - 1][:1].isupper():
            first -= 1
        if first == last and parse.lower[last] in _SHORTENED and last + 1 < len(parse.words) and parse.proper[last + 1]:
            last += 1
    return name if (first, last) == (name.first, name.last) else RawName(first, last, name.label)


def listed_counties(parse: Parse) -> list[tuple[int, int]]:
    """First and last tokens of "Barrow", "Jackson" and "Madison" in "Barrow, Jackson and Madison counties"."""
    found = []
    for noun in parse.tokens_among(_COUNTIES):
        at = noun - 1
        while at >= 0 and noun - at < _MAX_LISTED:
            last = at
            while at >= 0 and last - at < _MAX_WORDS and parse.proper[at]:
                at -= 1
            if at == last:
                break
            found.append((at + 1, last))
            if at < 0 or parse.lower[at] not in _LISTING:
                break
            at -= 2 if at and parse.words[at - 1] == "," else 1
    return found


def _unlabelled(parse: Parse, names: list[RawName]) -> list[RawName]:
    """Runs of capitalised proper nouns that belong to no name, with an empty label."""
    taken = {token for name in names for token in range(name.first, name.last + 1)}
    runs: list[list[int]] = []
    for token in [token for token, proper in enumerate(parse.proper) if proper and token not in taken]:
        if runs and runs[-1][1] == token - 1:
            runs[-1][1] = token
        else:
            runs.append([token, token])
    return [RawName(first, last, "") for first, last in runs]


def _place_forms(parse: Parse, names: list[RawName], form_of: list[str], gazetteer: Gazetteer) -> set[str]:
    """Forms with a name's own evidence of being a place, known to the gazetteer and borne by nobody."""
    surnames = {
        word
        for name in names
        if name.label in _PERSON_LABELS and name.last > name.first
        for word in parse.lower[name.first : name.last + 1]
    }
    evidence: Counter[str] = Counter()
    for at, (name, form) in enumerate(zip(names, form_of, strict=True)):
        if len(form) >= _MIN_CHARS and form not in surnames and _is_undecided(parse, name):
            evidence[form] += _evidence(parse, name) + _company(parse, names, at)
            if name.label in _PERSON_LABELS and name.first == name.last and _is_capital(parse, name.first, gazetteer):
                evidence[form] += _ENOUGH
    return {form for form, points in evidence.items() if points >= _ENOUGH and _is_known(form, gazetteer)}


def _is_undecided(parse: Parse, name: RawName) -> bool:
    """Not an acronym that the pipeline knows for a body: "NATO and Russia" says nothing of a town called Nato."""
    acronym = name.label == "ORG" and name.first == name.last and parse.words[name.first].isupper()
    return name.label in _TO_DECIDE and not (acronym and not _heads_paragraph(parse, name.first))


def _heads_paragraph(parse: Parse, token: int) -> bool:
    return token == 0 or parse.paragraph_of[token - 1] != parse.paragraph_of[token]


def _is_capital(parse: Parse, token: int, gazetteer: Gazetteer) -> bool:
    """Whether a word is a country's capital, no first name, and not addressed as a person: "Kiev says"."""
    word = parse.words[token]
    addressed = token and is_honorific(parse.words[token - 1])
    if addressed or gender_of_first_name(word) or not parse.tags[token].startswith("NNP"):
        return False
    return any(spot.capital for spot in gazetteer.find(word)[:1])


def _is_known(form: str, gazetteer: Gazetteer) -> bool:
    """By its first name, or as a county; by another name, a word is not known well enough to be taken for a place."""
    spots = gazetteer.find(long_form(form.title(), "Place"))
    return any(spot.kind == "county" or spot.capital or (spot.kind != "continent" and not spot.alias) for spot in spots)


def _evidence(parse: Parse, name: RawName) -> int:
    """Enough for what says a place by itself, one for what others may stand in as well."""
    first, last = name.first, name.last
    before = parse.lower[first - 1] if first else ""
    after, second = [*parse.lower[last + 1 : last + 3], "", ""][:2]
    if before in _LOCATIVE:
        return _ENOUGH if parse.lower[parse.heads[first - 1]] not in _ABSTRACT else 0
    if before == "-" and first > 1 and parse.lower[first - 2] in _PARTIES:
        return _ENOUGH
    if after == "," and (
        second.rstrip(".") in _STATE_FORMS or _SETTLEMENTS.intersection(parse.lower[last + 3 : last + 5])
    ):
        return _ENOUGH
    if after in _DWELLERS or before in _SETTLEMENTS or (after == "-" and second == "based"):
        return _ENOUGH
    if _heads_paragraph(parse, first) and parse.words[first].isupper() and after in _DATELINE_ENDS:
        return _ENOUGH
    if before == _ORIGIN:
        return _ENOUGH if parse.tags[parse.heads[first - 1]].startswith(("NN", "CD")) else 1
    return 0


def _company(parse: Parse, names: list[RawName], at: int) -> int:
    """How many of the names on either side are places joined to it by a comma or "and"."""
    points = 0
    for one, other in ((at - 1, at), (at, at + 1)):
        if one < 0 or other >= len(names):
            continue
        beside = names[one] if other == at else names[other]
        between = parse.lower[names[one].last + 1 : names[other].first]
        points += beside.label in _PLACE_LABELS and 0 < len(between) <= 2 and _LISTING.issuperset(between)
    return points


def _form(parse: Parse, name: RawName) -> str:
    return " ".join(parse.lower[name.first : name.last + 1])
