"""Where names begin and end: what the pipeline read as one is cut, and what it cut in two is joined or made longer."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wiredesk_extraction.candidates import Candidate, Casing, beside
from wiredesk_extraction.first_names import gender_of_first_name
from wiredesk_extraction.honorifics import POSTNOMINALS, is_honorific
from wiredesk_extraction.name_types import type_by_head
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.person_nouns import is_person_noun
from wiredesk_extraction.regions import SHORT_STATES
from wiredesk_extraction.time_lexicon import MONTHS, WEEKDAYS

__all__ = ["LEGAL_FORMS", "cut", "extended", "joined"]

LEGAL_FORMS = frozenset(
    {"inc", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "llp", "plc", "ag", "gmbh", "sa", "nv"}
)
_AFTER_COMMAS = LEGAL_FORMS | POSTNOMINALS
_SEPARATORS = frozenset({"•", "|", "·", ";", ":", "(", ")", "[", "]", "{", "}", "…", "...", "—", "--", "*"})
_LISTED = frozenset({"Place", "Person", "Group", "Product", "Organization"})
"""Kinds of which news prose lists several behind commas; titles of works and laws may hold one."""

_BUREAUX = frozenset({"bureau", "office", "offices", "correspondent", "headquarters", "newsroom"})
_TIMES = frozenset({*WEEKDAYS, *MONTHS, "today", "tonight", "est", "edt", "gmt", "bst", "et", "pt"})
_NOT_OF_NAMES = frozenset(
    {"former", "acting", "interim", "retired", "late", "deputy", "vice", "then", "new", "fellow", "legendary", "mr"}
)
_EDITIONS = frozenset({"cup", "olympics", "games", "championship", "championships", "open", "marathon", "festival"})
_SEATED_WORDS = """
    university college school hospital church center centre bank academy institute museum union society
    federation ministry department board court archdiocese diocese party chamber association council
    conservatory republic
"""
_SEATED = frozenset(_SEATED_WORDS.split())
"""Bodies whose names may end in "of" and a place."""

_PRONOUNS = frozenset({"he", "she", "it", "they"})
_ZONE_WORDS = "est edt cst cdt mst mdt pst pdt gmt bst cet utc"
_ZONES = frozenset(_ZONE_WORDS.split())
_MAX_GOALS_DIGITS = 4
_MAX_RUN = 6
_YEAR_DIGITS = 4


def cut(parse: Parse, candidate: Candidate) -> Iterator[Candidate]:
    """The names in what was read as one: parted at brackets, bullets, dashes, scores and the commas of a list."""
    first = candidate.first
    listed = candidate.type in _LISTED and not _holds_conjunction(parse, candidate)
    for at in range(candidate.first, candidate.last + 1):
        word = parse.words[at]
        if word.isalpha() and parse.tags[at] != "PRP":
            continue  # most words part nothing
        spaced = word in {"–", "-"} and parse.text[parse.ends[at] : parse.ends[at] + 1].isspace()
        pronoun = parse.tags[at] == "PRP" and parse.lower[at] in _PRONOUNS
        if at == first < candidate.last and _qualifies(parse, at):
            yield replace(candidate, first=at, last=at)
            first = at + 1
            continue
        ends = (
            word in _SEPARATORS
            or spaced
            or pronoun
            or _in_score(parse, at)
            or (word == "," and listed and not _goes_on(parse, at + 1))
        )
        if ends:
            if at > first:
                yield replace(candidate, first=first, last=at - 1)
            first = at + 1
    if first <= candidate.last and not _ZONES.issuperset(parse.lower[first : candidate.last + 1]):
        yield candidate if first == candidate.first else replace(candidate, first=first)


def _qualifies(parse: Parse, token: int) -> bool:
    """Whether a shortened state after a comma ends the name before it, and the sentence: "of Kalispell, Mont. Park"."""
    word = parse.words[token]
    return word[-1] == "." and token > 0 and parse.words[token - 1] == "," and word.rstrip(".") in SHORT_STATES


def _in_score(parse: Parse, token: int) -> bool:
    """Whether a token is one of the three of "3-1", after the name of a team."""
    for first in range(max(0, token - 2), min(token, len(parse.words) - 3) + 1):
        ours, dash, theirs = parse.words[first : first + 3]
        if dash in {"-", "–"} and ours.isdigit() and theirs.isdigit() and len(ours + theirs) <= _MAX_GOALS_DIGITS:
            return True
    return False


def _holds_conjunction(parse: Parse, candidate: Candidate) -> bool:
    """ "Department of Health, Education and Welfare" is one; "Orange, Riverside and Kern" are three."""
    if candidate.type != "Organization":
        return False
    return any(parse.lower[t] in {"and", "&"} for t in range(candidate.first, candidate.last + 1))


def _goes_on(parse: Parse, token: int) -> bool:
    """Whether what stands after a comma belongs to the name before it: "Inc.", "Jr."."""
    return token < len(parse.words) and parse.undotted[token] in _AFTER_COMMAS


def joined(parse: Parse, candidates: Sequence[Candidate]) -> list[Candidate]:
    """An organisation and the place that ends its name: "Northern Rail Wales", "Institute for Marine Life of Oslo"."""
    found: list[Candidate] = []
    for candidate in candidates:
        before = found[-1] if found else None
        if before is not None and _is_branch(parse, before, candidate):
            found[-1] = replace(before, last=candidate.last)
        else:
            found.append(candidate)
    return found


def _is_branch(parse: Parse, body: Candidate, place: Candidate) -> bool:
    if body.type != "Organization" or place.type != "Place":
        return False
    after = place.last + 1
    return _is_seated(parse, body, place) or (
        place.first == body.last + 1
        and beside(parse, body.last, place.first)
        and parse.tags[body.last] != "POS"
        and not (after < len(parse.words) and parse.lower[after] in _BUREAUX)
    )


def _is_seated(parse: Parse, body: Candidate, place: Candidate) -> bool:
    if place.first != body.last + 2 or parse.lower[body.last + 1] != "of":
        return False
    seated = any(parse.lower[t] in _SEATED for t in range(body.first, body.last + 1))
    return seated and parse.sentence_of[body.first] == parse.sentence_of[place.last]


def extended(parse: Parse, candidates: Sequence[Candidate], casing: Casing) -> list[Candidate]:
    """The candidates with the proper nouns right beside them that belong to them, initials and the year of an event."""
    taken = {token for c in candidates for token in range(c.first, c.last + 1)}
    found = []
    for candidate in candidates:
        if candidate.type == "Person":
            first = _initials(parse, candidate.first, taken)
            longer = candidate if first == candidate.first else replace(candidate, first=first)
        else:
            longer = _with_neighbours(parse, candidate, casing, taken)
        taken.update(range(longer.first, longer.last + 1))
        found.append(longer)
    return found


def _initials(parse: Parse, first: int, taken: set[int]) -> int:
    """Where a person's name begins when the initials before it are counted in: "J. K. Rowan", "JK Rowan"."""
    at = first
    while at > 0 and at - 1 not in taken and _is_initial(parse.words[at - 1]) and beside(parse, at - 1, at):
        at -= 1
    return at if parse.tags[at].startswith("NNP") else first


