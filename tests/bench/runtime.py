"""The runtime itself: articles that nothing is done to, through the real worker, beside a bare redis-py loop."""

from collections.abc import Iterator, Sequence

from wiredesk.events import Stream

from . import relay
from .alone import processor_time
from .context import WARM_UP, Bench, in_turn
from .corpus import plain_events
from .figures import Figure
from .moving import Moved, fill, finish_time, through_worker
from .processes import Stack, running
from .yardstick import Measured

__all__ = ["runtime_alone"]


def runtime_alone(bench: Bench) -> Iterator[Figure]:
    """Both do the same parsing and writing; the worker also isolates, fences, remembers and measures."""
    rounds: list[tuple[Moved, Measured]] = []
    with running(bench.folder / "runtime", relay.NAME) as stack, running(bench.folder / "bare-runtime") as other:
        other.client.xgroup_create(Stream.SUBMITTED, "bare", id="0", mkstream=True)
        for number, tag in enumerate(bench.tags):
            moved, bare = _round(bench, (stack, other), tag, number)
            if tag != WARM_UP:
                rounds.append((moved, bare))
                bench.say(f"runtime, {tag}: {moved.per_second:.0f} messages/s, bare redis-py {bare.per_second:.0f}")
    yield Figure(
        section="speed",
        name="runtime alone",
        unit="messages/s",
        values=tuple(moved.per_second for moved, _ in rounds),
        yardstick="bare redis-py loop",
        yardstick_values=tuple(bare.per_second for _, bare in rounds),
    )
    yield from processor_time(
        "runtime alone, worker and child", rounds, unit="ms/message", yardstick="bare redis-py loop"
    )


def _round(bench: Bench, stacks: tuple[Stack, Stack], tag: str, number: int) -> tuple[Moved, Measured]:
    payloads = plain_events(bench.messages, tag)
    stack, other = stacks
    return in_turn(
        number,
        lambda: through_worker(stack, relay.NAME, payloads, source=Stream.SUBMITTED, target=Stream.INGESTED),
        lambda: _bare(bench, other, payloads),
    )


def _bare(bench: Bench, stack: Stack, payloads: Sequence[bytes]) -> Measured:
    first_ms = fill(stack.client, Stream.SUBMITTED, payloads)
    cpu_seconds = bench.yardstick.move_messages(stack.redis_url, len(payloads))
    return Measured(
        count=len(payloads),
        refused=0,
        seconds=max(0.001, (finish_time(stack.client, Stream.INGESTED) - first_ms) / 1000),
        cpu_seconds=cpu_seconds,
    )
