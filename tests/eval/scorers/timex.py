"""Time expressions: found at all, and with the right TIMEX3 value."""

from collections.abc import Mapping, Sequence

from ..predictions import Sample
from ..spans import f1, overlap, pair, percent

__all__ = ["score_timex"]


def score_timex(samples: Sequence[Sample]) -> Mapping[str, float]:
    """Relaxed F1 (overlap), strict F1 (same span), value F1 (overlap and equal value), as in TempEval-3."""
    touched = same = valued = typed = wanted = found = 0
    for sample in samples:
        gold = sorted(sample.gold["timexes"], key=lambda row: (row["start"], row["end"]))
        dates = sample.found.dates
        spans = [(row["start"], row["end"]) for row in gold]
        pairs = pair(spans, [date.span for date in dates], overlap)
        wanted += len(gold)
        found += len(dates)
        touched += len(pairs)
        same += sum(spans[at] == dates[place].span for at, place in pairs)
        valued += sum(dates[place].value in (gold[at].get("accepted") or [gold[at]["value"]]) for at, place in pairs)
        typed += sum(gold[at]["type"] == dates[place].type for at, place in pairs)
    precision, recall, relaxed = f1(touched, found, wanted)
    return {
        "n": wanted,
        "relaxed_p": precision,
        "relaxed_r": recall,
        "relaxed_f1": relaxed,
        "strict_f1": f1(same, found, wanted)[2],
        "value_f1": f1(valued, found, wanted)[2],
        "value_acc": percent(valued, touched),
        "type_acc": percent(typed, touched),
    }
