"""Names in a parsed article: what the pipeline and our rules found, trimmed and with a person's honorifics taken in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wiredesk_extraction.acronyms import Definition, with_definitions
from wiredesk_extraction.announced import with_addressed, with_datelines, with_holders
from wiredesk_extraction.boundaries import cut, extended, joined
from wiredesk_extraction.candidates import Candidate, Casing, beside, candidates_of
from wiredesk_extraction.capitals import with_capitals
from wiredesk_extraction.honorifics import COURTESY, POSTNOMINALS, is_honorific
from wiredesk_extraction.name_types import sure_type, type_by_head
from wiredesk_extraction.nicknames import with_nicknames
from wiredesk_extraction.offices import is_office, without_offices
from wiredesk_extraction.parse import Parse

__all__ = ["Name", "find_names", "with_honorifics", "with_postnominals"]

_LEADING = frozenset({"the", "a", "an", "this", "that", "'s", "our", "its", "his", "her", "their"})
_TRAILING = frozenset({"'s", "'", "s'", "’s", "’"})
_PARTICLES_WORDS = """
    de da di del della der den dos du la le van von bin ibn al el ter ten af av zu
"""
_PARTICLES = frozenset(_PARTICLES_WORDS.split())
_MAX_HONORIFICS = 4
"""Words taken in on either side of a name ("The Right Rev. Dr."): no row of them may take for ever."""

_COMMON_TAGS = ("NN", "JJ", "IN", "DT", "PRP")
_GLUED = frozenset({"™", "®"})


@dataclass(frozen=True, slots=True)
class Name:
    """A named mention: tokens `first..last`, of which `bare..stem` are the name; those before are honorifics, those
    after letters behind it ("M.D.", "Jr."). `rule` found it; empty: the pipeline.
    """

    first: int
    bare: int
    stem: int
    last: int
    type: str
    rule: str = ""

    def overlaps(self, first: int, last: int) -> bool:
        """Whether it shares a token with `first..last`."""
        return self.first <= last and first <= self.last


def find_names(parse: Parse, definitions: Sequence[Definition]) -> list[Name]:
    """Every named mention, in order, none overlapping."""
    found: list[Name] = []
    for candidate in _candidates(parse, definitions):
        for name in _names_of(parse, candidate):
            if not found or found[-1].last < name.first:
                found.append(name)
            elif found[-1].last < name.bare:
                found.append(replace(name, first=name.bare))
    return found


def _candidates(parse: Parse, definitions: Sequence[Definition]) -> list[Candidate]:
    casing = Casing(parse)
    candidates = with_holders(parse, with_datelines(parse, with_addressed(parse, candidates_of(parse))))
    candidates = joined(parse, [piece for candidate in candidates for piece in cut(parse, candidate)])
    candidates = with_nicknames(parse, list(without_offices(parse, candidates)))
    candidates = with_definitions(parse, candidates, definitions)
    return with_capitals(parse, extended(parse, candidates, casing), casing)


def _names_of(parse: Parse, candidate: Candidate) -> Iterator[Name]:
    person = candidate.type == "Person"
    for first, last in _two_people(parse, candidate) if person else [(candidate.first, candidate.last)]:
        trimmed = _trim(parse, first, last, whole=candidate.type in {"Work", "Law", "Event"})
        if trimmed is None or _is_postnominal(parse, *trimmed):
            continue
        first, stem = trimmed
        bare, last = first, stem
        if person:
            while stem > bare and (_is_postnominal(parse, stem, stem) or parse.words[stem] == ","):
                stem -= 1
            while bare < stem and is_honorific(parse.words[bare]):
                bare += 1
            if is_office(parse, bare, stem):
                continue
            first, last = with_honorifics(parse, first), with_postnominals(parse, stem)
        kind = (
            sure_type(parse.words[stem]) if bare < stem and parse.words[stem][:1].isupper() else None
        ) or candidate.type
        yield Name(first, bare, stem, last, kind, candidate.rule)


def with_honorifics(parse: Parse, first: int) -> int:
    """The token a person's mention begins with, forms of address before `first` taken in."""
    bound = max(0, first - _MAX_HONORIFICS)
    while (
        first > bound
        and parse.undotted[first - 1] in COURTESY
        and parse.words[first - 1][:1].isupper()
        and beside(parse, first - 1, first)
    ):
        first -= 1
    return first


def with_postnominals(parse: Parse, last: int) -> int:
    """The token a person's mention ends with, letters behind the name taken in ("Jr.", ", M.D.")."""
    at, bound = last + 1, min(len(parse.words), last + 1 + 2 * _MAX_HONORIFICS)
    while at < bound and parse.sentence_of[at] == parse.sentence_of[last]:
        token = at + 1 if parse.words[at] == "," and at + 1 < len(parse.words) else at
        if not _is_postnominal(parse, token, token):
            break
        last, at = token, token + 1
    return last


def _is_postnominal(parse: Parse, first: int, last: int) -> bool:
    word = parse.words[first]
    return first == last and word[:1].isupper() and word.lower().rstrip(".") in POSTNOMINALS


def _two_people(parse: Parse, candidate: Candidate) -> list[tuple[int, int]]:
    """ "Bush and Putin" read as one name is two."""
    for at in range(candidate.first + 1, candidate.last):
        if parse.lower[at] in {"and", "&"}:
            return [(candidate.first, at - 1), (at + 1, candidate.last)]
    return [(candidate.first, candidate.last)]


def _trim(parse: Parse, first: int, last: int, *, whole: bool) -> tuple[int, int] | None:
    """Without articles, possessive endings, outer punctuation and, unless `whole`, common nouns at its ends ("the
    Victorian era"); None when nothing is left that could be a name.
    """
    while first <= last and (parse.lower[first] in _LEADING or not _wordlike(parse.words[first])):
        first += 1
    while first <= last and (parse.lower[last] in _TRAILING or not _wordlike(parse.words[last])):
        last -= 1
    while not whole and first < last and _is_common(parse, last):
        last -= 1
    while not whole and first < last and parse.words[first].islower() and parse.lower[first] not in _PARTICLES:
        if not parse.words[first].isalpha() or not any(w[:1].isupper() for w in parse.words[first + 1 : last + 1]):
            break
        first += 1
    if first > last:
        return None
    words = parse.words[first : last + 1]
    if not any(word[:1].isupper() or not word[:1].islower() or _is_camel(word) for word in words):
        return None
    if not any(c.isalpha() for c in "".join(words)) or parse.words[first].startswith(("@", "#", "http", "www.")):
        return None
    if last + 1 < len(parse.words) and parse.words[last + 1] in _GLUED and parse.ends[last] == parse.starts[last + 1]:
        last += 1
    return first, last


def _is_common(parse: Parse, last: int) -> bool:
    """Whether a word at a name's end is none of it; the "party" of "the Labour party" and its like are."""
    word = parse.words[last]
    return word.islower() and parse.tags[last].startswith(_COMMON_TAGS) and type_by_head(word) is None


def _is_camel(word: str) -> bool:
    return any(c.isupper() for c in word[1:])


def _wordlike(word: str) -> bool:
    return word.isalnum() or any(c.isalnum() for c in word)
