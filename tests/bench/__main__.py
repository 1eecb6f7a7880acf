"""`python -m bench`, which `make bench` calls: measure everything, print tables, write JSON and Markdown."""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from redis.exceptions import RedisError
from rich.console import Console
from wiredesk.errors import WiredeskError

from deploy.local.interrupts import let_signals_interrupt

from . import machine
from .accounts import Account
from .alone import stage_alone
from .bare import STAGES
from .context import Bench
from .corpus import load
from .errors import BenchError
from .figures import Figure
from .long_run import long_run
from .processes import ROOT, environment
from .report import Report, as_json, as_markdown, show
from .runtime import runtime_alone
from .whole import whole_pipeline
from .yardstick import Yardstick

_INTERRUPTED = 130
_SECTIONS = (*STAGES, "runtime", "whole")
_ON_DEMAND = "million"
"""Takes half an hour with as many messages: not part of a run unless named."""
_ONLY = f"some of {' '.join(_SECTIONS)}; all. Or {_ON_DEMAND}: so many --messages, short, through the whole pipeline"
_WIDTH = 120
"""Of the tables where there is no terminal."""
_DESCRIPTION = """How fast the pipeline is on this machine: each stage alone, the runtime alone, the whole, and the same
pure functions in a bare loop in the same run. Everything it starts listens on loopback, keeps its data in a temporary
folder, and is gone afterwards."""


def main() -> int:
    """Exit status: 0 measured and every article accounted for, 1 something broke, 130 interrupted."""
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
    except WiredeskError as error:
        progress.print(f"error: {error}")
        return 1
    except RedisError as error:
        progress.print(f"error: the bench's own server failed: {error}")
        return 1
    except OSError as error:
        progress.print(f"error: {error.filename or ''} {error.strerror or error}".replace("  ", " "))
        return 1
    return 0


def _measure(arguments: argparse.Namespace, folder: Path, progress: Console) -> Report:
    started = time.monotonic()
    facts = machine.describe()
    corpus = load(arguments.news, arguments.seeds)

    def say(line: str) -> None:
        progress.print(f"  {time.monotonic() - started:4.0f} s  {line}")

    say(f"{len(corpus.articles)} articles in {corpus.name}; loading the models of the bare loop")
    account = Account()
    figures: list[Figure] = []
    index_url = f"tantivy://{folder}/bare-index"
    log = folder / "bare.log"
    stages = _stages_needed(arguments.only)
    with Yardstick(stages, index_url=index_url, environment=environment({}), log=log) as yardstick:
        bench = Bench(
            corpus=corpus,
            yardstick=yardstick,
            folder=folder,
            articles=arguments.articles,
            messages=arguments.messages,
            rounds=arguments.rounds,
            half_load_s=arguments.half_load,
            memory={},
            curves=[],
            say=say,
        )
        for section in arguments.only:
            figures += _section(bench, section, account)
        if stages == STAGES and (peak := yardstick.peak_memory_bytes()):
            bench.memory["bare loop, all stages"] = peak
    if account.missing or account.indexed_again:
        raise BenchError(f"not every article came to one end: {account.counts()}")
    return Report(
        machine=facts,
        corpus={"name": corpus.name, "articles": len(corpus.articles), "mean_words": corpus.mean_words(bench.articles)},
        options={
            "articles": bench.articles,
            "messages": bench.messages,
            "rounds": bench.rounds,
            "half_load_s": bench.half_load_s,
        },
        figures=figures,
        memory=bench.memory,
        account=account.counts(),
        seconds=time.monotonic() - started,
        curves=bench.curves,
    )


def _section(bench: Bench, name: str, account: Account) -> Iterator[Figure]:
    if name == "runtime":
        return runtime_alone(bench)
    if name == _ON_DEMAND:
        return long_run(bench)
    return whole_pipeline(bench, account) if name == "whole" else stage_alone(bench, name)


def _stages_needed(sections: Sequence[str]) -> tuple[str, ...]:
    """The bare functions that are used: a stage's own, and those before it that make what it takes in."""
    if "whole" in sections:
        return STAGES
    return STAGES[: max((STAGES.index(name) + 1 for name in sections if name in STAGES), default=0)]


def _write(report: Report, arguments: argparse.Namespace) -> None:
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(report), indent=2) + "\n")
    if arguments.markdown:
        arguments.markdown.write_text(as_markdown(report))
    console = Console(highlight=False, markup=False)
    show(report, console if console.is_terminal else Console(highlight=False, markup=False, width=_WIDTH))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench",
        description=_DESCRIPTION,
        epilog="With make: make bench ARTICLES=150 ROUNDS=3 HALF_LOAD=20 JSON=out.json MARKDOWN=out.md",
    )
    parser.add_argument("--articles", type=_number, default=150, help="a round: 150")
    parser.add_argument("--rounds", type=_number, default=3, help="of each measurement, beside a warm-up: 3")
    parser.add_argument(
        "--messages", type=_number, default=5000, help="a round of the runtime alone, or all of a million: 5000"
    )
    parser.add_argument("--half-load", type=_number, default=20, metavar="SECONDS", help="of steady publishing: 20")
    parser.add_argument("--news", type=Path, default=ROOT / "../shared/eval/data/news", help="folder of real articles")
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds", help="folder of articles used without those")
    parser.add_argument(
        "--only",
        type=_sections,
        default=_SECTIONS,
        metavar="NAMES",
        help=_ONLY,
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every value of every round there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there, for a README")
    return parser


def _sections(text: str) -> tuple[str, ...]:
    wanted = text.split()
    known = (*_SECTIONS, _ON_DEMAND)
    if unknown := [name for name in wanted if name not in known]:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; there are {' '.join(known)}")
    return tuple(name for name in known if name in wanted)


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000000")
    return int(text)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
