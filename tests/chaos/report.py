"""The result for people and for machines: tables on a terminal, Markdown for the docs, JSON."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from .account import Account
from .recovery import ALL, STREAM_AFTER
from .verdict import KINDS, Wrong

if TYPE_CHECKING:
    from .run import Options

__all__ = ["NAMED", "Report", "as_json", "as_markdown", "show"]

NAMED = 20
"""Of what is wrong, so much is told one by one, each with its journey."""
_PARTS = (*STREAM_AFTER, ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one run found. `recovery` is in seconds by cause and by stage; `journeys` are of what is wrong."""

    options: "Options"
    account: Account
    faults: Mapping[tuple[str, str], int]
    bitten: Mapping[tuple[str, str], int]
    recovery: Mapping[tuple[str, str], Sequence[float]]
    unrecovered: Mapping[tuple[str, str], int]
    log: Sequence[str]
    sent_again: int
    ends: Mapping[str, int]
    surprises: Sequence[str]
    wrong: Sequence[Wrong]
    journeys: Mapping[str, str]
    published_s: float
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the guarantee held."""
        return not self.wrong

    @property
    def counts(self) -> dict[str, int]:
        """Submissions by how they ended; all but the first add up to it."""
        account = self.account
        return {
            "submitted": len(account.pieces),
            "indexed": len(account.indexed),
            "duplicate": len(account.duplicate),
            "superseded": len(account.superseded),
            "dead-lettered": len(account.dead),
        }

    @property
    def wrongs(self) -> dict[str, int]:
        """How many things are wrong, of each kind."""
        found = Counter(one.kind for one in self.wrong)
        return {kind: found[kind] for kind in KINDS}

    @property
    def articles_a_second(self) -> float:
        """Submissions by the time from the first to the last publishing, faults included."""
        return len(self.account.pieces) / self.published_s if self.published_s else 0.0


def as_json(report: Report) -> dict[str, Any]:
    """The report with every value."""
    return {
        "version": 1,
        "passed": report.passed,
        "options": {name: value for name, value in asdict(report.options).items() if name != "logs"},
        "counts": report.counts,
        "wrong": report.wrongs,
        "faults": [
            {"kind": kind, "where": where, "done": done, "bitten": report.bitten.get((kind, where))}
            for (kind, where), done in sorted(report.faults.items())
        ],
        "recovery_seconds": [
            {
                "after": after,
                "part": part,
                "values": list(values),
                "unrecovered": report.unrecovered.get((after, part), 0),
            }
            for (after, part), values in sorted(report.recovery.items())
        ],
        "dead_letters": dict(sorted(report.account.reasons.items())),
        "sent_again": report.sent_again,
        "ends": dict(sorted(report.ends.items())),
        "ended_by_themselves": list(report.surprises),
        "problems": [asdict(one) for one in report.wrong],
        "log": list(report.log),
        "articles_a_second": report.articles_a_second,
        "published_seconds": report.published_s,
        "seconds": report.seconds,
    }


def show(report: Report, console: Console) -> None:
    """Tables, and what is wrong with each journey."""
    for title, headings, rows in _tables(report):
        table = Table(title=title, title_justify="left", title_style="bold")
        for heading in headings:
            table.add_column(heading, justify="left" if heading == headings[0] else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for line in report.surprises[:NAMED]:
        console.print(f"  {line}")
    for one in report.wrong[:NAMED]:
        console.print(f"{one.kind}: {one.submission_id or ''} {one.words}")
        if one.submission_id in report.journeys:
            console.print(report.journeys[one.submission_id])
    if len(report.wrong) > NAMED:
        console.print(f"… and {len(report.wrong) - NAMED} more")
    options = report.options
    if report.passed:
        console.print(f"the guarantee held; seed {options.seed}")
    else:
        again = f"make chaos ARTICLES={options.articles} SEED={options.seed}"
        console.print(
            f"the guarantee did not hold; to repeat: {again}{f' WITHOUT={options.without}' if options.without else ''}"
        )


def as_markdown(report: Report) -> str:
    """The same tables for the docs."""
    lines = []
    for title, headings, rows in _tables(report):
        lines += [f"**{title}**", "", f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
        lines.append("")
    return "\n".join(lines)


def _tables(report: Report) -> list[tuple[str, Sequence[str], list[list[str]]]]:
    counted = [[name, f"{number:,}"] for name, number in {**report.counts, **report.wrongs}.items()]
    counted += [
        ["batches sent again", f"{report.sent_again:,}"],
        ["duration", f"{report.seconds:,.0f} s"],
        ["articles/s while publishing", f"{report.articles_a_second:,.1f}"],
    ]
    faults = [
        [kind, where, f"{done:,}", f"{report.bitten[kind, where]:,}" if (kind, where) in report.bitten else ""]
        for (kind, where), done in sorted(report.faults.items())
    ]
    causes = sorted({after for after, _ in (*report.recovery, *report.unrecovered)})
    recovery = [[cause, part, *_figures(report, cause, part)] for cause in causes for part in _PARTS]
    dead = [[reason, f"{number:,}"] for reason, number in sorted(report.account.reasons.items())]
    ends = [[how, f"{number:,}"] for how, number in sorted(report.ends.items())]
    return [
        (f"Articles, seed {report.options.seed}", ("", "number"), counted),
        ("Faults", ("fault", "where", "done", "met what it was for"), faults),
        (
            "Time to recover, in seconds",
            ("after", "first finished by", "median", "most", "times", "over 30 s"),
            recovery,
        ),
        ("Dead letters", ("stage and reason", "number"), dead),
        ("Ends of processes", ("", "number"), ends),
    ]


def _figures(report: Report, cause: str, part: str) -> list[str]:
    values = report.recovery.get((cause, part), ())
    late = report.unrecovered.get((cause, part), 0)
    if not values:
        return ["", "", "0", str(late)]
    return [f"{statistics.median(values):.2f}", f"{max(values):.2f}", str(len(values)), str(late)]
