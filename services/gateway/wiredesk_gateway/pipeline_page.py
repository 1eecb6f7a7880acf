"""The pipeline's page: once whole, then its live part again with every look. It works without JavaScript."""

from functools import lru_cache
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from wiredesk.sizing import DRAIN_IN_S, seconds

from wiredesk_gateway.desk import DeskHere
from wiredesk_gateway.event_stream import event_stream
from wiredesk_gateway.pipeline_look import PipelineLook
from wiredesk_gateway.pipeline_view import pipeline_view
from wiredesk_gateway.templating import page, part

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_DrainIn = Annotated[str, Query(max_length=20)]


@router.get("/pipeline")
def pipeline_page(desk: DeskHere, drain_in: _DrainIn = "") -> Response:
    """Stages and streams as a diagram, what holds them up, workers, streams, dead letters."""
    look = desk.look()
    view = pipeline_view(look, drain_in_s=_seconds(drain_in))
    status = HTTPStatus.SERVICE_UNAVAILABLE if look.problem else HTTPStatus.OK
    return page(desk.assets, "pipeline.html", {**view, "asked": drain_in.strip()}, status=status)


@router.get("/pipeline/events")
async def pipeline_events(request: Request, desk: DeskHere, drain_in: _DrainIn = "") -> Response:
    """The live part of the page, again with every look; viewers who ask the same share one rendering."""
    drain_in_s = _seconds(drain_in)
    head = getattr(request.state, "head", False)
    return event_stream(desk.watch, lambda look: ("part", _live_part(look, drain_in_s)), head=head)


@lru_cache(maxsize=8)
def _live_part(look: PipelineLook, drain_in_s: float) -> str:
    return part("pipeline_live.html", pipeline_view(look, drain_in_s=drain_in_s))


def _seconds(drain_in: str) -> float:
    """Raises UsageError."""
    return seconds(drain_in) if drain_in.strip() else DRAIN_IN_S
