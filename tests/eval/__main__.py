"""`python -m eval`, which `make eval` calls: extract what is annotated, score it, print one table."""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import machine
from rich.console import Console
from wiredesk.errors import WiredeskError

from deploy.local.interrupts import let_signals_interrupt

from .copies import score_copies
from .data import Annotated, load_folder
from .errors import EvalError
from .extraction import Extraction, extraction
from .gold import load_articles
from .predictions import Sample, read_prediction
from .report import Report, Score, as_json, as_markdown, show
from .tasks import GIVEN_TASKS, OWN, OWN_TASKS, Task

_INTERRUPTED = 130
_WIDTH = 120
"""Of the table where there is no terminal."""
_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_GIVEN = _ROOT / "../shared/eval"
_NAMES = (*(task.name for task in GIVEN_TASKS), OWN)
_DESCRIPTION = """How right the facts are: runs `wiredesk extract --jsonl` over annotated articles and scores what comes
out. The project's own gold set (tests/eval/articles) is always there; other data is read from a folder."""


def main() -> int:
    """Exit status: 0 every figure is at or over its floor, 1 one is not or something broke, 130 interrupted."""
    arguments = _parser().parse_args()
    progress = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    let_signals_interrupt()
    try:
        with tempfile.TemporaryDirectory(prefix="wiredesk-eval-", ignore_cleanup_errors=True) as folder:
            report = _evaluate(arguments, Path(folder), progress)
        _write(report, arguments)
    except KeyboardInterrupt:
        progress.print("interrupted; what was started has been stopped")
        return _INTERRUPTED
    except WiredeskError as error:
        progress.print(f"error: {error}")
        return 1
    except OSError as error:
        progress.print(f"error: {error.filename or ''} {error.strerror or error}".replace("  ", " "))
        return 1
    return 1 if report.failures() else 0


def _evaluate(arguments: argparse.Namespace, folder: Path, progress: Console) -> Report:
    started = time.monotonic()
    described = machine.describe()

    def say(line: str) -> None:
        progress.print(f"  {time.monotonic() - started:4.0f} s  {line}")

    data, missing = _data(arguments, say)
    say("loading the pipeline")
    scores: list[Score] = []
    with extraction(folder, os.environ) as command:
        for tasks, articles in data:
            say(f"{tasks[0].name if len(tasks) == 1 else OWN}: {len(articles)} articles")
            scores += _scores(tasks, articles, command)
    if OWN in arguments.only:
        say("near copies")
        scores.append(score_copies(_HERE / "articles", _HERE / "stories"))
    return Report(machine=described, scores=scores, missing=missing, seconds=time.monotonic() - started)


def _data(
    arguments: argparse.Namespace, say: Callable[[str], None]
) -> tuple[list[tuple[Sequence[Task], list[Annotated]]], list[str]]:
    """The tasks with their articles; and the names of those whose data is not there."""
    folder = _given(arguments.data)
    wanted = [task for task in GIVEN_TASKS if task.name in arguments.only]
    there = [task for task in wanted if folder and (folder / task.name).is_dir()]
    missing = [task.name for task in wanted if task not in there]
    if folder is None and wanted:
        say("no folder of other data: the own gold set only; EVAL=folder names one")
    elif missing and set(arguments.only) != set(_NAMES):
        raise EvalError(f"{folder} holds no folder {missing[0]}")
    data: list[tuple[Sequence[Task], list[Annotated]]] = [((task,), load_folder(folder / task.name)) for task in there]
    if OWN in arguments.only:
        data.append((OWN_TASKS, load_articles(_HERE / "articles", _HERE / "pages")))
    if not data:
        raise EvalError(f"there is no data for {' '.join(missing)}")
    return data, missing


def _given(folder: Path | None) -> Path | None:
    """The folder that holds the tasks' folders: what was named, or its `data`. Raises EvalError for a bad name."""
    if folder is None and not _GIVEN.is_dir():
        return None
    found = folder or _GIVEN
    if not found.is_dir():
        raise EvalError(f"{found} is no folder")
    return found / "data" if (found / "data").is_dir() else found


def _scores(tasks: Sequence[Task], articles: Sequence[Annotated], command: Extraction) -> Iterator[Score]:
    """One extraction of all the articles; each task scores those it has an annotation for."""
    done = command.run([{**article.submission, "id": article.id} for article in articles])
    words = sum(article.words for article in articles)
    samples = [_sample(article, done.rows.get(article.id)) for article in articles]
    for task in tasks:
        chosen = [
            sample
            for sample, article in zip(samples, articles, strict=True)
            if task.needs == "all" or "html" in article.submission
        ]
        yield Score(
            task=task,
            articles=len(chosen),
            words=words,
            seconds=done.cpu_seconds or done.seconds,
            results=task.score(chosen),
            notes=tuple(_notes(chosen)) if task is tasks[0] else (),
        )


def _sample(article: Annotated, row: Mapping[str, Any] | None) -> Sample:
    return Sample(article.gold, article.reference or "", read_prediction(row, article.reference))


def _notes(samples: Sequence[Sample]) -> Iterator[str]:
    found = [sample.found for sample in samples]
    if refused := [one.refused for one in found if one.refused]:
        yield f"articles refused: {len(refused)} ({', '.join(sorted(set(refused)))})"
    if unmapped := sum(one.unmapped for one in found):
        yield f"spans without a counterpart in the text that was sent: {unmapped}"
    if wrong := sum(one.wrong for one in found):
        yield f"spans that are not the text at their offsets: {wrong}"


def _write(report: Report, arguments: argparse.Namespace) -> None:
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(report), indent=2) + "\n")
    if arguments.markdown:
        arguments.markdown.write_text(as_markdown(report))
    console = Console(highlight=False, markup=False)
    show(report, console if console.is_terminal else Console(highlight=False, markup=False, width=_WIDTH))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make eval",
        description=_DESCRIPTION,
        epilog='With make: make eval EVAL=folder ONLY="quotes own" JSON=out.json MARKDOWN=out.md',
    )
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="folder of other data: ../shared/eval if it is there"
    )
    parser.add_argument("--only", type=_tasks, default=_NAMES, metavar="NAMES", help=f"some of {' '.join(_NAMES)}; all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there, for a README")
    return parser


def _tasks(text: str) -> tuple[str, ...]:
    wanted = text.split()
    if unknown := [name for name in wanted if name not in _NAMES]:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; there are {' '.join(_NAMES)}")
    return tuple(name for name in _NAMES if name in wanted)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
