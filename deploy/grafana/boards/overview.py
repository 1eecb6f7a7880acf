"""The first look: is the promise kept, does everything flow, is something wrong."""

from deploy.grafana.board import Board
from deploy.grafana.expressions import DONE, each, or_none, quantiles, rate, share
from deploy.grafana.panels import Limit, lines, number, rows

__all__ = ["BOARD"]

_FAILED = rate("wiredesk_events_total", "stage", 'outcome=~"dead_lettered|retried|failed"')
_ALL = rate("wiredesk_events_total", "stage")

_PROMISE = (
    number(
        "Searchable within 5 s, last hour",
        "percentunit",
        "Below 99 % the promise is broken: see which stage has the oldest article below, and scale or mend that one.",
        {"kept": "1 - wiredesk:searchable_late:ratio_rate1h"},
        limit=Limit(0.99, below=True),
        width=5,
        height=8,
    ),
    number(
        "Error budget left, 30 days",
        "percentunit",
        "At 0 % hold back risky changes until old breaches leave the window; a large backfill may have used it, too.",
        {"left": "clamp_min(1 - wiredesk:searchable_late:ratio_rate30d / 0.01, 0)"},
        limit=Limit(0.25, below=True),
        width=5,
        height=8,
    ),
    lines(
        "Burn rate of the error budget",
        "none",
        "1 uses the budget up in 30 days, 14.4 in two: then follow SearchableBudgetBurn in the runbook.",
        {window: f"wiredesk:searchable_late:ratio_rate{window} / 0.01" for window in ("5m", "1h", "6h", "3d")},
        width=7,
        limit=Limit(14.4),
    ),
    lines(
        "Time to searchable",
        "s",
        "When it rises with a backlog, scale the stage that waits; without one, look at index commits.",
        quantiles("wiredesk_searchable_seconds"),
        width=7,
        limit=Limit(5),
    ),
)

_FLOW = (
    lines(
        "Articles done, by stage",
        "cps",
        "All stages run level when nothing piles up: the first line below the others is the stage to scale.",
        {"{{stage}}": rate("wiredesk_events_total", "stage", DONE)},
    ),
    lines(
        "Articles that failed, by stage",
        "percentunit",
        "More than 1 %: see the reasons in Dead letters and Retries, and wiredesk dead list.",
        {"{{stage}}": share(_FAILED, _ALL)},
        limit=Limit(0.01),
    ),
    lines(
        "Articles waiting, by stream",
        "short",
        "A line that keeps rising: scale the stage that reads this stream, as wiredesk status advises.",
        {
            "{{stream}} {{group}}": "max by (stream, group) (wiredesk_stream_lag)"
            " + on (stream, group) max by (stream, group) (wiredesk_stream_pending)"
        },
    ),
    lines(
        "Age of the oldest unfinished article",
        "s",
        "Old with little waiting is one article that keeps failing or a dead worker's; old with much is a backlog.",
        {"{{stream}} {{group}}": each("wiredesk_stream_oldest_seconds", "stream, group")},
        limit=Limit(300),
    ),
    lines(
        "How busy each stage is",
        "percentunit",
        "Near 100 % a stage does all it can: add replicas of it; the others wait for it.",
        {"{{stage}}": "stage:wiredesk_busy:ratio_rate5m"},
        most=1,
    ),
    lines(
        "Replicas that answer",
        "short",
        "Fewer than you started: see docker compose ps and the log of the one that is missing.",
        {"{{job}}": 'sum by (job) (up{job=~"ingest|extraction|indexing|gateway"})'},
    ),
)

_WRONG = (
    rows(
        "Alerts that fire",
        "none",
        "Each has a paragraph of its name in docs/runbook.md: what it means, where to look, what to do.",
        or_none('count by (alertname, severity) (ALERTS{alertstate="firing"})', "alertname"),
        value="firing",
    ),
    rows(
        "Dead letters, by reason",
        "short",
        "timeout, crashed, out_of_memory and unexpected_error are ours: keep one, replay after a fix. The rest is the "
        "publisher's.",
        or_none(each("wiredesk_dead_letters", "stage, reason"), "reason"),
        value="letters",
    ),
    lines(
        "Retries, by stage",
        "cps",
        "A steady line means articles fail again and again: the Stages board names the reasons.",
        {"{{stage}}": rate("wiredesk_retries_total", "stage")},
    ),
)

BOARD = Board(
    uid="wiredesk-overview",
    title="Wiredesk / Overview",
    description="Is the promise kept, does everything flow, is something wrong.",
    rows={"Promise: 99 % searchable within 5 s": _PROMISE, "Flow": _FLOW, "What is wrong": _WRONG},
)
