"""One stage alone: its real worker on a server of its own, beside its pure function over the same articles."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from wiredesk import wire
from wiredesk.events import Stream

from .bare import STAGES
from .context import NO_READER, WARM_UP, Bench, in_turn, prepare
from .figures import Figure
from .moving import Moved, through_worker
from .processes import Stack, environment, running
from .yardstick import Measured, Yardstick, read_items

__all__ = ["processor_time", "stage_alone"]

_STREAMS = {
    "ingest": (Stream.SUBMITTED, Stream.INGESTED),
    "extraction": (Stream.INGESTED, Stream.EXTRACTED),
    "indexing": (Stream.EXTRACTED, Stream.INDEXED),
}
_FOLLOWING = dict(pairwise(STAGES))


def stage_alone(bench: Bench, name: str) -> Iterator[Figure]:
    """A stage gets what the bare loop of the stage before made of the articles."""
    rounds: list[tuple[Moved, Measured]] = []
    bare_ready_s = _bare_ready(bench, name)
    with running(bench.folder / f"alone-{name}", name, settings=NO_READER) as stack:
        for number, tag in enumerate(bench.tags):
            moved, bare = _round(bench, stack, name, tag, number)
            if tag != WARM_UP:
                rounds.append((moved, bare))
                bench.say(f"{name}, {tag}: {moved.per_second:.1f} articles/s, bare {bare.per_second:.1f}")
    bench.note_memory(stack)
    yield _speed(name, rounds)
    yield from processor_time(f"{name} alone, worker and child", rounds)
    yield Figure(
        section="start",
        name=f"{name}, process start to reading",
        unit="s",
        values=(stack.processes[name].ready_s or 0.0,),
        yardstick="bare function loaded",
        yardstick_values=(bare_ready_s,),
    )


def _bare_ready(bench: Bench, name: str) -> float:
    """Seconds from the start of a process that loads this stage's function and nothing else."""
    folder = bench.folder / f"load-{name}"
    folder.mkdir()
    with Yardstick(
        [name], index_url=f"tantivy://{folder}/index", environment=environment({}), log=folder / "log"
    ) as one:
        return one.ready_s


def _round(bench: Bench, stack: Stack, name: str, tag: str, number: int) -> tuple[Moved, Measured]:
    items = prepare(bench, tag, count=bench.size(tag), stage=name)
    results = bench.items(tag, _FOLLOWING[name]) if name in _FOLLOWING else None
    payloads = [_payload(name, submission_id, event) for submission_id, event in read_items(items)]
    source, target = _STREAMS[name]
    return in_turn(
        number,
        lambda: through_worker(stack, name, payloads, source=source, target=target),
        lambda: bench.yardstick.stages([name], items, results=results),
    )


def _payload(name: str, submission_id: str, event: bytes) -> bytes:
    """As publishers send submissions, and as workers write events."""
    return event if name == STAGES[0] else wire.encode(event, {"correlation_id": submission_id})


def _speed(name: str, rounds: Sequence[tuple[Moved, Measured]]) -> Figure:
    refused = max(moved.refused for moved, _ in rounds)
    return Figure(
        section="speed",
        name=f"{name} alone",
        unit="articles/s",
        values=tuple(moved.per_second for moved, _ in rounds),
        yardstick="bare loop",
        yardstick_values=tuple(bare.per_second for _, bare in rounds),
        note=f"{refused} refused" if refused else "",
    )


def processor_time(
    name: str, rounds: Sequence[tuple[Moved, Measured]], *, unit: str = "ms/article", yardstick: str = "bare loop"
) -> Iterator[Figure]:
    """Milliseconds of all processes together an article: this holds on a machine where others are at work too."""
    if any(moved.cpu_seconds is None for moved, _ in rounds):
        return
    yield Figure(
        section="processor",
        name=name,
        unit=unit,
        values=tuple(1000 * (moved.cpu_seconds or 0.0) / moved.count for moved, _ in rounds),
        yardstick=yardstick,
        yardstick_values=tuple(1000 * bare.cpu_seconds / bare.count for _, bare in rounds),
    )
