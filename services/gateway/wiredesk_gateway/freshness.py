"""ETags of what comes from the index: told from its state and the question, so that 304 costs no search.

Where an index cannot tell its state, they are told from the answer, and 304 spares its way to the client. They are
weak, because a compressed answer says the same in other bytes.
"""

import hashlib
from collections.abc import Collection, Iterable
from http import HTTPStatus
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
    return _tag((state.encode(), version.encode(), scope["path"].encode(), scope["query_string"], accept))


def _tag(parts: Iterable[bytes]) -> str:
    said = hashlib.blake2b(digest_size=12)
    for part in parts:
        said.update(len(part).to_bytes(4, "big") + part)
    return f'W/"{said.hexdigest()}"'


async def _fresh(
    request: Request,
    desk: DeskHere,
    if_none_match: Annotated[str, Header(max_length=4096, description="ETags of answers the client has")] = "",
) -> None:
    """Raises NotModified when the client's answer is of this state of the index."""
    state = desk.index.state()  # before the search: an answer may be newer than its tag, never older
    known = {_strong(each.strip()) for each in if_none_match.split(",")}
    if state is None:
        request.state.known_etags = known
        return
    tag = tag_of(state, request.app.version, request.scope)
    request.state.etag = tag
    if _strong(tag) in known:
        raise NotModified


def _strong(tag: str) -> str:
    return tag.removeprefix("W/")


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

        held: list[Message] = []

        async def send_dated(message: Message) -> None:
            told = scope.get("state", {})
            if message["type"] == "http.response.start":
                if "known_etags" in told and message["status"] == HTTPStatus.OK:
                    held.append(message)
                    return
                _date(message, told.get("etag"))
            elif held:
                start = held.pop()
                if message.get("more_body"):  # as long as the whole is not there, nobody knows what it says
                    _date(start, None)
                else:
                    message = _told_by_content(start, message, told["known_etags"])
                await send(start)
            await send(message)

        await self._app(scope, receive, send_dated)


def _date(start: Message, tag: str | None) -> None:
    headers = MutableHeaders(scope=start)
    if tag and start["status"] in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        headers["ETag"] = tag
        headers["Cache-Control"] = _ASK_FIRST
        if "accept" not in {name.strip().lower() for name in headers.get("Vary", "").split(",")}:
            headers.add_vary_header("Accept")
    else:
        headers.setdefault("Cache-Control", "no-store")


def _told_by_content(start: Message, body: Message, known: Collection[str]) -> Message:
    """Tags a whole answer by what it says, in `start`; gives the body, an empty one where the client has it."""
    headers = MutableHeaders(scope=start)
    tag = _tag((headers.get("Content-Type", "").encode(), body.get("body", b"")))
    if _strong(tag) in known:
        start["status"] = HTTPStatus.NOT_MODIFIED
        body = {"type": "http.response.body", "body": b""}
        for name in ("Content-Type", "Content-Length"):
            del headers[name]
    _date(start, tag)
    return body
