"""What each stage is worth, from what its streams hold and its workers measured: rates, load, what waits. Pure."""

from collections.abc import Iterable, Sequence

from wiredesk.events import GROUPS, Stream
from wiredesk.pipeline_state import GroupState, StageState, StreamState, WorkerState
from wiredesk.workers import Pace

__all__ = ["STAGES", "stage_states"]

STAGES: tuple[tuple[str, Stream], ...] = (
    ("ingest", Stream.INGESTED),
    ("extraction", Stream.EXTRACTED),
    ("indexing", Stream.INDEXED),
)
"""The stages in the order of the flow, each with the stream it writes to."""

_WORKING = ("consuming", "paused")
"""States of a worker that works, or would if there were room."""


def stage_states(streams: Sequence[StreamState], workers: Sequence[WorkerState]) -> tuple[StageState, ...]:
    """Every stage, in the order of the flow. What cannot be told is None."""
    return tuple(_stage(name, target, streams, workers) for name, target in STAGES)


def _stage(name: str, target: Stream, streams: Sequence[StreamState], workers: Sequence[WorkerState]) -> StageState:
    sources = tuple(str(stream) for stream, readers in GROUPS.items() if name in readers)
    read = [stream for stream in streams if stream.name in sources]
    groups = [_own(stream, name) for stream in read]
    own = [worker for worker in workers if worker.stage == name]
    paces = [worker.pace for worker in own if worker.pace is not None]
    working = sum(worker.state in _WORKING for worker in own)
    finished, busy_s = sum(pace.finished for pace in paces), sum(pace.busy_s for pace in paces)
    lag, pending = _total(group[0] for group in groups), _total(group[1] for group in groups)
    measured_s = max((pace.window_s for pace in paces), default=None)
    return StageState(
        name=name,
        streams=sources,
        target=str(target),
        workers=len(own),
        working=working,
        alone=any(worker.alone for worker in own),
        lag=lag,
        pending=pending,
        waiting=None if lag is None or pending is None else lag + pending,
        oldest_s=_oldest(read, name),
        arrivals_per_s=_arrivals(sources[0], paces),
        finished_per_s=_per_s(paces, [pace.finished for pace in paces]),
        passed_on_per_s=_per_s(paces, [pace.passed_on for pace in paces]),
        passed_on_share=sum(pace.passed_on for pace in paces) / finished if finished else None,
        worker_per_s=finished / busy_s if finished and busy_s else None,
        busy=_busy(paces),
        measured_s=measured_s,
        unmeasured=None if finished and busy_s else _unmeasured(name, own, measured_s),
        cores=max((worker.cores for worker in own if worker.cores is not None), default=None),
    )


def _own(stream: StreamState, name: str) -> tuple[int | None, int | None]:
    """Lag and pending of the stage's own group; all there is, while that group does not exist yet."""
    group = _group(stream, name)
    if group is not None:
        return (0 if group.lag is None and group.oldest_waiting_s == 0 else group.lag), group.pending
    return (None, None) if stream.problem else (stream.length, 0)


def _group(stream: StreamState, name: str) -> GroupState | None:
    return next((group for group in stream.groups if group.name == name), None)


def _oldest(streams: Sequence[StreamState], name: str) -> float | None:
    """Age of the oldest entry that the stage has not finished; 0 when there is none."""
    ages = []
    for stream in streams:
        group = _group(stream, name)
        ages.append(group.oldest_s if group else None if stream.problem else stream.oldest_s or 0.0)
    return None if None in ages else max((age for age in ages if age is not None), default=None)


def _total(numbers: Iterable[int | None]) -> int | None:
    found = list(numbers)
    return None if None in found else sum(number for number in found if number is not None)


def _arrivals(stream: str, paces: Sequence[Pace]) -> float | None:
    """As the worker that has looked longest tells it: all look at the same stream. None where none could."""
    told = [(pace.window_s, pace.arrivals_per_s[stream]) for pace in paces if stream in pace.arrivals_per_s]
    return max(told)[1] if told else None


def _per_s(paces: Sequence[Pace], counts: Sequence[int]) -> float | None:
    """Of all workers together, each over the time it has measured."""
    if not any(pace.window_s for pace in paces):
        return None
    return sum(count / pace.window_s for count, pace in zip(counts, paces, strict=True) if pace.window_s)


def _busy(paces: Sequence[Pace]) -> float | None:
    """The share of their time that the workers worked, all together."""
    window_s = sum(pace.window_s for pace in paces)
    return sum((pace.busy or 0.0) * pace.window_s for pace in paces) / window_s if window_s else None


def _unmeasured(name: str, own: Sequence[WorkerState], measured_s: float | None) -> str:
    if not own:
        return f"no {name} worker is running"
    if measured_s is None:
        return f"not measured yet: no {name} worker has told how fast it is"
    return f"not measured yet: no article has gone through {name} in the last {max(1, round(measured_s))} s"
