"""The gateway's entry in the register of live processes: written every other second, gone when it stops."""

import os
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

import redis
import structlog
from redis.exceptions import RedisError
from wiredesk.errors import Unavailable
from wiredesk.workers import WorkerReport, announce, withdraw, worker_name

__all__ = ["STAGE", "Presence"]

STAGE = "gateway"
_INTERVAL_S = 2.0

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Presence:
    """Keeps the gateway's report alive from a thread of its own. Redis being away is waited out.

    `why_paused` says why no articles are taken now (None: they are); it may raise Unavailable.
    """

    def __init__(
        self,
        client: redis.Redis,
        *,
        address: str,
        in_flight: Callable[[], int],
        why_paused: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._client = client
        self._address = address
        self._in_flight = in_flight
        self._why_paused = why_paused
        self._started_at = datetime.now(UTC)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)
        self.name = worker_name()

    def start(self) -> None:
        """Announce now and from then on."""
        self._thread.start()

    def stop(self) -> None:
        """Take the report away; where Redis is gone it expires by itself."""
        self._stopping.set()
        self._thread.join(timeout=_INTERVAL_S + 5)
        try:
            with self._client.pipeline(transaction=False) as commands:
                withdraw(commands, STAGE, self.name)
                commands.execute()
        except RedisError as error:
            _log.debug("presence.not_removed", why=str(error))

    def _run(self) -> None:
        reached = True
        while True:
            try:
                with self._client.pipeline(transaction=False) as commands:
                    announce(commands, self._report())
                    commands.execute()
                reached = True
            except (RedisError, Unavailable) as error:
                if reached:
                    _log.warning("redis.unreachable", why=str(error))
                reached = False
            if self._stopping.wait(_INTERVAL_S):
                return

    def _report(self) -> WorkerReport:
        why = self._why_paused()
        return WorkerReport(
            stage=STAGE,
            name=self.name,
            pid=os.getpid(),
            host=socket.gethostname(),
            version=version("wiredesk-gateway"),
            address=self._address,
            state="paused" if why else "consuming",
            why=why,
            in_flight=self._in_flight(),
            started_at=self._started_at,
            reported_at=datetime.now(UTC),
        )
