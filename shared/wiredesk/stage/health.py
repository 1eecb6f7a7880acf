"""`/health` and `/metrics` of a worker: a tiny ASGI app on uvicorn, up before Redis is and until the process ends."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import uvicorn
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from wiredesk.listening import listen
from wiredesk.slow_clients import PromptProtocol
from wiredesk.stage.processor import State

__all__ = ["HealthServer"]

HEALTHY: tuple[State, ...] = ("consuming", "standby", "paused")

_CONNECTIONS = 64
"""Open at one time: Prometheus, a health check and people need a handful."""
_HEAD_BYTES = 8 * 1024
_AS_SAID = (b"x-content-type-options", b"nosniff")

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Describe = Callable[[], dict[str, Any]]


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the worker decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HealthServer:
    """Serves what `describe` says (its `state` decides between 200 and 503) and the registry's metrics."""

    def __init__(self, *, host: str, port: int, describe: Describe, registry: CollectorRegistry) -> None:
        self._host, self._port = host, port
        self._describe = describe
        self._registry = registry
        self._task: asyncio.Task[None] | None = None
        self._server: _Server | None = None

    async def start(self) -> str:
        """Listen; returns host:port. Raises UsageError when the port is taken."""
        listening = listen(self._host, self._port, setting="WIREDESK_PORT")
        config = uvicorn.Config(
            self._answer,
            interface="asgi3",
            log_config=None,
            lifespan="off",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http=PromptProtocol,
            ws="none",
            h11_max_incomplete_event_size=_HEAD_BYTES,
            limit_concurrency=_CONNECTIONS,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        host, port = listening.getsockname()[:2]
        return f"{host}:{port}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._server and self._task:
            self._server.should_exit = True
            self._server.force_exit = True
            await self._task

    async def _answer(self, scope: Scope, receive: object, send: Send) -> None:
        if scope["type"] != "http":
            return
        accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
        match scope["path"]:
            case _ if scope["method"] not in ("GET", "HEAD"):
                status, body, kind = 405, b"only to be read\n", "text/plain; charset=utf-8"
            case "/health":
                said = self._describe()
                status = 200 if said["state"] in HEALTHY else 503
                body, kind = json.dumps(said).encode(), "application/json"
            case "/metrics":
                encode, kind = choose_encoder(accept)
                status, body = 200, encode(self._registry)
            case _:
                status, body, kind = 404, b"try /health or /metrics\n", "text/plain; charset=utf-8"
        headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store"), _AS_SAID]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})
