"""`python -m bench.search`, which `make bench-search` calls: how fast search is, beside SQLite FTS5 in the same run."""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from redis.exceptions import RedisError
from rich.console import Console
from wiredesk.errors import WiredeskError

from deploy.local.interrupts import let_signals_interrupt

from .. import machine
from ..errors import BenchError
from ..figures import Curve, Figure
from ..processes import Stack, running
from . import writing
from .asking import query_times
from .browsing import chromium, first_pages
from .corpus import News
from .crashing import crashes
from .questions import words_of
from .report import Report, as_json, as_markdown, show
from .serving import GATEWAY, memory_over_pages, page_times, paths
from .writing import durable_upserts, fill

_INTERRUPTED = 130
_SECTIONS = ("writing", "asking", "serving", "browsing", "crashing")
_WIDTH = 120
"""Of the tables where there is no terminal."""
_DESCRIPTION = """How fast search is on this machine: writing, questions, whole pages over HTTP, the first page in a
browser, and whether kill -9 loses anything; SQLite FTS5 with the same articles and questions in the same run. What it
starts listens on loopback, keeps its data in a temporary folder, and is gone afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    arguments: argparse.Namespace
    folder: Path
    say: Callable[[str], None]
    news: News = field(default_factory=News)
    curves: list[Curve] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def skip(self, what: str) -> None:
        """Leave something out, aloud: at once, and in the report."""
        self.skipped.append(what)
        self.say(f"SKIPPED: {what}")

    @property
    def stack(self) -> Path:
        return self.folder / "stack"

    @property
    def index(self) -> Path:
        """Where docker-compose.yml lets a gateway on this folder look for it."""
        return self.stack / "index"

    @property
    def sql(self) -> Path:
        return self.folder / "fts5.db"


def main() -> int:
    """Exit status: 0 measured, 1 something broke or an article was lost, 130 interrupted. A missed target is told."""
    arguments = _parser().parse_args()
    progress = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    let_signals_interrupt()
    try:
        with tempfile.TemporaryDirectory(prefix="wiredesk-bench-", ignore_cleanup_errors=True) as folder:
            report = _measure(arguments, Path(folder), progress)
        _write(report, arguments)
    except KeyboardInterrupt:
        progress.print("interrupted; everything that was started has been stopped")
        return _INTERRUPTED
    except (WiredeskError, RedisError) as error:
        progress.print(f"error: {error}")
        return 1
    except OSError as error:
        progress.print(f"error: {error.filename or ''} {error.strerror or error}".replace("  ", " "))
        return 1
    lost = any(not verdict.met for verdict in report.verdicts if verdict.figure.section == "crashing")
    return 1 if lost else 0


def _measure(arguments: argparse.Namespace, folder: Path, progress: Console) -> Report:
    started = time.monotonic()
    facts = machine.describe()

    def say(line: str) -> None:
        progress.print(f"  {time.monotonic() - started:5.0f} s  {line}")

    run = _Run(arguments=arguments, folder=folder, say=say)
    figures = list(_figures(run))
    return Report(
        machine=facts,
        articles=arguments.articles,
        rounds=arguments.rounds,
        figures=figures,
        curves=run.curves,
        skipped=run.skipped,
        load_after=round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        seconds=time.monotonic() - started,
    )


def _figures(run: _Run) -> Iterator[Figure]:
    only, articles = run.arguments.only, run.arguments.articles
    if only == ("crashing",):
        yield from _crashing(run)
        return
    with running(run.stack) as stack:
        if {"writing", "asking"} & set(only):
            took = durable_upserts(run.news, run.index, run.sql, articles=articles, say=run.say)
            yield from writing.figures(took, run.index, run.sql, articles=articles)
        else:
            fill(run.news, run.index, articles=articles, say=run.say)
        if "asking" in only:
            run.say("asking both")
            yield from query_times(run.news, run.index, run.sql, articles=articles, rounds=run.arguments.rounds)
        if {"serving", "browsing"} & set(only):
            stack.start(GATEWAY, settings={})
            stack.wait_until_ready()
            yield from _over_http(run, stack)
    if "crashing" in only:
        yield from _crashing(run)


def _over_http(run: _Run, stack: Stack) -> Iterator[Figure]:
    only, articles = run.arguments.only, run.arguments.articles
    if "serving" in only:
        yield from page_times(stack, run.news, articles=articles, seconds=run.arguments.seconds, say=run.say)
    if "browsing" in only:
        yield from _browsing(run, stack)
    if "serving" in only:  # last, since articles come in meanwhile
        run.say(f"{run.arguments.pages:,} pages while articles come in")
        yield from memory_over_pages(
            stack,
            run.news,
            articles=articles,
            pages=run.arguments.pages,
            index_url=f"tantivy://{run.index}",
            curves=run.curves,
        )


def _browsing(run: _Run, stack: Stack) -> Iterator[Figure]:
    browser = chromium()
    if browser is None:
        run.skip("the first page in the browser: there is no Chromium on this machine")
        return
    (results,) = paths(words_of(run.news, range(run.arguments.articles), 1), "HTML")
    pages = {"start page": "/", "page of results": results}
    address = f"http://{stack.processes[GATEWAY].address}"
    run.say(f"the first page in {browser}")
    try:
        yield from first_pages(browser, address, pages, times=run.arguments.views)
    except BenchError as error:
        run.skip(f"the first page in the browser: {error}")


def _crashing(run: _Run) -> Iterator[Figure]:
    folder = run.folder / "crashing"
    folder.mkdir()
    ended = crashes(folder / "index", rounds=run.arguments.kills, say=run.say)
    note = f"{ended.rounds} rounds, {ended.acknowledged:,} acknowledged, {ended.found:,} found"
    for name, unit, value in (
        ("acknowledged articles missing", "articles", ended.missing),
        ("articles there twice", "articles", ended.twice),
        ("quotes missing or there twice", "quotes", abs(ended.quotes)),
    ):
        yield Figure(section="crashing", name=name, unit=unit, values=(float(value),), note=note)


def _write(report: Report, arguments: argparse.Namespace) -> None:
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(report), indent=2) + "\n")
    if arguments.markdown:
        arguments.markdown.write_text(as_markdown(report))
    console = Console(highlight=False, markup=False)
    show(report, console if console.is_terminal else Console(highlight=False, markup=False, width=_WIDTH))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench-search",
        description=_DESCRIPTION,
        epilog="With make: make bench-search ARTICLES=50000 ROUNDS=500 ONLY='writing asking' JSON=out.json",
    )
    parser.add_argument("--articles", type=_count, default=50_000, help="in the index: 50000")
    parser.add_argument("--rounds", type=_count, default=500, help="questions of each kind: 500")
    parser.add_argument("--seconds", type=_count, default=60, help="of a steady 10 requests/s, JSON and HTML each: 60")
    parser.add_argument("--pages", type=_count, default=5000, help="while memory is watched: 5000")
    parser.add_argument("--views", type=_count, default=20, help="of a page in the browser: 20")
    parser.add_argument("--kills", type=_count, default=20, help="rounds of kill -9: 20")
    parser.add_argument(
        "--only", type=_sections, default=_SECTIONS, metavar="NAMES", help=f"some of {' '.join(_SECTIONS)}; all"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every value there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    return parser


def _sections(text: str) -> tuple[str, ...]:
    wanted = text.split()
    if unknown := [name for name in wanted if name not in _SECTIONS]:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; there are {' '.join(_SECTIONS)}")
    return tuple(name for name in _SECTIONS if name in wanted)


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 10000000")
    return int(text)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
