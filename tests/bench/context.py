"""What every measurement is given, and the rounds it goes through."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .accounts import Account
from .bare import STAGES
from .corpus import Corpus, Kind
from .figures import Curve
from .machine import Footprint
from .processes import Stack
from .yardstick import Yardstick, write_items

__all__ = ["NO_READER", "WARM_UP", "Bench", "prepare"]

WARM_UP = "warm-up"
_WARM_UP_ARTICLES = 8
_PAGES_SHARE = 0.4

NO_READER = {"WIREDESK_DOWNSTREAM_LIMIT": str(10**9), "WIREDESK_TRIM_DELAY_S": "0"}
"""For a stage alone: its gate would shut, because nobody reads what it writes; and what it has read goes at once."""

_AN_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`memory` collects what processes had at the most, `curves` what is more than a figure, `accounts` what became
    of submissions; `say` takes a line about the progress.
    """

    corpora: Mapping[Kind, Corpus]
    yardstick: Yardstick
    folder: Path
    articles: int
    messages: int
    rounds: int
    load_s: float
    memory: dict[str, Footprint]
    curves: list[Curve]
    accounts: list[Account]
    say: Callable[[str], None]

    @property
    def tags(self) -> tuple[str, ...]:
        """A warm-up, which is not counted, and the rounds."""
        return (WARM_UP, *(f"round-{number}" for number in range(1, self.rounds + 1)))

    def size(self, tag: str, kind: Kind = "text") -> int:
        """Articles of a round. Pages are fewer: a web page has about twice the words of an agency's text."""
        wanted = self.articles if kind == "text" else max(1, int(self.articles * _PAGES_SHARE))
        return min(_WARM_UP_ARTICLES, wanted) if tag == WARM_UP else wanted

    def items(self, tag: str, stage: str, kind: Kind = "text") -> Path:
        """The file of a round's articles as the stage gets them."""
        return self.folder / f"{kind}-{tag}-{stage}.items"

    def note_memory(self, stack: Stack) -> None:
        """Keep the most that the processes of a stack were seen to have."""
        for name, found in stack.memory.items():
            self.memory[name] = found.beside(self.memory.get(name, found))


def prepare(bench: Bench, tag: str, *, count: int, stage: str = STAGES[0], kind: Kind = "text") -> Path:
    """Write a round's articles as a stage gets them, unless they are there: what the bare loop before it makes of them.

    Submission ids lie in the past, one millisecond apart.
    """
    path = bench.items(tag, stage, kind)
    if path.exists():
        return path
    if stage == STAGES[0]:
        start = time.time_ns() // 1_000_000 - _AN_HOUR_MS
        submissions = bench.corpora[kind].distinct(count, f"{kind}-{tag}")
        write_items(path, [(f"{start + number}-0", event) for number, event in enumerate(submissions)])
    else:
        before = STAGES[STAGES.index(stage) - 1]
        items = prepare(bench, tag, count=count, stage=before, kind=kind)
        bench.yardstick.stages([before], items, results=path)
    return path
