"""The end of a batch: one script that fences, publishes and acknowledges each item (`finish.lua`)."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import Any, NamedTuple

from redis.asyncio import Redis

from wiredesk import keys, wire
from wiredesk.events import DeadLetter, Stream, submitted_at
from wiredesk.stage.outcomes import Dead, Delivery, Outcome, Publish

__all__ = ["Finished", "Finisher", "Worked"]

SCRIPT_BYTES = 8_000_000
"""Payload bytes a script call carries at most (one item may exceed it): the server runs nothing else meanwhile."""


class Worked(NamedTuple):
    """One delivery, what was decided about it, and when it was worked on (ms since the epoch)."""

    delivery: Delivery
    outcome: Outcome
    started_ms: int
    finished_ms: int


class Finished(NamedTuple):
    """What the script made of one item: an outcome, `fenced`, or `failed` with the server's words."""

    delivery: Delivery
    outcome: str
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finisher:
    """Finishes batches of one stage; `target` is None for a stage that publishes nothing.

    `article_ttl_s` bounds how long a duplicate is remembered, `journey_ttl_s` how long a journey can be told.
    """

    redis: "Redis"
    stage: str
    worker: str
    version: str
    target: Stream | None
    article_ttl_s: int
    journey_ttl_s: int

    async def finish(self, batch: Sequence[Worked]) -> list[Finished]:
        """Finish every item of a batch, which comes from one stream.

        Raises redis.RedisError when the call itself fails; then each item is either wholly finished or still pending.
        """
        finished: list[Finished] = []
        for part in _parts(batch):
            script = self.redis.register_script(_SCRIPT)
            results = await script(keys=self._keys(part), args=self._arguments(part))
            for worked, result in zip(part, results, strict=True):
                outcome, _, error = result.decode(errors="replace").partition(": ")
                finished.append(Finished(worked.delivery, outcome, error or None))
        return finished

    def _keys(self, batch: Sequence[Worked]) -> list[str]:
        source = batch[0].delivery.stream
        named = [source, self.target or source, str(Stream.DEAD)]
        for delivery, outcome, _, _ in batch:
            article_id = outcome.article_id if isinstance(outcome, Publish | Dead) else None
            journey = keys.journey(delivery.submission_id)
            named += [keys.article(article_id) if article_id else journey, journey]
        return named

    def _arguments(self, batch: Sequence[Worked]) -> list[Any]:
        arguments: list[Any] = [self.stage, self.article_ttl_s, self.journey_ttl_s]
        for worked in batch:
            delivery, outcome = worked.delivery, worked.outcome
            payload, revision, content, force = b"", "", "", 0
            match outcome:
                case Publish(payload=payload, claim=claim):
                    if claim:
                        revision, content, force = str(claim.revision), claim.content_hash, int(claim.force)
                case Dead():
                    payload = self._dead_letter(worked, outcome)
                    revision = str(outcome.revision or "")
            verb = type(outcome).__name__.lower()
            journey = self._journey(worked)
            arguments += [delivery.entry_id, verb, payload, self.stage, revision, content, force, journey]
        return arguments

    def _journey(self, worked: Worked) -> str:
        """A journey record, lacking only the outcome, which the script adds."""
        delivery, outcome, started_ms, finished_ms = worked
        record = {
            "stream": delivery.stream,
            "entry_id": delivery.entry_id,
            "started_ms": started_ms,
            "finished_ms": finished_ms,
            "attempts": delivery.attempts,
            "reason": getattr(outcome, "reason", None),
            "worker": self.worker,
            "version": self.version,
            "article_id": getattr(outcome, "article_id", None),
        }
        return json.dumps(record, separators=(",", ":"))[:-1] + ","

    def _dead_letter(self, worked: Worked, outcome: Dead) -> bytes:
        delivery = worked.delivery
        letter = DeadLetter(
            original=base64.b64encode(delivery.data).decode(),
            stream=delivery.stream,
            stage=self.stage,
            reason=outcome.reason,
            message=outcome.message,
            attempts=delivery.attempts,
            first_seen=submitted_at(delivery.entry_id),
            last_seen=datetime.fromtimestamp(worked.finished_ms / 1000, UTC),
            submission_id=delivery.submission_id,
        )
        return wire.encode(letter.model_dump_json().encode(), {"correlation_id": delivery.submission_id})


_SCRIPT = resources.files("wiredesk.stage").joinpath("finish.lua").read_text()


def _parts(batch: Sequence[Worked]) -> Iterator[Sequence[Worked]]:
    """Cut a batch where its payloads pass SCRIPT_BYTES."""
    start, size = 0, 0
    for at, worked in enumerate(batch):
        match worked.outcome:
            case Publish(payload=payload):
                own = len(payload)
            case Dead():
                own = len(worked.delivery.data) * 4 // 3
            case _:
                own = 0
        if at > start and size + own > SCRIPT_BYTES:
            yield batch[start:at]
            start, size = at, 0
        size += own
    if batch:
        yield batch[start:]
