"""Speech that a dash opens at the head of a paragraph: "—No volveremos —dijo Marta—. Ya no." """

from collections.abc import Iterator, Sequence

from wiredesk_extraction.languages.cues import CueWords
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.quotation_marks import Quotation

__all__ = ["find_speech"]

_DASHES = frozenset("—–")
_MAX_TO_CUE = 3
"""Tokens between a dash or comma and the verb: "—le dijo", ", a-t-il répondu"."""


def find_speech(parse: Parse, cues: Sequence[CueWords]) -> Iterator[Quotation]:
    """What is said in paragraphs that begin with a dash, where a verb of saying behind another dash or a comma shows
    that it is no list. In Spanish a third dash goes back to what is said.
    """
    verbs = {cue.first for cue in cues if cue.kind == "verb"}
    for first, last in _paragraphs(parse):
        if parse.words[first] not in _DASHES or last - first < 2:
            continue
        stops = [at for at in range(first + 1, last + 1) if parse.words[at] in _DASHES or parse.words[at] == ","]
        told = next((at for at in stops if verbs.intersection(range(at + 1, at + 1 + _MAX_TO_CUE))), None)
        if told is None or told == first + 1:
            continue
        yield _between(parse, first, first + 1, told - 1)
        back = next((at for at in stops if at > told and parse.words[at] in _DASHES), None)
        if parse.words[told] in _DASHES and back is not None:
            start = back + 1 + (parse.words[min(back + 1, last)] in {".", ","})
            if start <= last:
                yield _between(parse, back, start, last)


def _paragraphs(parse: Parse) -> Iterator[tuple[int, int]]:
    first = 0
    for at, line in enumerate(parse.paragraph_of):
        if line != parse.paragraph_of[first]:
            yield first, at - 1
            first = at
    if parse.words:
        yield first, len(parse.words) - 1


def _between(parse: Parse, outer: int, first: int, last: int) -> Quotation:
    end = parse.ends[last]
    return Quotation(parse.starts[first], end, parse.starts[outer], end, closed=True)
