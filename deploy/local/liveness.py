"""Whether a live process does its work, judged by what the register of workers tells of it, over time."""

import time
from dataclasses import dataclass
from typing import Literal

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from wiredesk import pipeline
from wiredesk.errors import Unavailable
from wiredesk.workers import WorkerReport

__all__ = ["Liveness", "Register", "Sight"]

_HEALTHY = frozenset({"consuming", "standby", "paused"})
_SILENT_S = 15.0
"""After its report, which outlives it by ten seconds, is gone: a process stopped for ten seconds is never ended."""
_NEVER_HEARD_S = 120.0
"""Until a first report a process imports its code from a disk that may be cold and busy."""
_UNHEALTHY_S = 120.0
"""A worker that cannot consume although the server answers ends by itself within about a minute."""
_STARTING_S = 300.0
"""Loading a language pipeline takes seconds, from a slow disk a minute."""
_BREAK_S = 5.0
"""Two looks further apart than this say nothing about the time between (the machine slept, the runner was stopped)."""
_TIMEOUT_S = 1.0

Condition = Literal["absent", "healthy", "starting", "unhealthy"]


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at the register, `at` a monotonic time in seconds.

    `since` is when the server began to answer every look without a break; None: it did not answer this one.
    """

    at: float
    since: float | None = None
    reports: tuple[WorkerReport, ...] = ()


class Register:
    """Looks at the register of workers on the server at `url`, quickly or not at all."""

    def __init__(self, url: str) -> None:
        # Its own client, without patience: a server that is away must not keep the runner from its other duties.
        self._client = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S, retry=Retry(NoBackoff(), 0)
        )
        self._last = Sight(at=0.0)

    def look(self) -> Sight:
        """What the register says now. Raises nothing: a server that is away or loading is a sight as well."""
        try:
            reports = tuple(pipeline.workers(self._client))
        except Unavailable:
            self._last = Sight(at=time.monotonic())
            return self._last
        now = time.monotonic()
        unbroken = self._last.since is not None and now - self._last.at <= _BREAK_S
        self._last = Sight(at=now, since=self._last.since if unbroken else now, reports=reports)
        return self._last

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()


class Liveness:
    """What was seen of one process that was started at the monotonic time `started_at`, in seconds."""

    def __init__(self, started_at: float) -> None:
        self._condition: Condition = "absent"
        self._since = started_at
        self._heard = False

    def see(self, report: WorkerReport | None, at: float) -> None:
        """Take note of the process's report, or of there being none."""
        condition = _condition(report)
        if condition != self._condition:
            self._condition, self._since = condition, at
        self._heard = self._heard or report is not None

    def complaint(self, sight: Sight) -> str | None:
        """Why this process must be ended, in words for people; None while it may yet do, or nobody can tell."""
        if sight.since is None or self._condition == "healthy":
            return None
        lasting_s = sight.at - max(self._since, sight.since)
        if self._condition == "absent":
            limit_s, what = (_SILENT_S if self._heard else _NEVER_HEARD_S), "has not reported itself"
        elif self._condition == "starting":
            limit_s, what = _STARTING_S, "has not finished starting"
        else:
            limit_s, what = _UNHEALTHY_S, "has not been able to work"
        return f"{what} for {lasting_s:.0f} s although Redis answers" if lasting_s >= limit_s else None


def _condition(report: WorkerReport | None) -> Condition:
    if report is None:
        return "absent"
    if report.state in _HEALTHY:
        return "healthy"
    return "starting" if report.state == "starting" else "unhealthy"
