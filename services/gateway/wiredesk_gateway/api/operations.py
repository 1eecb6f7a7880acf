"""The state of the pipeline over HTTP."""

from fastapi import APIRouter
from wiredesk import pipeline

from wiredesk_gateway.desk import DeskHere

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["operations"])


@router.get("/pipeline")
def pipeline_state(desk: DeskHere) -> pipeline.PipelineState:
    """Streams, groups with lag and pending, live workers, and dead letters by stage and reason."""
    return pipeline.read(desk.redis, limits=desk.admission.limits)
