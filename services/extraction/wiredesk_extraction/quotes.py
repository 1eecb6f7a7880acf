"""The quotes of an article: quotations in marks and reported clauses, merged, each with its speaker and cue."""

from collections.abc import Iterable
from dataclasses import dataclass

from wiredesk_extraction.attribution import Attribution, attribute
from wiredesk_extraction.quotation_marks import Quotation
from wiredesk_extraction.reported import Reported, find_reported
from wiredesk_extraction.scene import Phrase, Scene

__all__ = ["Said", "find_quotes"]

_MIN_WORDS_UNATTRIBUTED = 3
"""Shorter words in marks that nobody is said to have said are nicknames, titles and terms."""


@dataclass(frozen=True, slots=True)
class Said:
    """Code points `start..end` were said; `kind` as in the event; `speaker` and `cue` in tokens."""

    start: int
    end: int
    kind: str
    speaker: Phrase | None
    cue: tuple[int, int] | None


def find_quotes(scene: Scene) -> list[Said]:
    """Every quote in text order, none overlapping another."""
    attributions = attribute(scene)
    taken: set[int] = set()
    found: list[Said] = []
    for item in find_reported(scene):
        inside = [n for n in _quotations_in(scene, item) if n not in taken]
        clause = (scene.parse.starts[item.first], scene.parse.ends[item.last])
        if inside and not _mixes(scene, clause, inside, attributions, item):
            continue
        taken.update(inside)
        found.append(Said(*clause, "mixed" if inside else "indirect", item.speaker, item.cue))
    for number, quotation in enumerate(scene.quotations):
        if number not in taken:
            found += _direct(scene, quotation, number, attributions[number])
    return _apart(sorted(found, key=lambda said: (said.start, said.end)))


def _quotations_in(scene: Scene, item: Reported) -> list[int]:
    return sorted({n for n in scene.quotation_of[item.first : item.last + 1] if n >= 0})


def _mixes(
    scene: Scene, clause: tuple[int, int], inside: list[int], attributions: list[Attribution], item: Reported
) -> bool:
    """Whether a clause is partly in marks: whole quotations lie within it, do not fill it, and have no other cue."""
    quoted = 0
    for number in inside:
        quotation = scene.quotations[number]
        if quotation.start < clause[0] or quotation.end > clause[1]:
            return False
        cue = attributions[number].cue
        if cue is not None and cue[0] != item.cue[0]:
            return False
        quoted += quotation.outer_end - quotation.outer_start
    return quoted < 0.8 * (clause[1] - clause[0])


def _direct(scene: Scene, quotation: Quotation, number: int, attribution: Attribution) -> Iterable[Said]:
    text = scene.parse.text[quotation.start : quotation.end]
    if attribution.speaker is None and len(text.split()) < _MIN_WORDS_UNATTRIBUTED:
        return
    end = quotation.end - (len(text) - len(text.rstrip(",")))
    bounds = scene.tokens_of[number]
    whole = text[:1].isupper() and (bounds is None or not _clause_goes_on(scene, bounds, text))
    if end > quotation.start:
        yield Said(quotation.start, end, "direct" if whole else "mixed", attribution.speaker, attribution.cue)


def _clause_goes_on(scene: Scene, bounds: tuple[int, int], text: str) -> bool:
    """Whether the quoted words are a piece of the narrator's own sentence rather than a sentence themselves."""
    before = next(iter(scene.before(bounds[0])), None)
    return (
        before is not None
        and scene.parse.words[before] not in {",", ":", "--", "—", "–", "-"}
        and not text.rstrip().endswith((".", ",", "?", "!"))
    )


def _apart(found: list[Said]) -> list[Said]:
    kept: list[Said] = []
    for said in found:
        if not kept or kept[-1].end <= said.start:
            kept.append(said)
        elif said.kind == "direct" and kept[-1].kind == "indirect":
            kept[-1] = said
    return kept
