"""What every measurement is given, and the rounds it goes through."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .bare import STAGES
from .corpus import Corpus
from .figures import Curve
from .processes import Stack
from .yardstick import Yardstick, write_items

__all__ = ["NO_READER", "WARM_UP", "Bench", "in_turn", "prepare"]

A = TypeVar("A")
B = TypeVar("B")

WARM_UP = "warm-up"
_WARM_UP_ARTICLES = 8

NO_READER = {"WIREDESK_DOWNSTREAM_LIMIT": str(10**9), "WIREDESK_TRIM_DELAY_S": "0"}
"""For a stage alone: its gate would shut, because nobody reads what it writes; and what it has read goes at once."""

_AN_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`memory` collects peaks in bytes by process, `curves` what is more than a figure; `say` takes a line about the

    progress.
    """

    corpus: Corpus
    yardstick: Yardstick
    folder: Path
    articles: int
    messages: int
    rounds: int
    half_load_s: float
    memory: dict[str, int]
    curves: list[Curve]
    say: Callable[[str], None]

    @property
    def tags(self) -> tuple[str, ...]:
        """A warm-up, which is not counted, and the rounds."""
        return (WARM_UP, *(f"round-{number}" for number in range(1, self.rounds + 1)))

    def size(self, tag: str) -> int:
        """Articles of a round."""
        return min(_WARM_UP_ARTICLES, self.articles) if tag == WARM_UP else self.articles

    def items(self, tag: str, stage: str) -> Path:
        """The file of a round's articles as the stage gets them."""
        return self.folder / f"{tag}-{stage}.items"

    def note_memory(self, stack: Stack) -> None:
        """Keep the peaks that a stack has seen."""
        for name, peak in stack.memory.items():
            self.memory[name] = max(peak, self.memory.get(name, 0))


def prepare(bench: Bench, tag: str, *, count: int, stage: str = STAGES[0]) -> Path:
    """Write a round's articles as a stage gets them, unless they are there: what the bare loop before it makes of them.

    Submission ids lie in the past, one millisecond apart.
    """
    path = bench.items(tag, stage)
    if path.exists():
        return path
    if stage == STAGES[0]:
        start = time.time_ns() // 1_000_000 - _AN_HOUR_MS
        submissions = bench.corpus.distinct(count, tag)
        write_items(path, [(f"{start + number}-0", event) for number, event in enumerate(submissions)])
    else:
        before = STAGES[STAGES.index(stage) - 1]
        bench.yardstick.stages([before], prepare(bench, tag, count=count, stage=before), results=path)
    return path


def in_turn(number: int, measured: Callable[[], A], yardstick: Callable[[], B]) -> tuple[A, B]:
    """Both, one after the other; which goes first changes from round to round, so that neither always finds the

    caches, the disk and the processor's clock as the other left them.
    """
    if number % 2:
        before = yardstick()
        return measured(), before
    after = measured()
    return after, yardstick()
