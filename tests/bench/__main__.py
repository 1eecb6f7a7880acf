"""`python -m bench`, which `make bench` calls: measure everything, print tables, write JSON and Markdown."""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError
from rich.console import Console
from wiredesk.errors import WiredeskError

from deploy.local.interrupts import let_signals_interrupt

from . import machine
from .accounts import total
from .alone import stage_alone
from .bare import STAGES
from .compare import Comparison, compare
from .context import Bench
from .corpus import KINDS, Corpus, Kind, load
from .errors import BenchError
from .figures import Figure
from .functions import functions
from .loads import latency
from .long_run import long_run
from .plot import draw
from .processes import ROOT, environment
from .report import Report, as_json, as_markdown, show, show_comparison
from .runtime import runtime_alone
from .starts import starts
from .whole import whole_pipeline
from .yardstick import Yardstick

_INTERRUPTED = 130
_ALONE: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    name: lambda bench, name=name: stage_alone(bench, name)  # type: ignore[misc]  # the default binds the loop's value
    for name in STAGES
}
_SECTIONS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "functions": functions,
    **_ALONE,
    "runtime": runtime_alone,
    "start": starts,
    "whole": whole_pipeline,
    "latency": latency,
    "million": long_run,
}
_ON_DEMAND = "million"
"""Takes hours with as many messages: not part of a run unless named."""
_DEFAULT = tuple(name for name in _SECTIONS if name != _ON_DEMAND)
_BEFORE = {"functions": 0, "ingest": 1, "extraction": 2, "indexing": 3, "start": 3, "whole": 3, "latency": 3}
"""How many of the stages' bare functions a section needs: a stage's own, and those that make what it takes in."""

_ONLY = f"some of {' '.join(_DEFAULT)}; all. Or {_ON_DEMAND}: so many --messages, short, through the whole pipeline"
_WIDTH = 160
"""Of the tables where there is no terminal."""
_DESCRIPTION = """How fast the pipeline is on this machine: its pure functions in parts, each stage alone, the runtime
alone, the whole, and beside each what others take for the same in the same run. Everything it starts listens on
loopback, keeps its data in a temporary folder, and is gone afterwards."""


def main() -> int:
    """Exit status: 0 measured and every article accounted for, 1 something broke, 130 interrupted."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.plot and _ON_DEMAND not in arguments.only:
        parser.error(f"--plot draws what {_ON_DEMAND} finds: add --only {_ON_DEMAND}")
    progress = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    let_signals_interrupt()
    try:
        older = _read_run(arguments.compare) if arguments.compare else None
        with tempfile.TemporaryDirectory(prefix="wiredesk-bench-", ignore_cleanup_errors=True) as folder:
            report = _measure(arguments, Path(folder), progress)
        _write(report, arguments)
        if older is not None:
            show_comparison(_compared(older, report), _console())
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
    corpora: dict[Kind, Corpus] = {
        "text": load(arguments.news, arguments.seeds, "text"),
        "html": load(arguments.body, arguments.seeds, "html"),
    }

    def say(line: str) -> None:
        progress.print(f"  {time.monotonic() - started:4.0f} s  {line}")

    for corpus in corpora.values():
        say(_told(corpus))
    figures: list[Figure] = []
    index_url = f"tantivy://{folder}/bare-index"
    log = folder / "bare.log"
    stages = STAGES[: max(_BEFORE.get(name, 0) for name in arguments.only)]
    say(f"loading the bare loop: {', '.join(stages) or 'no stage'}")
    with Yardstick(stages, index_url=index_url, environment=environment({}), log=log) as yardstick:
        bench = Bench(
            corpora=corpora,
            yardstick=yardstick,
            folder=folder,
            articles=arguments.articles,
            messages=arguments.messages,
            rounds=arguments.rounds,
            load_s=arguments.load,
            memory={},
            curves=[],
            accounts=[],
            say=say,
        )
        for section in arguments.only:
            figures += _SECTIONS[section](bench)
        if stages == STAGES and (found := yardstick.footprint()):
            bench.memory["bare loop, all stages"] = found
    account = total(bench.accounts)
    if account["missing"] or account["indexed_again"]:
        raise BenchError(f"not every article came to one end: {account}")
    return Report(
        machine=facts,
        corpora={kind: _described(bench, kind) for kind in KINDS},
        options={
            "articles": bench.articles,
            "messages": bench.messages,
            "rounds": bench.rounds,
            "load_s": bench.load_s,
        },
        figures=figures,
        memory=bench.memory,
        account=account,
        seconds=time.monotonic() - started,
        curves=bench.curves,
    )


def _told(corpus: Corpus) -> str:
    own = ", the project's own: there is no folder of real ones" if corpus.own else ""
    return f"{KINDS[corpus.kind]}: {len(corpus.articles)} articles in {corpus.name}{own}"


def _described(bench: Bench, kind: Kind) -> dict[str, Any]:
    corpus = bench.corpora[kind]
    count = bench.size("", kind)
    return {
        "name": corpus.name,
        "own": corpus.own,
        "articles": len(corpus.articles),
        "a_round": count,
        "mean_bytes": corpus.mean_bytes(count),
    }


def _read_run(path: Path) -> Any:
    """The older run. Raises BenchError for what is none: before anything is measured."""
    try:
        run = json.loads(path.read_text())
        compare(run, run)
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(f"{path} is no JSON that make bench wrote: {error!r}") from error
    return run


def _compared(older: Any, report: Report) -> Comparison:
    return compare(older, json.loads(json.dumps(as_json(report))))


def _write(report: Report, arguments: argparse.Namespace) -> None:
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(report), indent=2) + "\n")
    if arguments.markdown:
        arguments.markdown.write_text(as_markdown(report))
    if arguments.plot:
        for curve in report.curves:
            draw(curve, arguments.plot)
    show(report, _console())


def _console() -> Console:
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=_WIDTH)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench",
        description=_DESCRIPTION,
        epilog="With make: make bench ARTICLES=150 ROUNDS=3 LOAD=20 JSON=out.json COMPARE=old.json",
    )
    parser.add_argument("--articles", type=_number, default=150, help="a round: 150, and two fifths as many pages")
    parser.add_argument("--rounds", type=_number, default=3, help="of each measurement, beside a warm-up: 3")
    parser.add_argument(
        "--messages", type=_number, default=5000, help="a round of the runtime alone, or all of a million: 5000"
    )
    parser.add_argument(
        "--load", type=_number, default=20, metavar="SECONDS", help="of steady publishing at each load: 20"
    )
    data = ROOT / "../shared/eval/data"
    parser.add_argument("--news", type=Path, default=data / "news", help="folder of real articles, as plain text")
    parser.add_argument("--body", type=Path, default=data / "body", help="folder of real articles, as web pages")
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds", help="folder of articles used without those")
    parser.add_argument(
        "--only",
        type=_sections,
        default=_DEFAULT,
        metavar="NAMES",
        help=_ONLY,
    )
    parser.add_argument("--compare", type=Path, metavar="FILE", help="JSON of an older run: show what changed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every value of every round there")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help=f"draw the memory of {_ON_DEMAND} there, such as docs/million.svg"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the page there, such as docs/bench.md")
    return parser


def _sections(text: str) -> tuple[str, ...]:
    wanted = text.split()
    if unknown := [name for name in wanted if name not in _SECTIONS]:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; there are {' '.join(_SECTIONS)}")
    if not wanted:
        raise argparse.ArgumentTypeError(f"name some of {' '.join(_SECTIONS)}")
    return tuple(name for name in _SECTIONS if name in wanted)


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000000")
    return int(text)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
