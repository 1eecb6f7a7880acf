"""Requests that two servers would read differently, and addresses that mean something else than they seem to."""

import httpx
import pytest
import redis
from wiredesk.events import Stream

from tests.security.door import ARTICLE, Door, request

CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(ARTICLE), ARTICLE)
SMUGGLED = request("DELETE /api/v1/articles/h1")
POST = "POST /api/v1/articles"
LENGTH = f"Content-Length: {len(ARTICLE)}"


@pytest.mark.parametrize(
    "sent",
    [
        request(POST, LENGTH, "Transfer-Encoding: chunked", body=CHUNKED + SMUGGLED),
        request(POST, "Transfer-Encoding: chunked", "Content-Length: 4", body=CHUNKED + SMUGGLED),
        request(POST, "Content-Length: 4", LENGTH, body=ARTICLE + SMUGGLED),
        request(POST, f"Content-Length: +{len(ARTICLE)}", body=ARTICLE + SMUGGLED),
        request(POST, "Content-Length: -1", body=ARTICLE + SMUGGLED),
        request(POST, "Transfer-Encoding: xchunked", body=CHUNKED + SMUGGLED),
        request(POST, "Transfer-Encoding : chunked", body=CHUNKED + SMUGGLED),
        request(POST, "Transfer-Encoding: gzip, chunked", body=CHUNKED + SMUGGLED),
        request(POST, "Transfer-Encoding: chunked", "Transfer-Encoding: identity", body=CHUNKED + SMUGGLED),
        request(POST, "Transfer-Encoding: chunked", body=b"-1\r\n" + ARTICLE + SMUGGLED),
        request(POST, "Transfer-Encoding: chunked", body=CHUNKED.replace(b"}\r\n", b"}XX") + SMUGGLED),
        request(POST, "X: a\x00b", LENGTH, body=ARTICLE),
        request(POST, "Host: evil.example", LENGTH, body=ARTICLE),
        request(POST, LENGTH, body=ARTICLE, host=None),
    ],
)
def test_a_request_of_two_meanings_is_refused_and_its_connection_ends(
    open_door: Door, redis_client: redis.Redis, sent: bytes
) -> None:
    (answer,) = open_door.say(sent)
    assert (answer.status, answer.closed) == (400, True)
    assert redis_client.xlen(Stream.SUBMITTED) == redis_client.xlen(Stream.CHANGES) == 0


def test_a_body_that_nobody_reads_is_not_taken_for_the_next_request(open_door: Door, redis_client: redis.Redis) -> None:
    answers = open_door.say(request("GET /health", f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED))
    assert [answer.status for answer in answers] == [200]
    assert redis_client.xlen(Stream.CHANGES) == 0


@pytest.mark.parametrize(
    "path",
    [
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%2f..%2fsettings.py",
        "/static/%2e%2e/settings.py",
        "/static/wiredesk.css%00.html",
        "/articles/..%2f..%2f..%2fetc%2fpasswd",
        "/api/v1/dead-letters/..%2f..%2f/original",
        "http://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/pipeline/",
        "*",
    ],
)
def test_a_path_leads_to_no_file_and_to_no_other_place(open_door: Door, path: str) -> None:
    (answer,) = open_door.say(request(f"GET {path}"))
    assert answer.status in (404, 422)
    assert "location" not in answer.headers
    assert b"root:" not in answer.body


@pytest.mark.parametrize("id", ["//evil.example", "/\\evil.example", "https://evil.example", "a\r\nSet-Cookie: x=y"])
def test_a_redirect_stays_on_this_server_and_ends_no_header(open_door: Door, id: str) -> None:
    with open_door.client() as client:
        answer = client.get("/journeys", params={"id": id})
    assert answer.headers["location"].startswith("/journeys/")
    assert "evil.example" not in httpx.URL(open_door.url).join(answer.headers["location"]).host
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_makes_another_method_of_one(open_door: Door, redis_client: redis.Redis, name: str) -> None:
    read, posted = (
        open_door.say(request(line, f"{name}: DELETE", "Content-Length: 0"))[0].status
        for line in ("GET /api/v1/articles/h1", "POST /api/v1/articles/h1?_method=DELETE")
    )
    assert (read, posted) == (200, 405)
    assert redis_client.xlen(Stream.CHANGES) == 0


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "PATCH", "get", "PROPFIND"])
def test_unusual_methods_do_nothing_and_repeat_nothing(open_door: Door, method: str) -> None:
    (answer,) = open_door.say(request(f"{method} /api/v1/articles", "X-Secret: 4711"))
    assert answer.status == 405
    assert b"4711" not in answer.body


def test_ranges_are_not_answered_in_parts(open_door: Door) -> None:
    (answer,) = open_door.say(request("GET /static/wiredesk.css", "Range: bytes=" + "0-1," * 1000 + "2-3"))
    assert (answer.status, "content-range" in answer.headers) == (200, False)


def test_no_upgrade_leads_past_the_guard(open_door: Door) -> None:
    for headers in (
        ("Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"),
        ("Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
    ):
        (answer,) = open_door.say(request("GET /", "Connection: Upgrade", *headers, host="evil.example"))
        assert answer.status == 421


@pytest.mark.parametrize(
    "sent",
    [
        request("GET /health", "X: " + "y" * 40_000),
        request("GET /?q=" + "y" * 40_000),
        request("GET /health", *(f"X{number}: y" for number in range(8000))),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n",
    ],
)
def test_what_is_no_request_of_reasonable_size_ends_the_connection(open_door: Door, sent: bytes) -> None:
    answers = open_door.say(sent)
    assert answers[-1].status == 400
    assert answers[-1].closed
    assert open_door.say(request("GET /health"))[0].status == 200
