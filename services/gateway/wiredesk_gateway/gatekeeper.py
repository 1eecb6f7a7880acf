"""Who asks, and whether they may: API keys, sessions of signed-in browsers, and how many requests each may send."""

import math
import time
from collections.abc import Callable
from http import HTTPStatus

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from wiredesk.api_keys import ApiKey, matching
from wiredesk.errors import Unavailable
from wiredesk.slow_clients import network_of

from wiredesk_gateway.guard import Responder
from wiredesk_gateway.keyring import Keyring
from wiredesk_gateway.metrics import Requests
from wiredesk_gateway.permissions import SAFE_METHODS, needed_scope
from wiredesk_gateway.problems import Problem, problem_of
from wiredesk_gateway.rate_limits import Buckets
from wiredesk_gateway.sessions import Sessions, cookie_of
from wiredesk_gateway.settings import GatewaySettings

__all__ = ["CHALLENGE", "Callers", "Gatekeeper"]

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="wiredesk"'}

_API = "/api/"
_FILES = "/static/"
_METRICS_RATE = 20.0
"""Requests a second of one address for `/metrics`, each of which asks Redis about every stream."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Callers:
    """Tells who sent a request."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self.sessions = Sessions()

    def of(self, path: str, headers: Headers) -> ApiKey | None:
        """The key a request comes with. A browser's session counts for pages alone: it opens nothing of the API.

        Raises Unavailable while the file of keys cannot be read.
        """
        key = _shown(headers)
        if key is not None:
            return matching(key, self.keyring.keys())
        if path.startswith(_API) or not (session := cookie_of(headers.get("cookie", ""))):
            return None
        return self.sessions.holder(session, self.keyring.keys(), now_s=time.time())


class Gatekeeper:
    """ASGI middleware: what is not let in goes no further, and nothing of its body is read."""

    def __init__(
        self, app: ASGIApp, *, callers: Callers, requests: Requests, settings: GatewaySettings, respond: Responder
    ) -> None:
        self._app = app
        self._callers = callers
        self._requests = requests
        self._respond = respond
        self._by_key = Buckets(settings.key_rate)
        self._by_address = Buckets(settings.address_rate)
        # Apart from the rest, so that nobody's requests make a health check fail.
        self._probes = {"/health": Buckets(settings.address_rate), "/metrics": Buckets(_METRICS_RATE)}
        self._clock: Callable[[], float] = time.monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._let_in(scope)
        except (Problem, Unavailable) as error:
            await self._respond(scope["path"], problem_of(error))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _let_in(self, scope: Scope) -> None:
        """Raises the problem with this request."""
        method, path = scope["method"], scope["path"]
        caller = self._callers.of(path, Headers(scope=scope)) if self._callers.keyring.asks else None
        self._limit(path, caller, scope.get("client"))
        if caller is not None:
            self._requests.keyed(caller.name)
        needed = needed_scope(method, path)
        if needed is not None and self._callers.keyring.asks:
            if caller is None:
                self._requests.refused("key")
                detail = f"This takes an API key with the scope {needed!r}: send it as Authorization: Bearer KEY."
                raise Problem(HTTPStatus.UNAUTHORIZED, detail, headers=CHALLENGE)
            if needed not in caller.scopes:
                self._requests.refused("scope")
                detail = f"The key {caller.name!r} has not the scope {needed!r} that this takes."
                raise Problem(HTTPStatus.FORBIDDEN, detail)
        if caller is not None and method not in SAFE_METHODS:
            _log.info("request.let_in", key=caller.name, method=method, path=path)

    def _limit(self, path: str, caller: ApiKey | None, client: tuple[str, int] | None) -> None:
        if path.startswith(_FILES):
            return
        if caller is not None and path not in self._probes:
            wait_s = self._by_key.wait_s(caller.name, now_s=self._clock())
        else:
            buckets = self._probes.get(path, self._by_address)
            wait_s = buckets.wait_s(network_of(client[0] if client else ""), now_s=self._clock())
        if wait_s:
            self._requests.refused("rate")
            seconds = str(math.ceil(wait_s))
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"Too many requests from here; the next is taken in {seconds} s.",
                headers={"Retry-After": seconds},
            )


def _shown(headers: Headers) -> str | None:
    """The key sent with a request: as a bearer token, or where that header serves a proxy, as X-API-Key."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    return headers.get("x-api-key")
