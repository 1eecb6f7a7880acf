"""Receiving the body of a request with a bound on its size, on the time it takes, and on all bodies together."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request
from wiredesk.errors import Unavailable, UsageError, WiredeskError

from wiredesk_gateway.bodies import BodyTooLarge
from wiredesk_gateway.settings import GatewaySettings

__all__ = ["BodyTimeout", "Intake", "UnsupportedBody"]

_ARTICLES = "/api/v1/articles"
_ASKED_BYTES = 1024 * 1024
"""Of a body that brings no articles: a choice of a thousand letters, the longest there is, has some 60 KB."""
_KEY_BYTES = 8 * 1024
"""Of the form that takes a key, which anybody may send."""
_KEY_FORMS = ("/sign-in", "/sign-out")
_DRAINED_BYTES = 64 * 1024 * 1024
"""So much of a refused body is read and dropped: a client in the midst of sending would not see the answer."""


class BodyTimeout(WiredeskError):
    """The body did not arrive in time."""


class UnsupportedBody(WiredeskError):
    """The body is of a kind that is not taken."""


class Intake:
    """Counts the bytes of all bodies being received, so that many senders at once cannot exhaust memory."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._max_body_bytes = settings.max_body_bytes
        self._max_total_bytes = settings.bodies_bytes
        self._timeout_s = settings.body_timeout_s
        self._held_bytes = 0

    async def receive(self, request: Request) -> bytes:
        """The whole body. Raises BodyTooLarge, BodyTimeout, UnsupportedBody, or Unavailable when too much is held."""
        if any(encoding.lower() != "identity" for encoding in request.headers.getlist("content-encoding")):
            raise UnsupportedBody("compressed bodies are not taken; send it without Content-Encoding")
        most_bytes = self._most_bytes(request.url.path)
        declared = _declared_length(request)
        if declared > most_bytes:
            await self._drain(request.stream(), declared)
            raise _too_large(most_bytes)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._read(request, most_bytes)
        except TimeoutError:
            raise BodyTimeout(f"the body did not arrive within {self._timeout_s:g} s; send it again") from None
        except ClientDisconnect:
            raise UsageError("the connection ended before the body did") from None

    def _most_bytes(self, path: str) -> int:
        if path == _ARTICLES:
            return self._max_body_bytes
        return min(self._max_body_bytes, _KEY_BYTES if path in _KEY_FORMS else _ASKED_BYTES)

    async def _read(self, request: Request, most_bytes: int) -> bytes:
        received, held = bytearray(), 0
        chunks = request.stream()
        try:
            async for chunk in chunks:
                if len(received) + len(chunk) > most_bytes:
                    await self._drain(chunks, 0)
                    raise _too_large(most_bytes)
                if self._held_bytes + len(chunk) > self._max_total_bytes:
                    raise Unavailable("too many articles are being received at once; try again in a moment")
                held += len(chunk)
                self._held_bytes += len(chunk)
                received += chunk
            return bytes(received)
        finally:
            self._held_bytes -= held

    async def _drain(self, chunks: AsyncIterator[bytes], declared: int) -> None:
        if declared > _DRAINED_BYTES:
            return
        dropped = 0
        try:
            async with asyncio.timeout(self._timeout_s):
                async for chunk in chunks:
                    dropped += len(chunk)
                    if dropped > _DRAINED_BYTES:
                        return
        except (TimeoutError, ClientDisconnect):
            return


def _too_large(most_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"the body has more than {most_bytes:,} bytes; send it in smaller parts")


def _declared_length(request: Request) -> int:
    declared = request.headers.get("content-length", "0")
    return int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 20 else 0
