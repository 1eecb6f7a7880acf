"""Names that something beside them announces: a form of address, the dash of a dateline, a copyright sign."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wiredesk_extraction.candidates import Candidate, beside
from wiredesk_extraction.datelines import dateline_end
from wiredesk_extraction.honorifics import ANNOUNCES
from wiredesk_extraction.parse import Parse

__all__ = ["with_addressed", "with_datelines", "with_holders"]

_MAX_ADDRESSED = 3
_PAGEANTS = frozenset({"universe", "world", "america", "earth", "usa", "international"})
"""A "Miss" of these is a title that is won."""

_MAX_PLACE = 4
_DASHES = frozenset({"—", "–", "--", "-"})
_MAX_DATELINE = 3
_MIN_DATELINE_CHARS = 3
_MAX_HOLDER = 6
_SIGNS = frozenset({"©", "copyright"})
_STOPS = frozenset({".", ")", "!", "?"})


def with_addressed(parse: Parse, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, and people whom the pipeline missed or cut though a form of address announces them."""
    found = list(candidates)
    at = {token: number for number, c in enumerate(found) for token in range(c.first, c.last + 1)}
    for token in [token for token, word in enumerate(parse.undotted) if word in ANNOUNCES]:
        if not parse.words[token][:1].isupper():
            continue
        first = last = token + 1
        while last < len(parse.words) and last - first < _MAX_ADDRESSED and _adjoins(parse, last - 1, last):
            last += 1
        last -= 1
        inside = {at[t] for t in range(first, last + 1) if t in at}
        if last < first or len(inside) > 1 or parse.lower[first] in _PAGEANTS:
            continue
        number = next(iter(inside), None)
        if number is None:
            found.append(Candidate(first, last, "Person", "form-of-address"))
        elif found[number].type == "Person" and found[number].first > first:
            found[number] = replace(found[number], first=first)
    return sorted(found, key=lambda c: c.first)


def with_datelines(parse: Parse, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates and the places reports are sent from: capitals before a dash, at the head of a paragraph or after
    a stop or a year.
    """
    places = []
    for dash in parse.tokens_among(_DASHES):
        if dash == 0 or dash + 1 == len(parse.words):
            continue
        first = dash
        while first > 0 and dash - first < _MAX_DATELINE and parse.words[first - 1].isupper():
            first -= 1
        long_enough = len("".join(parse.words[first:dash])) > _MIN_DATELINE_CHARS
        if first < dash and long_enough and _heads(parse, first, dash) and parse.text[parse.ends[dash - 1]].isspace():
            places.append(Candidate(first, dash - 1, "Place", "dateline"))
    places += _in_datelines(parse)
    taken = {token for place in places for token in range(place.first, place.last + 1)}
    kept = [c for c in candidates if not taken.intersection(range(c.first, c.last + 1))]
    return sorted(kept + places, key=lambda c: c.first)


def _in_datelines(parse: Parse) -> Iterator[Candidate]:
    """The words in capitals that a longer dateline begins with: "CANCUN, Mexico (Wire) - "."""
    for line, (first, _) in enumerate(parse.sentences):
        if line and parse.paragraph_of[first] == parse.paragraph_of[first - 1]:
            continue
        dash = dateline_end(parse, first)
        if dash is None or not parse.words[first].isalpha():
            continue
        last = first
        while (
            last + 1 < min(dash, first + _MAX_PLACE)
            and parse.words[last + 1].isupper()
            and parse.words[last + 1].isalpha()
        ):
            last += 1
        if last + 1 < dash:
            yield Candidate(first, last, "Place", "dateline")


def with_holders(parse: Parse, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates and the holders of copyright: proper nouns after the sign, a year and an article set aside."""
    holders = []
    for sign in parse.tokens_among(_SIGNS):
        if not (parse.words[sign][:1].isupper() or parse.words[sign] == "©"):
            continue
        first = sign + 1
        while first < len(parse.words) and first - sign < _MAX_DATELINE + 1 and _leads_to_holder(parse, first):
            first += 1
        last = first - 1
        while last + 1 < len(parse.words) and last - first < _MAX_HOLDER and parse.proper[last + 1]:
            if last >= first and not beside(parse, last, last + 1):
                break
            last += 1
        if last > first:
            holders.append(Candidate(first, last, "Organization", "copyright"))
    taken = {token for c in candidates for token in range(c.first, c.last + 1)} if holders else set()
    new = [h for h in holders if not taken.intersection(range(h.first, h.last + 1))]
    return sorted([*candidates, *new], key=lambda c: c.first)


def _leads_to_holder(parse: Parse, token: int) -> bool:
    return parse.words[token].isdigit() or parse.lower[token] in {"©", "the", "(", "c", ")", "by"}


def _heads(parse: Parse, first: int, dash: int) -> bool:
    before = parse.words[first - 1] if first else ""
    return (
        not before or parse.paragraph_of[first - 1] != parse.paragraph_of[dash] or before.isdigit() or before in _STOPS
    )


def _adjoins(parse: Parse, one: int, other: int) -> bool:
    """Whether `other` is a capitalised proper noun right after `one`."""
    return parse.proper[other] and beside(parse, one, other)
