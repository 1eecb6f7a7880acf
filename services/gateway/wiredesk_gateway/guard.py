"""The outermost layer: headers against misuse in browsers, requests counted, no error without an answer."""

import re
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from wiredesk.errors import UsageError
from wiredesk.slow_clients import HEAD_BYTES
from wiredesk.tracing import trace_of

from wiredesk_gateway.metrics import Requests
from wiredesk_gateway.permissions import SAFE_METHODS
from wiredesk_gateway.problems import Problem, problem_of
from wiredesk_gateway.sessions import COOKIE, cookie_of

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "Guard",
    "Responder",
    "allowed_hosts",
    "ambiguity",
    "named_origins",
    "on_loopback",
    "oversized",
    "refusal",
]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that know no frame-ancestors
    # Other sites learn nothing. Under "no-referrer" a browser says `Origin: null` of our own forms, too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_API = "/api/"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]*)?", re.ASCII)
_MOST_HEADERS = 200
_SAID_ONCE = ("authorization", "content-length", "content-type", "origin", "sec-fetch-site", "x-api-key")
"""Said twice, a proxy in front may believe the one and this server the other."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

RawHeaders = Sequence[tuple[bytes, bytes]]

Responder = Callable[[str, Problem], Response]
"""Makes the answer to a problem with a request for this path: a page or a problem document."""


class Guard:
    """ASGI middleware around everything else."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        requests: Requests,
        hosts: frozenset[str] | None,
        origins: frozenset[str],
        respond: Responder,
    ) -> None:
        self._app = app
        self._requests = requests
        self._hosts = hosts
        self._origins = origins
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0
        # HEAD is GET whose body the server leaves out; FastAPI's routes know GET alone.
        asked: Scope = {**scope, "headers": _with_tame_cookies(scope["headers"])}
        if scope["method"] == "HEAD":
            asked.update(method="GET", state={**scope.get("state", {}), "head": True})

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        self._requests.in_flight += 1
        headers = Headers(scope=scope)
        trace = trace_of(headers)
        structlog.contextvars.clear_contextvars()
        if trace:
            structlog.contextvars.bind_contextvars(trace_id=trace.id)
        try:
            if problem := oversized(scope["raw_path"] + scope["query_string"], headers) or ambiguity(headers):
                self._requests.refused("malformed")
            elif problem := refusal(scope["method"], headers, self._hosts, path=scope["path"], origins=self._origins):
                self._requests.refused("origin")
            app: ASGIApp = self._respond(scope["path"], problem) if problem else self._app
            await app(asked, receive, send_guarded)
        except Exception as error:  # a bug of ours: told in the log, never to the user
            _log.exception("request.failed", method=scope["method"], path=scope["path"])
            if not status:
                await self._respond(scope["path"], problem_of(error))(asked, receive, send_guarded)
        finally:
            self._requests.in_flight -= 1
            self._requests.observe(asked, status, time.perf_counter() - began)


def allowed_hosts(names: str, *, listening_on: str, asks_for_keys: bool = False) -> frozenset[str] | None:
    """The host names to answer to beside loopback's own and plain addresses, lower case; None for any.

    A server on loopback, and one that asks nobody for a key, answers to no other name unless told otherwise, so that no
    web page can reach it through a name of its own that it points at this machine (DNS rebinding). In containers such a
    server listens to all of its container, whose port is published on loopback.
    """
    if not names.strip() and asks_for_keys and not on_loopback(listening_on):
        return None
    return frozenset(name.strip().lower() for name in names.split(",") if name.strip())


def on_loopback(host: str) -> bool:
    """Whether who listens there is reached from this machine alone."""
    return host in _LOOPBACK or host.startswith("127.")


def named_origins(origins: str) -> frozenset[str]:
    """The origins of a setting, parted by commas. Raises UsageError for one that is none."""
    named = frozenset(origin.strip().rstrip("/").lower() for origin in origins.split(",") if origin.strip())
    for origin in named:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or f"{parts.scheme}://{parts.netloc}" != origin or not parts.hostname:
            raise UsageError(f"WIREDESK_CORS_ORIGINS: {origin!r} is no origin; write https://HOST, or http://HOST:PORT")
    return named


