"""The runtime itself: articles that nothing is done to, through the real worker, beside a bare redis-py loop."""

import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any, NamedTuple

from wiredesk.events import Stream

from . import relay
from .alone import processor_time
from .context import NO_READER, WARM_UP, Bench
from .corpus import plain_events
from .errors import BenchError
from .figures import Figure
from .moving import Moved, fill, finish_time, through_worker
from .processes import SERVER, Stack, running
from .storage import steady_bytes, what_is_kept
from .turns import in_turn
from .yardstick import Measured

__all__ = ["runtime_alone"]

_BARE = "bare redis-py loop"
_NO_JOURNEYS = {**NO_READER, "WIREDESK_JOURNEY_MEMORY_S": "0"}
_TRIMMED_S = 30.0
_POLL_S = 0.05
_ENOUGH = 2000
"""Articles from which on what they leave in the server's memory can be told from its own ups and downs."""


class _Round(NamedTuple):
    full: Moved
    spare: Moved
    bare: Measured


class _Stacks(NamedTuple):
    """The worker with all it does, the same without journeys, and the server of the bare loop."""

    full: Stack
    spare: Stack
    bare: Stack


def runtime_alone(bench: Bench) -> Iterator[Figure]:
    """All do the same parsing and writing; the worker also isolates, fences, remembers, trims and measures."""
    rounds: list[_Round] = []
    with (
        running(bench.folder / "runtime", relay.NAME, settings=NO_READER) as full,
        running(bench.folder / "runtime-without-journeys", relay.NAME, settings=_NO_JOURNEYS) as spare,
        running(bench.folder / "bare-runtime") as other,
    ):
        stacks = _Stacks(full, spare, other)
        other.client.xgroup_create(Stream.SUBMITTED, "bare", id="0", mkstream=True)
        before: tuple[int, int] = (0, 0)
        for number, tag in enumerate(bench.tags):
            found = _round(bench, stacks, tag, number)
            if tag == WARM_UP:
                before = (_emptied(full), _emptied(spare))
                continue
            rounds.append(found)
            bench.say(
                f"runtime, {tag}: {found.full.per_second:.0f} messages/s, without journeys "
                f"{found.spare.per_second:.0f}, {_BARE} {found.bare.per_second:.0f}"
            )
        entry_bytes = _entry_bytes(full)
        kept = list(what_is_kept(full, "runtime alone", entry_bytes))
        after = (_emptied(full), _emptied(spare))
    yield from _speed(rounds)
    yield from _processor(rounds)
    yield from kept
    yield from _left(before, after, bench.messages * len(rounds), entry_bytes)


def _speed(rounds: Sequence[_Round]) -> Iterator[Figure]:
    full = tuple(one.full.per_second for one in rounds)
    spare = tuple(one.spare.per_second for one in rounds)
    bare = tuple(one.bare.per_second for one in rounds)
    lost = 100 * (1 - median(a / b for a, b in zip(full, spare, strict=True)))
    unit = "messages/s"
    yield Figure(section="speed", name="runtime alone", unit=unit, values=full, yardstick=_BARE, yardstick_values=bare)
    yield Figure(
        section="speed",
        name="runtime alone, no journeys",
        unit=unit,
        values=spare,
        yardstick=_BARE,
        yardstick_values=bare,
    )
    yield Figure(
        section="speed",
        name="runtime alone, journeys",
        unit=unit,
        values=full,
        yardstick="the same without them",
        yardstick_values=spare,
        note=f"they cost {lost:.1f} %",
    )


def _processor(rounds: Sequence[_Round]) -> Iterator[Figure]:
    if not all(one.full.parts and one.spare.parts and one.bare.server_cpu_seconds for one in rounds):
        return
    yield Figure(
        section="speed",
        name="runtime alone, a core",
        unit="messages/s",
        values=tuple(one.full.count / (one.full.cpu_seconds or 1.0) for one in rounds),
        yardstick=_BARE,
        yardstick_values=tuple(one.bare.count / one.bare.cpu_seconds for one in rounds),
        note="by processor time of worker and child",
    )
    for name, part, yardstick in (("worker", relay.NAME, _BARE), ("child", f"{relay.NAME} child", _BARE)):
        yield _milliseconds(f"runtime alone, {name}", rounds, lambda one, part=part: one.full.parts[part], yardstick)  # type: ignore[misc]  # the default binds the loop's value
    yield from processor_time(
        "runtime alone, worker and child",
        [(one.full, one.bare) for one in rounds],
        unit="ms/message",
        yardstick=_BARE,
    )
    yield _milliseconds(
        "runtime alone, server",
        rounds,
        lambda one: one.full.parts[SERVER],
        f"server of the {_BARE}",
        other=lambda one: one.bare.server_cpu_seconds or 0.0,
    )
    yield _milliseconds(
        "runtime alone, journeys, all processes",
        rounds,
        lambda one: sum(one.full.parts.values()),
        "the same without them",
        other=lambda one: sum(one.spare.parts.values()),
    )


