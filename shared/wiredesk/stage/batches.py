"""What a worker does with a batch: process, give up on what had its chances, finish, count; and take batches over."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from redis.exceptions import RedisError

from wiredesk import wire
from wiredesk.errors import WiredeskError
from wiredesk.events import Stream
from wiredesk.stage.finish import Finished, Finisher, Worked
from wiredesk.stage.metrics import StageMetrics
from wiredesk.stage.outcomes import Dead, Delivery, Outcome, Retry
from wiredesk.stage.processor import Processor
from wiredesk.stage.redelivery import Redelivery
from wiredesk.stage.subscription import Entry, delivery_of

__all__ = ["Batches"]

log = structlog.get_logger()

_PAUSE_S = 1.0
"""After a server refused or was away: it must not be asked in a hot loop."""

_LEFT_REMEMBERED = 10_000


@dataclass(slots=True, kw_only=True)
class Batches:
    """The batches of one worker, one at a time: new entries and redelivered ones take turns at the processor.

    Whatever goes wrong, what is not finished stays pending. `max_attempts` counts deliveries.
    """

    streams: Sequence[Stream]
    processor: Processor
    finisher: Finisher
    redelivery: Redelivery
    metrics: StageMetrics
    batch_size: int
    max_attempts: int
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _busy: dict[Stream, set[str]] = field(default_factory=dict)
    _left: set[str] = field(default_factory=set)

    @property
    def in_flight(self) -> int:
        """Entries being worked on."""
        return sum(map(len, self._busy.values()))

    async def take(self, stream: Stream, entries: Sequence[Entry]) -> None:
        """Work on new entries of a stream."""
        async with self.turn:
            await self._work(stream, [delivery_of(stream, entry, attempts=1) for entry in entries])

    async def take_over(self) -> None:
        """Work on entries of any worker whose time for another try has come."""
        for stream in self.streams:
            async with self.turn:
                batch = await self.redelivery.due(stream, busy=self._busy.get(stream, ()), limit=self.batch_size)
                if batch:
                    log.info("entries.redelivered", stream=str(stream), entries=len(batch))
                    await self._work(stream, batch)

    async def keep(self) -> None:
        """Heartbeat what is being worked on."""
        for stream, busy in self._busy.items():
            await self.redelivery.keep(stream, list(busy))

    async def release(self) -> None:
        """Before leaving: let others have at once what was never worked on."""
        with suppress(RedisError, OSError):
            for stream in self.streams:
                await self.redelivery.release(stream, left=self._left)

    async def _work(self, stream: Stream, batch: Sequence[Delivery]) -> None:
        busy = self._busy.setdefault(stream, set())
        busy.update(delivery.entry_id for delivery in batch)
        self.metrics.in_flight.set(self.in_flight)
        started = time.time()
        try:
            outcomes = await self._outcomes(batch)
            ended = time.time()
            worked = [
                Worked(delivery, outcome, int(started * 1000), int(ended * 1000))
                for delivery, outcome in zip(batch, outcomes, strict=True)
            ]
            finished = await self.finisher.finish(worked)
            self.metrics.record(finished, time.time() - started)
            self._note(worked, finished)
        except (RedisError, OSError) as error:
            log.warning("batch.unfinished", stream=str(stream), entries=len(batch), why=str(error))
            await asyncio.sleep(_PAUSE_S)
        except Exception:  # a bug of ours: FastStream would swallow it, and a redelivery end for good
            log.exception("batch.unfinished", stream=str(stream), entries=len(batch))
            await asyncio.sleep(_PAUSE_S)
        finally:
            busy.difference_update(delivery.entry_id for delivery in batch)
            self.metrics.in_flight.set(self.in_flight)

    async def _outcomes(self, batch: Sequence[Delivery]) -> list[Outcome]:
        outcomes: Sequence[Outcome]
        try:
            outcomes = await self.processor.process(batch)
        except (WiredeskError, RedisError, OSError) as error:
            log.warning("batch.failed", why=str(error))
            outcomes = [Retry(reason="unavailable", message=str(error)) for _ in batch]
        except Exception as error:  # a bug of ours: tried again, then dead, never lost
            log.exception("batch.failed")
            outcomes = [Retry(reason="unexpected_error", message=repr(error)[:500]) for _ in batch]
        return [
            _give_up(delivery, outcome)
            if isinstance(outcome, Retry) and delivery.attempts >= self.max_attempts
            else outcome
            for delivery, outcome in zip(batch, outcomes, strict=True)
        ]

    def _note(self, worked: Sequence[Worked], finished: Sequence[Finished]) -> None:
        """Log what did not go its way. Raises RedisError when the server refused to finish some of it."""
        refused = [item for item in finished if item.error]
        for (delivery, decided, _, _), (_, outcome, error) in zip(worked, finished, strict=True):
            about = {"submission_id": delivery.submission_id, "attempts": delivery.attempts}
            if outcome in ("retried", "failed"):
                self._left.add(delivery.entry_id)
                log.warning("entry.left", why=error or getattr(decided, "reason", None), **about)
            elif outcome == "dead_lettered":
                log.warning("entry.dead", why=getattr(decided, "reason", None), **about)
        if len(self._left) > _LEFT_REMEMBERED:
            self._left.clear()
        if refused:
            raise RedisError(f"the server refused {len(refused)} of {len(finished)}: {refused[0].error}")


def _give_up(delivery: Delivery, outcome: Retry) -> Dead:
    """Out of attempts: a dead letter under the last reason. The article is named so that it can be submitted again."""
    article_id, revision = None, None
    if delivery.stream != Stream.SUBMITTED:
        with suppress(ValueError, TypeError, KeyError):
            event = json.loads(wire.decode(delivery.data).body)
            article_id, revision = str(event["article_id"]), int(event["revision"])
    message = f"{outcome.message} ({delivery.attempts} attempts)"
    return Dead(reason=outcome.reason, message=message, article_id=article_id, revision=revision)
