"""What one of each carries, and how many a load needs: the tables of docs/scaling.md, from measured figures.

    python -m bench.scaling docs/scaling.md [--bench FILE] [--search FILE]

writes the tables anew between their marks; FILEs are the JSON of `make bench` and `make bench-search`.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any, Literal

from .report import markdown_row, number

__all__ = ["INPUTS", "Input", "Shape", "capacities", "renewed", "shape", "tables", "written"]

DAY_S = 86_400
WORLD_A_DAY = 3_000_000
"""All the news that the largest monitors take in."""

PEAK = 2.0
"""The busiest hours over the mean of the day. Assumed: as if a day's articles came within twelve hours."""
USE = 0.7
"""The share of a thing's full speed that is planned with: the rest is for restarts, merges and catching up."""

_HOPS = 3
"""Stages, each of which reads from Redis and writes to it."""
_TABLE_BYTES = 45
"""Of a key in Redis's own table (bench-delivery.md)."""
_JOURNEY_DAYS, _DUPLICATE_DAYS, _COPIES_DAYS = 3, 30, 3
"""The defaults of WIREDESK_JOURNEY_MEMORY_S, WIREDESK_DUPLICATE_MEMORY_S and WIREDESK_COPIES_MEMORY_S."""
_REDIS_BYTES = 16e9
"""`maxmemory` of one Redis: its machine has twice as much (durability.md), and reads its file in minutes."""
_USED_FOR_MEMORY = 0.5
"""Beyond this share of `maxmemory` what is remembered is kept for a shorter time (bench-delivery.md)."""
_SHARD_BYTES = 50e9
"""The upper end of the size that OpenSearch's own guide gives for a shard with search."""
_YEAR = 365

_BEGIN, _END = "<!-- tables: make scaling writes them -->", "<!-- end of the tables -->"

