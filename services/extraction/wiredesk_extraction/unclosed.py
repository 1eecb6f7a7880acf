"""Where a quotation without a closing mark ends after all: at the words that say whose it is."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from wiredesk_extraction.parse import Parse
from wiredesk_extraction.quotation_marks import Quotation
from wiredesk_extraction.reporting import STRONG

__all__ = ["closed_at_cues"]

_MAX_NAME = 4
_FINITE = frozenset({"VBD", "VBZ", "VBP"})
_NAMING = ("NNP", "PRP")
_PHRASE = ("NNP", "PRP", "DT")


def closed_at_cues(parse: Parse, quotations: Sequence[Quotation]) -> Iterator[Quotation]:
    """The quotations; one that was never closed, nor goes on in the next paragraph, ends before ", she said"."""
    for number, quotation in enumerate(quotations):
        goes_on = number + 1 < len(quotations) and quotations[number + 1].continues
        end = None if quotation.closed or goes_on else _cue(parse, quotation)
        yield quotation if end is None else replace(quotation, end=end, outer_end=end)


def _cue(parse: Parse, quotation: Quotation) -> int | None:
    """Where the words said end: before the first comma that a name and a verb of saying follow, in either order."""
    first = bisect_left(parse.starts, quotation.start)
    last = bisect_left(parse.starts, quotation.end) - 1
    for comma in range(first + 1, last - 1):
        if parse.words[comma] != ",":
            continue
        at = comma + 1
        if _says(parse, at) and parse.tags[at + 1].startswith(_PHRASE):
            return parse.ends[comma - 1]
        while at < last and at - comma <= _MAX_NAME and parse.tags[at].startswith(_NAMING):
            at += 1
        if at > comma + 1 and _says(parse, at):
            return parse.ends[comma - 1]
    return None


def _says(parse: Parse, token: int) -> bool:
    return parse.lower[token] in STRONG and parse.tags[token] in _FINITE
