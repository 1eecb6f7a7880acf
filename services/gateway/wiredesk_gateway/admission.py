"""Whether articles are taken: one look a second at the pipeline for all requests, and how long to wait if not."""

import time
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock

import redis
from wiredesk import keys
from wiredesk.admission import look
from wiredesk.connection import speaks_redis
from wiredesk.errors import Unavailable
from wiredesk.pressure import Limits, Pressure

from wiredesk_gateway.problems import Problem
from wiredesk_gateway.retry_after import retry_after_s

__all__ = ["Admission"]

_LOOK_EVERY_S = 1.0
_SAMPLES = 60


class Admission:
    """Of one gateway process; its methods may be called from any thread, and block only the one that looks."""

    def __init__(self, client: redis.Redis, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._limits = limits
        self._clock = clock
        self._turn = Lock()
        self._seen: Pressure | str | None = None
        self._look_again_at = float("-inf")
        self._samples: deque[tuple[float, Pressure]] = deque(maxlen=_SAMPLES)

    @property
    def limits(self) -> Limits:
        """Up to where publishing is open."""
        return self._limits

    def look(self) -> Pressure:
        """What was seen within the last second or so. Raises Unavailable when Redis did not answer then."""
        if self._clock() >= self._look_again_at and self._turn.acquire(blocking=self._seen is None):
            try:
                if self._clock() >= self._look_again_at:  # another thread may have looked while this one waited
                    self._seen = self._asked()
                    self._look_again_at = self._clock() + _LOOK_EVERY_S
            finally:
                self._turn.release()
        seen = self._seen
        if not isinstance(seen, Pressure):
            raise Unavailable(seen or "Redis was not asked yet")
        return seen

    def _asked(self) -> Pressure | str:
        try:
            waiting = isinstance(self._seen, Pressure) and self._seen.message is not None
            seen = look(self._client, self._limits, waiting=waiting)
        except Unavailable as error:
            return str(error)
        self._samples.append((self._clock(), seen))
        return seen

    def refusal(self, idempotency_key: str | None) -> Problem | None:
        """Why articles cannot be taken now; None: they can.

        A key that was answered before is let pass: it adds nothing, and its sender waits for the same answer.
        Raises Unavailable.
        """
        seen = self.look()
        if seen.message is None or (idempotency_key and _was_answered(self._client, idempotency_key)):
            return None
        full = seen.reason == "memory"
        wait_s = self._wait_s(full=full)
        extensions = {
            "reason": seen.reason,
            "backlog": seen.backlog,
            "backlog_limit": self._limits.backlog,
            "retry_after_s": wait_s,
        }
        status = HTTPStatus.SERVICE_UNAVAILABLE if full else HTTPStatus.TOO_MANY_REQUESTS
        return Problem(
            status,
            f"{seen.message}. Nothing of this request was taken: send it again in {wait_s} s. {_cure(full=full)}",
            extensions={name: value for name, value in extensions.items() if value is not None},
            headers={"Retry-After": str(wait_s)},
        )

    def _wait_s(self, *, full: bool) -> int:
        samples = tuple(self._samples)
        if full:
            shares = [(at, seen.memory) for at, seen in samples if seen.memory is not None]
            return retry_after_s(shares, self._limits.memory)
        backlogs = [(at, float(seen.backlog)) for at, seen in samples if seen.backlog is not None]
        return retry_after_s(backlogs, self._limits.backlog)


def _cure(*, full: bool) -> str:
    if full:
        return "If it lasts, see /pipeline for what is not read, add workers, or give Redis more memory (maxmemory)."
    return (
        "If it lasts, add workers of the stage that is behind (/pipeline shows them), or raise WIREDESK_BACKLOG_LIMIT."
    )


@speaks_redis
def _was_answered(client: redis.Redis, idempotency_key: str) -> bool:
    return bool(client.hexists(keys.idempotency(idempotency_key), "body"))
