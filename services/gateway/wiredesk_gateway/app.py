"""The application: API, pages, health and metrics on one FastAPI app, without any page from an outside host."""

from importlib.metadata import version

import redis
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from wiredesk import pipeline
from wiredesk.errors import WiredeskError
from wiredesk.pressure import Limits

from wiredesk_gateway import entity_pages, health, letter_pages, pages
from wiredesk_gateway.admission import Admission
from wiredesk_gateway.api import articles, dead_letters, entities, facts, operations
from wiredesk_gateway.assets import Assets
from wiredesk_gateway.dead_tally import DeadTally
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.guard import Guard, Responder, allowed_hosts
from wiredesk_gateway.intake import Intake
from wiredesk_gateway.live_index import LiveIndex
from wiredesk_gateway.metrics import PipelineCollector, Requests
from wiredesk_gateway.problems import RESPONSES, Problem, problem_of, respond
from wiredesk_gateway.settings import GatewaySettings
from wiredesk_gateway.templating import error_page

__all__ = ["create_app"]

_MACHINE_PATHS = ("/api/", "/health", "/metrics", "/openapi.json", "/static/")
_COMPRESSED_OVER_BYTES = 1024
_COMPRESSION_LEVEL = 5  # near the best ratio for text, at a third of level 9's time
_DESCRIPTION = (
    "Publish news articles, search their facts, and watch the pipeline. Errors are RFC 9457 problem documents. "
    "Lists are paged by `limit` and `cursor`."
)


def create_app(
    settings: GatewaySettings, *, redis: redis.Redis, index: LiveIndex, registry: CollectorRegistry
) -> FastAPI:
    """Put the application together. Nothing is connected or started; `index` and `redis` may come to life later."""
    assets = Assets()
    requests = Requests(registry)
    admission = Admission(redis, Limits(backlog=settings.backlog_limit, memory=settings.memory_share))
    registry.register(
        PipelineCollector(
            lambda: pipeline.read(redis, limits=admission.limits), index.documents, DeadTally(redis).count
        )
    )
    app = FastAPI(
        title="Wiredesk",
        version=version("wiredesk-gateway"),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = Desk(
        settings=settings,
        redis=redis,
        index=index,
        intake=Intake(settings),
        admission=admission,
        assets=assets,
        registry=registry,
        requests=requests,
    )
    for router in (articles.router, facts.router, entities.router, operations.router, dead_letters.router):
        app.include_router(router, responses=RESPONSES)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.include_router(letter_pages.router)
    app.include_router(entity_pages.router)

    def answer(path: str, problem: Problem) -> Response:
        return respond(problem) if path.startswith(_MACHINE_PATHS) else error_page(assets, problem)

    _answer_errors(app, answer)
    app.add_middleware(GZipMiddleware, minimum_size=_COMPRESSED_OVER_BYTES, compresslevel=_COMPRESSION_LEVEL)
    hosts = allowed_hosts(settings.allowed_hosts, listening_on=settings.host)
    app.add_middleware(Guard, requests=requests, hosts=hosts, respond=answer)
    return app


def _answer_errors(app: FastAPI, answer: Responder) -> None:
    async def handle(request: Request, error: Exception) -> Response:
        return answer(request.url.path, problem_of(error))

    for kind in (WiredeskError, RedisError, Problem, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)
