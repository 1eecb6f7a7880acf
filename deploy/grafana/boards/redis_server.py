"""The Redis server: its memory, its disk, its speed, and what the streams hold."""

from deploy.grafana.board import Board
from deploy.grafana.expressions import INTERVAL, each
from deploy.grafana.panels import Limit, lines, number

__all__ = ["BOARD"]


def _total(counter: str) -> str:
    return f"max(rate(wiredesk_redis_{counter}_total[{INTERVAL}]))"


_STATE = (
    number(
        "Redis answers",
        "none",
        "0: start it, or correct WIREDESK_REDIS_URL; workers hold what they have and go on by themselves.",
        {"up": "max(wiredesk_redis_up)"},
        limit=Limit(1, below=True),
        yes_or_no=True,
    ),
    number(
        "Append-only file is on",
        "none",
        "0: whatever Redis holds is lost with its process; start it with --appendonly yes.",
        {"on": "min(wiredesk_redis_aof_enabled)"},
        limit=Limit(1, below=True),
        yes_or_no=True,
    ),
    number(
        "It can be written",
        "none",
        "0: Redis's disk is full or broken and it takes no writes: make room, writing goes on by itself.",
        {"ok": "min(wiredesk_redis_aof_last_write_ok)"},
        limit=Limit(1, below=True),
        yes_or_no=True,
    ),
    number(
        "It could be rewritten",
        "none",
        "0: too little memory or disk to rewrite it; it grows until the disk is full. Redis's log says which.",
        {"ok": "min(wiredesk_redis_aof_last_rewrite_ok)"},
        limit=Limit(1, below=True),
        yes_or_no=True,
    ),
    number(
        "Memory used",
        "percentunit",
        "At 80 % publishers wait, at 90 % stages: find the long stream below, and scale the stage that reads it.",
        {"used": "max(wiredesk_redis_memory_bytes / wiredesk_redis_memory_limit_bytes)"},
        limit=Limit(0.8),
    ),
    number(
        "Keys dropped for want of memory",
        "short",
        "Anything but 0: an eviction policy is set, and articles are lost; set maxmemory-policy noeviction.",
        {"keys": "max(wiredesk_redis_evicted_keys_total)"},
        limit=Limit(1),
    ),
)

_MEMORY = (
    lines(
        "Memory",
        "bytes",
        "The process needs up to twice what is used while the file is rewritten: keep the machine's limit above that.",
        {
            "used": "max(wiredesk_redis_memory_bytes)",
            "limit": "max(wiredesk_redis_memory_limit_bytes)",
            "process": "max(wiredesk_redis_memory_rss_bytes)",
        },
    ),
    lines(
        "Append-only file",
        "bytes",
        "It shrinks at a rewrite. Growing without end: rewriting fails or is off.",
        {"size": "max(wiredesk_redis_aof_size_bytes)", "after rewrite": "max(wiredesk_redis_aof_base_bytes)"},
    ),
    lines(
        "Writes that waited for the disk",
        "cps",
        "Steadily above 0: the disk is too slow, and everything waits for it; move it or share it with less.",
        {"waits": _total("aof_delayed_fsyncs")},
    ),
)

_SPEED = (
    lines(
        "Question and answer",
        "s",
        "Above 10 ms something blocks the server: a large key, a fork, a busy core.",
        {"ping": "max(wiredesk_redis_ping_seconds)"},
        limit=Limit(0.01),
    ),
    lines(
        "Share of time by command",
        "percentunit",
        "The sum is how busy Redis's one thread is: near 100 % it is the bottleneck. evalsha is the finish script.",
        {"{{command}}": f"max by (command) (rate(wiredesk_redis_call_seconds_total[{INTERVAL}]))"},
        stacked=True,
    ),
    lines(
        "Commands",
        "cps",
        "Compare with articles a second: far more than usual for each is a client in a loop.",
        {"{{command}}": f"max by (command) (rate(wiredesk_redis_calls_total[{INTERVAL}]))", "all": _total("commands")},
    ),
    lines(
        "Connections",
        "short",
        "Rising without end: a client does not close them. Refused ones: raise maxclients.",
        {"open": "max(wiredesk_redis_clients)", "waiting for work": "max(wiredesk_redis_blocked_clients)"},
    ),
    lines(
        "Connections refused",
        "cps",
        "Anything but 0: more connections than maxclients; find who opens them with CLIENT LIST.",
        {"refused": _total("rejected_connections")},
    ),
    lines(
        "Uptime",
        "s",
        "A fall to 0 is a restart: find out why in its log; nothing was lost if the append-only file is on.",
        {"uptime": "max(wiredesk_redis_uptime_seconds)"},
    ),
)

_STREAMS = (
    lines(
        "Memory, by stream",
        "bytes",
        "The largest is what fills Redis: a backlog, a group of somebody else's, or dead letters.",
        {"{{stream}}": each("wiredesk_stream_bytes", "stream")},
        width=8,
        stacked=True,
    ),
    lines(
        "Entries, by stream",
        "short",
        "A work stream keeps what is acknowledged for half a minute; longer than that without lag: a foreign group.",
        {"{{stream}}": each("wiredesk_stream_length", "stream")},
    ),
    lines(
        "Entries dropped by limits",
        "cps",
        "Of articles.dead these are articles lost for good: replay or drop in time, or raise WIREDESK_DEAD_MAX_MB.",
        {"{{stream}}": f"max by (stream) (rate(wiredesk_stream_dropped_total[{INTERVAL}]))"},
    ),
)

BOARD = Board(
    uid="wiredesk-redis",
    title="Wiredesk / Redis",
    description="The Redis server: its memory, its disk, its speed, and what the streams hold.",
    rows={"State": _STATE, "Memory and disk": _MEMORY, "Speed": _SPEED, "Streams": _STREAMS},
)
