"""The index, what writes it, and those who ask it."""

from deploy.grafana.board import Board
from deploy.grafana.expressions import INTERVAL, each, quantiles, rate, share
from deploy.grafana.panels import Limit, lines, number

__all__ = ["BOARD"]

_WRITING = (
    number(
        "Articles searchable",
        "short",
        "It only falls by retractions: a sudden fall means another index is open, see WIREDESK_INDEX_URL.",
        {"articles": 'max(wiredesk_index_documents{job="gateway"})'},
        width=6,
        height=8,
    ),
    lines(
        "Index commit time",
        "s",
        "Above 5 s the promise is lost: a slow disk, or merging after a large deletion; see IndexCommitSlow.",
        quantiles("wiredesk_index_commit_seconds"),
        width=6,
        limit=Limit(5),
    ),
    lines(
        "Commits and failures",
        "cps",
        "Any failure: the disk is full or broken, or OpenSearch refuses; the log of indexing has its words.",
        {
            "commits": f"sum(rate(wiredesk_index_commit_seconds_count[{INTERVAL}]))",
            "failures": f"sum(rate(wiredesk_index_commit_failures_total[{INTERVAL}]))",
        },
        width=6,
    ),
    lines(
        "Disk left for the index",
        "percentunit",
        "Below 10 % make room: wiredesk index compact, or a larger disk; at 0 indexing holds what it has and waits.",
        {"left": "min(wiredesk_disk_free_bytes / wiredesk_disk_size_bytes)"},
        width=6,
        limit=Limit(0.1, below=True),
        most=1,
    ),
)

_ASKING = (
    lines(
        "Search latency p95, by kind",
        "s",
        "One kind alone: costly queries of one user, see refused questions; all: the disk or the processor is busy.",
        {
            "{{kind}}": "histogram_quantile(0.95, sum by (kind, le)"
            f" (rate(wiredesk_query_duration_seconds_bucket[{INTERVAL}])))"
        },
        limit=Limit(1),
    ),
    lines(
        "Questions, by kind",
        "cps",
        "A kind that multiplied is a new client or a loop: see requests by key.",
        {"{{kind}}": rate("wiredesk_query_duration_seconds_count", "kind")},
        stacked=True,
    ),
    lines(
        "Questions without an answer",
        "cps",
        "busy: more at once than WIREDESK_QUERIES, add a gateway; timeout: too costly for WIREDESK_QUERY_TIMEOUT_S.",
        {"{{reason}}": rate("wiredesk_queries_refused_total", "reason")},
    ),
)

_SERVING = (
    lines(
        "Requests, by status",
        "cps",
        "429 and 503 are backpressure, 504 a slow index, 500 a bug of ours: its traceback is in the gateway's log.",
        {"{{status}}": rate("wiredesk_http_requests_total", "status")},
        stacked=True,
    ),
    lines(
        "Requests that failed",
        "percentunit",
        "Above 1 %: see GatewayErrors in the runbook.",
        {
            "failed": share(
                f'(sum(rate(wiredesk_http_requests_total{{status=~"5.."}}[{INTERVAL}])) or vector(0))',
                f"sum(rate(wiredesk_http_requests_total[{INTERVAL}]))",
            )
        },
        limit=Limit(0.01),
    ),
    lines(
        "Request time",
        "s",
        "Compare with search latency: what is beyond it is the gateway's own, or a slow client.",
        quantiles("wiredesk_http_request_duration_seconds"),
    ),
    lines(
        "Requests not let in",
        "cps",
        "key, scope: somebody guesses, or a key is revoked; rate: a client over its limit; origin: another site.",
        {"{{reason}}": rate("wiredesk_http_refused_total", "reason")},
    ),
    lines(
        "Requests in progress",
        "short",
        "Near WIREDESK_CONNECTIONS newcomers get 503: add a gateway, or find who holds connections.",
        {"{{instance}}": 'sum by (instance) (wiredesk_in_flight{stage="gateway"})'},
    ),
    lines(
        "Publishers that have to wait",
        "short",
        "1: the pipeline takes no more for now. Scale the stage with the backlog, or raise Redis's memory.",
        {"{{stream}}": each("wiredesk_pressure", "stream")},
        most=1,
    ),
)

BOARD = Board(
    uid="wiredesk-index-search",
    title="Wiredesk / Index and search",
    description="The index, what writes it, and those who ask it.",
    rows={"Writing": _WRITING, "Asking": _ASKING, "Serving": _SERVING},
)
