"""One stage alone: its real worker on a server of its own, beside its pure function over the same articles."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from wiredesk import wire
from wiredesk.events import Stream

from .bare import STAGES
from .context import NO_READER, WARM_UP, Bench, prepare
from .corpus import KINDS, Kind
from .figures import Figure
from .moving import Moved, through_worker
from .processes import Stack, running
from .turns import in_turn
from .yardstick import Measured, read_items

__all__ = ["STREAMS", "mean_words", "payload_of", "processor_time", "stage_alone"]

STREAMS = {
    "ingest": (Stream.SUBMITTED, Stream.INGESTED),
    "extraction": (Stream.INGESTED, Stream.EXTRACTED),
    "indexing": (Stream.EXTRACTED, Stream.INDEXED),
}
"""What a stage reads, and what it writes."""
_FOLLOWING = dict(pairwise(STAGES))


def stage_alone(bench: Bench, name: str) -> Iterator[Figure]:
    """A stage gets what the bare loop of the stage before made of the articles."""
    with running(bench.folder / f"alone-{name}", name, settings=NO_READER) as stack:
        for kind, called in KINDS.items():
            rounds: list[tuple[Moved, Measured]] = []
            for number, tag in enumerate(bench.tags):
                moved, bare = _round(bench, stack, name, tag, number, kind)
                if tag != WARM_UP:
                    rounds.append((moved, bare))
                    told = f"{moved.per_second:.1f} articles/s, bare {bare.per_second:.1f}"
                    bench.say(f"{name}, {called}, {tag}: {told}")
            yield _speed(f"{name} alone, {called}", rounds)
            yield from processor_time(f"{name} alone, {called}, worker and child", rounds)
    bench.note_memory(stack)


def _round(bench: Bench, stack: Stack, name: str, tag: str, number: int, kind: Kind) -> tuple[Moved, Measured]:
    items = prepare(bench, tag, count=bench.size(tag, kind), stage=name, kind=kind)
    results = bench.items(tag, _FOLLOWING[name], kind) if name in _FOLLOWING else None
    payloads = [payload_of(name, submission_id, event) for submission_id, event in read_items(items)]
    source, target = STREAMS[name]
    return in_turn(
        number,
        lambda: through_worker(stack, name, payloads, source=source, target=target),
        lambda: bench.yardstick.stages([name], items, results=results),
    )


def payload_of(name: str, submission_id: str, event: bytes) -> bytes:
    """What stands on a stage's stream: as publishers send submissions, and as workers write events."""
    return event if name == STAGES[0] else wire.encode(event, {"correlation_id": submission_id})


def mean_words(rounds: Sequence[tuple[Moved, Measured]]) -> float | None:
    """Words of an article that got through: markup does not count."""
    found = [bare.mean_words for _, bare in rounds if bare.mean_words]
    return median(found) if found else None


def _speed(name: str, rounds: Sequence[tuple[Moved, Measured]]) -> Figure:
    refused = max(moved.refused for moved, _ in rounds)
    return Figure(
        section="speed",
        name=name,
        unit="articles/s",
        values=tuple(moved.per_second for moved, _ in rounds),
        yardstick="bare loop",
        yardstick_values=tuple(bare.per_second for _, bare in rounds),
        note=f"{refused} refused" if refused else "",
        words=mean_words(rounds),
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
