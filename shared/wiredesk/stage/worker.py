"""A worker's life: wait for Redis, get the processor ready, read, work, finish, drain.

    run(Plan(name="ingest", sources=(Stream.SUBMITTED,), target=Stream.INGESTED, distribution="wiredesk-ingest"),
        WorkerSettings, lambda settings, registry: ChildProcessor("wiredesk_ingest.stage:STAGE", settings.limits()))

`run` returns the process's exit status: 0 after a drain, 1 with one clear line when the worker cannot go on and a
supervisor should start another.
"""

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from random import uniform
from typing import Any, NoReturn, TypeVar

import structlog
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from redis.asyncio.retry import Retry as Retrying
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, OutOfMemoryError, RedisError, ResponseError

from wiredesk import logs
from wiredesk.connection import checked
from wiredesk.errors import Unavailable, WiredeskError
from wiredesk.events import Stream
from wiredesk.settings import read
from wiredesk.stage.batches import Batches
from wiredesk.stage.finish import Finisher
from wiredesk.stage.health import HealthServer
from wiredesk.stage.metrics import StageMetrics, new_registry
from wiredesk.stage.processor import Processor, State
from wiredesk.stage.redelivery import Backoff, Redelivery
from wiredesk.stage.settings import WorkerSettings
from wiredesk.stage.subscription import Subscription, ensure_group, patient_retry
from wiredesk.workers import WorkerReport, announce, withdraw, worker_name

__all__ = ["Plan", "run"]

log = structlog.get_logger()
S = TypeVar("S", bound=WorkerSettings)

_BEAT_S = 1.0
"""How often a worker looks after itself: register, connection, subscribers."""

_SILENCE_S = 3.0
"""Redis unreachable for longer than this is told as `disconnected`."""

_REDELIVERY_DRAIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a stage's worker does: reads `sources` in the group of its own name, publishes to `target`.

    `batch_size` is how many entries it reads at once, unless a setting says otherwise.
    """

    name: str
    sources: tuple[Stream, ...]
    target: Stream | None
    distribution: str
    batch_size: int = 64


def run(plan: Plan, settings_type: type[S], make_processor: Callable[[S, CollectorRegistry], Processor]) -> int:
    """Read the settings and run one worker until SIGTERM or SIGINT; see the module's text for the exit status."""
    logs.configure(service=plan.name)
    try:
        settings = read(settings_type)
        checked(settings.redis_url.get_secret_value())
        logs.configure(service=plan.name, format=settings.log_format, level=settings.log_level)
        registry = new_registry()
        processor = make_processor(settings, registry)
        return asyncio.run(_Worker(plan, settings, processor, registry).live())
    except WiredeskError as error:
        log.error("worker.failed", why=str(error))
        return 1


