"""`/health` and `/metrics` of the gateway itself."""

from typing import Any

from fastapi import APIRouter, Request
from prometheus_client.exposition import choose_encoder
from redis.exceptions import RedisError
from starlette.responses import JSONResponse, Response
from wiredesk.errors import Unavailable

from wiredesk_gateway.desk import Desk, DeskHere
from wiredesk_gateway.presence import STAGE

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/health")
def health(request: Request, desk: DeskHere) -> JSONResponse:
    """200 `consuming` while Redis answers, `paused` while the pipeline has no room for articles; else 503.

    Without Redis nothing can be published; without the index, publishing goes on and searches wait. `publishing` tells
    how full the pipeline is.
    """
    try:
        desk.redis.ping()
        trouble = None
    except RedisError as error:
        trouble = str(error)
    publishing = None if trouble else _publishing(desk)
    why = publishing and publishing["why"]
    said = {
        "state": "disconnected" if trouble else "paused" if why else "consuming",
        "why": why,
        "stage": STAGE,
        "version": request.app.version,
        "redis": {"answers": trouble is None},
        "index": {
            "open": desk.index.problem is None,
            "documents": desk.index.documents(),
            "problem": desk.index.problem,
        },
        "publishing": publishing,
        "in_flight": desk.requests.in_flight,
    }
    return JSONResponse(said, status_code=503 if trouble else 200, headers={"Cache-Control": "no-store"})


def _publishing(desk: Desk) -> dict[str, Any]:
    """How full the pipeline is against the limits up to which articles are taken; null is unknown."""
    limits = desk.admission.limits
    told = {"backlog": None, "backlog_limit": limits.backlog, "memory_share": None, "memory_share_limit": limits.memory}
    try:
        seen = desk.admission.look()
    except Unavailable as error:
        return {"open": False, "why": str(error), **told}
    return {
        "open": seen.message is None,
        "why": seen.message,
        **told,
        "backlog": seen.backlog,
        "memory_share": None if seen.memory is None else round(seen.memory, 3),
    }


@router.get("/metrics")
def metrics(request: Request, desk: DeskHere) -> Response:
    """Everything Prometheus reads from here."""
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(desk.registry), headers={"Content-Type": media_type, "Cache-Control": "no-store"})
