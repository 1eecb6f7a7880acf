"""Words of offices that recognisers take for names of their own: the "Interior" of "Interior Minister Sara Holm"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wiredesk_extraction.candidates import Candidate, beside
from wiredesk_extraction.honorifics import OFFICES
from wiredesk_extraction.parse import Parse

__all__ = ["is_office", "without_offices"]

_PORTFOLIO_WORDS = """
    interior exterior foreign home health defence defense trade finance financial justice education transport
    transportation energy environment environmental agriculture labor commerce housing culture sport sports information
    immigration development science economy economic industry tourism planning affairs security prime vice deputy first
    supreme state majority minority shadow chief executive attorney acting interim former assistant under and of
    homeland veterans city county town village
"""
_PORTFOLIOS = frozenset(_PORTFOLIO_WORDS.split())
"""What ministers, secretaries and leaders are in charge of, and of what rank."""

_OFFICE_WORDS = OFFICES | _PORTFOLIOS

_HOLDER_WORDS = """
    minister secretary commissioner leader spokesman spokeswoman spokesperson representative general president director
    adviser advisor undersecretary chancellor manager administrator clerk
"""
_HOLDERS = frozenset(_HOLDER_WORDS.split())
_OF_STATE = frozenset({"secretary", "minister", "undersecretary", "secretaries", "ministers"})


def without_offices(parse: Parse, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """The candidates; of an office only whose it is is left ("EU Trade" Commissioner), of "Secretary of State Ann Lund"
    only the person.
    """
    for candidate in candidates:
        first, last = candidate.first, candidate.last
        if first > 1 and parse.lower[first - 1] == "of" and parse.lower[first - 2] in _OF_STATE:
            while first < last and parse.lower[first] in _PORTFOLIOS:
                first += 1
            if first > candidate.first:
                yield replace(candidate, first=first, type="Person")
                continue
        if candidate.type != "Person" and _is_held(parse, last):
            last = _without_portfolio(parse, candidate)
        if last >= first:
            yield replace(candidate, last=last)


def is_office(parse: Parse, first: int, last: int) -> bool:
    """Whether words are an office and nobody's name: "Vice President". A single word may be a surname."""
    return last > first and all(parse.lower[t] in _OFFICE_WORDS for t in range(first, last + 1))


def _without_portfolio(parse: Parse, candidate: Candidate) -> int:
    """The last token that is none of a portfolio's; before the first where all are. A place loses all or nothing."""
    last = candidate.last
    while last >= candidate.first and parse.lower[last] in _PORTFOLIOS:
        last -= 1
    return candidate.last if candidate.type == "Place" and last >= candidate.first else last


def _is_held(parse: Parse, last: int) -> bool:
    """Whether the words that end here say what the next one is in charge of."""
    after = last + 1
    return (
        after < len(parse.words)
        and parse.lower[after] in _HOLDERS
        and parse.words[after][:1].isupper()
        and beside(parse, last, after)
    )
