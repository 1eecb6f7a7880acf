"""The socket a process serves HTTP on."""

import socket

import pytest
from wiredesk.errors import UsageError
from wiredesk.listening import listen
from wiredesk.testing import PATIENCE_S


def test_its_connections_can_be_told_to_send_without_delay() -> None:
    """asyncio does so for sockets that name TCP as their protocol, and only for those."""
    with listen("127.0.0.1", 0, setting="a port") as listening:
        address = listening.getsockname()
        with socket.create_connection(address, timeout=PATIENCE_S), listening.accept()[0] as accepted:
            assert accepted.proto == socket.IPPROTO_TCP


def test_a_taken_port_and_a_foreign_address_are_told_with_their_cure() -> None:
    with listen("127.0.0.1", 0, setting="a port") as listening:
        port = listening.getsockname()[1]
        with pytest.raises(UsageError, match=f"127.0.0.1:{port}: Address already in use.*WIREDESK_HTTP_PORT"):
            listen("127.0.0.1", port, setting="WIREDESK_HTTP_PORT")
    with pytest.raises(UsageError, match=r"cannot listen on 192\.0\.2\.1:0"):
        listen("192.0.2.1", 0, setting="WIREDESK_HTTP_PORT")
    with pytest.raises(UsageError, match=r"cannot listen on no\.such\.host\.invalid:0"):
        listen("no.such.host.invalid", 0, setting="WIREDESK_HTTP_PORT")
