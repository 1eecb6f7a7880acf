"""The state of the pipeline and its dead letters over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from wiredesk import dead, pipeline
from wiredesk.dead import DeadLetterSummary

from wiredesk_gateway.desk import DeskHere
from wiredesk_gateway.parameters import Limit
from wiredesk_gateway.printable import printable

__all__ = ["DeadLetterShown", "router"]

router = APIRouter(prefix="/api/v1", tags=["operations"])

_SHOWN_BYTES = 100_000


class DeadLetterShown(DeadLetterSummary):
    """A dead letter with the beginning of its body as text, for people; the bytes are kept on the stream."""

    body: str
    truncated: bool


@router.get("/pipeline")
def pipeline_state(desk: DeskHere) -> pipeline.PipelineState:
    """Streams, groups with lag and pending, live workers, and dead letters by stage and reason."""
    return pipeline.read(desk.redis)


@router.get("/dead-letters")
def dead_letters(
    desk: DeskHere,
    *,
    stage: Annotated[str | None, Query(max_length=100)] = None,
    reason: Annotated[str | None, Query(max_length=100)] = None,
    since: AwareDatetime | None = None,
    limit: Limit = 20,
) -> list[DeadLetterSummary]:
    """What could not be processed, newest first, without the originals."""
    return dead.list_dead(desk.redis, stage=stage or None, reason=reason or None, since=since, limit=limit)


@router.get("/dead-letters/{id}")
def dead_letter(id: str, desk: DeskHere) -> DeadLetterShown:
    """One of them, with the beginning of what it held."""
    letter = dead.show(desk.redis, id)
    text = printable(letter.body[:_SHOWN_BYTES].decode(errors="replace"))
    return DeadLetterShown(
        **letter.model_dump(exclude={"original"}), body=text, truncated=len(letter.body) > _SHOWN_BYTES
    )
