"""Clients that send or read too slowly, or say too much before they say what they want."""

import contextlib
import select
import socket
import time
from collections.abc import Callable

import httpx
import pytest
from structlog.testing import capture_logs
from wiredesk.testing import PATIENCE_S, wait_until

Connect = Callable[[], socket.socket]
METRICS = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
_TRIES = 9


@pytest.fixture
def connect(gateway: httpx.Client) -> Connect:
    host, port = str(gateway.base_url.host), gateway.base_url.port
    return lambda: socket.create_connection((host, port), timeout=PATIENCE_S)


def begun(connect: Connect, sent: bytes, answer: bytes) -> socket.socket:
    """A connection on which this was sent and so answered. On a busy machine it may come too late: tried again."""

    def tried() -> socket.socket | None:
        connection = connect()
        connection.sendall(sent)
        with contextlib.suppress(ConnectionResetError):
            if connection.recv(len(answer)) == answer:
                return connection
        connection.close()
        return None

    return wait_until(tried, what="a head that came in time")


def cut_off(connection: socket.socket) -> bool:
    """Waits for the end of it, or for something to be said."""
    try:
        return connection.recv(10) == b""
    except ConnectionResetError:
        return True


def test_a_head_that_does_not_come_is_not_waited_for(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiredesk.slow_clients.HEAD_S", 0.2)
    for head in (b"", GET, GET + b"X: y\r\n"):
        with connect() as connection:
            connection.sendall(head)
            assert cut_off(connection)


def test_nor_is_a_second_one(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiredesk.slow_clients.HEAD_S", 0.5)
    with begun(connect, GET + b"\r\n", b"HTTP/1.1 200") as connection:
        connection.sendall(GET)
        while connection.recv(65536):
            pass


def test_a_request_under_way_is_not_cut_off_by_the_time_for_heads(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wiredesk.slow_clients.HEAD_S", 0.1)
    head = b"POST /api/v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 13\r\nExpect: 100-continue\r\n\r\n"
    with begun(connect, head, b"HTTP/1.1 100 Continue\r\n\r\n") as slow, connect() as idle:
        assert cut_off(idle)  # the time has passed
        slow.sendall(b'{"text": "a"}')
        assert slow.recv(12) == b"HTTP/1.1 202"


def test_a_head_without_end_is_refused(connect: Connect) -> None:
    with connect() as connection:
        connection.sendall(GET + b"X: " + b"y" * 40_000)
        assert connection.recv(12) == b"HTTP/1.1 400"


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> int:
    """The size of an answer that fits in no buffer."""
    body = b"x" * 30_000_000
    monkeypatch.setattr("wiredesk_gateway.health.choose_encoder", lambda _: (lambda _: body, "text/plain"))
    return len(body)


def test_an_answer_that_nobody_takes_is_given_up(connect: Connect, large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiredesk.slow_clients.UNREAD_S", 0.2)
    received = 0
    with capture_logs() as logs, connect() as connection:
        connection.sendall(METRICS)
        wait_until(lambda: [line for line in logs if line["event"] == "connection.unread"], what="the end")
        while piece := connection.recv(1_000_000):
            received += len(piece)
    assert received < large


def test_one_that_is_taken_slowly_is_not(connect: Connect, large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiredesk.slow_clients.UNREAD_S", 0.5)

    def taken() -> bool:
        began, received = time.monotonic(), 0
        with connect() as connection, contextlib.suppress(ConnectionResetError):
            connection.sendall(METRICS)
            while piece := connection.recv(30_000):
                received += len(piece)
                if received >= large:
                    break
                # As slowly as takes three times the limit in all.
                select.select([], [], [], max(0.0, began + 1.5 * received / large - time.monotonic()))
        return received >= large

    # On a busy machine nothing may be taken for as long as the limit. Cut off for its slowness, it would be each time.
    assert any(taken() for _ in range(_TRIES))
