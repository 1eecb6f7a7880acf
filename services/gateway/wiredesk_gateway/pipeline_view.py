"""The pipeline's page as values: the diagram's parts, and the few words that a screen reader is told. Pure."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from wiredesk.pipeline_state import PipelineState, StageState
from wiredesk.sizing import span

from wiredesk_gateway.pipeline_look import PipelineLook

__all__ = ["Part", "pipeline_view"]

_FULL = 100_000
"""Articles that fill a stream's bar: from here on publishers wait, unless a setting says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stream with the stage that reads it, as drawn. `level` is how full the stream looks, 0 to 100."""

    stage: StageState
    stream: str
    level: int
    flowing: bool
    bottleneck: bool
    states: tuple[tuple[str, int], ...]
    """What its workers do, and how many of them."""


def pipeline_view(look: PipelineLook, *, drain_in_s: float) -> dict[str, Any]:
    """What the page's template takes."""
    state = look.sized(drain_in_s)
    held_back = look.held_back
    advice = [line for line in state.advice if not held_back or held_back not in line] if state else []
    return {
        "look": look,
        "state": state,
        "advice": advice,
        "parts": _parts(state) if state else (),
        "left": _left(state) if state else None,
        "announcement": _announcement(look, state, len(advice)),
        "drain_in": span(drain_in_s),
    }


def _parts(state: PipelineState) -> tuple[Part, ...]:
    sizing = state.sizing
    return tuple(
        Part(
            stage=stage,
            stream=stage.streams[0].removeprefix("articles."),
            level=_level(stage.waiting),
            flowing=bool(stage.finished_per_s),
            bottleneck=sizing is not None and sizing.bottleneck == stage.name,
            states=tuple(Counter(each.state for each in state.workers if each.stage == stage.name).most_common()),
        )
        for stage in state.stages
    )


def _level(waiting: int | None) -> int:
    """By the logarithm: ten and ten thousand are both to be seen."""
    return 0 if not waiting else min(100, max(3, round(100 * math.log10(1 + waiting) / math.log10(_FULL))))


def _left(state: PipelineState) -> str:
    """When what waits is done, in a word or two."""
    sizing = state.sizing
    if sizing is None or (sizing.eta_s is None and not sizing.growing):
        return "unknown"
    if sizing.growing:
        return "never, it grows"
    return span(sizing.eta_s) if sizing.eta_s else "nothing waits"


def _announcement(look: PipelineLook, state: PipelineState | None, advice: int) -> str:
    """What has changed when this has: no number in it that changes by itself."""
    if state is None:
        return "Redis cannot be reached."
    lines = ["No articles are taken now."] if look.held_back else []
    if state.sizing is not None:
        lines.append(f"{state.sizing.bottleneck} is the bottleneck." if state.sizing.bottleneck else "No bottleneck.")
    if advice:
        lines.append(f"{advice} thing{'' if advice == 1 else 's'} to do.")
    return " ".join(lines)
