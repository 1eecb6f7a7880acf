"""Articles annotated in full: clusters, speakers by entity, dates by value, and what is not the story."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from ..predictions import Quote, Sample
from ..spans import Span, bare, overlap, percent, rates, touches
from .body import shingle_counts
from .names import CORE_TYPES

__all__ = ["b_cubed", "score_whole"]

Key = tuple[int, int]
_CUT_END = "…. "


def score_whole(samples: Sequence[Sample]) -> Mapping[str, float]:
    """Means over the articles that have such facts; counts (`n`, `…_n`) are sums."""
    rows: dict[str, list[float]] = defaultdict(list)
    totals: Counter[str] = Counter()
    for sample in samples:
        clusters = _Clusters(sample)
        totals["n"] += len(clusters.keys)
        rows["b3_f1"].append(clusters.b3_f1())
        rows["name_f1"].append(clusters.name_f1())
        for name, part, whole in (*_speakers(sample, clusters), *_dates(sample)):
            totals[f"{name}_n"] += whole
            if whole:
                rows[name].append(percent(part, whole))
        if sample.gold["boilerplate"]:
            totals["boilerplate_n"] += 1
            rows["boilerplate"].append(100.0 * _is_removed(sample))
        right, _, missed = shingle_counts(sample.gold["clean_text"], sample.found.body)
        rows["body_kept"].append(percent(right, right + missed))
    return {**totals, **{name: mean(values) for name, values in rows.items()}}


def b_cubed(gold: Sequence[set[Any]], found: Sequence[set[Any]]) -> float:
    """F1 of B³ (Bagga and Baldwin 1998): each mention's cluster against its gold cluster."""
    return rates(_b_cubed_share(found, gold), _b_cubed_share(gold, found))[2]


def _b_cubed_share(these: Sequence[set[Any]], those: Sequence[set[Any]]) -> float:
    total = sum(map(len, these))
    return sum(len(one & other) ** 2 / len(one) for one in these for other in those if one) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class _Found:
    """A mention that was found, by what is left when honorifics are off; `gold` is the annotated one it stands for."""

    key: Key
    entity: str
    kind: str
    gold: Key | None
    allowed: bool


