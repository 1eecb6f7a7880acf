"""The scores for people and for machines: one table on a terminal, the same as Markdown, and everything as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from .tasks import Figure, Task

__all__ = ["Report", "Score", "as_json", "as_markdown", "show"]

VERSION = 1
_HEADINGS = ("task", "figure", "n", "score", "floor", "aim", "plain", "words/s")
_README_HEADINGS = ("what", "data", "n", "Wiredesk", "plain rules", "floor", "aim", "peers, on data of their own")
_LEFT = 2
_SPEED = (
    "words/s: words submitted (pages without their tags) by processor time of `wiredesk extract`, one thread, from "
    "reading the JSON line to writing the facts, its start and loading left out."
)
_PLAIN = "plain: spaCy's medium English pipeline, trafilatura and one pass of rules, on the same data."


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one task came to. `results` are the scorer's, in percent but for counts; `notes` say what was odd."""

    task: Task
    articles: int
    words: int
    seconds: float
    results: Mapping[str, float]
    notes: Sequence[str] = ()

    @property
    def words_per_s(self) -> float:
        """Of one core."""
        return self.words / self.seconds if self.seconds else 0.0

    def misses(self) -> list[Figure]:
        """Figures under their floor."""
        return [one for one in self.task.figures if one.floor is not None and self._value(one) < one.floor]

    def _value(self, figure: Figure) -> float:
        """Rounded as printed: what reads 72.0 is not under a floor of 72."""
        return round(self.results.get(figure.key, 0.0), 1)

    def rows(self) -> Iterable[tuple[Figure, float, int]]:
        """Each figure with its value and the items it was taken over."""
        for figure in self.task.figures:
            yield figure, self._value(figure), int(self.results.get(figure.n_key, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one run found; `missing` are tasks whose data is not there."""

    machine: Mapping[str, Any]
    scores: Sequence[Score]
    missing: Sequence[str] = ()
    seconds: float

    def failures(self) -> list[str]:
        """A line for each figure under its floor."""
        return [
            f"{score.task.name}: {figure.name} is {value}, the floor is {figure.floor:g}"
            for score in self.scores
            for figure, value, _ in score.rows()
            if figure in score.misses()
        ]


def show(report: Report, console: Console) -> None:
    """Print the table, what was odd, and what misses its floor."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for at, heading in enumerate(_HEADINGS):
        table.add_column(heading, justify="left" if at < _LEFT else "right")
    for score in report.scores:
        for at, (figure, value, n) in enumerate(score.rows()):
            under = figure in score.misses()
            table.add_row(
                "" if at else score.task.name,
                figure.name,
                f"{n:,}",
                f"{value}{' *' if under else ''}",
                _number(figure.floor),
                _number(figure.aim),
                _number(figure.plain),
                "" if at or not score.seconds else f"{score.words_per_s:,.0f}",
                style="bold red" if under else "",
            )
    console.print(table)
    console.print()
    for line in _conditions(report):
        console.print(line)
    for line in report.failures():
        console.print(f"UNDER ITS FLOOR  {line}")


def as_markdown(report: Report) -> str:
    """The table of a README: our figures beside those of others, and under which conditions."""
    lines = [_markdown_row(_README_HEADINGS), _markdown_row(["---"] * len(_README_HEADINGS))]
    for score in report.scores:
        for figure, value, n in score.rows():
            cells = (figure.name, score.task.data, f"{n:,}", f"**{value}**", _number(figure.plain))
            lines.append(_markdown_row((*cells, _number(figure.floor), _number(figure.aim), figure.peers)))
    words, seconds = sum(one.words for one in report.scores), sum(one.seconds for one in report.scores)
    speed = f"{words / seconds:,.0f} words/s a core over all of it" if seconds else ""
    return "\n".join([*lines, "", "; ".join(filter(None, (speed, _machine(report)))) + ".", ""])


def as_json(report: Report) -> dict[str, Any]:
    """Every figure a scorer made, with floors and speed."""
    return {
        "version": VERSION,
        "machine": dict(report.machine),
        "seconds": report.seconds,
        "missing": list(report.missing),
        "failures": report.failures(),
        "tasks": [
            {
                "task": score.task.name,
                "data": score.task.data,
                "articles": score.articles,
                "words": score.words,
                "seconds": score.seconds,
                "words_per_s": score.words_per_s,
                "results": dict(score.results),
                "floors": {figure.key: figure.floor for figure in score.task.figures},
                "aims": {figure.key: figure.aim for figure in score.task.figures},
                "notes": list(score.notes),
            }
            for score in report.scores
        ],
    }


def _markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _machine(report: Report) -> str:
    machine = report.machine
    packages = machine["packages"]
    versions = ", ".join(f"{name} {packages[name]}" for name in ("spacy", "trafilatura") if name in packages)
    return f"{machine['processor']}, {machine['python']}, {versions}"


def _conditions(report: Report) -> Iterable[str]:
    yield _SPEED
    if any(figure.plain is not None for score in report.scores for figure in score.task.figures):
        yield _PLAIN
    yield f"{_machine(report)}. The run took {report.seconds:.0f} s."
    if report.missing:
        yield f"not there, so not scored: {' '.join(report.missing)}"
    for score in report.scores:
        for note in score.notes:
            yield f"{score.task.name}: {note}"
