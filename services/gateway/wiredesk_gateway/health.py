"""`/health` and `/metrics` of the gateway itself."""

from fastapi import APIRouter, Request
from prometheus_client.exposition import choose_encoder
from redis.exceptions import RedisError
from starlette.responses import JSONResponse, Response

from wiredesk_gateway.desk import DeskHere
from wiredesk_gateway.presence import STAGE

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/health")
def health(request: Request, desk: DeskHere) -> JSONResponse:
    """200 `consuming` while Redis answers, else 503 `disconnected`; the index is told of but does not decide.

    Without Redis nothing can be published; without the index, publishing goes on and searches wait.
    """
    try:
        desk.redis.ping()
        trouble = None
    except RedisError as error:
        trouble = str(error)
    said = {
        "state": "disconnected" if trouble else "consuming",
        "stage": STAGE,
        "version": request.app.version,
        "redis": {"answers": trouble is None},
        "index": {
            "open": desk.index.problem is None,
            "documents": desk.index.documents(),
            "problem": desk.index.problem,
        },
        "in_flight": desk.requests.in_flight,
    }
    return JSONResponse(said, status_code=503 if trouble else 200, headers={"Cache-Control": "no-store"})


@router.get("/metrics")
def metrics(request: Request, desk: DeskHere) -> Response:
    """Everything Prometheus reads from here."""
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(desk.registry), headers={"Content-Type": media_type, "Cache-Control": "no-store"})
