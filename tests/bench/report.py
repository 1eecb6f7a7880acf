"""The result for people and for machines: tables on a terminal, Markdown for a README, JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from .figures import Curve, Figure

__all__ = ["Report", "as_json", "as_markdown", "figure_as_json", "markdown_row", "number", "show"]

VERSION = 1
_SECTIONS = {
    "speed": "Throughput: one process a stage",
    "processor": "Processor time: what isolation, messages and storage add to the pure functions",
    "storage": "What an article leaves in Redis, until it expires",
    "latency": "From publish to searchable, articles coming steadily at half of that throughput",
    "start": "Start",
    "long": "A long run: short articles, published as fast as backpressure lets them",
}
_HEADINGS = ("", "measured", "lowest to highest", "yardstick", "", "ratio", "")
_MEMORY_HEADINGS = ("", "measured")
_TO_THE_RIGHT = (1, 3, 5)
_BARE_LOOP = (
    "The bare loop runs the same pure functions over the same articles in one process and thread, without messages, "
    "isolation or redelivery, in turn with what is measured. For the runtime it is a plain redis-py loop with the same "
    "parsing (XREADGROUP of 100, one pipeline a batch). Figures are medians; a ratio is the median of the rounds' own."
)
_NO_PROC = "not available: this system has no /proc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one run found. `memory` is bytes by process, empty where the system does not tell."""

    machine: Mapping[str, Any]
    corpus: Mapping[str, Any]
    options: Mapping[str, Any]
    figures: Sequence[Figure]
    memory: Mapping[str, int]
    account: Mapping[str, int]
    seconds: float
    curves: Sequence[Curve] = ()


def as_json(report: Report) -> dict[str, Any]:
    """The report with every round's value, so that others can calculate for themselves."""
    return {
        "version": VERSION,
        "machine": dict(report.machine),
        "corpus": dict(report.corpus),
        "options": dict(report.options),
        "figures": [figure_as_json(figure) for figure in report.figures],
        "curves": [
            {"title": curve.title, "rows": [dict(zip(curve.headings, row, strict=True)) for row in curve.rows]}
            for curve in report.curves
        ],
        "peak_memory_bytes": dict(report.memory),
        "account": dict(report.account),
        "seconds": report.seconds,
    }


def figure_as_json(figure: Figure) -> dict[str, Any]:
    """A figure with its rounds."""
    return {
        "section": figure.section,
        "name": figure.name,
        "unit": figure.unit,
        "median": figure.median,
        "values": list(figure.values),
        "yardstick": figure.yardstick,
        "yardstick_median": figure.yardstick_median,
        "yardstick_values": list(figure.yardstick_values),
        "ratio": figure.ratio,
        "note": figure.note,
    }


def show(report: Report, console: Console) -> None:
    """Print tables and what they were measured on."""
    for title, headings, rows in _tables(report):
        table = Table(
            title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
        )
        for number, heading in enumerate(headings):
            right = number in _TO_THE_RIGHT or headings not in (_HEADINGS, _MEMORY_HEADINGS)
            table.add_column(heading, justify="right" if right else "left")
        for row in rows:
            table.add_row(*row)
        console.print()
        console.print(table)
    console.print()
    for line in _conditions(report):
        console.print(line)


def as_markdown(report: Report) -> str:
    """The same as Markdown tables, one a section."""
    lines: list[str] = []
    for title, headings, rows in _tables(report):
        lines += [f"### {title}", "", markdown_row(headings), markdown_row(["---"] * len(headings))]
        lines += [markdown_row(row) for row in rows]
        lines.append("")
    return "\n".join([*lines, *(f"- {line}" for line in _conditions(report)), ""])


def markdown_row(cells: Iterable[str]) -> str:
    """One row of a table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _tables(report: Report) -> Iterable[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
    for section, title in _SECTIONS.items():
        rows = [_row(figure) for figure in report.figures if figure.section == section]
        if rows:
            yield title, _HEADINGS, rows
    for curve in report.curves:
        yield curve.title, curve.headings, [tuple(f"{value:,.0f}" for value in row) for row in curve.rows]
    memory = [(name, f"{size / 1e6:.0f} MB") for name, size in sorted(report.memory.items())]
    if memory or not report.machine["tells_memory"]:
        yield "Peak memory of each process (resident)", _MEMORY_HEADINGS, memory or [(_NO_PROC, "")]


def _row(figure: Figure) -> tuple[str, ...]:
    other = figure.yardstick_median
    low, high = figure.spread
    return (
        figure.name,
        f"{number(figure.median)} {figure.unit}",
        f"{number(low)} to {number(high)}" if len(figure.values) > 1 else "",
        f"{number(other)} {figure.unit}" if other is not None else "",
        figure.yardstick or "",
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        figure.note,
    )


def number(value: float) -> str:
    """Three significant digits, and thousands told apart."""
    if value == 0:
        return "0"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def _conditions(report: Report) -> Iterable[str]:
    machine, corpus, options, account = report.machine, report.corpus, report.options, report.account
    memory = f", {machine['memory_bytes'] / 2**30:.0f} GiB" if machine["memory_bytes"] else ""
    if any(figure.yardstick for figure in report.figures):
        yield _BARE_LOOP
    yield f"{machine['processor']}, {machine['cores']} cores{memory}; {machine['system']}; {machine['python']}"
    yield "; ".join(f"{name} {version}" for name, version in machine["packages"].items())
    load = machine["load_average_before"]
    if load is not None and load > 0.5:
        yield f"The machine was not quiet (load average {load} before the start): trust the ratios, not the figures."
    if any(figure.section != "long" for figure in report.figures):
        yield (
            f"{options['articles']} articles of {corpus['mean_words']:.0f} words on average from {corpus['name']}; "
            f"{options['rounds']} rounds after a warm-up; "
            f"{options['messages']:,} messages of 4 KB a round for the runtime"
        )
    ends = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in account.items() if count)
    told = f"Through the whole pipeline: {ends}; none lost, none twice. " if ends else ""
    yield f"{told}The run took {report.seconds:.0f} s."
