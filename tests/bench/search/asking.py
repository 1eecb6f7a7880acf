"""What questions take of both engines in this process, one after the other, without HTTP."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from wiredesk.index import open_reader

from ..figures import Figure, percentile
from .corpus import News
from .fts5 import Fts5
from .questions import KINDS, words_of
from .writing import YARDSTICK

__all__ = ["query_times"]

_SQL_BUDGET_S = 30.0
"""A kind that takes SQL longer is asked less often: what takes half a second is told as well by sixty."""


def query_times(news: News, index: Path, sql: Path, *, articles: int, rounds: int) -> Iterator[Figure]:
    """Each kind so often, other words each time, the engines in turn; a tenth as many to warm up."""
    words = list(words_of(news, range(articles), rounds + rounds // 10))
    reader, other = open_reader(f"tantivy://{index}"), Fts5(sql)
    for kind, (ask_index, ask_sql) in KINDS.items():
        mine: list[float] = []
        theirs: list[float] = []
        for each in words:
            mine.append(_took_ms(lambda words=each, ask=ask_index: ask(reader, words)))  # type: ignore[misc]
            if ask_sql is not None and sum(theirs) < 1000 * _SQL_BUDGET_S:
                theirs.append(_took_ms(lambda words=each, ask=ask_sql: ask(other, words)))  # type: ignore[misc]
        warm_up = rounds // 10
        yield from _figures(kind, mine[warm_up:], theirs[min(warm_up, len(theirs) // 10) :])
    other.close()
    reader.close()


def _took_ms(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _figures(kind: str, mine: Sequence[float], theirs: Sequence[float]) -> Iterator[Figure]:
    for percent in (50, 99):
        yield Figure(
            section="asking",
            name=f"{kind}, p{percent}",
            unit="ms",
            values=(percentile(mine, percent),),
            yardstick=YARDSTICK if theirs else None,
            yardstick_values=(percentile(theirs, percent),) if theirs else (),
        )