def oversized(target: bytes, headers: Headers) -> Problem | None:
    """Why the head is too much: uvicorn bounds what comes in parts, and takes more in one piece.

    It is answered as uvicorn answers: 400.
    """
    size = len(target) + sum(len(name) + len(value) for name, value in headers.raw)
    if size <= HEAD_BYTES and len(headers.raw) <= _MOST_HEADERS:
        return None
    detail = (
        f"Address and headers take more than {HEAD_BYTES >> 10} KB, or there are more than {_MOST_HEADERS} headers."
    )
    return Problem(HTTPStatus.BAD_REQUEST, detail, headers={"Connection": "close"})


def ambiguity(headers: Headers) -> Problem | None:
    """Why this request could be two: its body has two lengths, or a header that decides something is there twice.

    A proxy in front that reads it otherwise would take part of one request for the next (request smuggling).
    """
    twice = [name for name in _SAID_ONCE if len(headers.getlist(name)) > 1]
    if "transfer-encoding" in headers and "content-length" in headers:
        detail = "Send Content-Length or Transfer-Encoding, not both."
    elif twice:
        detail = f"Send the header {twice[0].title()} once."
    else:
        return None
    return Problem(HTTPStatus.BAD_REQUEST, detail, headers={"Connection": "close"})


def refusal(
    method: str,
    headers: Headers,
    hosts: frozenset[str] | None,
    *,
    path: str,
    origins: frozenset[str] = frozenset(),
) -> Problem | None:
    """Why this request is not let in: a host name that is not ours, or a change asked for by another site's page.

    Every browser since 2019 says by `Origin` where a POST comes from, those of today by `Sec-Fetch-Site` as well. What
    says neither is a program, which no other site's page can steer: the API takes it. The pages' forms refuse it,
    because a browser that is older or stripped of both may be behind it, and programs don't need them. A page of one
    of the named `origins` changes what the header Authorization lets it: no browser sends that elsewhere unasked.
    """
    host = headers.get("host", "")
    if hosts is not None and not _is_ours(_hostname(host), hosts):
        detail = f"This server does not answer to {host!r}; add the name to WIREDESK_ALLOWED_HOSTS."
        return Problem(HTTPStatus.MISDIRECTED_REQUEST, detail)
    if method in SAFE_METHODS:
        return None
    origin = headers.get("origin")
    if origin and origin.lower() in origins and path.startswith(_API) and "authorization" in headers:
        return None
    if headers.get("sec-fetch-site") in ("cross-site", "same-site") or (origin and _authority(origin) != host.lower()):
        return Problem(HTTPStatus.FORBIDDEN, "Pages of other sites may not change anything here.")
    if not origin and "sec-fetch-site" not in headers and not path.startswith(_API):
        detail = "Nothing tells where this form comes from; use a current browser, or /api/v1 from a program."
        return Problem(HTTPStatus.FORBIDDEN, detail)
    return None


def _is_ours(hostname: str, hosts: frozenset[str]) -> bool:
    """An address in numbers is nobody's name, so nobody can point it here."""
    if hostname in _LOOPBACK or hostname in hosts:
        return True
    try:
        ip_address(hostname)
    except ValueError:
        return False
    return True


def _with_tame_cookies(headers: RawHeaders) -> RawHeaders:
    """The headers with our own cookie alone: the framework reads all, for which http.cookies takes quadratic time.

    20 KB of backslashes held everybody up for seconds (CVE-2024-7592, mended in Python 3.11.10 and 3.12.6).
    """
    kept = [(name, value) for name, value in headers if name != b"cookie"]
    if len(kept) == len(headers):
        return headers
    session = next(
        filter(None, (cookie_of(value.decode("latin-1")) for name, value in headers if name == b"cookie")), ""
    )
    return [*kept, (b"cookie", f"{COOKIE}={session}".encode("latin-1"))] if session else kept


def _hostname(host: str) -> str:
    """The name or address without its port; empty for what is none, of which every reader makes something else."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
