"""How fast articles become durable: the index's writer and FTS5 in turn with the same batches, while both grow."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from wiredesk.events import ArticleExtracted
from wiredesk.index import open_writer
from wiredesk_indexing.__main__ import collect_seldom

from ..figures import Figure, percentile
from ..gathering import Gathering
from .corpus import News
from .fts5 import Fts5

__all__ = ["BATCHES", "Took", "durable_upserts", "fill"]

BATCHES = (100, 500)
YARDSTICK = "SQLite FTS5"
_STRETCH = 5000
"""Articles one engine takes before the other's turn: some seconds, so that tantivy's merges fall within its own."""
_TOLD_EVERY = 10 * _STRETCH


@dataclass(slots=True)
class Took:
    """For one engine and one size of batch: articles a second of each stretch, until all of it is searchable.

    `batch_s`: until a batch is durable; `cpu_s`: processor time an article; `searchable_s`: see Gathering.
    """

    rates: list[float] = field(default_factory=list)
    batch_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    searchable_s: list[float] = field(default_factory=list)

    def stretch(
        self,
        batches: Sequence[Sequence[ArticleExtracted]],
        upsert: Callable[..., object],
        finish: Callable[[], object],
    ) -> None:
        """Write some batches, and note what each took."""
        count = sum(map(len, batches))
        began, cpu_began = time.perf_counter(), time.process_time()
        for batch in batches:
            batch_began = time.perf_counter()
            upsert(batch)
            self.batch_s.append(time.perf_counter() - batch_began)
        finish()
        self.rates.append(count / (time.perf_counter() - began))
        self.cpu_s.append((time.process_time() - cpu_began) / count)


def durable_upserts(
    news: News, index: Path, sql: Path, *, articles: int, say: Callable[[str], None]
) -> dict[int, tuple[Took, Took]]:
    """Fill both, changing from one size of batch to the other and from one engine to the other all the time.

    By size of batch, what the index took and what FTS5 took.
    """
    took = {size: (Took(), Took()) for size in BATCHES}
    writer, other = open_writer(f"tantivy://{index}"), Fts5(sql)
    for number, at in enumerate(range(0, articles, _STRETCH)):
        size = BATCHES[number % len(BATCHES)]
        batches = list(news.batches(range(at, min(at + _STRETCH, articles)), size))
        gathering = Gathering(writer)
        mine, theirs = took[size]
        both = [(mine, gathering.upsert, gathering.finish), (theirs, other.upsert, _nothing)]
        with _collecting_as_the_worker_does():
            for one, upsert, finish in both if number // len(BATCHES) % 2 else both[::-1]:
                one.stretch(batches, upsert, finish)
        mine.searchable_s += gathering.searchable_s()
        rates = f"{mine.rates[-1]:,.0f}/s at batch {size}, {YARDSTICK} {theirs.rates[-1]:,.0f}/s"
        say(f"{at + sum(map(len, batches)):,} articles: {rates}")
    writer.close()
    other.close()
    return took


def _nothing() -> None:
    """A transaction of SQLite can be searched when it is durable."""


@contextmanager
def _collecting_as_the_worker_does() -> Iterator[None]:
    """What the bench holds is looked through for cycles no more often than what an indexing worker holds."""
    thresholds = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def fill(news: News, index: Path, *, articles: int, say: Callable[[str], None]) -> None:
    """The index alone, in large batches; how fast they go in is told on the way."""
    writer, size = open_writer(f"tantivy://{index}"), BATCHES[-1]
    gathering = Gathering(writer)
    for at in range(0, articles, _TOLD_EVERY):
        until, took = min(at + _TOLD_EVERY, articles), Took()
        with _collecting_as_the_worker_does():
            for first in range(at, until, _STRETCH):
                batches = list(news.batches(range(first, min(first + _STRETCH, until)), size))
                took.stretch(batches, gathering.upsert, gathering.finish)
        say(f"{until:,} articles: {statistics.median(took.rates):,.0f}/s at batch {size}")
    writer.close()


def figures(took: dict[int, tuple[Took, Took]], index: Path, sql: Path, *, articles: int) -> list[Figure]:
    """Rates, the time of a batch, processor time, and the size on disk."""
    found = []
    for size, (mine, theirs) in took.items():
        if not mine.rates:
            continue
        found.append(_figure(f"durable upserts, batch {size}", "articles/s", mine.rates, theirs.rates))
        for percent in (50, 99):
            name = f"a durable batch of {size}, p{percent}"
            values = [[1000 * percentile(one.batch_s, percent)] for one in (mine, theirs)]
            found.append(_figure(name, "ms", *values))
        for percent in (50, 99):
            delay = 1000 * percentile(mine.searchable_s, percent)
            found.append(_figure(f"acknowledged to searchable, batch {size}, p{percent}", "ms", [delay]))
        cpu = [[1000 * value for value in one.cpu_s] for one in (mine, theirs)]
        found.append(_figure(f"processor time, batch {size}", "ms/article", *cpu))
    size_mb = sum(path.stat().st_size for path in index.iterdir() if path.is_file()) / 1e6
    other = Fts5(sql)
    other_mb = other.size_bytes() / 1e6
    other.close()
    each = articles / 10_000
    return [*found, _figure("size on disk, 10,000 articles", "MB", [size_mb / each], [other_mb / each])]


def _figure(name: str, unit: str, values: Sequence[float], others: Sequence[float] = ()) -> Figure:
    return Figure(
        section="writing",
        name=name,
        unit=unit,
        values=tuple(values),
        yardstick=YARDSTICK if others else None,
        yardstick_values=tuple(others),
    )
