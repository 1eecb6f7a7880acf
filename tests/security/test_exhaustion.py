"""Requests that cost the server more than their sender."""

import contextlib
import os
import socket
from pathlib import Path

import pytest
import redis
from wiredesk.events import Stream
from wiredesk.testing import PATIENCE_S, wait_until

from tests.security.door import ARTICLE, Door, opened, request

POST = "POST /api/v1/articles"
PAGE = ("Origin: http://localhost", "Content-Type: application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    "encoding", ["gzip", "x-gzip", "deflate", "br", "zstd", "compress", "gzip, gzip", "identity, gzip", "GZIP"]
)
def test_nothing_that_comes_compressed_is_unpacked(open_door: Door, redis_client: redis.Redis, encoding: str) -> None:
    for headers in ([f"Content-Encoding: {encoding}"], ["Content-Encoding: identity", f"Content-Encoding: {encoding}"]):
        sent = request(POST, *headers, f"Content-Length: {len(ARTICLE)}", body=ARTICLE)
        assert open_door.say(sent)[0].status == 415
    assert redis_client.xlen(Stream.SUBMITTED) == 0


def test_who_shows_no_key_makes_it_hold_no_large_body(locked_door: Door) -> None:
    large = 100_000
    for path, status in (("/sign-in", 413), ("/sign-out", 413), ("/api/v1/articles", 401), ("/dead-letters/drop", 401)):
        sent = request(f"POST {path}", *PAGE, f"Content-Length: {large}", "Connection: close", body=b"k" * large)
        assert locked_door.say(sent)[0].status == status, path


def test_only_publishing_takes_bodies_of_many_megabytes(open_door: Door) -> None:
    large = 2_000_000
    for path in ("/api/v1/dead-letters/replay", "/api/v1/entities/person:x/corrections"):
        headers = ("Content-Type: application/json", f"Content-Length: {large}")
        assert open_door.say(request(f"POST {path}", *headers, body=b" " * large))[0].status == 413, path


def test_a_body_that_does_not_come_is_given_up(open_door: Door) -> None:
    for head in (request(POST, "Content-Length: 100"), request(POST, "Transfer-Encoding: chunked", body=b"ff\r\n{")):
        with open_door.connect() as connection:
            connection.sendall(head)
            assert connection.recv(12) == b"HTTP/1.1 408"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 500_000,
        b'{"text": ' * 200_000,
        b'{"text": "x", "n": ' + b"9" * 4_000_000 + b"}",
        b'{"text": "x"' + b', "a": 1' * 500_000,
        b"\n" * 4_000_000,
        b"1\n" * 2_000_000,
    ],
    ids=["arrays", "objects", "digits", "unfinished", "blank lines", "lines"],
)
def test_a_body_made_to_be_hard_to_read_is_refused_and_others_are_served(open_door: Door, body: bytes) -> None:
    (answer,) = open_door.say(request(POST, f"Content-Length: {len(body)}", body=body))
    assert answer.status in (413, 422)
    assert len(answer.body) < 20_000
    assert open_door.say(request("GET /health"))[0].status == 200


def test_a_cookie_made_to_be_hard_to_read_is_not_read(open_door: Door) -> None:
    before = _processor_s(open_door)
    for _ in range(3):
        sent = request("GET /health", 'Cookie: a="' + "\\" * 20_000 + '"; wiredesk_session="' + "\\" * 10_000 + '"')
        assert open_door.say(sent)[0].status == 200
    assert _processor_s(open_door) - before < 2  # each took seconds


@pytest.mark.parametrize(
    "q",
    [
        "(" * 400 + "a" + ")" * 400,
        " ".join(f"{a}{b}*" for a in "abcdefghijklmn" for b in "abcdefghijklmnopqrst"),
        "a~2 " * 200,
        '"a b"~99999999',
        "NOT " * 240 + "a",
        "/(a+)+$/",
        "a*" * 300,
        '"' * 999,
        "text:" + "~" * 900,
        "published:[0000-01-01 TO 9999-12-31]",
    ],
)
def test_a_query_made_to_be_hard_is_answered_or_refused_at_once(open_door: Door, q: str) -> None:
    before = _processor_s(open_door)
    with open_door.client() as client:
        for path in ("/api/v1/search", "/api/v1/quotes", "/api/v1/suggest", "/"):
            assert client.get(path, params={"q": q}).status_code in (200, 400, 422)
    assert _processor_s(open_door) - before < 5


def test_one_address_cannot_take_every_place(tmp_path: Path, redis_url: str, index: Path) -> None:
    with (
        opened(tmp_path, redis_url, index=index, WIREDESK_ADDRESS_CONNECTIONS="5") as door,
        contextlib.ExitStack() as open_ones,
    ):
        idle = [open_ones.enter_context(door.connect()) for _ in range(30)]
        wait_until(lambda: sum(map(_is_open, idle)) <= 5, what="those beyond five to be closed")
        neighbour = socket.create_connection(
            (door.host, door.port), timeout=PATIENCE_S, source_address=("127.0.0.2", 0)
        )
        with neighbour:
            neighbour.sendall(request("GET /health", "Connection: close"))
            assert neighbour.recv(12) == b"HTTP/1.1 200"


def test_no_header_makes_one_sender_many(tmp_path: Path, redis_url: str, index: Path) -> None:
    with opened(tmp_path, redis_url, index=index, WIREDESK_ADDRESS_RATE="0.001") as door:
        statuses = [
            door.say(request("GET /", f"{name}: 203.0.113.{number}"))[0].status
            for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP")
            for number in range(2)
        ]
    assert statuses == [200] + [429] * 7


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def _processor_s(door: Door) -> float:
    """Processor time that the gateway has used."""
    fields = Path(f"/proc/{door.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
