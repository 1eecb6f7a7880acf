"""Who said what: speakers of direct quotations, and all attributions, indirect ones too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..predictions import Quote, Sample
from ..spans import Span, covered, overlap, percent, rates, touches

__all__ = ["score_quotes"]

_MIN_WORDS = 3
"""Shorter quotations are terms, which may or may not be annotated."""
_MIN_IOU = 0.5
_MIN_INSIDE = 0.8


@dataclass(slots=True)
class _Tally:
    direct: int = 0
    detected: int = 0
    attributed: int = 0
    right: int = 0
    candidates: int = 0
    inside: int = 0
    attributions: int = 0
    matched: int = 0
    matched_content: int = 0
    found: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True)
class _Attribution:
    """A gold attribution: its content may be in pieces."""

    content: tuple[Span, ...]
    source: tuple[Span, ...]
    hull: Span = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hull", (self.content[0][0], self.content[-1][1]))

    @property
    def chars(self) -> int:
        return sum(end - start for start, end in self.content)

    def iou(self, span: Span) -> float:
        """Intersection over union with the pieces or with their hull, the better one."""
        shared, length = covered(span, self.content), span[1] - span[0]
        pieces = shared / (length + self.chars - shared)
        whole = overlap(span, self.hull)
        return max(pieces, whole / (length + self.hull[1] - self.hull[0] - whole))

    def holds(self, span: Span) -> bool:
        """Whether a quote lies in one of the pieces, nearly whole."""
        return covered(span, self.content) >= _MIN_INSIDE * (span[1] - span[0])

    def spans(self, span: Span) -> bool:
        """Whether it lies between the first and the last piece, nearly whole."""
        return overlap(span, self.hull) >= _MIN_INSIDE * (span[1] - span[0])

    def said_by(self, quote: Quote) -> bool:
        """Whether the quote's speaker is the annotated source."""
        return any(touches(span, self.source) for span in quote.speaker)


def score_quotes(samples: Sequence[Sample]) -> Mapping[str, float]:
    """Speaker F1 of direct quotations, and attribution F1: content at IoU of .5 or more with an overlapping source."""
    tally = _Tally()
    for sample in samples:
        _count_direct(sample, tally)
        _count_attributions(sample, tally)
    speaker = rates(percent(tally.right, tally.attributed) / 100, percent(tally.right, tally.direct) / 100)
    attribution = rates(percent(tally.used, tally.found) / 100, percent(tally.matched, tally.attributions) / 100)
    return {
        "n": tally.direct,
        "detected": percent(tally.detected, tally.direct),
        "direct_precision": percent(tally.inside, tally.candidates),
        "speaker_p": speaker[0],
        "speaker_r": speaker[1],
        "speaker_f1": speaker[2],
        "attr_n": tally.attributions,
        "attr_p": attribution[0],
        "attr_r": attribution[1],
        "attr_f1": attribution[2],
        "attr_content_r": percent(tally.matched_content, tally.attributions),
    }


def _count_direct(sample: Sample, tally: _Tally) -> None:
    quotes = [quote for quote in sample.found.quotes if quote.in_marks]
    for gold in sample.gold["direct"]:
        span = (gold["start"], gold["end"])
        near = [quote for quote in quotes if overlap(quote.span, span)]
        tally.direct += 1
        if near:
            best = max(near, key=lambda quote: overlap(quote.span, span))
            tally.detected += 1
            tally.attributed += bool(best.speaker)
            tally.right += any(touches(where, map(tuple, gold["source"])) for where in best.speaker)
    contents = [tuple(piece) for attribution in sample.gold["attributions"] for piece in attribution["content"]]
    long = [quote for quote in quotes if len(sample.text[slice(*quote.span)].split()) >= _MIN_WORDS]
    tally.candidates += len(long)
    tally.inside += sum(covered(quote.span, contents) > 0 for quote in long)


def _count_attributions(sample: Sample, tally: _Tally) -> None:
    gold = [_attribution(row) for row in sample.gold["attributions"]]
    sourced = [attribution for attribution in gold if attribution.source]
    quotes = sample.found.quotes
    matched, used = _match(sourced, quotes, with_source=True)
    nobodys = [attribution for attribution in gold if not attribution.source]
    ignored = sum(
        at not in used and any(attribution.iou(quote.span) >= _MIN_IOU for attribution in nobodys)
        for at, quote in enumerate(quotes)
    )
    tally.attributions += len(sourced)
    tally.matched += len(matched)
    tally.used += len(used)
    tally.found += len(quotes) - ignored
    tally.matched_content += len(_match(sourced, quotes, with_source=False)[0])


def _attribution(row: Mapping[str, Any]) -> _Attribution:
    return _Attribution(
        tuple((start, end) for start, end in row["content"]), tuple((start, end) for start, end in row["source"])
    )


def _match(gold: Sequence[_Attribution], quotes: Sequence[Quote], *, with_source: bool) -> tuple[set[int], set[int]]:
    """Indices of the attributions found and of the quotes used for them.

    One quote for one attribution, best first. One that is left may be matched by several quotes inside it that
    together reach as far: a quotation broken by its cue. Further pieces of one that is in pieces are no errors.
    """
    fits = [[not with_source or one.said_by(quote) for quote in quotes] for one in gold]
    ranked = sorted(
        (-one.iou(quote.span), at, place)
        for at, one in enumerate(gold)
        for place, quote in enumerate(quotes)
        if fits[at][place] and overlap(quote.span, one.hull)
    )
    matched: set[int] = set()
    used: set[int] = set()
    for score, at, place in ranked:
        if -score >= _MIN_IOU and at not in matched and place not in used:
            matched.add(at)
            used.add(place)
    for at, one in enumerate(gold):
        if at in matched:
            continue
        parts = [n for n, quote in enumerate(quotes) if n not in used and fits[at][n] and one.spans(quote.span)]
        shared = sum(covered(quotes[n].span, one.content) for n in parts)
        union = one.chars + sum(quotes[n].span[1] - quotes[n].span[0] for n in parts) - shared
        if len(parts) > 1 and shared >= _MIN_IOU * union:
            matched.add(at)
            used.update(parts)
    for at in sorted(matched):
        if len(gold[at].content) > 1:
            used.update(n for n, quote in enumerate(quotes) if fits[at][n] and gold[at].holds(quote.span))
    return matched, used
