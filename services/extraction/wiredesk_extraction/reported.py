"""Speech without marks, or with only some of it in marks, as tokens: what a rule for it finds."""

from dataclasses import dataclass

from wiredesk_extraction.datelines import dateline_end
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.scene import Phrase, Scene

__all__ = ["Reported", "trimmed"]

_OUTER = frozenset({",", ":", ";", "-", "--", "–", "—", ".", '"', "“", "”", "''", "``"})


@dataclass(frozen=True, slots=True)
class Reported:
    """Tokens `first..last` as someone's words or thought, the cue's tokens, who it comes from, and the rule's name."""

    first: int
    last: int
    speaker: Phrase
    cue: tuple[int, int]
    rule: str


def trimmed(scene: Scene, item: Reported, *, min_words: int) -> Reported | None:
    """Without outer punctuation of the narrator's and a dateline; None when too little is left, or it holds its own
    speaker or cue.
    """
    parse: Parse = scene.parse
    first, last = item.first, item.last
    if first <= last and (dash := dateline_end(parse, first)) is not None:
        first = dash + 1
    while first <= last and parse.words[first] in _OUTER and scene.outside(first):
        first += 1
    while first <= last and parse.words[last] in _OUTER and scene.outside(last):
        last -= 1
    if last - first + 1 < min_words or first <= item.speaker.head <= last or first <= item.cue[0] <= last:
        return None
    return Reported(first, last, item.speaker, item.cue, item.rule)
