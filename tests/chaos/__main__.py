"""`python -m chaos`, which `make chaos` calls: break everything, reckon, print tables; exit status 0 or 1."""

import argparse
import contextlib
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from wiredesk.errors import WiredeskError

from deploy.local.interrupts import let_signals_interrupt

from .faults import KINDS
from .report import as_json, as_markdown, show
from .run import Options, run
from .sabotage import WITHOUT

_INTERRUPTED = 130
_WIDTH = 120
_SAY_EVERY_S = 10.0
_DESCRIPTION = """Publishes articles through the whole pipeline, as real processes on a server of its own, while it
kills and stops workers and their children, kills the server, destroys groups, breaks the network and fills the disk;
then says what became of each submission. Everything listens on loopback and is gone afterwards."""


def main() -> int:
    """Exit status: 0 the guarantee held, 1 it did not or the run broke, 130 interrupted."""
    arguments = _parser().parse_args()
    progress = Console(stderr=True, highlight=False, markup=False)
    if sys.platform != "linux":
        progress.print("error: make chaos stops, limits and looks into processes as Linux does; run it there")
        return 1
    options = Options(
        articles=arguments.articles,
        seed=random.SystemRandom().randrange(1_000_000) if arguments.seed is None else arguments.seed,
        seconds=arguments.seconds,
        patience_s=arguments.patience,
        without=arguments.without,
        only=arguments.only,
        factless=arguments.factless,
        logs=arguments.logs,
    )
    let_signals_interrupt()
    try:
        with tempfile.TemporaryDirectory(prefix="wiredesk-chaos-", ignore_cleanup_errors=True) as folder:
            report = run(options, Path(folder), _Progress(progress).say)
        if arguments.json:
            arguments.json.write_text(json.dumps(as_json(report), indent=2) + "\n")
        if arguments.markdown:
            arguments.markdown.write_text(as_markdown(report))
    except KeyboardInterrupt:
        progress.print("interrupted; everything that was started has been stopped")
        return _INTERRUPTED
    except (WiredeskError, OSError) as error:
        progress.print(f"error: {error} (seed {options.seed})")
        return 1
    console = Console(highlight=False, markup=False)
    show(report, console if console.is_terminal else Console(highlight=False, markup=False, width=_WIDTH))
    return 0 if report.passed else 1


class _Progress:
    """One line that changes on a terminal; elsewhere a line now and then."""

    def __init__(self, console: Console) -> None:
        self._console, self._started, self._said = console, time.monotonic(), float("-inf")

    def say(self, line: str) -> None:
        """Show what is going on."""
        now = time.monotonic()
        text = f"{now - self._started:5.0f} s  {line}"
        if self._console.is_terminal:
            self._console.print(text.ljust(self._console.width - 1)[: self._console.width - 1], end="\r")
        elif now - self._said > _SAY_EVERY_S:
            self._said = now
            self._console.print(text, soft_wrap=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make chaos",
        description=_DESCRIPTION,
        epilog="With make: make chaos ARTICLES=100000 SEED=7 SECONDS=3600 WITHOUT=fence JSON=out.json",
    )
    parser.add_argument("--articles", type=_number, default=2000, help="to publish: 2000")
    parser.add_argument(
        "--seed", type=int, help="repeats the articles and the order of faults; chosen and told if left out"
    )
    parser.add_argument("--seconds", type=float, help="spread publishing over so long; as fast as it goes if left out")
    parser.add_argument("--patience", type=float, default=90.0, metavar="SECONDS", help="without any progress: 90")
    parser.add_argument("--without", choices=WITHOUT, default="", help="switch off: the run must fail")
    parser.add_argument("--only", type=_kinds, default=(), metavar="FAULTS", help=f"of {', '.join(KINDS)}")
    parser.add_argument("--factless", action="store_true", help="extraction finds no facts and loads no model")
    parser.add_argument("--logs", type=Path, metavar="FOLDER", help="keep what every process writes there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every value there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there, for the docs")
    return parser


def _kinds(text: str) -> tuple[str, ...]:
    wanted = tuple(kind.strip() for kind in text.split(","))
    if unknown := [kind for kind in wanted if kind not in KINDS]:
        raise argparse.ArgumentTypeError(f"there is no fault {unknown[0]!r}; there are {', '.join(KINDS)}")
    return wanted


def _number(text: str) -> int:
    if not text.isdecimal() or not 100 <= int(text) <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 100 to 10000000")
    return int(text)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
