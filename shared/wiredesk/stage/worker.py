"""A worker's life: wait for Redis, get the processor ready, read, work, finish, drain.

    run(Plan(name="ingest", sources=(Stream.SUBMITTED,), target=Stream.INGESTED, distribution="wiredesk-ingest"),
        WorkerSettings, lambda settings, registry: ChildProcessor("wiredesk_ingest.stage:STAGE", settings.limits()))

`run` returns the process's exit status: 0 after a drain, 1 with one clear line when the worker cannot go on and a
supervisor should start another.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.metadata import version
from typing import TypeVar

import structlog
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from wiredesk import logs
from wiredesk.connection import checked, own_words
from wiredesk.ending import told_to_end
from wiredesk.errors import Unavailable, WiredeskError
from wiredesk.pressure import Limits
from wiredesk.settings import read
from wiredesk.stage.batches import Batches
from wiredesk.stage.client import batch_client
from wiredesk.stage.copies import Copies, CopyMetrics
from wiredesk.stage.finish import Finisher
from wiredesk.stage.gate import Gate
from wiredesk.stage.health import HealthServer
from wiredesk.stage.housekeeping import Housekeeping
from wiredesk.stage.metrics import StageMetrics, new_registry
from wiredesk.stage.pace import added
from wiredesk.stage.plan import Plan, kept
from wiredesk.stage.processor import Processor
from wiredesk.stage.reading import WorkerReading
from wiredesk.stage.redelivery import Backoff, Redelivery
from wiredesk.stage.routine import Routine, spread, unless
from wiredesk.stage.settings import WorkerSettings
from wiredesk.stage.sharing import Sharing
from wiredesk.stage.subscription import Subscription, ensure_group
from wiredesk.stage.troubles import Troubles, kind_of
from wiredesk.stage.vitals import Vitals
from wiredesk.workers import signature_of

__all__ = ["run"]

log = structlog.get_logger()
S = TypeVar("S", bound=WorkerSettings)

_BEAT_S = 1.0
"""How often a worker looks after itself: register, room downstream, trouble that lasts."""

_REJECTION_S = 3.0
"""A password that is refused for longer was changed; one moment of it can be a server that is not quite up."""

_UNREAD_S = 60.0
"""A worker with nothing in hand that has not read for so long is dead, whatever it says."""

_SEARCH_S = 1.0
"""How often abandoned entries are looked for."""

_TIDY_EVERY = 10
"""Beats between looks at what need not be trimmed at once."""

_SQUEEZED = 100
"""Articles the next stage may have waiting while the server's memory is nearly full: enough to keep it busy."""

_JOURNEY_S, _DUPLICATE_S = 600, 3600
"""So long journeys and what duplicates are told by are kept even while memory is short."""

_REDELIVERY_DRAIN_S = 5.0

_LAST_S = 10.0
"""For tasks that are cancelled at the very end."""


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


