"""Which stage holds the others up, when what waits is done, and how many workers it takes to be done in time. Pure.

The model, after what the workers measured of themselves: a stage with `n` workers does `n` times what one did a second
while it worked. It has to do what waits before it, what of the stages before it will reach it (the share that they
passed on lately), and what arrives meanwhile. More workers than cores, or a small batch's cost that a full batch does
not have, make it wrong; both are said where they are known.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wiredesk.errors import UsageError
from wiredesk.pipeline_state import Sizing, StageState

__all__ = ["DRAIN_IN_S", "LONGEST_S", "Demand", "demands", "drained_in_s", "needed", "seconds", "size", "span"]

DRAIN_IN_S = 600.0
"""In which a backlog is to be done, unless somebody says otherwise."""
LONGEST_S = 30 * 86_400.0

_HELD_UP_S = 5.0
"""What takes less is no backlog: a batch of slow articles takes as long."""

_MOST = 1000
"""Workers; beyond, the number is no advice."""

_SPAN = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(s|m|min|h|d)?")
_UNIT_S = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a stage is asked for: `work` articles that wait for it here or before it, and `arrivals_per_s`.

    `per_s` is what one worker does a second. None is unknown.
    """

    stage: StageState
    work: float | None
    arrivals_per_s: float | None
    per_s: float | None

    @property
    def known(self) -> bool:
        """Whether all of it is known, so that it can be reckoned with."""
        return None not in (self.work, self.arrivals_per_s, self.per_s)


def seconds(text: str) -> float:
    """A length of time as people write it: `90`, `90s`, `10m`, `2h`, `1d`. Raises UsageError."""
    match = _SPAN.fullmatch(text.strip())
    value = float(match[1]) * _UNIT_S[match[2] or "s"] if match else 0.0
    if not 1 <= value <= LONGEST_S:
        raise UsageError(f"{text!r} is no length of time from 1 s to 30 days; write 90s, 10m, 2h or 1d")
    return value


def span(value_s: float) -> str:
    """A length of time in words, no finer than an estimate is worth: `40 s`, `12 min`, `3.5 h`, `2 d`."""
    if value_s < 100:
        return f"{max(1, round(value_s))} s"
    for limit, unit, factor in ((100, "min", 60), (48, "h", 3600)):
        if value_s / factor < limit:
            value = value_s / factor
            return f"{value:.1f} {unit}".replace(".0 ", " ") if value < 10 else f"{value:.0f} {unit}"
    return f"{value_s / 86_400:,.0f} d"


def demands(stages: Sequence[StageState]) -> tuple[Demand, ...]:
    """What each stage is asked for, in the order of the flow."""
    found: list[Demand] = []
    work: float | None = 0.0
    arriving = stages[0].arrivals_per_s if stages else None
    for stage in stages:
        work = None if work is None or stage.waiting is None else work + stage.waiting
        found.append(Demand(stage=stage, work=work, arrivals_per_s=arriving, per_s=stage.worker_per_s))
        share = _passed_on(stage)
        work = 0.0 if share == 0 else None if work is None else work * share
        arriving = 0.0 if share == 0 else None if arriving is None else arriving * share
    return tuple(found)


def _passed_on(stage: StageState) -> float:
    """The share of what waits for a stage that the next one will meet: nothing passes where nobody works."""
    if not stage.workers:
        return 0.0
    return 1.0 if stage.passed_on_share is None else stage.passed_on_share


def drained_in_s(demand: Demand, workers: int) -> float:
    """Seconds until so many workers have nothing waiting any more; infinite when more arrives than they do.

    The demand has to be known.
    """
    assert demand.work is not None and demand.arrivals_per_s is not None and demand.per_s is not None  # noqa: S101, PT018
    spare = workers * demand.per_s - demand.arrivals_per_s
    if demand.work <= 0 and spare >= 0:
        return 0.0
    return demand.work / spare if spare > 0 else math.inf


def needed(demand: Demand, drain_in_s: float) -> int:
    """The fewest workers, at least one, that are done within that time. The demand has to be known."""
    assert demand.work is not None and demand.arrivals_per_s is not None and demand.per_s is not None  # noqa: S101, PT018
    fewest = max(1, math.floor((demand.work / drain_in_s + demand.arrivals_per_s) / demand.per_s))
    # One more or less than the quotient says, whatever its rounding did.
    while fewest > 1 and drained_in_s(demand, fewest - 1) <= drain_in_s:
        fewest -= 1
    while drained_in_s(demand, fewest) > drain_in_s:
        fewest += 1
    return fewest


