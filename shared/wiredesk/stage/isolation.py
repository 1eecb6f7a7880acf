"""The worker's side of the child process: hands batches over, and ends a child that is stuck, dead or out of memory.

When a child fails in the middle of a batch, what it had answered goes on and the rest is let go, to be delivered again
and worked on alone: so exactly the item that ruins a child alone is left for retry. A large item is alone from the
start, because its time limit is not to hold up small ones.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.process_collector import ProcessCollector

from wiredesk.errors import Unavailable
from wiredesk.stage import frames
from wiredesk.stage.child import OUT_OF_MEMORY_STATUS, READY, RESULT_FIELDS
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

    def is_large(self, delivery: Delivery) -> bool:
        """Whether it may take more than twice as long as a small one."""
        return self.time_s(delivery) > 2 * self.item_time_s


class ChildProcessor:
    """Runs a stage's function (`package.module:NAME` of its StageDefinition) in a long-lived child process.

    `registry` is told the child's processor time and memory, as `wiredesk_child_process_…`.
    """

    def __init__(self, stage: str, limits: Limits, registry: CollectorRegistry | None = None) -> None:
        self._stage = stage
        self._limits = limits
        self._child: asyncio.subprocess.Process | None = None
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

    def _groups(self, batch: Sequence[Delivery]) -> list[list[int]]:
        """The places of what is sent to the child together: small new items; each other one alone."""
        alone = [delivery.attempts > 1 or self._limits.is_large(delivery) for delivery in batch]
        together = [at for at, single in enumerate(alone) if not single]
        return [*([together] if together else []), *([at] for at, single in enumerate(alone) if single)]

    async def recover(self) -> None:
        """Start the child, if there is none."""
        await self._ensure_child()

    async def stop(self) -> None:
        """End the child: by the end of its input if it listens, else by force."""
        child = self._child
        if child is None:
            return
        if child.stdin:
            child.stdin.close()
        try:
            await asyncio.wait_for(child.wait(), timeout=2)
        except TimeoutError:
            await self._kill()
        self._child = None

    async def _ensure_child(self) -> asyncio.subprocess.Process:
        if self._child and self._child.returncode is None:
            return self._child
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "wiredesk.stage.child", self._stage),
            *("--max-bytes", str(self._limits.message_bytes)),
            *("--memory-bytes", str(self._limits.item_memory_bytes)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._child = child
        assert child.stdout  # noqa: S101 - it is a pipe, as asked above
        try:
            first = await asyncio.wait_for(frames.read_async(child.stdout), self._limits.load_time_s)
        except (TimeoutError, asyncio.IncompleteReadError):
            await self._kill()
            raise Unavailable(f"{self._stage} did not start; its own words are above in the log") from None
        except asyncio.CancelledError:
            await self._kill()
            raise
        if first != [READY]:
            await child.wait()
            raise Unavailable(b": ".join(first[1:]).decode())
        log.info("child.ready", child_pid=child.pid)
        return child

    async def _run(self, batch: Sequence[Delivery]) -> tuple[list[Outcome], Retry | None]:
        """The outcomes the child gave, in order, and why there are fewer than deliveries, if so."""
        child = await self._ensure_child()
        assert child.stdin and child.stdout  # noqa: S101, PT018 - they are pipes
        fields = [part for delivery in batch for part in (delivery.submission_id.encode(), delivery.data)]
        # Sending runs beside reading: a child that answers early must not block on a full pipe.
        sending = asyncio.ensure_future(self._send(child.stdin, frames.pack(fields)))
        answered: list[Outcome] = []
        failure: Retry | None = None
        limit_s = max(map(self._limits.time_s, batch))
        in_step = False
        try:
            while frame := await asyncio.wait_for(frames.read_async(child.stdout), limit_s):
                for at in range(0, len(frame), RESULT_FIELDS):
                    result = frame[at : at + RESULT_FIELDS]
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
            failure = _cause_of_death(await child.wait(), self._limits)
        except ValueError as error:  # no frame, or no result: nothing this child says can be trusted any more
            failure = Retry(reason="crashed", message=f"the process answered nonsense and was ended ({error})"[:500])
        finally:
            if not in_step:  # also when given up from outside: its late answers would be taken for the next batch's
                await self._kill()
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await sending
        whose = about(batch[0], None) if len(batch) == 1 else {}
        log.warning("child.died", why=failure.reason, answered=len(answered), batch=len(batch), **whose)
        return answered, failure

    @staticmethod
    async def _send(pipe: asyncio.StreamWriter, frame: bytes) -> None:
        pipe.write(frame)
        await pipe.drain()

    async def _kill(self) -> None:
        if self._child and self._child.returncode is None:
            self._child.kill()
            await self._child.wait()


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
            claim = Claim(
                article_id=article_id.decode(),
                revision=int(revision),
                content_hash=content.decode(),
                force=force == b"1",
            )
            return Publish(
                payload=payload,
                article_id=claim.article_id,
                claim=claim,
                likeness=likeness or None,
                measures=Measures.unpack(measures),
            )
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
