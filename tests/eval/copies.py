"""Near copies scored: the gold set in several orders of arrival, clustered as ingest does it, and what that costs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from random import Random

from wiredesk.stage.likeness import Likeness
from wiredesk_ingest.identity import cluster_id
from wiredesk_ingest.signature import likeness

from .copy_clusters import clusters
from .copy_cost import measure
from .copy_gold import ORIGINAL, Told, load_copies
from .report import Score
from .tasks import COPIES

__all__ = ["arrivals", "found_clusters", "score_copies"]

_ORDERS = 5
"""Whichever copy arrives first founds the cluster, so one order would say little."""
_NOTED = 3

Signed = tuple[Told, Likeness | None]


def score_copies(articles: Path, stories: Path) -> Score:
    """Precision and recall over pairs of texts; the notes tell what is missed or merged, and the cost.

    Raises EvalError for a bad file of the gold set, OSError where no server can be started to measure the cost.
    """
    told = load_copies(articles, stories)
    runs = [(order, found_clusters(order)) for order in arrivals(told)]
    scored = [(found, [one.story for one, _ in order]) for order, found in runs]
    english = [one.text for one in told if one.edit == ORIGINAL and one.text.isascii()]
    return Score(
        task=COPIES,
        articles=len(told),
        words=0,
        seconds=0.0,
        results=COPIES.score(scored),
        notes=(*_missed(runs), *_merged(runs), *measure(english).notes()),
    )


def arrivals(told: Sequence[Told]) -> list[list[Signed]]:
    """The texts with their signatures, in some orders that are always the same."""
    signed = [(one, likeness(cluster_id(one.text), one.text)) for one in told]
    return [Random(seed).sample(signed, len(signed)) for seed in range(_ORDERS)]


def found_clusters(order: Sequence[Signed]) -> list[str]:
    """The cluster of each; of a text without a signature the one of its exact copies."""
    found = iter(clusters(signature for _, signature in order if signature))
    return [next(found) if signature else cluster_id(one.text) for one, signature in order]


def _missed(runs: Sequence[tuple[Sequence[Signed], Sequence[str]]]) -> Iterator[str]:
    pairs, missed = Counter[str](), Counter[str]()
    for order, found in runs:
        for (one, first), (other, second) in _pairs(order, found):
            if one.story == other.story:
                kinds = {one.edit, other.edit} - {ORIGINAL}
                pairs.update(kinds)
                missed.update(kinds if first != second else ())
    worst = sorted(((missed[kind] / pairs[kind], kind) for kind in pairs), reverse=True)[:_NOTED]
    yield "most often apart from their copies: " + ", ".join(f"{kind} ({share:.0%})" for share, kind in worst)


def _merged(runs: Sequence[tuple[Sequence[Signed], Sequence[str]]]) -> Iterator[str]:
    merged = Counter[str]()
    for order, found in runs:
        stories = {
            " and ".join(sorted((one.story, other.story)))
            for (one, first), (other, second) in _pairs(order, found)
            if first == second and one.story != other.story
        }
        merged.update(stories)
    often = ", ".join(f"{names} ({times} of {len(runs)})" for names, times in merged.most_common(_NOTED))
    yield f"stories merged in some order of arrival: {often}" if merged else "no stories were merged"


def _pairs(order: Sequence[Signed], found: Sequence[str]) -> Iterator[tuple[tuple[Told, str], tuple[Told, str]]]:
    yield from combinations([(one, cluster) for (one, _), cluster in zip(order, found, strict=True)], 2)
