"""Connections that say nothing or take nothing: closed after a while, so that they cannot hold all places."""

import asyncio
from typing import Any

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["HEAD_BYTES", "HEAD_S", "UNREAD_S", "PromptProtocol"]

HEAD_S = 15.0
"""For the head of a request to arrive, from the connection's beginning or its first byte."""
HEAD_BYTES = 32 * 1024
"""Of a request line and headers together; an address with fifty long filters fits."""
UNREAD_S = 60.0
"""In which a client has to take something of what is ready for it."""


_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class PromptProtocol(H11Protocol):
    """uvicorn's protocol, which would wait for ever for a head, and for an answer to be taken."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head_timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None
        self._unread_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base
        """Wait for the first head."""
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """Stop waiting when the head is whole; begin to when a further one begins."""
        super().data_received(data)
        self._watch_head()

    def pause_writing(self) -> None:
        """More is ready than the client takes now."""
        super().pause_writing()
        self._watch_unread()

    def resume_writing(self) -> None:
        """It has taken it."""
        self._unread_timer = self._over(self._unread_timer)
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for."""
        self._head_timer = self._over(self._head_timer)
        self._unread_timer = self._over(self._unread_timer)
        super().connection_lost(exc)

    def _watch_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._head_timer = self._over(self._head_timer)
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_S, self._close_without_head)

    def _close_without_head(self) -> None:
        self._head_timer = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()

    def _watch_unread(self) -> None:
        self._unread_bytes = self.transport.get_write_buffer_size()
        self._unread_timer = self.loop.call_later(UNREAD_S, self._end_unread)

    def _end_unread(self) -> None:
        if self.transport.get_write_buffer_size() < self._unread_bytes:  # slow, and alive
            self._watch_unread()
            return
        self._unread_timer = None
        _log.info("connection.unread", bytes=self._unread_bytes)
        self.transport.abort()

    @staticmethod
    def _over(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
        """What is left of a timer that is not needed any more: nothing."""
        if timer is not None:
            timer.cancel()
        return None
