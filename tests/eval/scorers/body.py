"""The body of a page, its authors and its exact day; bodies by the article-extraction benchmark's shingle measure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import mean

from ..predictions import Sample
from ..spans import percent, rates

__all__ = ["score_authors", "score_body", "score_days", "shingle_counts"]

_WORD = re.compile(r"\w+")
_SHINGLE_WORDS = 4


def score_body(samples: Sequence[Sample]) -> Mapping[str, float]:
    """Mean precision and recall of word 4-grams over the pages, and their F1 (Zyte, article-extraction-benchmark)."""
    precisions, recalls, same = [], [], 0
    for sample in samples:
        right, extra, missed = shingle_counts(sample.gold["body"], sample.found.body)
        if right + extra:
            precisions.append(right / (right + extra))
        if right + missed:
            recalls.append(right / (right + missed))
        same += _WORD.findall(sample.gold["body"]) == _WORD.findall(sample.found.body)
    p, r, both = rates(mean(precisions or [0.0]), mean(recalls or [0.0]))
    return {"n": len(samples), "p": p, "r": r, "f1": both, "exact": percent(same, len(samples))}


def score_days(samples: Sequence[Sample]) -> Mapping[str, float]:
    """Share of pages whose publication day is right, and share that got one."""
    days = [sample.found.published_at[:10] for sample in samples]
    right = sum(day == sample.gold["date"] for day, sample in zip(days, samples, strict=True))
    answered = sum(map(bool, days))
    return {"n": len(samples), "acc": percent(right, len(samples)), "answered": percent(answered, len(samples))}


def score_authors(samples: Sequence[Sample]) -> Mapping[str, float]:
    """Share of pages whose authors are exactly the people of the byline."""
    right = sum(list(sample.found.authors) == sample.gold["authors"] for sample in samples)
    return {"n": len(samples), "acc": percent(right, len(samples))}


def shingle_counts(gold: str, found: str) -> tuple[int, int, int]:
    """4-grams of words that are right, extra and missed; a shorter text is one gram of all its words."""
    wanted, got = _shingles(gold), _shingles(found)
    right = sum((wanted & got).values())
    return right, sum(got.values()) - right, sum(wanted.values()) - right


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    grams = (tuple(words[at : at + _SHINGLE_WORDS]) for at in range(max(1, len(words) - _SHINGLE_WORDS + 1)))
    return Counter(gram for gram in grams if gram)
