"""Each stage closely: what it gets through, how long it takes, what fails, and what it uses."""

from deploy.grafana.board import Board
from deploy.grafana.expressions import INTERVAL, each, or_none, quantiles, rate
from deploy.grafana.panels import Limit, lines

__all__ = ["BOARD"]

_STAGE = 'stage=~"$stage"'
_GROUP = 'group=~"$stage"'
_JOB = 'job=~"$stage"'


def _happening(counter: str, label: str) -> str:
    """The rates that are not 0: of the many reasons and outcomes, only those there are."""
    return or_none(f"{rate(counter, f'stage, {label}', _STAGE)} > 0", label)


_THROUGHPUT = (
    lines(
        "Outcomes",
        "cps",
        "published should be nearly all; many duplicates are a publisher repeating itself, fenced a worker that froze.",
        {"{{stage}} {{outcome}}": _happening("wiredesk_events_total", "outcome")},
        stacked=True,
    ),
    lines(
        "Time an article takes",
        "s",
        "Compare with yesterday: longer for the same articles is a slower machine or a new version.",
        quantiles("wiredesk_stage_duration_seconds", _STAGE, "stage"),
    ),
    lines(
        "Age when the stage was done",
        "s",
        "The stage where the age jumps is the one that articles wait for.",
        quantiles("wiredesk_event_age_seconds", _STAGE, "stage"),
    ),
)

_BACKLOG = (
    lines(
        "Lag: not given to a worker yet",
        "short",
        "Rising: add replicas of the stage. A gap in the line: Redis does not know it, the age beside still holds.",
        {"{{stream}}": each("wiredesk_stream_lag", "stream", _GROUP)},
    ),
    lines(
        "In work: given and not finished",
        "short",
        "More than batch size times replicas, for minutes: a dead worker's, taken over after 10 s or more.",
        {"{{stream}}": each("wiredesk_stream_pending", "stream", _GROUP)},
    ),
    lines(
        "Age of the oldest",
        "s",
        "wiredesk journey of the oldest submission tells where it stands and what was tried.",
        {
            "{{stream}} waiting": each("wiredesk_stream_oldest_waiting_seconds", "stream", _GROUP),
            "{{stream}} in work": each("wiredesk_stream_oldest_pending_seconds", "stream", _GROUP),
        },
        limit=Limit(300),
    ),
)

_TROUBLE = (
    lines(
        "Retries, by reason",
        "cps",
        "timeout, out_of_memory: too small limits or a monstrous article; unavailable: see what the worker's log says.",
        {"{{stage}} {{reason}}": _happening("wiredesk_retries_total", "reason")},
        stacked=True,
    ),
    lines(
        "Dead letters arriving, by reason",
        "cps",
        "wiredesk dead list --reason REASON shows them, wiredesk dead replay brings them back after a fix.",
        {"{{stage}} {{reason}}": _happening("wiredesk_dead_lettered_total", "reason")},
        stacked=True,
    ),
    lines(
        "Deliveries an article needed",
        "none",
        "1 is right. More, for more than a moment: workers die or freeze, see restarts below.",
        {
            "{{stage}}": f"sum by (stage) (rate(wiredesk_event_attempts_sum{{{_STAGE}}}[{INTERVAL}]))"
            f" / sum by (stage) (rate(wiredesk_event_attempts_count{{{_STAGE}}}[{INTERVAL}]))"
        },
    ),
)

_USE = (
    lines(
        "How busy each replica is",
        "percentunit",
        "All near 100 %: scale. One alone: its neighbours are paused or stand by.",
        {"{{stage}} {{instance}}": f"rate(wiredesk_stage_busy_seconds_total{{{_STAGE}}}[5m])"},
        most=1,
    ),
    lines(
        "Workers, by state",
        "short",
        "paused waits for the next stage, disconnected for Redis or the index: wiredesk status says why.",
        {"{{stage}} {{state}}": f"{each('wiredesk_workers', 'stage, state', _STAGE)} > 0"},
        stacked=True,
    ),
    lines(
        "Extraction time a thousand words",
        "s",
        "About 0.13 s on one core of 2025. Twice that: the core is shared, or a new pipeline is slower.",
        {"extraction": "wiredesk:extraction_seconds_per_thousand_words:rate5m"},
    ),
    lines(
        "Processor, by process",
        "percentunit",
        "100 % is a core, all that a process can use: a stage whose children sit there needs replicas, and cores.",
        {
            "{{job}} {{instance}} worker": f"rate(process_cpu_seconds_total{{{_JOB}}}[{INTERVAL}])",
            "{{job}} {{instance}} child": f"rate(wiredesk_child_process_cpu_seconds_total{{{_JOB}}}[{INTERVAL}])",
        },
        width=8,
    ),
    lines(
        "Memory, by process",
        "bytes",
        "Rising without end is a leak: restart the replica, its work is taken over. Limits are in docker-compose.yml.",
        {
            "{{job}} {{instance}} worker": f"process_resident_memory_bytes{{{_JOB}}}",
            "{{job}} {{instance}} child": f"wiredesk_child_process_resident_memory_bytes{{{_JOB}}}",
        },
    ),
    lines(
        "Restarts in the last 15 minutes",
        "short",
        "A worker without a deploy: read the last lines of its log. A child: an article ended it, see retries.",
        {
            "{{job}} {{instance}} worker": f"changes(process_start_time_seconds{{{_JOB}}}[15m])",
            "{{job}} {{instance}} child": f"changes(wiredesk_child_process_start_time_seconds{{{_JOB}}}[15m])",
        },
    ),
)

BOARD = Board(
    uid="wiredesk-stages",
    title="Wiredesk / Stages",
    description="Each stage closely: what it gets through, how long it takes, what fails, and what it uses.",
    variables={"stage": "label_values(wiredesk_stage_busy_seconds_total, stage)"},
    rows={"Throughput": _THROUGHPUT, "Backlog": _BACKLOG, "Trouble": _TROUBLE, "What it uses": _USE},
)
