"""What was found, as tables on a terminal and in Markdown, and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from ..figures import Curve, Figure
from ..report import figure_as_json, markdown_row, number
from .targets import Verdict, verdicts

__all__ = ["Report", "as_json", "as_markdown", "show"]

VERSION = 1
_SECTIONS = {
    "writing": "Writing",
    "asking": "Questions to the index, in one process",
    "serving": "Whole pages over HTTP: 10 hits, highlights, 5 facets, histogram",
    "browsing": "In the browser",
    "crashing": "kill -9 at random moments of indexing",
}
_HEADINGS = ("", "tantivy", "SQLite FTS5", "ratio", "")
_TARGET_HEADINGS = ("target", "wanted", "measured", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one run found. `skipped` says what was not measured, and why."""

    machine: Mapping[str, Any]
    articles: int
    rounds: int
    figures: Sequence[Figure]
    curves: Sequence[Curve]
    skipped: Sequence[str]
    load_after: float | None
    seconds: float

    @property
    def verdicts(self) -> list[Verdict]:
        """The targets that were measured."""
        return list(verdicts(self.figures, self.articles))


def as_json(report: Report) -> dict[str, Any]:
    """With every value, so that others can calculate for themselves."""
    return {
        "version": VERSION,
        "machine": dict(report.machine),
        "load_average_after": report.load_after,
        "articles": report.articles,
        "rounds": report.rounds,
        "targets": [
            {
                "name": verdict.figure.name,
                "limit": verdict.limit,
                "at_least": verdict.at_least,
                "measured": verdict.figure.median,
                "met": verdict.met,
            }
            for verdict in report.verdicts
        ],
        "figures": [figure_as_json(figure) for figure in report.figures],
        "curves": [
            {"title": curve.title, "rows": [dict(zip(curve.headings, row, strict=True)) for row in curve.rows]}
            for curve in report.curves
        ],
        "skipped": list(report.skipped),
        "seconds": report.seconds,
    }


def show(report: Report, console: Console) -> None:
    """Print tables and what they were measured on."""
    for title, headings, rows in _tables(report):
        table = Table(
            title=title,
            title_justify="left",
            title_style="bold",
            box=None,
            pad_edge=False,
            padding=(0, 2, 0, 0),
            min_width=len(title),
        )
        for at, heading in enumerate(headings):
            table.add_column(heading, justify="right" if 0 < at < len(headings) - 1 else "left")
        for row in rows:
            table.add_row(*row)
        console.print()
        console.print(table)
    console.print()
    for line in _conditions(report):
        console.print(line)


def as_markdown(report: Report) -> str:
    """The same as Markdown tables."""
    lines: list[str] = []
    for title, headings, rows in _tables(report):
        lines += [f"### {title}", "", markdown_row(headings), markdown_row(["---"] * len(headings))]
        lines += [markdown_row(row) for row in rows]
        lines.append("")
    return "\n".join([*lines, *(f"- {line}" for line in _conditions(report)), ""])


def _tables(report: Report) -> Iterable[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
    if report.verdicts:
        yield "Targets", _TARGET_HEADINGS, [_verdict(verdict) for verdict in report.verdicts]
    for section, title in _SECTIONS.items():
        rows = [_row(figure) for figure in report.figures if figure.section == section]
        if rows:
            yield title, _HEADINGS, rows
    for curve in report.curves:
        yield curve.title, curve.headings, [tuple(f"{value:,.0f}" for value in row) for row in curve.rows]


def _verdict(verdict: Verdict) -> tuple[str, ...]:
    figure = verdict.figure
    sign = "at least" if verdict.at_least else "at most"
    return (
        figure.name,
        f"{sign} {verdict.limit:,g} {figure.unit}",
        f"{number(figure.median)} {figure.unit}",
        "met" if verdict.met else "MISSED",
    )


def _row(figure: Figure) -> tuple[str, ...]:
    other = figure.yardstick_median
    low, high = figure.spread
    spread = f"{number(low)} to {number(high)}" if len(figure.values) > 1 else ""
    return (
        figure.name,
        f"{number(figure.median)} {figure.unit}",
        f"{number(other)} {figure.unit}" if other is not None else "",
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        "; ".join(filter(None, (spread, figure.note))),
    )


def _conditions(report: Report) -> Iterable[str]:
    machine = report.machine
    memory = f", {machine['memory_bytes'] / 2**30:.0f} GiB" if machine["memory_bytes"] else ""
    if any(figure.section != "crashing" for figure in report.figures):
        yield (
            f"{report.articles:,} articles of some 375 words, with 12 entities and 6 quotes each; "
            "figures are medians, ratios the median of the rounds' own"
        )
        yield "upserts are counted until the last of them is searchable, each durable when its batch returned"
        yield "SQLite FTS5 writes durably too: WAL, synchronous=FULL, one transaction a batch"
    yield f"{machine['processor']}, {machine['cores']} cores{memory}; {machine['system']}; {machine['python']}"
    yield "; ".join(f"{name} {version}" for name, version in machine["packages"].items())
    load = machine["load_average_before"]
    if load is not None:
        busy = load > 0.5
        more = ": the machine was not quiet, so trust the ratios, not the figures" if busy else ""
        yield f"load average {load} before the start, {report.load_after} at the end{more}"
    for line in report.skipped:
        yield f"SKIPPED: {line}"
    yield f"the run took {report.seconds:,.0f} s"
