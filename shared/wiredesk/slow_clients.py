"""Connections that say nothing, take nothing or are too many of one address: closed, lest they hold all places.

For every server of ours: the gateway's, and the one of each worker that tells its health.
"""

import asyncio
from ipaddress import IPv6Address, ip_address
from typing import Any, ClassVar

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["HEAD_BYTES", "HEAD_S", "UNREAD_S", "PromptProtocol", "network_of", "prompt_protocol"]

HEAD_S = 15.0
"""For the head of a request to arrive, from the connection's beginning or its first byte."""
HEAD_BYTES = 32 * 1024
"""Of a request line and headers together; an address with fifty long filters fits."""
UNREAD_S = 60.0
"""In which a client has to take something of what is ready for it."""
_SUBNET = 64
"""Bits of an IPv6 address that tell one customer from another: the rest are theirs to choose."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class PromptProtocol(H11Protocol):
    """uvicorn's protocol, which would wait for ever for a head, and for an answer to be taken."""

    address_connections: ClassVar[int] = 0
    """Open at one time of one address; 0: any number."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head_timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None
        self._unread_bytes = 0
        self._network = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base
        """Wait for the first head, unless its address has all the places it may have."""
        super().connection_made(transport)
        self._network = network_of(self.client[0] if self.client else "")
        if self.address_connections and self._neighbours() > self.address_connections:
            transport.abort()
            return
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

    def _neighbours(self) -> int:
        """Connections of the same address, this one included."""
        return sum(getattr(other, "_network", None) == self._network for other in self.connections)

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


def prompt_protocol(*, address_connections: int) -> type[PromptProtocol]:
    """The protocol for a server that lets one address have so many connections at one time; 0: any number."""
    return type("PromptProtocol", (PromptProtocol,), {"address_connections": address_connections})


def network_of(address: str) -> str:
    """Whose address it is: an IPv4 address, or the network of an IPv6 one; what is neither is itself."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(read, IPv6Address):
        if read.ipv4_mapped:
            return str(read.ipv4_mapped)
        return str(IPv6Address(int(read) >> _SUBNET << _SUBNET))
    return str(read)
