"""ETags of what comes from the index: told from its state and the question, so that 304 costs no search.

They are weak, because a compressed answer says the same in other bytes.
"""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wiredesk_gateway.desk import DeskHere

__all__ = ["FRESH", "FreshnessHeaders", "NotModified", "not_modified", "tag_of"]

_API = "/api/"
_ASK_FIRST = "no-cache"
"""Kept, and asked about each time: a retracted article is not to be read from a cache."""


class NotModified(Exception):
    """The client has this answer already."""


def tag_of(state: str, version: str, scope: Scope) -> str:
    """The ETag of the answer to a request: for one state of the index, one version of the gateway, one question."""
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    said = hashlib.blake2b(digest_size=12)
    for part in (state.encode(), version.encode(), scope["path"].encode(), scope["query_string"], accept):
        said.update(len(part).to_bytes(4, "big") + part)
    return f'W/"{said.hexdigest()}"'


async def _fresh(
    request: Request,
    desk: DeskHere,
    if_none_match: Annotated[str, Header(max_length=4096, description="ETags of answers the client has")] = "",
) -> None:
    """Raises NotModified when the client's answer is of this state of the index."""
    state = desk.index.state()  # before the search: an answer may be newer than its tag, never older
    if state is None:
        return
    tag = tag_of(state, request.app.version, request.scope)
    request.state.etag = tag
    if tag.removeprefix("W/") in (known.strip().removeprefix("W/") for known in if_none_match.split(",")):
        raise NotModified


FRESH = Depends(_fresh)
"""For endpoints whose answer follows from the index and the request's address alone."""


def not_modified() -> Response:
    """The answer without a body; its headers are those of any other."""
    return Response(status_code=304)


class FreshnessHeaders:
    """ASGI middleware: the ETag of an answer that has one, and that nothing else of the API may be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, as ASGI has it."""
        if scope["type"] != "http" or not scope["path"].startswith(_API):
            await self._app(scope, receive, send)
            return

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                tag = scope.get("state", {}).get("etag")
                headers = MutableHeaders(scope=message)
                if tag and message["status"] in (200, 304):
                    headers["ETag"] = tag
                    headers["Cache-Control"] = _ASK_FIRST
                    if "accept" not in {name.strip().lower() for name in headers.get("Vary", "").split(",")}:
                        headers.add_vary_header("Accept")
                else:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_dated)
