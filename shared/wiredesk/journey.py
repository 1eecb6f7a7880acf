"""The way of one submission through the stages, as each stage wrote it down when it finished."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, cast

import redis
from pydantic import BaseModel, ConfigDict, ValidationError, computed_field

from wiredesk import journey_steps, keys, wire
from wiredesk.connection import speaks_redis
from wiredesk.errors import NotFound
from wiredesk.events import SUBMISSION_ID, Stream, revision_of, submission_of, submitted_at
from wiredesk.tracing import trace_of

__all__ = ["Journey", "StageStep", "StepOutcome", "journey"]

StepOutcome = Literal["published", "done", "duplicate", "superseded", "dead_lettered", "retried"]

JourneyState = Literal["waiting", "under way", "retrying", "searchable", "duplicate", "superseded", "dead-lettered"]

_FLOW = ("ingest", "extraction", "indexing")
_ENDS: dict[str, JourneyState] = {
    "duplicate": "duplicate",
    "superseded": "superseded",
    "dead_lettered": "dead-lettered",
    "retried": "retrying",
}


class StageStep(BaseModel):
    """What one stage did with one submission, and how long it waited and worked there, in milliseconds.

    Times are milliseconds since the epoch. `attempts` counts deliveries from 1. `reason` is the slug of a dead letter
    or retry. `version` is empty when nothing is known of the worker any more.
    """

    model_config = ConfigDict(frozen=True)

    stage: str
    stream: str
    entry_id: str
    started_ms: int
    finished_ms: int
    attempts: int
    outcome: StepOutcome
    reason: str | None = None
    worker: str
    version: str

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
    """One submission's way so far, its steps in the order of the flow. `trace_id` is of the trace it came with."""

    model_config = ConfigDict(frozen=True)

    submission_id: str
    article_id: str | None
    trace_id: str | None = None
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
    article_id = _text(record.pop(journey_steps.ARTICLE_FIELD.encode(), b"")) or None
    replayed = _text(record.pop(journey_steps.REPLAYED_FIELD.encode(), b""))
    trace_id = _text(record.pop(journey_steps.TRACE_FIELD.encode(), b"")) or None
    steps = _steps(client, {_text(stage): _text(line) for stage, line in record.items()})
    if not steps:
        entries: Any = client.xrange(Stream.SUBMITTED, submission_id, submission_id)
        if not entries:
            raise NotFound(f"nothing is known of {id}: no such submission or article, or its record has expired")
        trace = trace_of(wire.decode(entries[0][1].get(wire.FIELD.encode(), b"")).headers)
        trace_id = trace.id if trace else None
    article_id = article_id if id == submission_id else id
    return _journey(submission_id, steps, article_id, replayed=replayed).model_copy(update={"trace_id": trace_id})


def _current_submission(client: redis.Redis, article_id: str) -> str:
    revision = cast("bytes | None", client.hget(keys.article(article_id), "revision"))
    if revision is None or not revision.isdigit():
        raise NotFound(f"nothing is known of {article_id}: no such submission or article, or its record has expired")
    return submission_of(int(revision))


def _steps(client: redis.Redis, lines: Mapping[str, str]) -> tuple[StageStep, ...]:
    """The steps in the order of the flow. A line of another version that cannot be read is left out."""
    read = {}
    for stage, line in lines.items():
        with suppress(ValueError, IndexError):
            read[stage] = journey_steps.parse(line)
    signed = list({step.signature for step in read.values()})
    told = cast("list[bytes | None]", client.mget([keys.signature(each) for each in signed])) if signed else []
    workers = {each: _text(name).rpartition(" ") for each, name in zip(signed, told, strict=True) if name}
    steps = []
    for stage, step in read.items():
        name, _, version = workers.get(step.signature, (step.signature, "", ""))
        with suppress(ValidationError):
            steps.append(StageStep(stage=stage, worker=name, version=version, **_fields(step)))
    steps.sort(key=lambda step: (_FLOW.index(step.stage) if step.stage in _FLOW else len(_FLOW), step.finished_ms))
    return tuple(steps)


def _fields(step: journey_steps.Step) -> dict[str, Any]:
    return {name: value for name, value in step._asdict().items() if name != "signature"}


def _journey(submission_id: str, steps: tuple[StageStep, ...], article_id: str | None, *, replayed: str) -> Journey:
    last = max(steps, key=lambda step: step.finished_ms, default=None)
    state: JourneyState = "waiting"
    if last is not None:
        state = _ENDS.get(last.outcome, "searchable" if last.stage == _FLOW[-1] else "under way")
        if state == "dead-lettered" and replayed and revision_of(replayed) > revision_of(last.entry_id):
            state = "under way"
    ended = last is not None and state not in ("under way", "retrying")
    submitted = submitted_at(submission_id)
    finished = datetime.fromtimestamp(last.finished_ms / 1000, UTC) if last and ended else None
    return Journey(
        submission_id=submission_id,
        article_id=article_id,
        submitted_at=submitted,
        state=state,
        finished_at=finished,
        total_ms=round((finished - submitted).total_seconds() * 1000) if finished else None,
        steps=steps,
    )


def _text(value: bytes) -> str:
    return value.decode(errors="replace")