class _Clusters:
    """Mentions by name and by description, gold and found, paired one to one."""

    def __init__(self, sample: Sample) -> None:
        self.keys: dict[Key, tuple[str, str]] = {
            bare(sample.text, (mention["start"], mention["end"])): (entity["id"], mention["kind"])
            for entity in sample.gold["entities"]
            for mention in entity["mentions"]
            if mention["kind"] != "pronoun"
        }
        self.found = list(self._found(sample))

    def _found(self, sample: Sample) -> Iterator[_Found]:
        mentions = [m for m in sample.found.mentions if m.kind != "pronoun" and m.type in CORE_TYPES]
        keys = [bare(sample.text, mention.span) for mention in mentions]
        stands_for = self._pair(keys)
        optional = [(row["start"], row["end"]) for row in (*sample.gold["optional"], *sample.gold["boilerplate"])]
        sizes = Counter(mention.entity for mention in mentions)
        for at, (mention, key) in enumerate(zip(mentions, keys, strict=True)):
            lone = mention.kind == "nominal" and sizes[mention.entity] == 1
            allowed = at in stands_for or not (lone or touches(key, optional))
            yield _Found(key, mention.entity, mention.kind, stands_for.get(at), allowed)

    def _pair(self, keys: Sequence[Key]) -> dict[int, Key]:
        """Equal spans first; then the largest overlap of at least half of the longer span that is free."""
        pairs: dict[int, Key] = {}
        taken: set[Key] = set()
        for at, key in enumerate(keys):
            if key in self.keys and key not in taken:
                pairs[at] = key
                taken.add(key)
        for at, key in enumerate(keys):
            if at in pairs:
                continue
            near = [gold for gold in self.keys if gold not in taken and 2 * overlap(gold, key) >= _longer(gold, key)]
            if near:
                pairs[at] = max(near, key=lambda gold: overlap(gold, key))
                taken.add(pairs[at])
        return pairs

    def b3_f1(self) -> float:
        gold: dict[str, set[Any]] = defaultdict(set)
        for key, (entity, _) in self.keys.items():
            gold[entity].add(key)
        found: dict[str, set[Any]] = defaultdict(set)
        for at, one in enumerate(self.found):
            if one.allowed:
                found[one.entity].add(one.gold or ("extra", at))
        return b_cubed(list(gold.values()), list(found.values()))

    def name_f1(self) -> float:
        names = {key for key, (_, kind) in self.keys.items() if kind == "name"}
        found = [one for one in self.found if one.kind == "name" and one.allowed]
        right = sum(one.gold in names for one in found)
        return rates(percent(right, len(found)) / 100, percent(right, len(names)) / 100)[2]

    def votes(self) -> dict[str, Counter[str]]:
        """For each entity found, which gold entities its mentions stand for."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for one in self.found:
            if one.gold:
                votes[one.entity][self.keys[one.gold][0]] += 1
        return votes


def _longer(one: Span, other: Span) -> int:
    return max(one[1] - one[0], other[1] - other[0])


def _speakers(sample: Sample, clusters: _Clusters) -> Iterator[tuple[str, int, int]]:
    """Quotations whose speaker is the right entity; and those that nobody said and that got no speaker."""
    quotes = [quote for quote in sample.found.quotes if quote.in_marks]
    votes = clusters.votes()
    said = right = nobodys = left_alone = 0
    for gold in sample.gold["quotes"]:
        span = (gold["start"], gold["end"])
        near = [quote for quote in quotes if overlap(quote.span, span)]
        best = max(near, key=lambda quote: _closeness(quote.span, span), default=None)
        who = _speaker(best, votes, sample.gold["entities"]) if best else None
        if gold["speaker"] is None:
            nobodys += 1
            left_alone += who is None
        else:
            said += 1
            right += who == gold["speaker"]
    yield "quote_speakers", right, said
    yield "unattributed", left_alone, nobodys


def _closeness(one: Span, other: Span) -> float:
    return overlap(one, other) / (max(one[1], other[1]) - min(one[0], other[0]))


def _speaker(quote: Quote, votes: Mapping[str, Counter[str]], entities: Sequence[Mapping[str, Any]]) -> str | None:
    """The gold entity that a quote's speaker stands for; "?" for one that is none of them; None without a speaker."""
    if quote.entity in votes:
        return votes[quote.entity].most_common(1)[0][0]
    spans = [
        ((mention["start"], mention["end"]), entity["id"]) for entity in entities for mention in entity["mentions"]
    ]
    near = [
        (overlap(span, where), span[0] - span[1], entity)
        for where in quote.speaker
        for span, entity in spans
        if overlap(span, where)
    ]
    if near:
        return max(near)[2]
    return "?" if quote.speaker or quote.name else None


def _dates(sample: Sample) -> Iterator[tuple[str, int, int]]:
    """Dates with an accepted value; a date without accepted values is not judged."""
    judged = [row for row in sample.gold["dates"] if row["accepted"]]
    right = sum(
        any(
            overlap(date.span, (row["start"], row["end"])) and date.value in row["accepted"]
            for date in sample.found.dates
        )
        for row in judged
    )
    yield "dates", right, len(judged)


def _is_removed(sample: Sample) -> bool:
    """Whether no stretch of boilerplate is left: of a repeated lead one copy stays."""
    body = re.sub(r"\s+", " ", sample.found.body)
    return bool(body) and all(
        body.count(re.sub(r"\s+", " ", row["text"]).rstrip(_CUT_END)) <= row.get("copies", 0)
        for row in sample.gold["boilerplate"]
    )