Source = Literal["bench", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A measured figure. `where` is the page it is from; `run`, `figure` and `factor` say what renews it.

    `renewed`: it is from a run that was given, not from a page.
    """

    name: str
    value: float
    unit: str
    where: str
    run: Source | None = None
    figure: str = ""
    key: str = "median"
    factor: float = 1.0
    renewed: bool = False


INPUTS = (
    Input(
        name="words_per_s",
        value=7_500,
        unit="words/s and core, extraction",
        where="README",
        run="bench",
        figure="text: extraction, whole function",
        key="words_per_s",
    ),
    Input(name="words", value=750, unit="words an article", where="what speeds are told for"),
    Input(
        name="ingest_per_s",
        value=968,
        unit="articles/s and core, ingest of text",
        where="README",
        run="bench",
        figure="text: ingest, whole function",
    ),
    Input(
        name="pages_per_s",
        value=40,
        unit="articles/s and core, ingest of web pages",
        where="not measured yet, an estimate",
        run="bench",
        figure="HTML: ingest, whole function",
    ),
    Input(
        name="server_ms",
        value=0.063,
        unit="ms of Redis's core an article and stage",
        where="bench-delivery.md",
        run="bench",
        figure="runtime alone, server",
    ),
    Input(
        name="journey_bytes",
        value=291,
        unit="bytes of a journey",
        where="bench-delivery.md",
        run="bench",
        figure="journey, whole pipeline",
    ),
    Input(
        name="duplicate_bytes",
        value=147,
        unit="bytes of the duplicate check's entry",
        where="bench-delivery.md",
        run="bench",
        figure="entry of the duplicate check, whole pipeline",
    ),
    Input(name="copy_bytes", value=1_011, unit="bytes of a new text's signature and bands", where="bench-delivery.md"),
    Input(
        name="worker_mb",
        value=475,
        unit="MB an extraction worker adds",
        where="README",
        run="bench",
        figure="a second extraction worker, its own",
    ),
    Input(
        name="writes_per_s",
        value=857,
        unit="durable upserts/s, embedded index, batches of 100",
        where="bench-search.md",
        run="search",
        figure="durable upserts, batch 100",
    ),
    Input(
        name="index_bytes",
        value=7_200,
        unit="bytes an article in the index",
        where="bench-search.md",
        run="search",
        figure="size on disk, 10,000 articles",
        factor=100,
    ),
    Input(
        name="node_writes_per_s",
        value=238,
        unit="upserts/s, one OpenSearch node of two cores",
        where="opensearch.md",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a load needs. Rates are articles a second; counts of cores, servers and shards; GB are 10^9 bytes."""

    per_day: float
    mean_per_s: float
    peak_per_s: float
    extraction_cores: int
    extraction_gb: float
    ingest_cores: int
    page_cores: int
    redis_by_speed: int
    redis_by_memory: int
    index_nodes: int
    shards_a_year: int
    disk_tb_a_year: float


def renewed(inputs: Sequence[Input], runs: Mapping[Source, Any]) -> list[Input]:
    """The inputs with the values of runs, where a run has them."""
    figures = {(source, figure["name"]): figure for source, run in runs.items() for figure in run["figures"]}
    found = []
    for one in inputs:
        figure = figures.get((one.run, one.figure)) if one.run else None
        value = figure.get(one.key) if figure else None
        found.append(one if value is None else replace(one, value=value * one.factor, renewed=True))
    return found


def remembered_bytes(value: Mapping[str, float], *, duplicate_days: float = _DUPLICATE_DAYS) -> float:
    """Bytes that Redis keeps for each article of an average day: journeys and the duplicate check."""
    journey, duplicate = (value[name] + _TABLE_BYTES for name in ("journey_bytes", "duplicate_bytes"))
    return _JOURNEY_DAYS * journey + duplicate_days * duplicate


def capacities(value: Mapping[str, float]) -> dict[str, float]:
    """Articles a second that one of each carries at full speed, whatever the others do."""
    copies_per_day = _REDIS_BYTES * _USED_FOR_MEMORY / (_COPIES_DAYS * value["copy_bytes"])
    return {
        "one core of extraction": value["words_per_s"] / value["words"],
        "one core of ingest, web pages": value["pages_per_s"],
        "one Redis of 16 GB: what 30 days of duplicates take": (
            _REDIS_BYTES * _USED_FOR_MEMORY / remembered_bytes(value) / DAY_S
        ),
        "one Redis of 16 GB: signatures of 3 days, were all kept": copies_per_day / DAY_S,
        "one OpenSearch node of two cores, written to": value["node_writes_per_s"],
        "one embedded index, written to": value["writes_per_s"],
        "one core of ingest, text": value["ingest_per_s"],
        "one Redis: its one core": 1000 / (_HOPS * value["server_ms"]),
    }


def shape(per_day: float, value: Mapping[str, float]) -> Shape:
    """How many of each so many articles a day need, planned for the peak and the share of use."""
    mean = per_day / DAY_S
    peak = mean * PEAK
    planned = peak / USE
    carries = capacities(value)
    extraction_cores = ceil(planned / carries["one core of extraction"])
    return Shape(
        per_day=per_day,
        mean_per_s=mean,
        peak_per_s=peak,
        extraction_cores=extraction_cores,
        extraction_gb=extraction_cores * value["worker_mb"] / 1000,
        ingest_cores=ceil(planned / value["ingest_per_s"]),
        page_cores=ceil(planned / value["pages_per_s"]),
        redis_by_speed=ceil(planned / carries["one Redis: its one core"]),
        redis_by_memory=ceil(per_day * remembered_bytes(value) / (_REDIS_BYTES * _USED_FOR_MEMORY)),
        index_nodes=ceil(planned / value["node_writes_per_s"]),
        shards_a_year=ceil(per_day * _YEAR * value["index_bytes"] / _SHARD_BYTES),
        disk_tb_a_year=per_day * _YEAR * value["index_bytes"] / 1e12,
    )


def tables(inputs: Sequence[Input]) -> str:
    """The page's tables as Markdown."""
    value = {one.name: one.value for one in inputs}
    parts = [("What it is reckoned from", _inputs(inputs)), ("What one of each carries", _carries(value))]
    parts.append(("What a load needs", _needs([shape(WORLD_A_DAY * times, value) for times in (1, 10, 1000)])))
    return "\n\n".join(f"### {title}\n\n{chr(10).join(rows)}" for title, rows in parts)


def _table(headings: Sequence[str], rows: Iterator[Sequence[str]]) -> list[str]:
    return [markdown_row(headings), markdown_row(["---"] * len(headings)), *map(markdown_row, rows)]


def _inputs(inputs: Sequence[Input]) -> list[str]:
    def where(one: Input) -> str:
        if one.renewed:
            return f"`make bench{'-search' if one.run == 'search' else ''}`"
        return f"{one.where}, to be renewed" if one.run else one.where

    return _table(("figure", "value", "from"), ((one.unit, number(one.value), where(one)) for one in inputs))


def _carries(value: Mapping[str, float]) -> list[str]:
    found = sorted(capacities(value).items(), key=lambda pair: pair[1])
    rows = ((name, f"{number(rate)}/s", f"{rate * DAY_S / 1e6:,.1f} million") for name, rate in found)
    return _table(("first to last to break", "articles", "a day, at full speed all day"), rows)


def _needs(shapes: Sequence[Shape]) -> list[str]:
    rows = {
        "articles a day": [f"{one.per_day / 1e6:,.0f} million" for one in shapes],
        "a second, mean and peak": [f"{number(one.mean_per_s)} and {number(one.peak_per_s)}" for one in shapes],
        "cores of extraction": [f"{one.extraction_cores:,}" for one in shapes],
        "memory of their workers": [f"{one.extraction_gb:,.0f} GB" for one in shapes],
        "cores of ingest, if all is text": [f"{one.ingest_cores:,}" for one in shapes],
        "cores of ingest, if all are web pages": [f"{one.page_cores:,}" for one in shapes],
        "Redis, by its core": [f"{one.redis_by_speed:,}" for one in shapes],
        "Redis of 16 GB, by 30 days of duplicates": [f"{one.redis_by_memory:,}" for one in shapes],
        "OpenSearch nodes of two cores, to write": [f"{one.index_nodes:,}" for one in shapes],
        "shards of 50 GB, for a year": [f"{one.shards_a_year:,}" for one in shapes],
        "disk for a year, one copy": [f"{one.disk_tb_a_year:,.0f} TB" for one in shapes],
    }
    return _table(("", "the world's news", "10 x", "1000 x"), ((name, *cells) for name, cells in rows.items()))


def written(page: str, inputs: Sequence[Input]) -> str:
    """The page with its tables made anew. Raises ValueError for one without their marks."""
    found, count = re.subn(
        rf"{re.escape(_BEGIN)}.*{re.escape(_END)}",
        lambda _: f"{_BEGIN}\n\n{tables(inputs)}\n\n{_END}",
        page,
        flags=re.DOTALL,
    )
    if count != 1:
        raise ValueError(f"the page has no {_BEGIN} … {_END}")
    return found


def main() -> int:
    """Write the page's tables."""
    parser = argparse.ArgumentParser(prog="make scaling", description="write the tables of docs/scaling.md anew")
    parser.add_argument("page", type=Path)
    parser.add_argument("--bench", type=Path, metavar="FILE", help="JSON of make bench")
    parser.add_argument("--search", type=Path, metavar="FILE", help="JSON of make bench-search")
    arguments = parser.parse_args()
    given: dict[Source, Path | None] = {"bench": arguments.bench, "search": arguments.search}
    runs = {source: json.loads(path.read_text()) for source, path in given.items() if path}
    arguments.page.write_text(written(arguments.page.read_text(), renewed(INPUTS, runs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
