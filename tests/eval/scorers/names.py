"""Mentions by name: exact spans, with or without their type."""

from collections.abc import Mapping, Sequence

from ..predictions import Sample
from ..spans import Span, f1, percent, touches, trimmed

__all__ = ["CORE_TYPES", "score_named", "score_typed"]

CORE_TYPES = ("Person", "Organization", "Place")


def score_named(samples: Sequence[Sample]) -> Mapping[str, float]:
    """Untyped mentions in the annotated part of each article, span F1.

    Other annotated stretches (`ignore`) are neither right nor wrong; `overlap_r` forgives boundaries.
    """
    right = extra = missed = touched = 0
    for sample in samples:
        first, last = sample.gold.get("evaluation_span") or (0, len(sample.text))
        wanted = _spans(sample, "mentions")
        got = {
            trimmed(sample.text, mention.span)
            for mention in sample.found.names
            if first <= mention.span[0] and mention.span[1] <= last
        }
        right += len(wanted & got)
        missed += len(wanted - got)
        extra += len(got - wanted - _spans(sample, "ignore"))
        touched += sum(touches(span, got) for span in wanted)
    p, r, both = f1(right, right + extra, right + missed)
    return {"n": right + missed, "p": p, "r": r, "f1": both, "overlap_r": percent(touched, right + missed)}


def score_typed(samples: Sequence[Sample]) -> Mapping[str, float]:
    """Mentions of people, organisations and places: span and type F1, and without the type.

    A name inside an annotated one (the town in the name of its police) is neither right nor wrong.
    """
    counts = {True: [0, 0, 0], False: [0, 0, 0]}
    for sample in samples:
        text = sample.text
        ignored = [(one["start"], one["end"]) for one in sample.gold.get("ignore", ())]
        wanted = {
            (trimmed(text, (mention["start"], mention["end"])), mention["type"]) for mention in sample.gold["mentions"]
        }
        spans = {span for span, _ in wanted}
        got = {
            (span, mention.type)
            for mention in sample.found.names
            if mention.type in CORE_TYPES
            and ((span := trimmed(text, mention.span)) in spans or not (touches(span, ignored) or _nested(span, spans)))
        }
        for typed, tally in counts.items():
            gold, found = (wanted, got) if typed else (spans, {span for span, _ in got})
            for at, count in enumerate((len(gold & found), len(found), len(gold))):
                tally[at] += count
    return {"n": counts[True][2], "f1": f1(*counts[True])[2], "span_f1": f1(*counts[False])[2]}


def _nested(span: Span, others: set[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _spans(sample: Sample, field: str) -> set[Span]:
    return {trimmed(sample.text, (one["start"], one["end"])) for one in sample.gold.get(field, ())}