def size(stages: Sequence[StageState], *, drain_in_s: float = DRAIN_IN_S) -> Sizing:
    """What to say and to do about the whole flow."""
    asked = demands(stages)
    waiting = None if any(stage.waiting is None for stage in stages) else sum(stage.waiting or 0 for stage in stages)
    blind = [demand.stage for demand in asked if not demand.known and demand.stage.waiting != 0]
    known = [demand for demand in asked if demand.known]
    times = [(drained_in_s(demand, _at_work(demand.stage)), demand) for demand in known if demand.work]
    slowest = max(times, key=lambda found: (found[0], _load(found[1])), default=None)
    bottleneck = slowest[1] if slowest and slowest[0] >= _HELD_UP_S and not blind else None
    unmanned = next((stage for stage in blind if not stage.workers), None)
    eta_s = None if blind or waiting is None else slowest[0] if slowest else 0.0
    scale = _scale(known, drain_in_s)
    return Sizing(
        drain_in_s=drain_in_s,
        waiting=waiting,
        bottleneck=bottleneck.stage.name if bottleneck else unmanned.name if unmanned else None,
        eta_s=None if eta_s is None or math.isinf(eta_s) else round(eta_s, 1),
        growing=eta_s is not None and math.isinf(eta_s),
        says=_said(waiting, blind, bottleneck, stages),
        scale=scale,
        commands=tuple(_commands(scale, stages)),
        notes=tuple(_notes(known, scale, drain_in_s)),
    )


def _at_work(stage: StageState) -> int:
    return min(stage.working, 1) if stage.alone else stage.working


def _load(demand: Demand) -> float:
    can = _at_work(demand.stage) * (demand.per_s or 0.0)
    return (demand.arrivals_per_s or 0.0) / can if can else math.inf


def _scale(known: Sequence[Demand], drain_in_s: float) -> dict[str, int]:
    """More workers for each stage that has too few; one that works alone gets none."""
    wanted = {}
    for demand in known:
        stage = demand.stage
        if not stage.alone and (number := needed(demand, drain_in_s)) > stage.workers and number <= _MOST:
            wanted[stage.name] = number
    return wanted


def _said(
    waiting: int | None, blind: Sequence[StageState], bottleneck: Demand | None, stages: Sequence[StageState]
) -> str:
    if blind:
        stage = blind[0]
        if stage.waiting is None:
            return f"how much waits for {stage.name} is unknown: Redis does not tell"
        missing = stage.unmeasured or "what reaches it is not measured yet"
        return f"{_count(stage.waiting, 'wait')} for {stage.name}: {missing}"
    if bottleneck is None:
        busiest = max((stage for stage in stages if stage.busy), key=lambda stage: stage.busy or 0.0, default=None)
        at_most = f"; {busiest.name} is the busiest, {busiest.busy:.0%} of its time" if busiest else ""
        return f"every stage keeps up{at_most}" if waiting else f"nothing waits{at_most}"
    stage, done = bottleneck.stage, drained_in_s(bottleneck, _at_work(bottleneck.stage))
    workers = "no worker" if not stage.working else "1 worker" if _at_work(stage) == 1 else f"{stage.working} workers"
    can = _at_work(stage) * (bottleneck.per_s or 0.0)
    held = f"{stage.name} is the bottleneck: {_count(round(bottleneck.work or 0), 'have')} to pass it, "
    rates = f"{workers} can do {rate(can)} and {rate(bottleneck.arrivals_per_s or 0.0)} arrive"
    return f"{held}{rates}: " + ("the backlog grows" if math.isinf(done) else f"done in about {span(done)}")


def rate(per_s: float) -> str:
    """Articles a second, in three figures at most: `17.2/s`, `1,204/s`."""
    return f"{per_s:,.0f}/s" if per_s >= 100 else f"{per_s:.1f}/s" if per_s >= 1 else f"{per_s:.2g}/s"


def _count(number: int, verb: str) -> str:
    if number == 1:
        return f"1 article {'has' if verb == 'have' else f'{verb}s'}"
    return f"{number:,} articles {verb}"


def _commands(scale: Mapping[str, int], stages: Sequence[StageState]) -> Iterator[str]:
    if not scale:
        return
    options = " ".join(f"--scale {name}={number}" for name, number in scale.items())
    # With their names, compose leaves the number of all others as it is.
    yield f"docker compose up -d --no-recreate {options} {' '.join(scale)}"
    kept = {stage.name: stage.workers for stage in stages if stage.workers > 1 and not stage.alone}
    yield f'make up SCALE="{" ".join(f"{name}={number}" for name, number in {**kept, **scale}.items())}"'


def _notes(known: Sequence[Demand], scale: Mapping[str, int], drain_in_s: float) -> Iterator[str]:
    for demand in known:
        stage = demand.stage
        number = needed(demand, drain_in_s)
        if stage.alone and number > 1:
            yield (
                f"{stage.name} writes an index that takes one writer, so more workers would stand by; it did "
                f"{rate(demand.per_s or 0.0)} lately and does more when more waits, because its batches grow"
            )
        elif number > _MOST:
            yield f"{stage.name} would need more than {_MOST:,} workers to be done in {span(drain_in_s)}"
        elif stage.name in scale and stage.cores is not None and number > stage.cores:
            cores = "1 core" if stage.cores == 1 else f"{stage.cores} cores"
            yield (
                f"the machine {stage.name} runs on has {cores}: workers beyond that add little speed unless they run "
                "on another one"
            )
