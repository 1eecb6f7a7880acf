"""Pages of other origins that may use the API, where the settings name them: none without."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["ApiCors"]

_API = "/api/"
_PREFLIGHT_KEPT_S = 600


class ApiCors:
    """ASGI middleware around the API alone. Cookies are not for other origins: their pages send a key, or just read."""

    def __init__(self, app: ASGIApp, *, origins: frozenset[str]) -> None:
        self._app = app
        self._api = CORSMiddleware(
            app,
            allow_origins=sorted(origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"],
            expose_headers=["Content-Disposition", "ETag", "Location", "Retry-After"],
            max_age=_PREFLIGHT_KEPT_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, as ASGI has it."""
        api = scope["type"] == "http" and scope["path"].startswith(_API)
        await (self._api if api else self._app)(scope, receive, send)
