"""The state of the pipeline over HTTP: once, or again and again as server-sent events."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response
from wiredesk import pipeline
from wiredesk.sizing import DRAIN_IN_S, LONGEST_S

from wiredesk_gateway.desk import DeskHere
from wiredesk_gateway.event_stream import LONGEST_LOOKS, MEDIA_TYPE, event_stream
from wiredesk_gateway.pipeline_look import PipelineLook

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["operations"])

_DrainInS = Annotated[
    float, Query(ge=1, le=LONGEST_S, description="seconds in which what waits is to be done, for `sizing`")
]
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events, one a second: `state` with what `/api/v1/pipeline` answers, `problem` with a `detail`",
        "content": {
            MEDIA_TYPE: {
                "schema": {  # of each event, as readers of such documents take it
                    "type": "object",
                    "required": ["event", "data"],
                    "properties": {"event": {"enum": ["state", "problem"]}, "data": {"type": "string"}},
                },
                "example": 'event: state\ndata: {"read_at": "2026-03-01T09:30:00Z", …}\n\n',
            }
        },
    }
}


@router.get("/pipeline")
def pipeline_state(desk: DeskHere, drain_in_s: _DrainInS = DRAIN_IN_S) -> pipeline.PipelineState:
    """Stages with their rates, what holds them up and how many workers help; streams, live workers, dead letters."""
    return pipeline.read(desk.redis, limits=desk.admission.limits, drain_in_s=drain_in_s)


@router.get("/pipeline/events", response_class=Response, responses=_EVENTS)
async def pipeline_events(
    request: Request,
    desk: DeskHere,
    *,
    drain_in_s: _DrainInS = DRAIN_IN_S,
    looks: Annotated[int, Query(ge=1, le=LONGEST_LOOKS, description="after which the answer ends")] = LONGEST_LOOKS,
) -> Response:
    """The same, live: an event with every look at the pipeline, from the latest on. 503 when too many are watching."""

    def encode(look: PipelineLook) -> tuple[str, str]:
        state = look.sized(drain_in_s)
        return ("state", state.model_dump_json()) if state else ("problem", json.dumps({"detail": look.problem}))

    return event_stream(desk.watch, encode, looks=looks, head=getattr(request.state, "head", False))