async def _end_what_is_left() -> None:
    """Cancel every task but this one. Signals are ignored by now: what does not answer must not keep the process."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    if left and (stuck := (await asyncio.wait(left, timeout=_LAST_S))[1]):
        log.error("worker.failed", why="it could not be ended in good order", tasks=[repr(task) for task in stuck])
        os._exit(1)


class _Worker:
    def __init__(self, plan: Plan, settings: WorkerSettings, processor: Processor, registry: CollectorRegistry) -> None:
        self._plan, self._settings, self._processor = plan, settings, processor
        self._stop = asyncio.Event()
        self._routine = Routine(pause_s=_BEAT_S)
        self._troubles = Troubles()
        batch_size = settings.batch_size or plan.batch_size
        url = settings.redis_url.get_secret_value()
        self._redis = batch_client(url)
        self._pulse = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 1))
        self._gate = Gate(
            self._pulse,
            plan.target or plan.sources[0],
            Limits(backlog=settings.downstream_limit, memory=settings.memory_share, squeezed=_SQUEEZED),
        )
        self._vitals = Vitals(
            self._pulse,
            stage=plan.name,
            version=version(plan.distribution),
            troubles=self._troubles,
            gate=self._gate,
            alone=settings.works_alone,
        )
        self._health = HealthServer(
            host=settings.host, port=settings.port, describe=self._vitals.describe, registry=registry
        )
        self._finisher = Finisher(
            redis=self._redis,
            stage=plan.name,
            signature=signature_of(self._vitals.name),
            target=plan.target,
            article_ttl_s=settings.duplicate_memory_s,
            journey_ttl_s=settings.journey_memory_s,
        )
        self._copies = (
            Copies(
                redis=self._redis,
                metrics=CopyMetrics(registry),
                memory_s=settings.copies_memory_s,
                max_articles=settings.copies_max_articles,
            )
            if plan.finds_copies
            else None
        )
        self._batches = Batches(
            streams=plan.sources,
            processor=processor,
            finisher=self._finisher,
            redelivery=Redelivery(
                self._redis,
                group=plan.name,
                consumer=self._vitals.name,
                backoff=Backoff(settings.retry_after_s, settings.retry_after_max_s),
            ),
            metrics=StageMetrics(plan.name, registry),
            troubles=self._troubles,
            max_attempts=settings.max_attempts,
            max_deliveries=settings.max_deliveries,
            copies=self._copies,
        )
        self._reading = WorkerReading(
            batches=self._batches,
            gate=self._gate,
            vitals=self._vitals,
            ensure_groups=self._ensure_groups,
            batch_size=batch_size,
            sharing=Sharing(redis=self._redis, group=plan.name, most=batch_size) if plan.shares else None,
        )
        self._subscription = Subscription(
            url,
            group=plan.name,
            consumer=self._vitals.name,
            drain_timeout_s=settings.drain_timeout_s,
            reading=self._reading,
        )
        self._housekeeping = Housekeeping(
            self._redis,
            group=plan.name,
            sources=plan.sources,
            kept=kept(plan, settings),
            foreign_bytes=settings.foreign_backlog_mb * 1_000_000,
            delay_s=settings.trim_delay_s,
        )
        self._vitals.in_flight = lambda: self._batches.in_flight
        self._vitals.pace = lambda: self._batches.pace.tell(now_s=time.monotonic())
        self._vitals.recovered = self._batches.let_go.set

    async def live(self) -> int:
        """From start to exit status."""
        loop = asyncio.get_running_loop()
        with told_to_end(lambda: loop.call_soon_threadsafe(self._stop.set)):
            status = await self._live()
        await _end_what_is_left()
        return status

    async def _live(self) -> int:
        vitals = self._vitals
        vitals.address = await self._health.start()
        log.info("worker.starting", worker=vitals.name, address=vitals.address, version=vitals.version)
        beating = asyncio.create_task(self._routine.repeatedly(self._beat, _BEAT_S))
        try:
            if await unless(self._stop, self._get_ready()):
                await self._consume()
            return 0
        except (WiredeskError, RedisError, OSError) as error:
            log.error("worker.failed", why=own_words(error))
            return 1
        finally:
            vitals.enter("stopped")
            beating.cancel()
            await self._processor.stop()
            await vitals.withdraw()
            await self._pulse.aclose()
            await self._redis.aclose()
            await self._health.stop()
            log.info("worker.stopped", worker=vitals.name)

    async def _get_ready(self) -> None:
        await self._wait_for_redis()
        for source in self._plan.sources:
            self._subscription.add(source, self._batches.take)
        await self._processor.start(self._vitals.enter)
        await self._subscription.start()

    async def _wait_for_redis(self) -> None:
        """Until the server answers and has our groups. Raises Unavailable when it answers, but not to us."""
        while True:
            try:
                await self._ensure_groups()
            except (RedisError, OSError) as error:
                if self._vitals.trouble("start", error):
                    log.warning("redis.waiting", why=own_words(error), cure="start Redis, or set WIREDESK_REDIS_URL")
                if kind_of(error) == "rejected":
                    raise Unavailable(f"Redis refuses this worker: {error}") from error
                self._end_if_refused()
                await asyncio.sleep(0.3)
            else:
                self._vitals.settled("start")
                return

    async def _ensure_groups(self) -> None:
        for source in self._plan.sources:
            await ensure_group(self._pulse, source, self._plan.name)

    async def _consume(self) -> None:
        self._reading.begin()
        self._batches.pace.begin(now_s=time.monotonic())
        self._vitals.enter("consuming")
        log.info("worker.consuming", worker=self._vitals.name, streams=[str(source) for source in self._plan.sources])
        keeping = asyncio.create_task(self._routine.repeatedly(self._batches.keep, self._settings.retry_after_s / 3))
        redelivering = asyncio.create_task(self._routine.repeatedly(self._take_over, 0))
        tidying = asyncio.create_task(self._tidy())
        try:
            await unless(self._stop, self._watch())
        finally:
            self._batches.leaving.set()
            tidying.cancel()
            with suppress(TimeoutError):  # the lock is fair: a redelivered batch in work is finished first
                async with asyncio.timeout(_REDELIVERY_DRAIN_S), self._batches.turn:
                    redelivering.cancel()
            redelivering.cancel()
            await self._subscription.stop()
            async with self._batches.turn:  # what FastStream gave up on is on its way out
                keeping.cancel()
            await self._batches.release()

    async def _take_over(self) -> None:
        """Look for abandoned entries now and then, at once when some were let go; as long as there are any."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._batches.let_go.wait(), min(_SEARCH_S, self._settings.retry_after_s / 4))
        self._batches.let_go.clear()
        while await self._gate.is_open(within_s=_BEAT_S) and await self._batches.take_over():
            pass

    async def _watch(self) -> None:
        """End the worker when a new one would do better: a living process that consumes nothing helps nobody."""
        while self._subscription.running:
            if self._batches.stuck:
                log.error("worker.failed", why=self._batches.stuck)
                os._exit(1)  # what does not answer cannot be stopped in any other way
            self._end_if_refused()
            if not self._batches.in_flight and time.monotonic() - self._reading.at > _UNREAD_S:
                raise Unavailable(f"nothing was read for {_UNREAD_S:g} s, and nothing says why; a restart helps")
            await asyncio.sleep(_BEAT_S)
        raise Unavailable("reading has ended; a restart begins anew")

    def _end_if_refused(self) -> None:
        patience_s = self._settings.refusal_patience_s
        why = self._troubles.lasting("rejected", longer_than_s=min(_REJECTION_S, patience_s))
        why = why or self._troubles.lasting("refused", longer_than_s=patience_s)
        if why:
            raise Unavailable(f"Redis refuses this worker: {why}")

    async def _tidy(self) -> None:
        beat = 0
        while True:
            steps: list[Callable[[], Awaitable[None]]] = [self._housekeeping.trim]
            if self._copies:
                steps.append(self._copies.forget)
            if beat % _TIDY_EVERY == 0:
                steps += [self._housekeeping.retain, self._housekeeping.bury_consumers]
            for step in steps:
                await self._routine.once(step)
            beat += 1
            await asyncio.sleep(spread(_BEAT_S))

    async def _beat(self) -> None:
        """Tell the register of this worker, look whether there is room, and learn on the way how the server does."""
        try:
            await self._vitals.announce(self._settings.journey_memory_s)
            await self._gate.look()
            seen = await added(self._pulse, self._plan.sources, self._plan.name)
            self._batches.pace.seen(seen, now_s=time.monotonic())
        except (RedisError, OSError) as error:
            self._vitals.trouble("pulse", error)
            return
        self._vitals.settled("pulse")
        if full := self._gate.full:
            self._troubles.note("memory", full, "full")
        else:
            self._troubles.clear("memory")
        self._finisher.journey_ttl_s = self._gate.lifetime_s(self._settings.journey_memory_s, least_s=_JOURNEY_S)
        self._finisher.article_ttl_s = self._gate.lifetime_s(self._settings.duplicate_memory_s, least_s=_DUPLICATE_S)
        if self._copies:
            self._copies.memory_s = self._gate.lifetime_s(self._settings.copies_memory_s, least_s=_DUPLICATE_S)
        self._vitals.tell()
