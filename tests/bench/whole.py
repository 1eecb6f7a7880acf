"""The whole pipeline as fast as it goes, with one and with two extraction workers, beside the bare loop."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .alone import mean_words, processor_time
from .bare import STAGES
from .context import WARM_UP, Bench, prepare
from .corpus import KINDS, Kind
from .figures import Figure
from .processes import SERVER, running
from .storage import what_is_kept
from .subject import Driven, Subject
from .turns import in_turn
from .yardstick import Measured, read_items

__all__ = ["SERVICES", "cores", "first_article", "whole_pipeline"]

SERVICES = (*STAGES, "gateway")
_SECOND = "extraction 2"
_WITHIN = ("extraction", _SECOND, "ingest", "indexing", "gateway", SERVER)


class _Round(NamedTuple):
    one: Driven
    two: Driven
    bare: Measured


def whole_pipeline(bench: Bench) -> Iterator[Figure]:
    """Both pipelines run all the time on servers of their own; the one whose turn it is not has nothing to do."""
    backlog = bench.corpora["text"].distinct(1, "first")
    with (
        running(bench.folder / "pipeline", *SERVICES, backlog=backlog) as stack,
        running(bench.folder / "pipeline-of-two", *SERVICES, _SECOND, backlog=backlog) as larger,
    ):
        one, two = Subject.of(bench, stack), Subject.of(bench, larger)
        two.follow(larger.backlog)
        yield first_article(bench, one)
        for kind in KINDS:
            rounds = [_round(bench, one, two, tag, number, kind) for number, tag in enumerate(bench.tags)][1:]
            yield from _figures(rounds, kind)
        yield from what_is_kept(stack, "whole pipeline", bench.corpora["text"].mean_bytes(bench.articles))
        yield from _second_worker(two)
    bench.note_memory(stack)
    bench.note_memory(larger)


def first_article(bench: Bench, subject: Subject) -> Figure:
    """From the start of the processes to the end of an article that was on the stream before."""
    stack = subject.stack
    since_start_s = time.monotonic() - min(one.started for one in stack.processes.values())
    started_at = time.time() - since_start_s
    (submission_id,) = stack.backlog
    subject.follow([submission_id])
    return Figure(
        section="start",
        name="whole pipeline, start to first article indexed",
        unit="s",
        values=(subject.indexed(submission_id).indexed_at.timestamp() - started_at,),
        yardstick="bare functions loaded",
        yardstick_values=(bench.yardstick.ready_s,),
    )


def _round(bench: Bench, one: Subject, two: Subject, tag: str, number: int, kind: Kind) -> _Round:
    items = prepare(bench, f"whole-{tag}", count=bench.size(tag, kind), kind=kind)
    documents = [event for _, event in read_items(items)]

    def both() -> tuple[Driven, Driven]:
        return in_turn(number // 2, lambda: _run(one, documents), lambda: _run(two, documents))

    (single, double), bare = in_turn(number, both, lambda: bench.yardstick.stages(STAGES, items))
    if tag != WARM_UP:
        rates = f"{single.moved.per_second:.1f} articles/s, with two {double.moved.per_second:.1f}"
        bench.say(f"whole pipeline, {KINDS[kind]}, {tag}: {rates}, bare {bare.per_second:.1f}")
    return _Round(single, double, bare)


def _run(subject: Subject, documents: Sequence[bytes]) -> Driven:
    driven = subject.at_full_speed(documents)
    subject.stack.note_memory()
    return driven


def _figures(rounds: Sequence[_Round], kind: Kind) -> Iterator[Figure]:
    name = f"whole pipeline, {KINDS[kind]}"
    of_one = [(each.one.moved, each.bare) for each in rounds]
    words = mean_words(of_one)
    single = tuple(each.one.moved.per_second for each in rounds)
    double = tuple(each.two.moved.per_second for each in rounds)
    bare = tuple(each.bare.per_second for each in rounds)
    refused = max(each.one.moved.refused for each in rounds)
    yield Figure(
        section="speed",
        name=name,
        unit="articles/s",
        values=single,
        yardstick="bare loop",
        yardstick_values=bare,
        note=f"{refused} refused" if refused else "",
        words=words,
    )
    yield Figure(
        section="speed",
        name=f"{name}, two extraction workers",
        unit="articles/s",
        values=double,
        yardstick="one extraction worker",
        yardstick_values=single,
        words=words,
    )
    yield from processor_time(f"{name}, workers and server", of_one)
    yield from _use_of_cores(name, [each.one for each in rounds])
    yield from _use_of_cores(f"{name}, two extraction workers", [each.two for each in rounds])


def _use_of_cores(name: str, runs: Sequence[Driven]) -> Iterator[Figure]:
    """How many cores each process kept busy meanwhile, and all programs that are no part of the pipeline."""
    used = [cores(run.moved.parts, run.wall_s, run.machine_s) for run in runs]
    for who in (*_WITHIN, "everything else on the machine"):
        values = tuple(one[who] for one in used if who in one)
        if len(values) == len(used):
            yield Figure(section="cores", name=f"{name}: {who}", unit="cores", values=values)


def cores(parts: Mapping[str, float], wall_s: float, machine_s: float | None) -> dict[str, float]:
    """Cores kept busy by each service, its child included, and by everything else. Pure.

    `parts` are processor seconds by process within `wall_s`; `machine_s` those of the whole machine.
    """
    found: dict[str, float] = {}
    for process, seconds in parts.items():
        service = process.removesuffix(" child")
        found[service] = found.get(service, 0.0) + seconds / wall_s
    if machine_s is not None and parts:
        found["everything else on the machine"] = max(0.0, machine_s / wall_s - sum(found.values()))
    return found


def _second_worker(two: Subject) -> Iterator[Figure]:
    """What a second worker of the same kind has of the memory that no other process has."""
    memory = two.stack.memory
    if _SECOND in memory and f"{_SECOND} child" in memory:
        own = memory[_SECOND].own + memory[f"{_SECOND} child"].own
        yield Figure(section="memory", name="a second extraction worker, its own", unit="MB", values=(own / 1e6,))
