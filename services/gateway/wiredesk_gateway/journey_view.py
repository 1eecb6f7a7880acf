"""What the page of a journey shows: each step with its times as times, and the state in words. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from wiredesk.journey import Journey, StageStep

__all__ = ["JourneyView", "StepView", "died_at", "journey_view"]

_MEANINGS = {
    "waiting": "It waits for the first stage.",
    "under way": "The next stage has it, or will have it soon.",
    "retrying": "A stage could not finish it for now and tries again by itself.",
    "searchable": "It is in the index.",
    "duplicate": "The same content was published before under the same address, so it went no further.",
    "superseded": "A newer submission of the same article came first, so it went no further.",
    "dead-lettered": "It could not be processed and was put aside whole.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One stage's step; `bad` for one that ended in a dead letter."""

    step: StageStep
    arrived_at: datetime
    started_at: datetime
    ended_at: datetime
    bad: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyView:
    """A journey, what its state means, and its steps."""

    journey: Journey
    meaning: str
    steps: tuple[StepView, ...]


def journey_view(journey: Journey) -> JourneyView:
    """The view of one journey."""
    steps = tuple(
        StepView(
            step=step,
            arrived_at=step.arrived_at,
            started_at=_time(step.started_ms),
            ended_at=_time(step.finished_ms),
            bad=step.outcome == "dead_lettered",
        )
        for step in journey.steps
    )
    return JourneyView(journey=journey, meaning=_MEANINGS.get(journey.state, ""), steps=steps)


def died_at(journey: Journey) -> datetime | None:
    """When a stage last gave it up; None if none did."""
    ends = [step.finished_ms for step in journey.steps if step.outcome == "dead_lettered"]
    return _time(max(ends)) if ends else None


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
