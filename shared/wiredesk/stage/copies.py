"""Near copies: before a batch is finished, each article takes the cluster of the first one it is a copy of.

One script a batch, `copies.lua`, compares and remembers, for all workers alike.

Nothing waits for it and nothing is lost by it: without an answer an article keeps the cluster of its exact copies.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from wiredesk import keys
from wiredesk.stage.finish import Worked
from wiredesk.stage.likeness import CONTAINMENT, ID_CHARS, RESEMBLANCE
from wiredesk.stage.outcomes import Publish

__all__ = ["Copies", "CopyMetrics", "script_call"]

log = structlog.get_logger()

_SCRIPT = resources.files("wiredesk.stage").joinpath("copies.lua").read_text()

_CALL_ARTICLES = 100
"""Articles a script call settles at most: some milliseconds in which the server runs nothing else."""

_FORGOTTEN = 200
"""Founders a call forgets at most: twice what it can add, so that a lowered limit is reached in time."""


class CopyMetrics:
    """`articles` by outcome: joined (a copy of another text), founded (a new text), known (the very text that founded

    the cluster), failed (Redis did not answer, or refused; at each try). Texts too short to compare are not counted.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.articles = Counter(
            "wiredesk_copies", "Articles compared with earlier ones, by what was found.", ["outcome"], registry=registry
        )
        for outcome in ("joined", "founded", "known", "failed"):
            self.articles.labels(outcome)


@dataclass(slots=True, kw_only=True)
class Copies:
    """The clusters of a stage's articles, shared by all its workers through Redis.

    Founders of clusters are remembered for `memory_s` seconds, the last `max_articles` of them at most. With 0 seconds
    nothing is compared, and only exact copies share a cluster.
    """

    redis: "Redis"
    metrics: CopyMetrics
    memory_s: int
    max_articles: int
    _told: str | None = field(default=None, init=False)

    async def settle(self, batch: Sequence[Worked]) -> list[Worked]:
        """The batch, with every article to publish in its cluster. Never raises for the server's sake.

        What is settled has no likeness any more; what the server failed to answer keeps it, to be asked for again if
        the batch has to be put down in another try.
        """
        settled = list(batch)
        asked = [at for at, worked in enumerate(batch) if self.memory_s and _likeness(worked)]
        for start in range(0, len(asked), _CALL_ARTICLES):
            part = asked[start : start + _CALL_ARTICLES]
            failure: str | None = None
            for at, answer in zip(part, await self._answers([_likeness(batch[at]) for at in part]), strict=True):
                outcome, _, words = answer.partition(" ")
                self.metrics.articles.labels(outcome).inc()
                if outcome == "failed":
                    failure = words
                else:
                    settled[at] = _clustered(batch[at], words)
            self._tell(failure)
        return settled

    async def forget(self) -> None:
        """Forget some founders that are over the limits, also when no articles come. Raises redis.RedisError."""
        await self._call([])

    async def _answers(self, signatures: Sequence[bytes]) -> list[str]:
        try:
            answers = await self._call(signatures)
        except (RedisError, OSError) as error:
            return [f"failed {error}"] * len(signatures)
        return [answer.decode(errors="replace") for answer in answers]

    async def _call(self, signatures: Sequence[bytes]) -> list[bytes]:
        called = script_call(self.redis, signatures, memory_s=self.memory_s, max_articles=self.max_articles)
        answers: list[bytes] = await called
        return answers

    def _tell(self, why: str | None) -> None:
        """Log a failure once, until it is over or another."""
        told, self._told = self._told, why
        if why and why != told:
            log.warning("copies.unknown", why=why, now="articles go on in the cluster of their exact copies")


def script_call(redis: Any, signatures: Sequence[bytes], *, memory_s: int, max_articles: int) -> Any:
    """Call the script by a client, synchronous or not: what it answers, or what is to be awaited for that."""
    limits = [memory_s, max_articles, _FORGOTTEN, CONTAINMENT, RESEMBLANCE]
    named = [keys.copy_bands(), keys.copy_founders()]
    return redis.register_script(_SCRIPT)(keys=named, args=[*limits, *signatures])


def _likeness(worked: Worked) -> bytes:
    return worked.outcome.likeness or b"" if isinstance(worked.outcome, Publish) else b""


def _clustered(worked: Worked, cluster_id: str) -> Worked:
    """The same result in another cluster: the id is written over in the event's JSON.

    No text of the article can hold the field: inside a JSON string its quotation marks would be escaped. What stands in
    the envelope before the JSON is not trusted, hence the last one.
    """
    publish = worked.outcome
    assert isinstance(publish, Publish)  # noqa: S101 - nothing else has a likeness
    own = (publish.likeness or b"")[:ID_CHARS]
    head, name, tail = publish.payload.rpartition(b'"cluster_id":"%b"' % own)
    payload = head + name.replace(own, cluster_id.encode()) + tail
    return worked._replace(outcome=publish._replace(payload=payload, likeness=None))