def _is_initial(word: str) -> bool:
    letters = word.replace(".", "").replace("-", "")
    if not letters.isalpha() or not letters.isupper():
        return False
    if "." in word:
        return len(letters) <= 3 and len(word) <= 6
    return len(letters) == 2 and letters.lower() not in {
        "mr",
        "dr",
        "pm",
        "mp",
        "tv",
        "us",
        "uk",
        "eu",
        "un",
        "dj",
        "pc",
    }


def _with_neighbours(parse: Parse, candidate: Candidate, casing: Casing, taken: set[int]) -> Candidate:
    first, last = candidate.first, candidate.last
    if last not in casing.proper and candidate.type != "Group":
        return candidate
    right = last
    stopped = parse.words[last].endswith(".")  # "Co.": what follows may be the next sentence
    while (
        not stopped
        and right + 1 < len(parse.words)
        and right - last < _MAX_RUN
        and _belongs(parse, casing, right, right + 1, taken)
    ):
        right += 1
    left = first
    while left > 0 and first - left < _MAX_RUN and _belongs(parse, casing, left - 1, left, taken, before=True):
        left -= 1
    if right > last and (right - last == _MAX_RUN or _titles_someone(parse, last + 1, right, taken)):
        right = last
    if left < first and (candidate.type == "Group" or any(is_person_noun(parse.words[t]) for t in range(left, first))):
        left = first
    left = _with_year(parse, left, right)
    if (left, right) == (first, last):
        return candidate
    kind = type_by_head(parse.words[right]) if right > last else None
    if kind is None and left < first and gender_of_first_name(parse.words[left]):
        kind = "Person"
    if kind is None and candidate.type == "Group":
        kind = "Organization"
    return replace(candidate, first=left, last=right, type=kind or candidate.type)


def _belongs(parse: Parse, casing: Casing, one: int, other: int, taken: set[int], *, before: bool = False) -> bool:
    """Whether the outer of two neighbours may be a part of the name the inner one belongs to."""
    outer = one if before else other
    if outer in taken or outer not in casing.proper or not beside(parse, one, other):
        return False
    word = parse.undotted[outer]
    if word in _TIMES or word in _NOT_OF_NAMES or is_honorific(parse.words[outer]) or len(word) == 1:
        return False
    return not (before and casing.opens(outer)) and parse.words[outer].isalpha()


def _titles_someone(parse: Parse, first: int, last: int, taken: set[int]) -> bool:
    """ "Public Works Director" in "Oslo Public Works Director Ann Hale": the words say what someone is."""
    after = last + 1
    if any(gender_of_first_name(parse.words[t]) for t in range(first, last + 1)):
        return True
    followed = after < len(parse.words) and (after in taken or is_honorific(parse.words[after]))
    return followed or any(
        is_person_noun(parse.words[t]) for t in (*range(first, last + 1), min(after, len(parse.words) - 1))
    )


def _with_year(parse: Parse, first: int, last: int) -> int:
    """ "the 1998 World Cup" is one edition of it."""
    year = first - 1
    if parse.lower[last] not in _EDITIONS or first == last or year < 0 or not beside(parse, year, first):
        return first
    return year if parse.words[year].isdigit() and len(parse.words[year]) == _YEAR_DIGITS else first
