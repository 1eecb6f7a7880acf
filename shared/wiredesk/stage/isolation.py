"""The worker's side of the child process: hands batches over, and ends a child that is stuck, dead or out of memory.

When a child fails in the middle of a batch, what it had answered goes on and the rest is let go, to be delivered again
and worked on alone: so exactly the item that ruins a child alone is left for retry. A large item is alone from the
start, because its time limit is not to hold up small ones.
"""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.process_collector import ProcessCollector

from wiredesk.errors import Unavailable
from wiredesk.stage.child import END, OUT_OF_MEMORY_STATUS, READY, RESULT_FIELDS
from wiredesk.stage.child_process import ChildProcess
from wiredesk.stage.measures import Measures
from wiredesk.stage.outcomes import Claim, Dead, Delivery, Outcome, Publish, Retry, Untouched, about
from wiredesk.stage.processor import Waiting

__all__ = ["ChildProcessor", "Limits"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one article may take: seconds without a result, bytes beyond the models, bytes of its message.

    `item_time_s` is for a small article; each million bytes of its message adds `megabyte_time_s`.
    """

    item_time_s: float
    item_memory_bytes: int
    megabyte_time_s: float = 0.0
    message_bytes: int = 16_000_000
    load_time_s: float = 300.0

    def time_s(self, delivery: Delivery) -> float:
        """Seconds without a result after which the process is ended, were it this item that it works on."""
        return self.item_time_s + len(delivery.data) / 1_000_000 * self.megabyte_time_s

    @property
    def small_bytes(self) -> float:
        """So large is a message that may take twice as long as the smallest; a larger one shares its time with none."""
        return self.item_time_s * 1_000_000 / self.megabyte_time_s if self.megabyte_time_s else float("inf")


class ChildProcessor:
    """Runs a stage's function (`package.module:NAME` of its StageDefinition) in a long-lived child process.

    `registry` is told the child's processor time and memory, as `wiredesk_child_process_…`.
    """

    def __init__(self, stage: str, limits: Limits, registry: CollectorRegistry | None = None) -> None:
        self._stage = stage
        self._limits = limits
        self._child: ChildProcess | None = None
        if registry:
            ProcessCollector("wiredesk_child", pid=lambda: self.pid or "none", registry=registry)

    @property
    def pid(self) -> int | None:
        """The child's pid, while there is one."""
        return self._child.pid if self._child else None

    async def start(self, waiting: Waiting) -> None:
        """Start the child and wait until its models are loaded. Raises Unavailable with the child's own words."""
        await self._ensure_child()

    async def process(self, batch: Sequence[Delivery]) -> Sequence[Outcome | Untouched]:
        """One outcome for each delivery; never raises for what an article did to the child, see Processor."""
        outcomes: list[Outcome | Untouched] = [Untouched()] * len(batch)
        for group in self._groups(batch):
            answered, failure = await self._run([batch[at] for at in group])
            for at, outcome in zip(group, answered, strict=False):
                outcomes[at] = outcome
            if len(answered) < len(group):
                if len(group) == 1:
                    outcomes[group[0]] = failure or Retry(reason="crashed", message="the stage gave no answer")
                break
        return outcomes

    def _groups(self, batch: Sequence[Delivery]) -> list[Sequence[int]]:
        """The places of what is sent to the child together: small new items; each other one alone."""
        small_bytes = self._limits.small_bytes
        alone = [at for at, each in enumerate(batch) if each.attempts > 1 or len(each.data) > small_bytes]
        if not alone:
            return [range(len(batch))]
        together = sorted(set(range(len(batch))).difference(alone))
        return [*([together] if together else []), *([at] for at in alone)]

    async def recover(self) -> None:
        """Start the child, if there is none."""
        await self._ensure_child()

    async def stop(self) -> None:
        """End the child: by the end of its input if it listens, else by force."""
        child = self._child
        if child is None:
            return
        child.end_input()
        try:
            await asyncio.wait_for(child.ended(), timeout=2)
        except TimeoutError:
            await child.kill()
        self._child = None

    async def _ensure_child(self) -> ChildProcess:
        if self._child and self._child.lives:
            return self._child
        child = self._child = await ChildProcess.start(
            *("-m", "wiredesk.stage.child", self._stage),
            *("--max-bytes", str(self._limits.message_bytes)),
            *("--memory-bytes", str(self._limits.item_memory_bytes)),
            most_bytes=self._limits.item_memory_bytes,
        )
        try:
            first = await asyncio.wait_for(child.receive(), self._limits.load_time_s)
        except (TimeoutError, asyncio.IncompleteReadError, ValueError):  # no answer, or none that can be read
            await child.kill()
            raise Unavailable(f"{self._stage} did not start; its own words are above in the log") from None
        except asyncio.CancelledError:
            await child.kill()
            raise
        if first != [READY]:
            await child.ended()
            raise Unavailable(b": ".join(first[1:]).decode())
        log.info("child.ready", child_pid=child.pid)
        return child

    async def _run(self, batch: Sequence[Delivery]) -> tuple[list[Outcome], Retry | None]:
        """The outcomes the child gave, in order, and why there are fewer than deliveries, if so."""
        child = await self._ensure_child()
        answered: list[Outcome] = []
        failure: Retry | None = None
        limit_s = self._limits.time_s(max(batch, key=lambda delivery: len(delivery.data)))
        in_step = False
        try:
            child.send([part for delivery in batch for part in (delivery.submission_id.encode(), delivery.data)])
            ended = False
            while not ended:
                async with asyncio.timeout(limit_s):
                    frame = await child.receive()
                ended = len(frame) % RESULT_FIELDS == len(END)
                for result in zip(*[iter(frame)] * RESULT_FIELDS, strict=False):  # the end is less than a result
                    if result[0] == b"error":
                        failure = Retry(reason=result[3].decode(), message=result[4].decode())
                    else:
                        answered.append(_outcome(result))
            if len(answered) > len(batch):
                raise ValueError(f"{len(answered)} results for {len(batch)} articles")
            in_step = True
            return answered, failure
        except TimeoutError:
            failure = Retry(reason="timeout", message=f"no result within {limit_s:.3g} s; the process was ended")
        except asyncio.IncompleteReadError:
            failure = _cause_of_death(await child.ended(), self._limits)
        except ValueError as error:  # no frame, or no result: nothing this child says can be trusted any more
            failure = Retry(reason="crashed", message=f"the process answered nonsense and was ended ({error})"[:500])
        finally:
            if not in_step:  # also when given up from outside: its late answers would be taken for the next batch's
                await child.kill()
        whose = about(batch[0], None) if len(batch) == 1 else {}
        log.warning("child.died", why=failure.reason, answered=len(answered), batch=len(batch), **whose)
        return answered, failure


def _cause_of_death(status: int, limits: Limits) -> Retry:
    """Read a child's exit status. A SIGKILL that is not ours is, in practice, the kernel's out-of-memory killer."""
    if status in (OUT_OF_MEMORY_STATUS, -signal.SIGKILL):
        megabytes = limits.item_memory_bytes // 1_000_000
        return Retry(reason="out_of_memory", message=f"needed more memory than it may have ({megabytes} MB)")
    died = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    return Retry(reason="crashed", message=f"the process died while working on this article ({died})")


def _outcome(result: Sequence[bytes]) -> Outcome:
    kind, article_id, revision, *rest = result
    match kind:
        case b"publish":
            content, force, payload, likeness, measures = rest
            article = article_id.decode()
            claim = Claim(article, int(revision), content.decode(), force == b"1")
            return Publish(payload, article, claim, likeness or None, Measures.unpack(measures))
        case b"dead":
            return Dead(
                reason=rest[0].decode(),
                message=rest[1].decode(),
                article_id=article_id.decode() or None,
                revision=int(revision) if revision else None,
                measures=Measures.unpack(rest[4]),
            )
        case _:
            return Retry(reason=rest[0].decode(), message=rest[1].decode())
