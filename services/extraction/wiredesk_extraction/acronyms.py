"""Acronyms that an article introduces: "North Atlantic Treaty Organisation (NATO)", or the other way about.

After Schwartz and Hearst (2003), by the initials of words; small words may be passed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wiredesk_extraction.candidates import Candidate, is_acronym
from wiredesk_extraction.name_types import OTHER, type_by_head
from wiredesk_extraction.parse import Parse

__all__ = ["Definition", "find_definitions", "with_definitions"]

_SMALL = frozenset(
    {"of", "the", "and", "for", "in", "on", "to", "&", "de", "la", "du", "des", "-", "’s", "'s", ",", "against"}
)
_BRACKETS = frozenset({"("})
_RULE = "acronym"


@dataclass(frozen=True, slots=True)
class Definition:
    """Token `acronym` stands for tokens `first..last`; `named`: they are a name themselves, by their capitals."""

    acronym: int
    first: int
    last: int
    named: bool


def find_definitions(parse: Parse) -> list[Definition]:
    """Every acronym of the text that stands beside the words it is made of, one of the two in brackets."""
    return [d for bracket in parse.tokens_among(_BRACKETS) for d in _at_bracket(parse, bracket)]


def _at_bracket(parse: Parse, bracket: int) -> Iterator[Definition]:
    inside = bracket + 1
    if inside >= len(parse.words):
        return
    if is_acronym(parse.words[inside]) and parse.words[inside + 1 : inside + 2] in ((")",), (",",), (";",)):
        first = _first_of(parse, parse.words[inside], bracket - 1)
        if first is not None:
            yield _definition(parse, inside, first, bracket - 1)
    elif bracket > 0 and is_acronym(parse.words[bracket - 1]):
        limit = min(len(parse.words), bracket + 3 * len(parse.words[bracket - 1]) + 2)
        close = next((t for t in range(inside, limit) if parse.words[t] == ")"), None)
        first = _first_of(parse, parse.words[bracket - 1], close - 1) if close else None
        if close and first is not None and first - inside in {0, 1}:
            yield _definition(parse, bracket - 1, first, close - 1)


def _definition(parse: Parse, acronym: int, first: int, last: int) -> Definition:
    content = [w for w in parse.words[first : last + 1] if w.lower() not in _SMALL and w[:1].isalpha()]
    return Definition(acronym, first, last, all(word[:1].isupper() for word in content))


def _first_of(parse: Parse, acronym: str, last: int) -> int | None:
    """Where the words begin that end at token `last` and whose initials spell the acronym."""
    letters = [c for c in acronym.lower() if c.isalnum()]
    at, left = last, len(letters)
    while at >= 0 and left and last - at < 3 * len(letters) and parse.sentence_of[at] == parse.sentence_of[last]:
        word = parse.lower[at]
        if word[:1] == letters[left - 1]:
            left -= 1
        elif word not in _SMALL:
            capitals = [c.lower() for c in parse.words[at] if c.isupper()]
            inner = len(capitals)
            if inner < 2 or letters[max(0, left - inner) : left] != capitals:
                return None
            left -= inner
        at -= 1
    return at + 1 if left == 0 and at + 1 <= last - 1 else None


def with_definitions(
    parse: Parse, candidates: Sequence[Candidate], definitions: Sequence[Definition]
) -> list[Candidate]:
    """The candidates, with both sides of each definition as names of one type.

    Words without capitals are no name, but what stands for them is ("type 1 diabetes (T1D)").
    """
    at = {token: c for c in candidates for token in range(c.first, c.last + 1)}
    for definition in definitions:
        acronym = at.get(definition.acronym)
        whole = at.get(definition.last) if definition.named else None
        kind = _type(parse, definition, whole, acronym)
        spans = [(definition.acronym, definition.acronym)]
        if definition.named:
            first = min(whole.first, definition.first) if whole else definition.first
            if first <= definition.acronym <= definition.last:
                continue
            spans.append((first, definition.last))
        for first, last in spans:
            _put(at, first, last, kind)
    return sorted(set(at.values()), key=lambda c: c.first)


def _type(parse: Parse, definition: Definition, whole: Candidate | None, acronym: Candidate | None) -> str:
    by_head = type_by_head(parse.words[definition.last])
    if not definition.named:
        return by_head or OTHER
    return (whole.type if whole else None) or by_head or (acronym.type if acronym else None) or "Organization"


def _put(at: dict[int, Candidate], first: int, last: int, kind: str) -> None:
    """Make `first..last` one candidate, in place of those it overlaps; its own rule only where none was that long."""
    overlapped = {at[token] for token in range(first, last + 1) if token in at}
    same = next((c for c in overlapped if (c.first, c.last) == (first, last)), None)
    for old in overlapped:
        for token in range(old.first, old.last + 1):
            at.pop(token, None)
    new = replace(same, type=kind) if same else Candidate(first, last, kind, _RULE)
    at.update(dict.fromkeys(range(first, last + 1), new))
