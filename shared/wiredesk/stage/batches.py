"""What a worker does with a batch: process, give up on what had its chances, finish, count; and take batches over."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from redis.exceptions import RedisError

from wiredesk.connection import own_words
from wiredesk.errors import Unavailable, WiredeskError
from wiredesk.events import Stream
from wiredesk.stage.copies import Copies
from wiredesk.stage.finish import Finished, Finisher, Worked
from wiredesk.stage.metrics import StageMetrics
from wiredesk.stage.outcomes import Dead, Delivery, Outcome, Retry, Untouched, about
from wiredesk.stage.pace import PaceMeter
from wiredesk.stage.processor import Processor, Stuck
from wiredesk.stage.redelivery import Redelivery
from wiredesk.stage.subscription import Entry, delivery_of
from wiredesk.stage.troubles import Kind, Troubles, is_full, kind_of
from wiredesk.stage.verdicts import given_up, hopeless, identity

__all__ = ["Batches"]

log = structlog.get_logger()

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 1.0
"""Between tries of what a server refused or was away for: soon after its return, and in no hot loop."""

_LEFT = frozenset({"retried", "failed"})
"""Outcomes after which an entry is tried again, and those that do not end its story here."""
_NOT_OVER = _LEFT | {"fenced"}
_TOLD = _LEFT | {"dead_lettered"}
"""Outcomes that the log tells of every article."""

_LEFT_REMEMBERED = 10_000


class _GivenUp(Exception):
    """The worker leaves while the batch cannot go on: it stays pending, for another."""


@dataclass(slots=True, kw_only=True)
class Batches:
    """The batches of one worker, one at a time: new entries and redelivered ones take turns at the processor.

    What the server or the stage's own equipment keeps from going on is kept in hand, heartbeated, and tried again until
    it goes: no article pays for it, and nothing is worked on twice. Whatever else goes wrong, what is not finished
    stays pending. `max_attempts` counts an entry's own failures, `max_deliveries` the
    deliveries of which nobody knows how they ended. `copies` names clusters before a batch is
    finished, in a stage that finds near copies.
    """

    streams: Sequence[Stream]
    processor: Processor
    finisher: Finisher
    redelivery: Redelivery
    metrics: StageMetrics
    troubles: Troubles
    max_attempts: int
    max_deliveries: int
    copies: Copies | None = None
    pace: PaceMeter = field(default_factory=PaceMeter)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when entries were let go that can be taken over at once."""
    stuck: str | None = None
    """Why only the end of this process can help, once that is so."""
    _busy: dict[Stream, set[str]] = field(default_factory=dict)
    _left: set[str] = field(default_factory=set)
    _waited_s: float = 0.0
    """In all, for what kept a batch in hand."""

    @property
    def in_flight(self) -> int:
        """Entries being worked on."""
        return sum(map(len, self._busy.values()))

    async def take(self, stream: Stream, entries: Sequence[Entry]) -> None:
        """Work on new entries of a stream."""
        deliveries = [delivery_of(stream, entry, attempts=1) for entry in entries]
        with self._in_hand(stream, deliveries):
            async with self.turn:
                await self._work(stream, deliveries)

    async def take_over(self) -> bool:
        """Work on some entries of any worker whose time for another try has come; says whether there were any."""
        found = False
        for stream in self.streams:
            async with self.turn:
                batch = await self.redelivery.due(stream, busy=self._busy.get(stream, ()))
                if batch:
                    found = True
                    log.info("entries.redelivered", stream=str(stream), entries=len(batch))
                    with self._in_hand(stream, batch):
                        await self._work(stream, batch)
        return found

    async def keep(self) -> None:
        """Heartbeat what is in hand."""
        for stream, busy in self._busy.items():
            await self.redelivery.keep(stream, list(busy))

    async def release(self) -> None:
        """Before leaving: let others have at once what was never worked on."""
        with suppress(RedisError, OSError):
            for stream in self.streams:
                await self.redelivery.release(stream, left=self._left)

    def _in_hand(self, stream: Stream, batch: Sequence[Delivery]) -> "_InHand":
        return _InHand(self, self._busy.setdefault(stream, set()), {delivery.entry_id for delivery in batch})

    async def _work(self, stream: Stream, batch: Sequence[Delivery]) -> None:
        started = time.time()
        began_s, waited_s = time.monotonic(), self._waited_s
        self.metrics.busy.in_work_s = lambda: time.monotonic() - began_s - (self._waited_s - waited_s)
        try:
            outcomes = await self._outcomes(batch)
            started_ms, ended_ms = int(started * 1000), int(time.time() * 1000)
            worked, untouched = [], []
            for delivery, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, Untouched):
                    untouched.append(delivery)
                else:
                    worked.append(Worked(delivery, outcome, started_ms, ended_ms))
            await self._finish(worked, started)
            if untouched:
                # A heartbeat now would hold them back.
                self._busy[stream].difference_update(each.entry_id for each in untouched)
                await self.redelivery.let_go(stream, untouched)
                self.let_go.set()
        except _GivenUp:
            log.info("batch.given_up", stream=str(stream), entries=len(batch), why=self.troubles.why)
        except Stuck as error:
            self.stuck = str(error)
        except (RedisError, OSError) as error:
            log.warning("batch.unfinished", stream=str(stream), entries=len(batch), why=own_words(error))
        except Exception:  # a bug of ours: FastStream would swallow it, and a redelivery end for good
            log.exception("batch.unfinished", stream=str(stream), entries=len(batch))
            await asyncio.sleep(_LONGEST_PAUSE_S)
        finally:
            busy_s = self.metrics.busy.in_work_s()
            self.metrics.busy.in_work_s = lambda: 0.0
            self.metrics.busy.done(busy_s)
            self.pace.worked(busy_s, now_s=time.monotonic())

    async def _outcomes(self, batch: Sequence[Delivery]) -> list[Outcome | Untouched]:
        """What becomes of each, without working on what ended every worker that tried."""
        ended = {at: hopeless(each) for at, each in enumerate(batch) if each.unexplained > self.max_deliveries}
        worked = iter(await self._processed([each for at, each in enumerate(batch) if at not in ended]))
        return [ended[at] if at in ended else self._decided(each, next(worked)) for at, each in enumerate(batch)]

    def _decided(self, delivery: Delivery, outcome: Outcome | Untouched) -> Outcome | Untouched:
        if isinstance(outcome, Retry) and not outcome.blameless and self._last(delivery):
            return given_up(delivery, outcome)
        return outcome

    def _last(self, delivery: Delivery) -> bool:
        """Whether another failure is one too many."""
        return delivery.tries.failed + 1 >= self.max_attempts

    async def _processed(self, batch: Sequence[Delivery]) -> Sequence[Outcome | Untouched]:
        while batch:
            try:
                return await self.processor.process(batch)
            except Unavailable as error:
                await self._recovered(error)
            except WiredeskError as error:
                log.warning("batch.failed", why=str(error))
                return [Retry(reason="unavailable", message=str(error)) for _ in batch]
            except Stuck:
                raise
            except Exception as error:  # a bug of ours: tried again, then dead, never lost
                log.exception("batch.failed")
                return [Retry(reason="unexpected_error", message=repr(error)[:500]) for _ in batch]
        return []

    async def _recovered(self, error: Unavailable) -> None:
        """Wait until the stage's own equipment is in order."""
        pause_s = _FIRST_PAUSE_S
        self._trouble("stage", str(error), "stage")
        while True:
            await self._pause(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            try:
                await self.processor.recover()
            except Unavailable as again:
                self._trouble("stage", str(again), "stage")
            else:
                self._settled("stage")
                return

    async def _finish(self, worked: Sequence[Worked], started: float) -> None:
        """Put the batch down, however long the server takes to accept it."""
        pause_s, insist = _FIRST_PAUSE_S, False
        while worked:
            if self.copies:
                worked = await self.copies.settle(worked)
            try:
                finished = await self.finisher.finish(worked, insist=insist)
            except (RedisError, OSError) as error:
                words = own_words(error)
                self._trouble("finish", words, kind_of(error))
            else:
                worked = await self._put_down(finished, started)
                if not worked:
                    self._settled("finish")
                    return
                words = next((item.error for item in finished if item.error and not item.own), "")
                if not words:  # refused for themselves, and given another verdict
                    continue
                self._trouble("finish", words, "full" if is_full(words) else "refused")
            # A full server takes what is in hand at the second asking: putting it down is what makes room.
            insist = is_full(words)
            await self._pause(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _put_down(self, finished: Sequence[Finished], started: float) -> list[Worked]:
        """Count and log what is settled; what is not is returned, to be tried again."""
        again, settled = [], []
        for item in finished:
            if item.error is None:
                settled.append(item)
            elif item.error.startswith("NOGROUP"):
                # As soon as there is a group again, the entry will be delivered again.
                settled.append(item._replace(outcome="fenced", error=None))
            elif not item.own:
                again.append(item.worked)
            elif isinstance(item.worked.outcome, Dead) or not self._last(item.worked.delivery):
                settled.append(item)
            else:
                dead = Dead(reason="key_refused", message=f"Redis refuses the article's own entry: {item.error}")
                again.append(item.worked._replace(outcome=dead))
        self.metrics.record(settled, time.time() - started)
        self.pace.finished([item.outcome for item in settled], now_s=time.monotonic())
        for item in settled:
            if item.outcome in _TOLD or item.worked.delivery.trace:
                self._note(item)
        await self._remember(settled)
        return again

    async def _remember(self, settled: Sequence[Finished]) -> None:
        """Count the failures of what is left for another try, and forget those of what needs none."""
        failed = {item.worked.delivery.entry_id: _spares(item) for item in settled if item.outcome in _LEFT}
        failed_before = [item for item in settled if any(item.worked.delivery.tries)]
        over = [item.worked.delivery.entry_id for item in failed_before if item.outcome not in _NOT_OVER]
        # What cannot be counted now gives the entry another try.
        with suppress(RedisError, OSError):
            if failed:
                await self.redelivery.failures.count(settled[0].worked.delivery.stream, failed)
            if over:
                await self.redelivery.failures.forget(settled[0].worked.delivery.stream, over)

    def _note(self, item: Finished) -> None:
        """Log what did not go its way, and what somebody follows."""
        delivery, decided = item.worked.delivery, item.worked.outcome
        if item.outcome in _LEFT:
            self._left.add(delivery.entry_id)
            why = item.error or getattr(decided, "reason", None)
            log.warning("entry.left", why=why, attempts=delivery.attempts, **_about(item))
        elif item.outcome == "dead_lettered":
            why = getattr(decided, "reason", None)
            log.warning("entry.dead", why=why, attempts=delivery.attempts, **_about(item))
        elif delivery.trace and delivery.trace.sampled:
            log.info("entry.finished", outcome=item.outcome, attempts=delivery.attempts, **_about(item))
        if len(self._left) > _LEFT_REMEMBERED:
            self._left.clear()

    def _trouble(self, where: str, why: str, kind: Kind) -> None:
        if self.troubles.note(where, why, kind):
            log.warning("batch.held", where=where, why=why)

    def _settled(self, where: str) -> None:
        if self.troubles.clear(where):
            log.info("batch.goes_on", where=where)

    async def _pause(self, seconds: float) -> None:
        """Raises _GivenUp when the worker leaves."""
        if self.leaving.is_set():
            raise _GivenUp
        began_s = time.monotonic()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.leaving.wait(), seconds)
        self._waited_s += time.monotonic() - began_s


@dataclass(slots=True)
class _InHand:
    """Entries that are heartbeated while this context lasts: from their reading on, and while they wait their turn."""

    batches: Batches
    busy: set[str]
    entry_ids: set[str]

    def __enter__(self) -> None:
        self.busy |= self.entry_ids
        self.batches.metrics.in_flight.set(self.batches.in_flight)

    def __exit__(self, *_: object) -> None:
        self.busy -= self.entry_ids
        self.batches.metrics.in_flight.set(self.batches.in_flight)


def _spares(item: Finished) -> bool:
    outcome = item.worked.outcome
    return isinstance(outcome, Retry) and outcome.blameless


def _about(item: Finished) -> dict[str, str]:
    article_id = getattr(item.worked.outcome, "article_id", None) or identity(item.worked.delivery)[0]
    return about(item.worked.delivery, article_id)
