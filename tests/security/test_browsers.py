"""What pages of other sites and hostile articles try through the browser of somebody who may do things."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import redis
from wiredesk import wire
from wiredesk.events import DeadLetter, Stream
from wiredesk.slow_clients import HEAD_BYTES
from wiredesk.testing import PATIENCE_S

from tests.security.conftest import HARM
from tests.security.door import ARTICLE, Door, opened, request

PAGES = (
    "/",
    "/?q=said",
    "/?q=%22open",
    "/articles/h1",
    "/articles/none",
    "/quotes",
    "/entities",
    "/entities/person:ada-holm",
    "/pipeline",
    "/dead-letters",
    "/dead-letters/none",
    "/journeys/none",
    "/sign-in",
    "/nothing/here",
)
ANSWERS = (
    "/api/v1/search",
    "/api/v1/search/export?format=csv",
    "/api/v1/articles/h1",
    "/api/v1/none",
    "/openapi.json",
    "/health",
    "/metrics",
    "/static/wiredesk.js",
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ELSEWHERE = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


@pytest.mark.parametrize("path", [*PAGES, *ANSWERS])
def test_every_answer_tells_the_browser_to_run_and_frame_nothing(locked_door: Door, path: str) -> None:
    with locked_door.client() as client:
        headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_markup_of_an_article(open_door: Door, path: str) -> None:
    with open_door.client() as client:
        html = client.get(path).text
    assert "<script>alert" not in html
    assert "<svg onload" not in html
    assert 'href="javascript:' not in html
    assert not any(character in html for character in "\u202e\x1b\x07")


def test_what_an_article_says_for_programs_is_of_no_type_that_browsers_run(
    open_door: Door, redis_client: redis.Redis
) -> None:
    letter = DeadLetter(
        stream=Stream.SUBMITTED,
        stage="ingest",
        reason="not_json",
        message=HARM,
        attempts=1,
        first_seen=datetime.now(UTC),
        last_seen=datetime.now(UTC),
        submission_id="1700000000000-5",
        original=base64.b64encode(b"<html><script>alert(1)</script>").decode(),
    )
    id = redis_client.xadd(Stream.DEAD, {wire.FIELD: letter.model_dump_json()}).decode()
    with open_door.client() as client:
        types = {
            path: client.get(path).headers
            for path in (
                f"/api/v1/dead-letters/{id}/original",
                f"/api/v1/dead-letters/{id}",
                "/api/v1/articles/h1",
                "/api/v1/articles/h1?format=jsonld",
                "/api/v1/search/export",
                "/api/v1/quotes/export?format=csv",
            )
        }
        assert "<script>alert" not in client.get(f"/dead-letters/{id}").text
    told = {path: headers["content-type"].partition(";")[0] for path, headers in types.items()}
    assert set(told.values()) == {
        "application/octet-stream",
        "application/json",
        "application/ld+json",
        "application/x-ndjson",
        "text/csv",
    }
    for path, headers in types.items():
        assert headers["x-content-type-options"] == "nosniff", path
        assert ("attachment" in headers.get("content-disposition", "")) == ("export" in path or "original" in path)


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
@pytest.mark.parametrize("keys", [False, True])
def test_no_other_sites_page_changes_anything(
    open_door: Door, locked_door: Door, redis_client: redis.Redis, keys: bool, headers: dict[str, str]
) -> None:
    door = locked_door if keys else open_door
    with door.client() as client:
        if keys:
            own = {**FORM, "Origin": door.url}
            for scope in ("replay", "retract", "correct", "publish"):
                assert client.post("/sign-in", data={"key": door.keys[scope]}, headers=own).status_code == 303
        for path, body in (
            ("/dead-letters/drop", {"all": "yes", "confirmed": "yes"}),
            ("/dead-letters/replay", {"all": "yes"}),
            ("/entities/correct", {"entity": "person:ada-holm", "name": "x"}),
            ("/sign-out", {"a": "b"}),
            ("/sign-in", {"key": "x"}),
        ):
            assert client.post(path, data=body, headers={**FORM, **headers}).status_code == 403, path
        answer = client.post("/api/v1/articles", content=ARTICLE, headers={"Content-Type": "text/plain", **headers})
        assert answer.status_code == 403
        assert client.request("DELETE", "/api/v1/articles/h1", headers=headers).status_code == 403
    assert redis_client.xlen(Stream.SUBMITTED) == redis_client.xlen(Stream.CHANGES) == 0


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost.",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost#.evil.example",
        "localhost/.evil.example",
        "[::1",
        "[::1].evil.example",
        "",
    ],
)
def test_a_name_that_others_can_point_here_is_not_answered(open_door: Door, host: str) -> None:
    for line in ("GET /api/v1/search", "POST /api/v1/articles"):
        sent = request(line, f"Origin: http://{host}", f"Content-Length: {len(ARTICLE)}", body=ARTICLE, host=host)
        (answer,) = open_door.say(sent)
        assert answer.status in (400, 421)
        assert b"total" not in answer.body


def test_a_gateway_in_a_container_without_keys_answers_to_no_foreign_name(
    tmp_path: Path, redis_url: str, index: Path
) -> None:
    """Its port is published on loopback, and it cannot know that: it listens to all of its container."""
    variables = {"WIREDESK_HOST": "0.0.0.0", "WIREDESK_WITHOUT_KEYS": "true", "WIREDESK_ALLOWED_HOSTS": "gateway"}
    with opened(tmp_path, redis_url, index=index, **variables) as door:
        seen = {
            host: door.say(request("GET /api/v1/pipeline", host=host))[0].status
            for host in ("evil.example:8080", "gateway:8080", "localhost:8080", "127.0.0.1:8080", "172.18.0.7:8080")
        }
    assert seen.pop("evil.example:8080") == 421
    assert set(seen.values()) == {200}


def test_a_session_is_httponly_of_this_site_alone_and_secure_where_the_page_was(locked_door: Door) -> None:
    with locked_door.client() as client:
        sent = {"key": locked_door.keys["replay"], "to": "//evil.example"}
        plain = client.post("/sign-in", data=sent, headers={**FORM, "Origin": locked_door.url})
        behind_tls = client.post(
            "/sign-in", data=sent, headers={**FORM, "Origin": f"https://127.0.0.1:{locked_door.port}"}
        )
    for answer, secure in ((plain, False), (behind_tls, True)):
        flags = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
        assert {"httponly", "samesite=strict", "path=/"} <= flags
        assert ("secure" in flags) == secure
        assert not any(flag.startswith("domain") for flag in flags)
        assert answer.headers["location"] == "/"
        assert answer.headers["cache-control"] == "no-store"
        assert locked_door.keys["replay"] not in str(answer.headers)


def test_a_session_made_up_or_changed_is_none(locked_door: Door) -> None:
    with locked_door.client() as client:
        sent = {"key": locked_door.keys["publish"]}
        client.post("/sign-in", data=sent, headers={**FORM, "Origin": locked_door.url})
        real = client.cookies["wiredesk_session"].strip('"')
    name, ends, seal = real.split(":")
    forged = (
        f"replay:{ends}:{seal}",
        f"{name}:{int(ends) + 1}:{seal}",
        f"{name}:{ends}:",
        f"{name}:{ends}:{'0' * len(seal)}",
        "replay::",
        ":" * 9,
    )
    for value in forged:
        with httpx.Client(base_url=locked_door.url, cookies={"wiredesk_session": value}, timeout=PATIENCE_S) as client:
            headers = {**FORM, "Origin": locked_door.url}
            assert client.post("/dead-letters/replay", data={"all": "yes"}, headers=headers).status_code == 401, value


def test_the_longest_head_that_is_taken_is_answered(open_door: Door) -> None:
    with open_door.client() as client:
        assert client.get("/health", headers={"X": "y" * (HEAD_BYTES - 1000)}).status_code == 200
