"""The result for people and for machines: tables on a terminal, Markdown for a README, JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from .compare import Change, Comparison
from .corpus import KINDS, Kind
from .figures import Curve, Figure
from .machine import Footprint

__all__ = [
    "Report",
    "as_json",
    "as_markdown",
    "figure_as_json",
    "markdown_row",
    "number",
    "show",
    "show_comparison",
]

VERSION = 2
_SECTIONS = {
    "functions": "Pure functions, by processor time: a second and core",
    "speed": "Throughput through Redis, by the clock: one process a stage, but where it says two",
    "cores": "Cores that were busy meanwhile",
    "processor": "Processor time: what isolation, messages and storage add to the pure functions",
    "storage": "What an article leaves in Redis, until it expires",
    "latency": "From publish to searchable, articles coming steadily at a share of the full speed",
    "start": "Start",
    "memory": "What one more worker needs",
    "long": "A long run: short articles, published as fast as backpressure lets them",
}
_HEADINGS = ("", "measured", "lowest to highest", "yardstick", "", "ratio", "")
_MEMORY_HEADINGS = ("", "peak resident", "resident", "its share", "its own")
_TO_THE_RIGHT = (1, 3, 5)
_BARE_LOOP = (
    "The bare loop runs the same pure functions over the same articles in one process and thread, without messages, "
    "isolation or redelivery, in turn with what is measured. For the runtime it is a plain redis-py loop with the same "
    "parsing (XREADGROUP of 100, one pipeline a batch). Figures are medians; a ratio is the median of the rounds' own."
)
_MEMORY = (
    "Memory is the most that /proc/PID/smaps_rollup told between rounds: pages that several processes have mapped "
    "count in each one's resident memory, in parts in their shares (PSS), and in nobody's own (USS)."
)
_COMPARED = ("", "old", "new", "new / old", "yardstick's", "")
_WRITTEN_BY = (
    "This page is written by `make bench MARKDOWN=docs/bench.md`. What delivery itself costs, and that its memory is "
    "bounded over a million articles: [bench-delivery.md](bench-delivery.md)."
)
_NO_PROC = "not available: this system has no /proc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one run found. `corpora` tells of the articles by kind, `memory` of processes, where it is known."""

    machine: Mapping[str, Any]
    corpora: Mapping[Kind, Mapping[str, Any]]
    options: Mapping[str, Any]
    figures: Sequence[Figure]
    memory: Mapping[str, Footprint]
    account: Mapping[str, int]
    seconds: float
    curves: Sequence[Curve] = ()


def as_json(report: Report) -> dict[str, Any]:
    """The report with every round's value, so that others can calculate for themselves."""
    return {
        "version": VERSION,
        "machine": dict(report.machine),
        "corpora": {kind: dict(corpus) for kind, corpus in report.corpora.items()},
        "options": dict(report.options),
        "figures": [figure_as_json(figure) for figure in report.figures],
        "curves": [
            {"title": curve.title, "rows": [dict(zip(curve.headings, row, strict=True)) for row in curve.rows]}
            for curve in report.curves
        ],
        "memory": {
            name: {
                "peak_bytes": found.peak,
                "resident_bytes": found.resident,
                "share_bytes": found.share,
                "own_bytes": found.own,
            }
            for name, found in report.memory.items()
        },
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
        "words_per_s": figure.words_per_s,
        "note": figure.note,
    }


def show(report: Report, console: Console) -> None:
    """Print tables and what they were measured on."""
    for title, headings, rows in _tables(report):
        right = _TO_THE_RIGHT if headings is _HEADINGS else range(1, len(headings))
        _print_table(console, title, headings, rows, right)
    console.print()
    for line in _conditions(report):
        console.print(line)


def show_comparison(comparison: Comparison, console: Console) -> None:
    """Print what changed: every figure of both runs, what is outside the spread of the rounds told apart."""
    rows = [_compared(change) for change in comparison.changes]
    _print_table(console, "Compared with the older run", _COMPARED, rows, range(1, len(_COMPARED) - 1))
    console.print()
    for line in comparison.differences:
        console.print(f"the runs are not alike: {line}")
    for said, names in (("only in the older run", comparison.gone), ("only in this run", comparison.added)):
        if names:
            console.print(f"{said}: {'; '.join(names)}")


def _print_table(
    console: Console, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int]
) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number in right else "left")
    for row in rows:
        table.add_row(*row)
    console.print()
    console.print(table)


def _compared(change: Change) -> tuple[str, ...]:
    other = change.yardstick_ratio
    return (
        change.name,
        f"{number(change.old)} {change.unit}",
        f"{number(change.new)} {change.unit}",
        f"{change.ratio:.2f}" if change.ratio is not None else "",
        f"{other:.2f}" if other is not None else "",
        change.verdict,
    )


def as_markdown(report: Report) -> str:
    """The same as a page: a table a section under what it was measured on."""
    lines = ["# How fast the pipeline is", "", _WRITTEN_BY, "", *(f"- {line}" for line in _conditions(report)), ""]
    for title, headings, rows in _tables(report):
        lines += [f"## {title}", "", markdown_row(headings), markdown_row(["---"] * len(headings))]
        lines += [markdown_row(row) for row in rows]
        lines.append("")
    return "\n".join(lines)


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
    memory = [(name, *map(_megabytes, _sizes(found))) for name, found in sorted(report.memory.items())]
    if memory or not report.machine["tells_memory"]:
        yield "Memory of each process", _MEMORY_HEADINGS, memory or [(_NO_PROC, "", "", "", "")]


def _sizes(found: Footprint) -> tuple[int, ...]:
    return (found.peak, found.resident, found.share, found.own)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def _row(figure: Figure) -> tuple[str, ...]:
    other = figure.yardstick_median
    low, high = figure.spread
    words = f" ({number(figure.words_per_s)} words/s)" if figure.words_per_s else ""
    return (
        figure.name,
        f"{number(figure.median)} {figure.unit}{words}",
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
    machine, options, account = report.machine, report.options, report.account
    memory = f", {machine['memory_bytes'] / 2**30:.0f} GiB" if machine["memory_bytes"] else ""
    if any(figure.yardstick for figure in report.figures):
        yield _BARE_LOOP
    if report.memory:
        yield _MEMORY
    yield f"{machine['processor']}, {machine['cores']} cores{memory}; {machine['system']}; {machine['python']}"
    yield "; ".join(f"{name} {version}" for name, version in machine["packages"].items())
    load = machine["load_average_before"]
    if load is not None and load > 0.5:
        yield f"The machine was not quiet (load average {load} before the start): trust the ratios, not the figures."
    if any(figure.section != "long" for figure in report.figures):
        rounds, messages = options["rounds"], options["messages"]
        yield f"{rounds} rounds after a warm-up; {messages:,} messages of 4 KB a round for the runtime"
        for kind, corpus in report.corpora.items():
            own = ", which are the project's own: there were no real ones to measure with" if corpus["own"] else ""
            yield (
                f"{KINDS[kind]}: {corpus['a_round']} articles a round, of {corpus['mean_bytes'] / 1000:,.1f} KB on "
                f"average, drawn from the {corpus['articles']} of {corpus['name']}{own}"
            )
    ends = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in account.items() if count)
    told = f"Through whole pipelines: {ends}; none lost, none twice. " if ends else ""
    yield f"{told}The run took {report.seconds:.0f} s."
