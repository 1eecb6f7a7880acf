"""Server-sent events: what is watched, as a stream that ends with the server, its viewer, or after so many looks."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from wiredesk_gateway.watching import Watch

__all__ = ["LONGEST_LOOKS", "MEDIA_TYPE", "event_stream"]

MEDIA_TYPE = "text/event-stream"
LONGEST_LOOKS = 900
"""A quarter of an hour; a browser connects again by itself, and whoever was forgotten makes room."""

_RETRY_MS = 2000
_LINE_END = re.compile(r"\r\n|\r|\n")  # those of the protocol alone: JSON may hold others
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx would hold back what is small

T = TypeVar("T")


def event_stream(
    watch: Watch[T], encode: Callable[[T], tuple[str, str]], *, looks: int = LONGEST_LOOKS, head: bool = False
) -> Response:
    """The answer; `encode` makes an event's name and data of a look. Raises Unavailable when too many watch."""
    if head:  # nobody would see the rest
        return Response(headers=_HEADERS, media_type=MEDIA_TYPE)
    watch.join()
    return _Events(_events(watch, encode, looks), leave=watch.leave, headers=_HEADERS, media_type=MEDIA_TYPE)


class _Events(StreamingResponse):
    def __init__(self, body: AsyncIterator[str], *, leave: Callable[[], None], **options: Any) -> None:
        super().__init__(body, **options)
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give up the place whatever becomes of it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()


async def _events(watch: Watch[T], encode: Callable[[T], tuple[str, str]], looks: int) -> AsyncIterator[str]:
    yield f"retry: {_RETRY_MS}\n\n"
    left = looks
    async for look in watch.looks():
        if look is None:
            yield ":\n\n"
            continue
        name, data = encode(look)
        yield f"event: {name}\n" + "".join(f"data: {line}\n" for line in _LINE_END.split(data)) + "\n"
        left -= 1
        if not left:
            return
