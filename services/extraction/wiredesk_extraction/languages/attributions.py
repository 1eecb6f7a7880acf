"""Ties each quotation to the one who spoke, in a language without rules of its own: what stands right beside it.

The clause behind a quotation, then the words that lead up to it, then the rest of its sentence. Where no rule is sure
there is no speaker.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from wiredesk_extraction.attribution import Attribution
from wiredesk_extraction.languages.cues import MAX_FROM_AUXILIARY, CueWords
from wiredesk_extraction.languages.speakers import Floor, before, behind, has_no_subject, subject
from wiredesk_extraction.scene import Phrase

__all__ = ["CONFIDENCE", "attribute"]

CONFIDENCE: Mapping[str, float] = {
    "name_behind": 0.9,
    "name_before": 0.9,
    "subject": 0.85,
    "name_with_colon": 0.8,
    "same_clause": 0.75,
    "goes_on_saying": 0.85,
    "same_breath": 0.8,
    "told_on": 0.7,
    "unsaid_subject": 0.7,
}
"""Rule -> how far its speaker can be trusted. Estimates, not measured: the English rules most like them reach 0.05 to
0.1 more on annotated news (`certainty.py`)."""

_MAX_CLAUSE = 25
_MAX_BEFORE_COLON = 6
_MAX_TOLD = 60
_MIN_FRAGMENT = 2
_STOPS = frozenset(".!?")
_ENDS = (".", "!", "?", "…")
_DASHES = frozenset({",", "–", "—", "-", "("})


def attribute(floor: Floor, cues: Sequence[CueWords]) -> list[Attribution]:
    """One attribution for each quotation of the scene, in order."""
    outside = [cue for cue in cues if floor.scene.outside(cue.first)]
    found: list[Attribution] = []
    for number in range(len(floor.scene.quotations)):
        own = _own(floor, outside, number, found[-1].cue if found else None)
        if own.speaker is None:
            own = _inherited(floor, outside, number, found, own)
        found.append(own)
    return found


def _own(floor: Floor, cues: Sequence[CueWords], number: int, taken: tuple[int, int] | None) -> Attribution:
    """By the words around it; `taken`: the cue that already tells whose the quotation before is."""
    bounds = floor.scene.tokens_of[number]
    if bounds is None:
        return Attribution()
    after = _clause(floor.scene.after(bounds[1]))
    ahead = _clause(floor.scene.before(bounds[0]))[::-1]
    leads_up = bool(ahead) and floor.parse.words[ahead[-1]] == ":"
    found = [_led_up(floor, cues, ahead)] if leads_up else [_followed(floor, cues, after, number)]
    if (not leads_up or found[0].cue is None) and _may_be_fragment(floor, number):
        found += [_within(floor, cues, ahead, taken), _added(floor, cues, after)]
    return next((a for a in found if a.speaker), next((a for a in found if a.cue), Attribution()))


def _may_be_fragment(floor: Floor, number: int) -> bool:
    """Whether words in marks can be a piece of what is said, and not the name of a paper or a ship."""
    quotation = floor.scene.quotations[number]
    words = floor.parse.text[quotation.start : quotation.end].split()
    return len(words) >= _MIN_FRAGMENT and not all(word[:1].isupper() for word in words)


def _clause(tokens: Iterator[int]) -> list[int]:
    """The next tokens of a clause; no more than rules look at."""
    return list(islice(tokens, 2 * _MAX_CLAUSE))


def _in(cues: Sequence[CueWords], first: int, last: int) -> list[CueWords]:
    """The cues that begin in `first..last`."""
    start = bisect_left(cues, first, key=lambda cue: cue.first)
    return list(cues[start : bisect_right(cues, last, key=lambda cue: cue.first)])


def _followed(floor: Floor, cues: Sequence[CueWords], after: list[int], number: int) -> Attribution:
    """What begins right behind the quotation: "…", sagte Müller; "…", so Müller; "…", disse ela."""
    comma = bool(after) and floor.parse.words[after[0]] in _DASHES
    while after and floor.parse.words[after[0]] in _DASHES:
        after = after[1:]
    if not after or floor.parse.words[after[0]][:1].isupper() or not (comma or _may_be_fragment(floor, number)):
        return Attribution()
    here = [cue for cue in _in(cues, after[0], after[min(1, len(after) - 1)]) if cue.last in after]
    return _told(floor, here[0], frozenset(after), "name_behind") if here else Attribution()


def _led_up(floor: Floor, cues: Sequence[CueWords], ahead: list[int]) -> Attribution:
    """What leads up to a quotation with a colon: Müller sagte: "…"; Müller: "…"."""
    zone = frozenset(ahead)
    verbs = [cue for cue in _in(cues, ahead[0], ahead[-1]) if cue.kind != "appended" and cue.last in zone]
    if verbs:
        return _told(floor, verbs[-1], zone, "name_before")
    named = floor.named(ahead[-1] - 1) if len(ahead) <= _MAX_BEFORE_COLON else None
    return Attribution(named, None, "name_with_colon") if named and named.first in zone else Attribution()


def _within(floor: Floor, cues: Sequence[CueWords], ahead: list[int], taken: tuple[int, int] | None) -> Attribution:
    """A verb or phrase before it in its sentence: Laut Müller ist das "ein Skandal"; Er nannte das "…"."""
    if not ahead:
        return Attribution()
    near = ahead[-_MAX_CLAUSE:]
    zone = frozenset(ahead)
    for cue in reversed(_in(cues, near[0], near[-1])):
        if cue.kind != "appended" and cue.last in zone and cue.shown != taken:
            return _told(floor, cue, zone, "same_clause")
    return Attribution()


def _added(floor: Floor, cues: Sequence[CueWords], after: list[int]) -> Attribution:
    """A verb or phrase behind a comma later in its sentence: "…" sei das, sagte Müller."""
    zone = frozenset(after)
    for cue in _in(cues, after[0], after[min(_MAX_CLAUSE, len(after) - 1)]) if after else ():
        if cue.first - 1 in zone and floor.parse.words[cue.first - 1] in _DASHES and cue.last in zone:
            return _told(floor, cue, frozenset(at for at in zone if at >= cue.first), "same_clause")
    return Attribution()


def _told(floor: Floor, cue: CueWords, zone: frozenset[int], rule: str) -> Attribution:
    """The cue with its speaker, by the words beside it, else by the parse."""
    speaker = None
    if cue.kind == "verb" and rule != "name_behind":
        speaker = before(floor, cue, zone)
        if speaker is None:
            follows = behind(floor, cue, zone)
            speaker = follows if follows and (follows.entity is not None or _opens(floor, cue, zone)) else None
    else:
        speaker = behind(floor, cue, zone)
    if speaker is None and cue.kind == "verb":
        if rule == "name_behind":
            speaker = before(floor, cue, zone)
        if speaker is None and (speaker := subject(floor, cue)):
            rule = "subject"
    if (
        cue.plural
        and speaker
        and speaker.entity is None
        and floor.language.pronoun(floor.parse.words[speaker.head]) is not None
    ):
        speaker = None
    return Attribution(speaker, cue.shown, rule)


def _opens(floor: Floor, cue: CueWords, zone: frozenset[int]) -> bool:
    """Whether a verb stands first in its clause but for days and fillers, so that what follows can be its subject."""
    before_it = [at for at in zone if at < cue.first]
    return all(floor.parse.lower[at] in floor.language.passed_over for at in before_it)


def _inherited(
    floor: Floor, cues: Sequence[CueWords], number: int, found: Sequence[Attribution], own: Attribution
) -> Attribution:
    """What goes on from the quotation before; else what a verb without subject or one of hearsay tells."""
    bounds = floor.scene.tokens_of[number]
    if bounds is None:
        return own
    last = found[-1] if found else Attribution()
    if floor.scene.quotations[number].continues:
        return Attribution(last.speaker, last.cue, "goes_on_saying")
    if own.cue is not None:
        speaker = _unsaid(floor, cues, number, own.cue, last) if floor.language.drops_pronouns else None
        return Attribution(speaker, own.cue, "unsaid_subject") if speaker else own
    if last.cue and last.speaker and _in_one_breath(floor, number, last.cue):
        return Attribution(last.speaker, last.cue, "same_breath")
    return _hearsay(floor, cues, number)


def _unsaid(
    floor: Floor, cues: Sequence[CueWords], number: int, told: tuple[int, int], last: Attribution
) -> Phrase | None:
    """Whose words follow a verb without subject: the one told of just before, else the last quotation's speaker."""
    lines, bounds = floor.parse.paragraph_of, floor.scene.tokens_of
    here = bounds[number]
    near = _in(cues, told[0] - MAX_FROM_AUXILIARY, told[0])
    own = next((cue for cue in near if cue.shown == told), None)
    if here is None or own is None or own.kind != "verb":
        return None
    zone = frozenset((*_clause(floor.scene.before(own.first)), *_clause(floor.scene.after(own.last))))
    if not has_no_subject(floor, own, zone):
        return None
    if speaker := _told_before(floor, cues, here[0], sentences=2):
        return speaker
    there = bounds[number - 1] if number else None
    return last.speaker if there and lines[here[0]] - lines[there[1]] <= 1 else None