def _milliseconds(
    name: str,
    rounds: Sequence[_Round],
    seconds: Callable[[_Round], float],
    yardstick: str,
    *,
    other: Callable[[_Round], float] = lambda one: one.bare.cpu_seconds,
) -> Figure:
    return Figure(
        section="processor",
        name=name,
        unit="ms/message",
        values=tuple(1000 * seconds(one) / one.bare.count for one in rounds),
        yardstick=yardstick,
        yardstick_values=tuple(1000 * other(one) / one.bare.count for one in rounds),
    )


def _left(before: tuple[int, int], after: tuple[int, int], count: int, entry_bytes: float) -> Iterator[Figure]:
    """What the server's memory has grown by with its streams empty: tables, keys, values and their expiry."""
    if count < _ENOUGH:
        return
    full, spare = ((now - then) / count for then, now in zip(before, after, strict=True))
    for name, size in (("all together", full), ("journeys", full - spare)):
        yield Figure(
            section="storage",
            name=f"{name} in the server's memory, runtime alone",
            unit="bytes",
            values=(size,),
            yardstick="the article itself",
            yardstick_values=(entry_bytes,),
            note=f"one stage; over {count:,} articles",
        )


def _round(bench: Bench, stacks: _Stacks, tag: str, number: int) -> _Round:
    """One after the other, in an order that changes from round to round."""
    payloads = plain_events(bench.messages, tag)

    def workers() -> tuple[Moved, Moved]:
        return in_turn(number // 2, lambda: _worker(stacks.full, payloads), lambda: _worker(stacks.spare, payloads))

    (full, spare), bare = in_turn(number, workers, lambda: _bare(bench, stacks.bare, payloads))
    return _Round(full, spare, bare)


def _worker(stack: Stack, payloads: Sequence[bytes]) -> Moved:
    stack.client.xtrim(Stream.INGESTED, maxlen=0, approximate=False)
    return through_worker(stack, relay.NAME, payloads, source=Stream.SUBMITTED, target=Stream.INGESTED)


def _bare(bench: Bench, stack: Stack, payloads: Sequence[bytes]) -> Measured:
    for stream in (Stream.SUBMITTED, Stream.INGESTED):
        stack.client.xtrim(stream, maxlen=0, approximate=False)
    server_before = stack.cpu_by_process().get(SERVER)
    first_ms = fill(stack.client, Stream.SUBMITTED, payloads)
    cpu_seconds = bench.yardstick.move_messages(stack.redis_url, len(payloads))
    server_after = stack.cpu_by_process().get(SERVER)
    return Measured(
        count=len(payloads),
        refused=0,
        seconds=max(0.001, (finish_time(stack.client, Stream.INGESTED) - first_ms) / 1000),
        cpu_seconds=cpu_seconds,
        server_cpu_seconds=server_after - server_before if server_after and server_before else None,
    )


def _entry_bytes(stack: Stack) -> float:
    """What an article takes on the stream."""
    size: Any = stack.client.memory_usage(Stream.INGESTED, samples=0)
    length: Any = stack.client.xlen(Stream.INGESTED)
    return float(size / length)


def _emptied(stack: Stack) -> int:
    """The server's memory when nothing stands on its streams. Raises BenchError when the worker does not trim."""
    deadline = time.monotonic() + _TRIMMED_S
    while stack.client.xlen(Stream.SUBMITTED):
        if time.monotonic() > deadline:
            raise BenchError(f"what is finished was not trimmed within {_TRIMMED_S:g} s")
        time.sleep(_POLL_S)
    stack.client.xtrim(Stream.INGESTED, maxlen=0, approximate=False)
    return steady_bytes(stack.client)
