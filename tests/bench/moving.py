"""Moving events through one real worker: filled at once, timed by the server's own clock in the entry ids."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis
from wiredesk import wire
from wiredesk.events import Stream

from .accounts import milliseconds
from .errors import BenchError
from .processes import SERVER, Stack

__all__ = ["Moved", "fill", "finish_time", "through_worker"]

_AT_ONCE = 5000
_POLL_S = 0.05
_STUCK_S = 120.0


@dataclass(frozen=True, slots=True)
class Moved:
    """What one worker did: `seconds` from the first entry's arrival to the last result's.

    `cpu_seconds` is the workers' and children's processor time, `parts` that of each process, the server among them;
    None and empty where the system does not tell.
    """

    count: int
    refused: int
    seconds: float
    cpu_seconds: float | None
    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Events a second."""
        return self.count / self.seconds


def fill(client: "redis.Redis", stream: Stream, payloads: Sequence[bytes]) -> int:
    """Add all payloads, thousands in one transaction: the worker finds them at once. Milliseconds of the first."""
    first: int | None = None
    for at in range(0, len(payloads), _AT_ONCE):
        with client.pipeline(transaction=True) as pipeline:
            for payload in payloads[at : at + _AT_ONCE]:
                pipeline.xadd(stream, {wire.FIELD: payload})
            entry_ids = pipeline.execute()
        first = milliseconds(entry_ids[0]) if first is None else first
    if first is None:
        raise BenchError("there is nothing to measure with")
    return first


def through_worker(stack: Stack, name: str, payloads: Sequence[bytes], *, source: Stream, target: Stream) -> Moved:
    """Put all payloads on the stage's stream and wait until its group has finished them.

    Raises BenchError when its worker ends, gets stuck, or when results and dead letters are not as many as payloads.
    """
    client, process = stack.client, stack.processes[name]
    before = {stream: _length(client, stream) for stream in (target, Stream.DEAD)}
    cpu_before = stack.cpu_by_process()
    first_ms = fill(client, source, payloads)
    _wait_until_finished(stack, source, process.stage)
    parts = {one: taken - cpu_before.get(one, 0.0) for one, taken in stack.cpu_by_process().items()}
    done = _length(client, target) - before[target]
    refused = _length(client, Stream.DEAD) - before[Stream.DEAD]
    if done + refused != len(payloads):
        raise BenchError(f"{name} made {done} results and {refused} dead letters of {len(payloads)} distinct articles")
    seconds = (finish_time(client, target) - first_ms) / 1000
    cpu_seconds = sum(parts.values()) - parts[SERVER] if parts else None
    return Moved(len(payloads), refused, max(seconds, 0.001), cpu_seconds, parts)


def finish_time(client: "redis.Redis", target: Stream) -> int:
    """Milliseconds of the last result or dead letter."""
    results: Any = client.xrevrange(target, count=1)
    letters: Any = client.xrevrange(Stream.DEAD, count=1)
    return max(milliseconds(entry_id) for entry_id, _ in [*results, *letters])


def _length(client: "redis.Redis", stream: Stream) -> int:
    """Entries ever added: a stream that is trimmed meanwhile counts right."""
    found: Any = client.xinfo_stream(stream) if client.exists(stream) else {"entries-added": 0}
    return int(found["entries-added"])


def _wait_until_finished(stack: Stack, source: Stream, group: str) -> None:
    moved_at, seen = time.monotonic(), None
    while True:
        groups: Any = stack.client.xinfo_groups(source)
        state = next((found["lag"], found["pending"]) for found in groups if found["name"].decode() == group)
        if state == (0, 0):
            return
        if state != seen:
            moved_at, seen = time.monotonic(), state
        elif time.monotonic() - moved_at > _STUCK_S:
            raise BenchError(
                f"{group} has not finished anything for {_STUCK_S:g} s: lag {state[0]}, pending {state[1]}"
            )
        stack.check()
        time.sleep(_POLL_S)