class _Worker:
    def __init__(self, plan: Plan, settings: WorkerSettings, processor: Processor, registry: CollectorRegistry) -> None:
        self._plan, self._settings, self._processor = plan, settings, processor
        batch_size = settings.batch_size or plan.batch_size
        self._name = worker_name()
        self._version = version(plan.distribution)
        self._started_at = datetime.now(UTC)
        self._state: State = "starting"
        self._address: str | None = None
        self._stop = asyncio.Event()
        self._heard_at = time.monotonic()
        self._refusal: str | None = None
        url = settings.redis_url.get_secret_value()
        self._redis = Redis.from_url(url, retry=patient_retry())
        # Its own connection, without patience: what it says about the server must be true now.
        self._pulse = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=Retrying(NoBackoff(), 1))
        self._health = HealthServer(host=settings.host, port=settings.port, describe=self._describe, registry=registry)
        self._subscription = Subscription(
            url,
            group=plan.name,
            consumer=self._name,
            batch_size=batch_size,
            drain_timeout_s=settings.drain_timeout_s,
        )
        self._batches = Batches(
            streams=plan.sources,
            processor=processor,
            finisher=Finisher(
                redis=self._redis,
                stage=plan.name,
                worker=self._name,
                version=self._version,
                target=plan.target,
                article_ttl_s=settings.duplicate_memory_s,
                journey_ttl_s=settings.journey_memory_s,
            ),
            redelivery=Redelivery(
                self._redis,
                group=plan.name,
                consumer=self._name,
                backoff=Backoff(settings.retry_after_s, settings.retry_after_max_s),
            ),
            metrics=StageMetrics(plan.name, registry),
            batch_size=batch_size,
            max_attempts=settings.max_attempts,
        )

    async def live(self) -> int:
        """From start to exit status."""
        loop = asyncio.get_running_loop()
        for signalled in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signalled, self._stop.set)
        self._address = await self._health.start()
        log.info("worker.starting", worker=self._name, address=self._address, version=self._version)
        announcing = asyncio.create_task(self._repeatedly(self._announce, _BEAT_S))
        try:
            if await self._unless_stopped(self._get_ready()):
                await self._consume()
            return 0
        except (WiredeskError, RedisError, OSError) as error:
            log.error("worker.failed", why=str(error))
            return 1
        finally:
            self._state = "stopped"
            announcing.cancel()
            await self._processor.stop()
            await self._forget()
            await self._health.stop()
            log.info("worker.stopped", worker=self._name)

    async def _get_ready(self) -> None:
        await self._wait_for_redis()
        for source in self._plan.sources:
            await ensure_group(self._redis, source, self._plan.name)
            self._subscription.add(source, self._batches.take)
        await self._processor.start(self._enter)
        await self._subscription.start()

    async def _wait_for_redis(self) -> None:
        told = False
        while True:
            try:
                await self._pulse.ping()
                return
            except (ResponseError, AuthenticationError) as error:  # it answers, but not to us: waiting will not help
                raise Unavailable(f"Redis refuses this worker: {error}") from error
            except (RedisError, OSError) as error:
                if not told:
                    log.warning("redis.waiting", why=str(error), cure="start Redis, or set WIREDESK_REDIS_URL")
                    told = True
                await asyncio.sleep(0.5)

    async def _consume(self) -> None:
        self._enter("consuming")
        log.info("worker.consuming", worker=self._name, streams=[str(source) for source in self._plan.sources])
        interval_s = self._settings.retry_after_s / 3
        keeping = asyncio.create_task(self._repeatedly(self._batches.keep, interval_s))
        redelivering = asyncio.create_task(self._repeatedly(self._batches.take_over, min(5.0, interval_s)))
        try:
            await self._unless_stopped(self._watch())
        finally:
            with suppress(TimeoutError):  # the lock is fair: a redelivered batch in work is finished first
                async with asyncio.timeout(_REDELIVERY_DRAIN_S), self._batches.turn:
                    redelivering.cancel()
            redelivering.cancel()
            await self._subscription.stop()
            async with self._batches.turn:  # what FastStream gave up on is on its way out
                keeping.cancel()
            await self._batches.release()

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> bool:
        """Await `work`, or give it up when a stop is asked for; says whether it was finished."""
        working = asyncio.create_task(work)
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if working.done():
            working.result()
            return True
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        return False

    async def _watch(self) -> None:
        """End the worker when it can no longer read: a living process that consumes nothing helps nobody.

        FastStream stops for good when a group vanishes; after any other refusal it would go on asking.
        """
        while self._subscription.running:
            if self._refusal and time.monotonic() - self._heard_at > _SILENCE_S:
                raise Unavailable(f"Redis refuses this worker: {self._refusal}")
            for source in self._plan.sources:
                await self._check(source)
            await asyncio.sleep(_BEAT_S)
        self._group_vanished()

    async def _check(self, source: Stream) -> None:
        try:
            await self._pulse.xpending(source, self._plan.name)
        except ResponseError as error:
            if "NOGROUP" in str(error):
                self._group_vanished()
            raise Unavailable(f"the stream {source} cannot be read: {error}") from error
        except (RedisError, OSError) as error:  # told by the state, and waited out
            log.debug("watch.failed", stream=str(source), why=str(error))

    def _group_vanished(self) -> NoReturn:
        raise Unavailable("a consumer group has vanished (FLUSHALL, DEL or XGROUP DESTROY?); a restart creates it anew")

    async def _repeatedly(self, task: Callable[[], Awaitable[None]], every_s: float) -> None:
        while True:
            try:
                await task()
            except (RedisError, OSError) as error:
                log.debug("housekeeping.failed", task=task.__name__, why=str(error))
            except Exception:  # a bug of ours must not end heartbeats and redelivery while health stays green
                log.exception("housekeeping.failed", task=task.__name__)
            await asyncio.sleep(every_s * uniform(0.7, 1.3))  # noqa: S311 - spreads load, guards nothing

    def _enter(self, state: State) -> None:
        if state != self._state:
            log.info("worker.state", was=self._state, now=state)
        self._state = state

    def _describe(self) -> dict[str, Any]:
        return json.loads(self._report().model_dump_json())  # type: ignore[no-any-return]  # a model dumps an object

    def _report(self) -> WorkerReport:
        return WorkerReport(
            stage=self._plan.name,
            name=self._name,
            pid=os.getpid(),
            host=socket.gethostname(),
            version=self._version,
            address=self._address,
            state=self._state,
            in_flight=self._batches.in_flight,
            started_at=self._started_at,
            reported_at=datetime.now(UTC),
        )

    async def _announce(self) -> None:
        """Write this worker into the register, and learn on the way whether Redis answers."""
        try:
            async with self._pulse.pipeline(transaction=False) as commands:
                announce(commands, self._report())
                # Raised by us, an error is the server's own words; raised by redis-py, it quotes the command.
                for answer in await commands.execute(raise_on_error=False):
                    if isinstance(answer, RedisError):
                        raise answer
        except (RedisError, OSError) as error:
            self._note_failure(error)
            raise
        self._heard_at, self._refusal = time.monotonic(), None
        if self._state in ("disconnected", "paused"):
            self._enter("consuming")

    def _note_failure(self, error: RedisError | OSError) -> None:
        """Full: wait for room. Refused: wrong server or wrong rights, for `_watch` to end. Else: not reached."""
        if isinstance(error, OutOfMemoryError):
            self._heard_at = time.monotonic()
            if self._state == "consuming":
                self._enter("paused")
        elif isinstance(error, ResponseError):
            self._refusal = str(error)
        elif self._state == "consuming" and time.monotonic() - self._heard_at > _SILENCE_S:
            self._enter("disconnected")

    async def _forget(self) -> None:
        with suppress(RedisError, OSError):
            async with self._pulse.pipeline(transaction=False) as commands:
                withdraw(commands, self._plan.name, self._name)
                await commands.execute()
        await self._pulse.aclose()
        await self._redis.aclose()
