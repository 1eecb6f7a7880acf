"""kill -9 at random moments of indexing: what was acknowledged is there afterwards, and nothing is there twice."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from wiredesk.index import open_reader, open_writer
from wiredesk.index.protocol import IndexReader, SearchRequest

from ..errors import BenchError
from ..processes import ROOT, environment
from .acknowledging import BATCH
from .corpus import News

__all__ = ["Crashes", "crashes"]

_APART = 1_000_000
"""Numbers of articles from one round to the next: no round writes another's."""
_MOST_BATCHES = 10
"""Acknowledged before a writer is killed, and then at most so much later: a batch takes some 0.05 s."""
_LONGEST_S = 0.3
_PATIENCE_S = 120.0
_POLL_S = 0.005


@dataclass(frozen=True, slots=True)
class Crashes:
    """How it ended: `missing` were acknowledged and are not there, `twice` are there more than once.

    `quotes` is how many more or fewer there are than the articles found have.
    """

    rounds: int
    acknowledged: int
    found: int
    missing: int
    twice: int
    quotes: int


def crashes(index: Path, *, rounds: int, say: Callable[[str], None]) -> Crashes:
    """Kill so many writers, one after the other, on one index. Raises BenchError when one does not get on."""
    url, chance = f"tantivy://{index}", Random()
    acknowledged: set[str] = set()
    for number in range(rounds):
        acknowledged |= _killed(url, number, index.with_name(f"acknowledged-{number}"), chance)
        say(f"kill -9, round {number + 1} of {rounds}: {len(acknowledged):,} acknowledged so far")
    open_writer(url).close()  # the dead writer's lock is free
    reader, news = open_reader(url), News()
    found = Counter(_everything(reader))
    quotes = sum(len(news.article(int(id.removeprefix("article-"))).quotes) for id in found)
    said = reader.quotes().total
    reader.close()
    return Crashes(
        rounds=rounds,
        acknowledged=len(acknowledged),
        found=found.total(),
        missing=len(acknowledged - found.keys()),
        twice=sum(count > 1 for count in found.values()),
        quotes=said - quotes,
    )


def _killed(url: str, number: int, told: Path, chance: Random) -> set[str]:
    wanted = chance.randint(1, _MOST_BATCHES) * BATCH
    with told.open("wb") as sink:
        writer = subprocess.Popen(
            [sys.executable, "-m", "bench.search.acknowledging", url, str(number * _APART)],
            cwd=ROOT,
            env=environment({}),
            stdout=sink,
        )
        try:
            deadline = time.monotonic() + _PATIENCE_S
            while told.read_bytes().count(b"\n") < wanted:
                if writer.poll() is not None or time.monotonic() > deadline:
                    raise BenchError(
                        f"the writer of round {number + 1} acknowledged too little; the lines above say why"
                    )
                time.sleep(_POLL_S)
            time.sleep(chance.uniform(0, _LONGEST_S))
        finally:
            writer.kill()
            writer.wait()
    return set(told.read_text().split("\n")[:-1])  # a line without its end may have been cut


def _everything(reader: IndexReader) -> list[str]:
    ids: list[str] = []
    cursor = None
    while True:
        page = reader.search(SearchRequest(limit=100, cursor=cursor, sort="newest", facets=False, fold=False))
        ids += [hit.article_id for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            return ids
