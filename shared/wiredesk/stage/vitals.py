"""How a worker does: its state and what keeps it, told in the register, by `/health` and in the log."""

import json
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from wiredesk.connection import own_words
from wiredesk.stage.gate import Gate
from wiredesk.stage.processor import State
from wiredesk.stage.troubles import Troubles, kind_of
from wiredesk.workers import Pace, WorkerReport, announce, sign, withdraw, worker_name

__all__ = ["Vitals"]

log = structlog.get_logger()


class Vitals:
    """One worker's. `redis` is a connection without patience: what it says about the server must be true now.

    It works `alone` where others of its stage could only stand by.
    """

    def __init__(
        self, redis: "Redis", *, stage: str, version: str, troubles: Troubles, gate: Gate, alone: bool = False
    ) -> None:
        self._alone = alone
        self._redis, self._stage, self._troubles, self._gate = redis, stage, troubles, gate
        self.name = worker_name()
        self.version = version
        self.address: str | None = None
        self.in_flight: Callable[[], int] = lambda: 0
        self.pace: Callable[[], Pace | None] = lambda: None
        self.recovered: Callable[[], None] = lambda: None
        """Called when the server is back: the worker may look at once for what others left."""
        self._started_at = datetime.now(UTC)
        self._life: State = "starting"
        self._told: tuple[State, str | None] = ("starting", None)

    @property
    def state(self) -> State:
        """`consuming` only while nothing keeps it from that; `paused` while there is no room for more."""
        if self._life != "consuming":
            return self._life
        if self._troubles.why and not self._troubles.only_full:
            return "disconnected"
        return "paused" if self._troubles.why or self._gate.why else "consuming"

    @property
    def why(self) -> str | None:
        """What keeps it, in words for people."""
        return self._troubles.why or (self._gate.why if self._life == "consuming" else None)

    def enter(self, life: State) -> None:
        """The next part of its life."""
        self._life = life
        self.tell()

    def tell(self) -> None:
        """Log the state if it is another than before."""
        now = (self.state, self.why)
        if now != self._told:
            log.info("worker.state", was=self._told[0], now=now[0], why=now[1])
            self._told = now

    def trouble(self, where: str, error: RedisError | OSError) -> bool:
        """Note that the server did not do there what was asked; says whether that is news."""
        news = self._troubles.note(where, own_words(error), kind_of(error))
        self.tell()
        return news

    def settled(self, where: str) -> None:
        """It works there (again)."""
        if self._troubles.clear(where):
            self.tell()
            self.recovered()

    def describe(self) -> dict[str, Any]:
        """What `/health` answers."""
        return json.loads(self._report().model_dump_json())  # type: ignore[no-any-return]  # a model dumps an object

    def _report(self) -> WorkerReport:
        return WorkerReport(
            stage=self._stage,
            name=self.name,
            pid=os.getpid(),
            host=socket.gethostname(),
            version=self.version,
            address=self.address,
            state=self.state,
            why=self.why,
            in_flight=self.in_flight(),
            pace=self.pace(),
            cores=len(os.sched_getaffinity(0)),
            alone=self._alone,
            started_at=self._started_at,
            reported_at=datetime.now(UTC),
        )

    async def announce(self, signature_lifetime_s: int) -> None:
        """Write this worker into the register, with what its signature stands for. Raises redis.RedisError."""
        async with self._redis.pipeline(transaction=False) as commands:
            announce(commands, self._report())
            if signature_lifetime_s:
                sign(commands, self.name, self.version, signature_lifetime_s)
            # Raised by us, an error is the server's own words; raised by redis-py, it quotes the command.
            for answer in await commands.execute(raise_on_error=False):
                if isinstance(answer, RedisError):
                    raise answer

    async def withdraw(self) -> None:
        """Leave the register; where the server is away the entry expires by itself."""
        with suppress(RedisError, OSError):
            async with self._redis.pipeline(transaction=False) as commands:
                withdraw(commands, self._stage, self.name)
                await commands.execute()
