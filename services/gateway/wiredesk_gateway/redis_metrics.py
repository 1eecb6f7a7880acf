"""What the gateway tells Prometheus of the Redis server itself: its disk, its clients, how long it takes to answer."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, cast

import redis
import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from wiredesk.connection import is_denied

__all__ = ["RedisCollector"]

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

_COMMANDS = frozenset({"xadd", "xreadgroup", "evalsha", "eval", "xpending", "xclaim", "xautoclaim", "xinfo", "info"})
"""Those that the pipeline lives by; all others are one label's value."""

_GAUGES = {
    "used_memory_rss": ("memory_rss_bytes", "Memory that the server's process holds."),
    "aof_enabled": ("aof_enabled", "1 while what is acknowledged is written to the append-only file."),
    "aof_current_size": ("aof_size_bytes", "Size of the append-only file."),
    "aof_base_size": ("aof_base_bytes", "Its size when it was last rewritten."),
    "aof_rewrite_in_progress": ("aof_rewriting", "1 while it is being rewritten."),
    "connected_clients": ("clients", "Connections."),
    "blocked_clients": ("blocked_clients", "Connections that wait for an entry."),
    "uptime_in_seconds": ("uptime_seconds", "Time since the server started."),
}
_VERDICTS = {
    "aof_last_write_status": ("aof_last_write_ok", "1 unless the append-only file could not be written."),
    "aof_last_bgrewrite_status": ("aof_last_rewrite_ok", "1 unless it could not be rewritten."),
}
_COUNTERS = {
    "total_commands_processed": ("commands", "Commands the server has run."),
    "aof_delayed_fsync": ("aof_delayed_fsyncs", "Times that writing waited for the disk."),
    "evicted_keys": ("evicted_keys", "Keys that were dropped for want of memory: never, as it should be set."),
    "rejected_connections": ("rejected_connections", "Connections refused because there were too many."),
}


class RedisCollector(Collector):
    """Asks Redis at each scrape. `wiredesk_redis_up` is 0 when it does not answer; the rest is then absent.

    The gateway alone tells this, as one worker would tell it once a replica.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def collect(self) -> Iterator[Metric]:
        """Gauges and counters of the server."""
        began = time.perf_counter()
        try:
            self._client.ping()
            took_s = time.perf_counter() - began
            info, commands = self._info("default"), self._info("commandstats")
        except redis.RedisError as error:
            _log.warning("metrics.incomplete", why=type(error).__name__)
            yield GaugeMetricFamily("wiredesk_redis_up", "1 while Redis answers the gateway.", value=0)
            return
        yield GaugeMetricFamily("wiredesk_redis_up", "1 while Redis answers the gateway.", value=1)
        yield GaugeMetricFamily("wiredesk_redis_ping_seconds", "Time of one question and its answer.", value=took_s)
        yield from _server(info)
        yield from _commands(commands)

    def _info(self, section: str) -> Mapping[str, Any]:
        """Empty for a user who may not ask."""
        try:
            return cast("Mapping[str, Any]", self._client.info(section))
        except redis.ResponseError as error:
            if not is_denied(error):
                raise
            return {}


def _server(info: Mapping[str, Any]) -> Iterator[Metric]:
    for field, (name, help) in _GAUGES.items():
        if field in info:
            yield GaugeMetricFamily(f"wiredesk_redis_{name}", help, value=float(info[field]))
    for field, (name, help) in _VERDICTS.items():
        if field in info:
            yield GaugeMetricFamily(f"wiredesk_redis_{name}", help, value=float(info[field] == "ok"))
    for field, (name, help) in _COUNTERS.items():
        if field in info:
            yield CounterMetricFamily(f"wiredesk_redis_{name}", help, value=float(info[field]))


def _commands(stats: Mapping[str, Any]) -> Iterator[Metric]:
    """Calls and time by command; a subcommand counts for its command."""
    calls: Counter[str] = Counter()
    seconds: dict[str, float] = dict.fromkeys(_COMMANDS | {"other"}, 0.0)
    for name, told in stats.items():
        command = name.removeprefix("cmdstat_").partition("|")[0].lower()
        command = command if command in _COMMANDS else "other"
        calls[command] += int(told["calls"])
        seconds[command] += told["usec"] / 1e6
    if not stats:
        return
    count = CounterMetricFamily("wiredesk_redis_calls", "Calls of a command.", labels=["command"])
    spent = CounterMetricFamily(
        "wiredesk_redis_call_seconds", "Time the server spent in a command.", labels=["command"]
    )
    for command in sorted(seconds):
        count.add_metric([command], calls[command])
        spent.add_metric([command], seconds[command])
    yield from (count, spent)
