"""Near copies: of all pairs of texts, which share a cluster and which should (pairwise precision and recall)."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

from ..spans import rates

__all__ = ["pair_counts", "score_pairs"]


def pair_counts(found: Sequence[Hashable], true: Sequence[Hashable]) -> tuple[int, int, int]:
    """Pairs that share a found cluster and a true one; a found one; a true one."""
    return (
        _pairs(Counter(zip(found, true, strict=True))),
        _pairs(Counter(found)),
        _pairs(Counter(true)),
    )


def score_pairs(runs: Sequence[tuple[Sequence[Hashable], Sequence[Hashable]]]) -> Mapping[str, float]:
    """Precision, recall and F1 in per cent over the pairs of several runs (found clusters, true ones)."""
    both, found, true = map(sum, zip(*(pair_counts(*run) for run in runs), strict=True))
    precision, recall, f1 = rates(both / found if found else 1.0, both / true if true else 1.0)
    return {
        "n": len(runs[0][0]),
        "pairs": true // len(runs),
        "found": found // len(runs),
        "p": precision,
        "r": recall,
        "f1": f1,
    }


def _pairs(sizes: Counter[Hashable]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
