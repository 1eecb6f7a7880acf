"""The end of a batch: one script that fences, publishes and acknowledges each item (`finish.lua`)."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import NoPermissionError

from wiredesk import journey_steps, keys, wire
from wiredesk.events import GROUPS, DeadLetter, Stream, submitted_at
from wiredesk.stage.outcomes import Dead, Delivery, Done, Outcome, Publish, Retry, Superseded

__all__ = ["Finished", "Finisher", "Worked"]

SCRIPT_BYTES = 8_000_000
"""Payload bytes a script call carries at most (one item may exceed it): the server runs nothing else meanwhile."""


_VERBS = {Publish: "publish", Done: "done", Superseded: "superseded", Dead: "dead", Retry: "retry"}


class Worked(NamedTuple):
    """One delivery, what was decided about it, and when it was worked on (ms since the epoch)."""

    delivery: Delivery
    outcome: Outcome
    started_ms: int
    finished_ms: int


class Finished(NamedTuple):
    """What the script made of one item: an outcome, `fenced`, `repeated`, or `failed` with the server's words.

    `own` tells a refusal that concerns this item alone (its article's key) from one that would meet every item.
    """

    worked: Worked
    outcome: str
    error: str | None = None
    own: bool = False


@dataclass(slots=True, kw_only=True)
class Finisher:
    """Finishes batches of one stage; `target` is None for a stage that publishes nothing.

    `article_ttl_s` bounds how long a duplicate is remembered, `journey_ttl_s` how long a journey can be told; 0 writes
    no journeys. `signature` is what the worker signs them with. What a stage whose results no group of ours waits for
    (`empties`) puts down is taken even by a full server: nothing else would ever empty it.
    """

    redis: "Redis"
    stage: str
    signature: str
    target: Stream | None
    article_ttl_s: int
    journey_ttl_s: int
    _script: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._script = self.redis.register_script(_SCRIPT)

    @property
    def empties(self) -> bool:
        """Whether this is the end of the flow."""
        return self.target is None or not GROUPS[self.target]

    async def finish(self, batch: Sequence[Worked], *, insist: bool = False) -> list[Finished]:
        """Finish every item of a batch, which comes from one stream. `insist` puts it down on a full server as well.

        Raises redis.RedisError when the call itself fails; then each item is either wholly finished or still pending.
        """
        finished: list[Finished] = []
        for part in _parts(batch):
            try:
                finished += await self._call(part, insist or self.empties)
            except NoPermissionError:
                finished += await self._one_by_one(part, insist or self.empties)
        return finished

    async def _call(self, part: Sequence[Worked], insist: bool) -> list[Finished]:
        results = await self._script(keys=self._keys(part), args=self._arguments(part, insist))
        return [_read(worked, result) for worked, result in zip(part, results, strict=True)]

    async def _one_by_one(self, part: Sequence[Worked], insist: bool) -> list[Finished]:
        """A key that this user may not touch refuses the whole call: find the item it belongs to.

        Raises NoPermissionError when it is none of theirs: the streams' own, or the script itself.
        """
        await self._script(keys=self._streams(part), args=self._head(insist))
        finished = []
        for worked in part:
            try:
                finished += await self._call([worked], insist)
            except NoPermissionError as error:
                finished.append(Finished(worked, "failed", str(error), own=True))
        return finished

    def _streams(self, batch: Sequence[Worked]) -> list[str]:
        source = batch[0].delivery.stream
        return [source, self.target or source, str(Stream.DEAD)]

    def _head(self, insist: bool) -> list[Any]:
        return [self.stage, self.article_ttl_s, self.journey_ttl_s, int(insist)]

    def _keys(self, batch: Sequence[Worked]) -> list[str]:
        named = self._streams(batch)
        for delivery, outcome, _, _ in batch:
            article_id = getattr(outcome, "article_id", None)
            journey = keys.journey(delivery.submission_id)
            named += [keys.article(article_id) if article_id else journey, journey]
        return named

    def _arguments(self, batch: Sequence[Worked], insist: bool) -> list[Any]:
        arguments = self._head(insist)
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
            verb = _VERBS[type(outcome)]
            article_id = getattr(outcome, "article_id", None) or ""
            trace_id = delivery.trace.id if delivery.trace else ""
            head, tail = self._step(worked), journey_steps.tail(getattr(outcome, "reason", None))
            arguments += (delivery.entry_id, verb, payload, revision, content, force, article_id, head, tail, trace_id)
        return arguments

    def _step(self, worked: Worked) -> str:
        delivery = worked.delivery
        return journey_steps.head(
            delivery.stream,
            delivery.entry_id,
            started_ms=worked.started_ms,
            finished_ms=worked.finished_ms,
            attempts=delivery.attempts,
            signature=self.signature,
        )

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
        return wire.encode(letter.model_dump_json().encode(), wire.headers(delivery.submission_id, delivery.trace))


def _read(worked: Worked, result: bytes) -> Finished:
    if b" " not in result:
        return Finished(worked, result.decode())
    outcome, _, error = result.decode(errors="replace").partition(": ")
    kind, _, whose = outcome.partition(" ")
    return Finished(worked, kind, error, whose == "article")


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
