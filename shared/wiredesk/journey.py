"""The way of one submission through the stages, as each stage wrote it down when it finished."""

import re
from datetime import UTC, datetime
from typing import Literal, cast

import redis
from pydantic import BaseModel, ConfigDict, ValidationError, computed_field

from wiredesk import keys
from wiredesk.connection import speaks_redis
from wiredesk.errors import NotFound
from wiredesk.events import SUBMISSION_ID, Stream, submission_of, submitted_at

__all__ = ["Journey", "JourneyStep", "StageStep", "StepOutcome", "journey"]

StepOutcome = Literal["published", "done", "duplicate", "superseded", "dead_lettered", "retried"]

JourneyState = Literal["waiting", "under way", "retrying", "searchable", "duplicate", "superseded", "dead-lettered"]

_FLOW = ("ingest", "extraction", "indexing")
_ENDS: dict[str, JourneyState] = {
    "duplicate": "duplicate",
    "superseded": "superseded",
    "dead_lettered": "dead-lettered",
    "retried": "retrying",
}


class JourneyStep(BaseModel):
    """What one stage did with one submission: the JSON under the stage's name in the hash `keys.journey(...)`.

    Times are milliseconds since the epoch; the entry arrived at the milliseconds of `entry_id`. `attempts` counts
    deliveries from 1. `reason` is the slug of a dead letter or retry.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    stream: str
    entry_id: str
    started_ms: int
    finished_ms: int
    attempts: int
    outcome: StepOutcome
    reason: str | None = None
    worker: str
    version: str
    article_id: str | None = None


class StageStep(JourneyStep):
    """A step with the stage it belongs to, and how long it waited and worked there, in milliseconds."""

    stage: str

    @computed_field  # type: ignore[prop-decorator]  # mypy has no support for decorated properties
    @property
    def arrived_at(self) -> datetime:
        """When the entry was added to the stage's stream."""
        return submitted_at(self.entry_id)

    @computed_field  # type: ignore[prop-decorator]  # mypy has no support for decorated properties
    @property
    def waited_ms(self) -> int:
        """From arrival to the start of the attempt that finished it."""
        return max(0, self.started_ms - int(self.entry_id.partition("-")[0]))

    @computed_field  # type: ignore[prop-decorator]  # mypy has no support for decorated properties
    @property
    def worked_ms(self) -> int:
        """From that start to the end."""
        return max(0, self.finished_ms - self.started_ms)


class Journey(BaseModel):
    """One submission's way so far, its steps in the order of the flow."""

    model_config = ConfigDict(frozen=True)

    submission_id: str
    article_id: str | None
    submitted_at: datetime
    state: JourneyState
    finished_at: datetime | None
    total_ms: int | None
    steps: tuple[StageStep, ...]


@speaks_redis
def journey(client: redis.Redis, id: str) -> Journey:
    """The way of a submission id, or of an article id's current submission.

    Raises NotFound when nothing is known of the id: it never was, or its record has expired. Raises Unavailable.
    """
    submission_id = id if re.fullmatch(SUBMISSION_ID, id) else _current_submission(client, id)
    record = cast("dict[bytes, bytes]", client.hgetall(keys.journey(submission_id)))
    steps = [step for stage, text in record.items() if (step := _step(stage.decode(errors="replace"), text))]
    steps.sort(key=lambda step: (_FLOW.index(step.stage) if step.stage in _FLOW else len(_FLOW), step.finished_ms))
    if not steps and not client.xrange(Stream.SUBMITTED, submission_id, submission_id):
        raise NotFound(f"nothing is known of {id}: no such submission or article, or its record has expired")
    return _journey(submission_id, tuple(steps), None if id == submission_id else id)


def _current_submission(client: redis.Redis, article_id: str) -> str:
    revision = cast("bytes | None", client.hget(keys.article(article_id), "revision"))
    if revision is None or not revision.isdigit():
        raise NotFound(f"nothing is known of {article_id}: no such submission or article, or its record has expired")
    return submission_of(int(revision))


def _step(stage: str, text: bytes) -> StageStep | None:
    """A record as it was written; one of another version that cannot be read is left out."""
    try:
        return StageStep(stage=stage, **JourneyStep.model_validate_json(text).model_dump())
    except ValidationError:
        return None


def _journey(submission_id: str, steps: tuple[StageStep, ...], article_id: str | None) -> Journey:
    last = max(steps, key=lambda step: step.finished_ms, default=None)
    state: JourneyState = "waiting"
    if last is not None:
        state = _ENDS.get(last.outcome, "searchable" if last.stage == _FLOW[-1] else "under way")
    ended = last is not None and state not in ("under way", "retrying")
    submitted = submitted_at(submission_id)
    finished = datetime.fromtimestamp(last.finished_ms / 1000, UTC) if last and ended else None
    return Journey(
        submission_id=submission_id,
        article_id=article_id or next((step.article_id for step in reversed(steps) if step.article_id), None),
        submitted_at=submitted,
        state=state,
        finished_at=finished,
        total_ms=round((finished - submitted).total_seconds() * 1000) if finished else None,
        steps=steps,
    )