def _in_one_breath(floor: Floor, number: int, cue: tuple[int, int]) -> bool:
    """Whether a quotation is a sentence, and only the clause of `cue` stands between it and the one before, in a
    paragraph.
    """
    here, there = floor.scene.tokens_of[number], floor.scene.tokens_of[number - 1]
    if here is None or there is None or not there[1] < cue[0] < here[0]:
        return False
    if floor.parse.paragraph_of[there[1]] != floor.parse.paragraph_of[here[0]]:
        return False
    quotation = floor.scene.quotations[number]
    if not floor.parse.text[quotation.start : quotation.end].endswith(_ENDS) and _clause(floor.scene.after(here[1])):
        return False
    stops = [at for at in range(there[1] + 1, here[0]) if floor.parse.words[at] in _STOPS]
    if not stops:
        return floor.parse.words[here[0] - 1] == ","
    return stops == [here[0] - 1] and floor.parse.text[quotation.start].isupper()


def _hearsay(floor: Floor, cues: Sequence[CueWords], number: int) -> Attribution:
    """A quotation in a sentence whose verb says that it tells another's words: the speaker of the sentence before."""
    bounds = floor.scene.tokens_of[number]
    if bounds is None or not floor.language.hearsay:
        return Attribution()
    parse = floor.parse
    ahead, after = _clause(floor.scene.before(bounds[0]))[::-1], _clause(floor.scene.after(bounds[1]))
    if not any(parse.lower[at] in floor.language.hearsay for at in (*ahead, *after)):
        return Attribution()
    opening = ahead[0] if ahead else bounds[0]
    speaker = _told_before(floor, cues, opening, sentences=1)
    if speaker is None:
        return Attribution()
    pronoun = next((at for at in ahead[:2] if floor.language.pronoun(parse.words[at]) is not None), None)
    if pronoun is not None:
        speaker = Phrase(pronoun, pronoun, pronoun, speaker.entity)
    return Attribution(speaker, None, "told_on")


def _told_before(floor: Floor, cues: Sequence[CueWords], opening: int, *, sentences: int) -> Phrase | None:
    """The subject of the nearest verb of saying before a token, so many sentences back at most, in its paragraph."""
    parse = floor.parse
    for cue in reversed(_in(cues, opening - _MAX_TOLD, opening - 1)):
        far = parse.sentence_of[opening] - parse.sentence_of[cue.last] > sentences
        if far or parse.paragraph_of[cue.last] != parse.paragraph_of[opening]:
            return None
        if cue.kind == "verb":
            clause = (*_clause(floor.scene.before(cue.first)), *_clause(floor.scene.after(cue.last)))
            zone = frozenset((*clause, *range(cue.first, cue.last + 1)))
            if speaker := _told(floor, cue, zone, "same_clause").speaker:
                return speaker
    return None
