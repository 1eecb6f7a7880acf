"""The quotes of an article: quotations in marks and reported clauses, merged, each with its speaker and cue."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from wiredesk_extraction.attribution import Attribution, attribute
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.quotation_marks import Quotation
from wiredesk_extraction.reported import Reported
from wiredesk_extraction.reported_speech import find_reported
from wiredesk_extraction.scene import Phrase, Scene

__all__ = ["Said", "find_quotes", "in_marks"]

_MIN_WORDS_UNATTRIBUTED = 3
"""Shorter words in marks that nobody is said to have said are nicknames, titles and terms."""

_MAX_CLIMB = 6
_FILLED = 0.8
"""From this share of marked characters on, a reported clause is a direct quote with a word or two before it."""


@dataclass(frozen=True, slots=True)
class Said:
    """Code points `start..end` were said; `kind` as in the event; `speaker` and `cue` in tokens; `rule`: what tells."""

    start: int
    end: int
    kind: str
    speaker: Phrase | None
    cue: tuple[int, int] | None
    rule: str


def find_quotes(scene: Scene) -> list[Said]:
    """Every quote in text order, none overlapping another."""
    attributions = attribute(scene)
    taken: set[int] = set()
    found: list[Said] = []
    for item in find_reported(scene):
        inside = [n for n in _quotations_in(scene, item) if n not in taken]
        widened = _around_its_quotations(scene, item, inside, attributions)
        if widened is None:
            continue
        if len(inside) == 1 and _fills(scene, widened, inside[0]):
            own = attributions[inside[0]]
            if own.cue is None or own.cue[0] != item.cue[0]:
                attributions[inside[0]] = Attribution(item.speaker, item.cue, item.rule)
            continue
        taken.update(inside)
        clause = (scene.parse.starts[widened.first], scene.parse.ends[widened.last])
        found.append(Said(*clause, "mixed" if inside else "indirect", item.speaker, item.cue, item.rule))
    for number, quotation in enumerate(scene.quotations):
        if number not in taken:
            found += in_marks(scene, quotation, number, attributions[number])
    return _apart(sorted(found, key=lambda said: (said.start, said.end)))


def _quotations_in(scene: Scene, item: Reported) -> list[int]:
    return sorted({n for n in scene.quotation_of[item.first : item.last + 1] if n >= 0})


def _around_its_quotations(
    scene: Scene, item: Reported, inside: list[int], attributions: list[Attribution]
) -> Reported | None:
    """The item, widened to the end of a quotation that begins in it; None when a quotation has a better cue.

    A cue inside what is reported belongs to it ("said he thought it was "a shame""); one behind the quotation does not.
    """
    last = item.last
    for number in inside:
        bounds = scene.tokens_of[number]
        if bounds is None or bounds[0] + 1 < item.first:
            return None
        if _has_better_cue(scene, item, number, attributions[number].cue):
            return None
        last = max(last, bounds[1])
    return replace(item, last=last)


def _has_better_cue(scene: Scene, item: Reported, number: int, own: tuple[int, int] | None) -> bool:
    """Whether the quotation's own cue stands behind both, or heads a clause beside the item's and leads on to it."""
    bounds = scene.tokens_of[number]
    if own is None or bounds is None or own[0] == item.cue[0]:
        return False
    if own[0] > max(bounds[1], item.last):
        return True
    if not item.cue[0] < own[0] < bounds[0] or scene.parse.words[bounds[0] - 1] not in {",", ":"}:
        return False
    whole = scene.parse.text[scene.quotations[number].start].isupper()
    return whole and not _within(scene.parse, own[0], item.cue[0])


def _within(parse: Parse, token: int, above: int) -> bool:
    """Whether a token stands in a complement of another, as against beside it ("said … and then replied")."""
    for _ in range(_MAX_CLIMB):
        head = parse.heads[token]
        if head == above:
            return parse.deps[token] != "conj"
        if head == token:
            return False
        token = head
    return False


def _fills(scene: Scene, item: Reported, number: int) -> bool:
    """Whether a quotation is all but the whole of what is reported: then it is a quote by itself."""
    quotation = scene.quotations[number]
    length = scene.parse.ends[item.last] - scene.parse.starts[item.first]
    return quotation.outer_end - quotation.outer_start >= _FILLED * length


def in_marks(scene: Scene, quotation: Quotation, number: int, attribution: Attribution) -> Iterable[Said]:
    """What a quotation in marks says, if it is one: a short one without a speaker is a term or a title."""
    text = scene.parse.text[quotation.start : quotation.end]
    if attribution.speaker is None and len(text.split()) < _MIN_WORDS_UNATTRIBUTED:
        return
    end = quotation.end - (len(text) - len(text.rstrip(",")))
    bounds = scene.tokens_of[number]
    whole = text[:1].isupper() and (bounds is None or not _clause_goes_on(scene, bounds, text))
    if end > quotation.start:
        yield Said(
            quotation.start, end, "direct" if whole else "mixed", attribution.speaker, attribution.cue, attribution.rule
        )


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
