"""Every way to change something through a gateway: read from the application itself, so none can be forgotten."""

import re
from collections.abc import Iterator

import redis
from fastapi import FastAPI
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry
from wiredesk.errors import Unavailable
from wiredesk.index.protocol import IndexReader
from wiredesk_gateway.app import create_app
from wiredesk_gateway.live_index import LiveIndex
from wiredesk_gateway.permissions import SAFE_METHODS
from wiredesk_gateway.settings import GatewaySettings

__all__ = ["SIGNING_IN", "ways_to_write"]

SIGNING_IN = {"/sign-in", "/sign-out"}
"""They take a key and forget it, and change nothing else."""


def ways_to_write() -> list[tuple[str, str]]:
    """Method and path of each, with an id in place of every parameter: of the OpenAPI document, and of the pages."""
    index = LiveIndex(_no_index, interval_s=60)
    app = create_app(GatewaySettings(), redis=redis.Redis(), index=index, registry=CollectorRegistry())
    found = {(method.upper(), path) for path, told in app.openapi()["paths"].items() for method in told}
    found |= {(method, route.path) for route in _routes(app) for method in route.methods}
    return sorted(
        {
            (method, re.sub(r"\{\w+(:path)?\}", "1-1", path))
            for method, path in found
            if method not in SAFE_METHODS and path not in SIGNING_IN
        }
    )


def _routes(app: FastAPI) -> Iterator[APIRoute]:
    for included in app.routes:
        router = getattr(included, "original_router", None)
        yield from (route for route in (router.routes if router else [included]) if isinstance(route, APIRoute))


def _no_index() -> IndexReader:
    raise Unavailable("nothing here is asked anything")
