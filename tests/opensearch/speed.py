"""How fast the index on a node is: `make bench-opensearch ARTICLES=50000`, and a short run in `make test-opensearch`.

Articles of some 4 KB with three people, a place and a quote each. Bulk rates count from the call to its return, when
all of a batch is durable and found; making the JSON is in it. Query times are what a caller waits. The node's processor
time is told beside the rates, since a busy machine changes it least.
"""

import argparse
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from wiredesk.index import open_reader, open_writer
from wiredesk.index.protocol import Filters, IndexReader, SearchRequest

from tests.bench.machine import cpu_seconds, describe
from tests.opensearch.news import WORDS, varied
from tests.opensearch.server import OpenSearchServer, opensearch_server

__all__ = ["Bulk", "Times", "bulk", "lines", "query_times"]

BATCHES = (100, 500)


@dataclass(frozen=True, slots=True)
class Bulk:
    """Articles a second in batches of a size; seconds a batch took, and of processor time of the node an article."""

    batch: int
    articles_per_s: float
    batch_p50_s: float
    node_s: float


@dataclass(frozen=True, slots=True)
class Times:
    """What a kind of query took, in milliseconds."""

    kind: str
    p50_ms: float
    p99_ms: float


def bulk(server: OpenSearchServer, index: str, *, batch: int, numbers: range) -> Bulk:
    """Write the articles of these numbers by one writer."""
    made = map(varied, numbers)
    writer = open_writer(server.url(index))
    took = []
    spent = cpu_seconds(server.pid) or 0.0
    while some := list(itertools.islice(made, batch)):
        began = time.perf_counter()
        writer.upsert(some)
        took.append(time.perf_counter() - began)
    writer.close()
    spent = (cpu_seconds(server.pid) or 0.0) - spent
    return Bulk(batch, len(numbers) / sum(took), statistics.median(took), spent / len(numbers))


def query_times(url: str, *, rounds: int) -> Iterator[Times]:
    """Each kind so often, with other words each time, after a tenth as many to warm up."""
    chance = Random(11)
    reader = open_reader(url)
    for kind, ask in _kinds(reader, chance).items():
        for _ in range(rounds // 10):
            ask()
        took = []
        for _ in range(rounds):
            began = time.perf_counter()
            ask()
            took.append((time.perf_counter() - began) * 1000)
        took.sort()
        yield Times(kind, statistics.median(took), took[min(len(took) - 1, int(len(took) * 0.99))])
    reader.close()


def _kinds(reader: IndexReader, chance: Random) -> dict[str, Callable[[], object]]:
    def words(count: int) -> list[str]:
        return chance.sample(WORDS, count)

    def search(q: str, **more: object) -> object:
        return reader.search(SearchRequest(q=q, **{"facets": False} | more))  # type: ignore[arg-type]

    return {
        "2 words, 10 hits with marks": lambda: search(" ".join(words(2))),
        "phrase": lambda: search('"{} {}"'.format(*words(2))),
        "prefix": lambda: search(f"{words(1)[0][:4]}*"),
        "misspelt": lambda: search(f"{words(1)[0]}~1"),
        "newest first": lambda: search(words(1)[0], sort="newest"),
        "whole page: 10 hits, marks, 5 facets, months": lambda: search(" ".join(words(2)), facets=True),
        "the same for one person": lambda: search(
            words(1)[0], facets=True, filters=Filters(people=("person:ada-moor",))
        ),
        "who said what": lambda: reader.quotes(q=words(1)[0], speaker="person:ben-holt"),
        "entities by name": lambda: reader.entities(q=f"person {chance.randrange(5000)}"),
        "all entities": lambda: reader.entities(),
        "suggest": lambda: reader.suggest(chance.choice(["a", "pe", "person 1", "ho", "north", "gre"])),
        "similar": lambda: reader.similar(f"article-{chance.randrange(100)}"),
        "one article": lambda: reader.article(f"article-{chance.randrange(100)}"),
    }


def lines(rates: list[Bulk], times: list[Times], documents: int) -> Iterator[str]:
    """The figures as a table, under the machine they were measured on."""
    machine = describe()
    yield f"OpenSearch, one node of 1 GB heap, on {machine['cores']} cores of {machine['processor']}"
    yield f"load average before: {machine['load_average_before']}"
    for rate in rates:
        yield (
            f"bulk, batches of {rate.batch}, durable and found: {rate.articles_per_s:,.0f} articles/s "
            f"(a batch p50 {rate.batch_p50_s * 1000:,.0f} ms; {rate.node_s * 1000:.1f} ms of processor time an article)"
        )
    yield f"query times at {documents:,} articles, ms  p50 / p99"
    for each in times:
        yield f"  {each.kind:<46} {each.p50_ms:7.1f} / {each.p99_ms:.1f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    with opensearch_server() as server:
        bulk(server, "warm", batch=500, numbers=range(min(3000, asked.articles)))
        server.forget("warm")
        half = asked.articles // 2
        rates = [
            bulk(server, "speed", batch=batch, numbers=range(at * half, (at + 1) * half))
            for at, batch in enumerate(BATCHES)
        ]
        times = list(query_times(server.url("speed"), rounds=asked.rounds))
        print("\n".join(lines(rates, times, half * 2)), flush=True)


if __name__ == "__main__":
    main()
