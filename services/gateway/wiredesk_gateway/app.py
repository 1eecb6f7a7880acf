"""The application: API, pages, health and metrics on one FastAPI app, without any page from an outside host."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from http import HTTPStatus
from importlib.metadata import version

import redis
from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import Lifespan
from wiredesk import pipeline
from wiredesk.errors import WiredeskError
from wiredesk.pressure import Limits

from wiredesk_gateway import entity_pages, health, letter_pages, pages, pipeline_page, sign_in
from wiredesk_gateway.admission import Admission
from wiredesk_gateway.api import articles, dead_letters, entities, exports, facts, operations
from wiredesk_gateway.assets import Assets
from wiredesk_gateway.cors import ApiCors
from wiredesk_gateway.dead_tally import DeadTally
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.exporting import Exports
from wiredesk_gateway.freshness import FreshnessHeaders, NotModified, not_modified
from wiredesk_gateway.gatekeeper import Callers, Gatekeeper
from wiredesk_gateway.guard import Guard, Responder, allowed_hosts, named_origins
from wiredesk_gateway.intake import Intake
from wiredesk_gateway.keyring import Keyring
from wiredesk_gateway.live_index import LiveIndex
from wiredesk_gateway.metrics import PipelineCollector, QueryTimes, Requests
from wiredesk_gateway.openapi import described, methods_at
from wiredesk_gateway.pipeline_look import looking
from wiredesk_gateway.problems import Problem, problem_of, respond
from wiredesk_gateway.queries import WAITING, Queries
from wiredesk_gateway.redis_metrics import RedisCollector
from wiredesk_gateway.settings import GatewaySettings
from wiredesk_gateway.templating import error_page
from wiredesk_gateway.watching import Watch

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
    """Put the application together. Nothing is connected or started; `index` and `redis` may come to life later.

    Raises UsageError for a file of API keys that cannot be used, or an origin that is none.
    """
    assets = Assets()
    requests = Requests(registry)
    admission = Admission(redis, Limits(backlog=settings.backlog_limit, memory=settings.memory_share))
    look = looking(redis, admission, index)
    registry.register(
        PipelineCollector(
            lambda: pipeline.read(redis, limits=admission.limits), index.documents, DeadTally(redis).count
        )
    )
    registry.register(RedisCollector(redis))
    app = FastAPI(
        title="Wiredesk",
        version=version("wiredesk-gateway"),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would lead to whatever host name the request bears
        lifespan=_threads_for(settings),
        generate_unique_id_function=lambda route: route.name,
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
        callers=Callers(Keyring(settings.api_keys_file)),
        queries=Queries(QueryTimes(registry), at_once=settings.queries, timeout_s=settings.query_timeout_s),
        exports=Exports(settings.exports),
        look=look,
        watch=Watch(look, at_most=settings.viewers),
    )
    apis = (articles, facts, exports, entities, operations, dead_letters)
    for router in (each.router for each in apis):
        app.include_router(router)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.include_router(pipeline_page.router)
    app.include_router(letter_pages.router)
    app.include_router(entity_pages.router)
    app.include_router(sign_in.router)
    generated, keys = app.openapi, bool(settings.api_keys_file)
    document = cache(lambda: described(generated(), keys=keys))
    app.openapi = document  # type: ignore[method-assign]  # as FastAPI's documentation has it

    def answer(path: str, problem: Problem) -> Response:
        if path.startswith(_MACHINE_PATHS):
            return respond(problem)
        if problem.status == HTTPStatus.UNAUTHORIZED:
            return sign_in.asked_to_sign_in(assets, f"/{path.split('/')[1]}", problem="Changing this takes an API key.")
        return error_page(assets, problem)

    _answer_errors(app, answer)
    _add_layers(app, answer)
    return app


def _threads_for(settings: GatewaySettings) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Requests that wait for the index leave as many threads to all others as there were.
        to_thread.current_default_thread_limiter().total_tokens += settings.queries + WAITING
        yield

    return lifespan


def _add_layers(app: FastAPI, answer: Responder) -> None:
    """From the innermost to the outermost."""
    desk: Desk = app.state.desk
    settings, origins = desk.settings, named_origins(desk.settings.cors_origins)
    app.add_middleware(FreshnessHeaders)
    app.add_middleware(Gatekeeper, callers=desk.callers, requests=desk.requests, settings=settings, respond=answer)
    app.add_middleware(GZipMiddleware, minimum_size=_COMPRESSED_OVER_BYTES, compresslevel=_COMPRESSION_LEVEL)
    if origins:
        app.add_middleware(ApiCors, origins=origins)
    hosts = allowed_hosts(settings.allowed_hosts, listening_on=settings.host, asks_for_keys=desk.callers.keyring.asks)
    app.add_middleware(Guard, requests=desk.requests, hosts=hosts, origins=origins, respond=answer)


def _answer_errors(app: FastAPI, answer: Responder) -> None:
    async def handle(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem.status == HTTPStatus.METHOD_NOT_ALLOWED and (methods := methods_at(app.openapi(), request.url.path)):
            problem.headers["Allow"] = ", ".join(methods)
        return answer(request.url.path, problem)

    for kind in (WiredeskError, RedisError, Problem, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)

    async def handle_known(_: Request, __: Exception) -> Response:
        return not_modified()

    app.add_exception_handler(NotModified, handle_known)
