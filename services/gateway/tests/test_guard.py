"""Headers, host names and other sites' pages: what browsers are kept from."""

from typing import Any
from unittest.mock import AsyncMock

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.datastructures import Headers
from structlog.testing import capture_logs
from wiredesk.events import ArticleExtracted
from wiredesk_gateway.guard import CONTENT_SECURITY_POLICY, Guard, allowed_hosts, ambiguity, refusal
from wiredesk_gateway.metrics import Requests
from wiredesk_gateway.problems import respond

LOCAL = allowed_hosts("", listening_on="127.0.0.1")


@pytest.mark.parametrize(
    "path",
    ["/", "/articles/a1", "/articles/none", "/pipeline", "/api/v1/search", "/api/v1/none", "/static/wiredesk.css"],
)
def test_every_answer_bears_the_headers_that_keep_scripts_out(gateway: httpx.Client, path: str) -> None:
    headers = gateway.get(path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


def test_the_policy_allows_nothing_inline_and_no_other_host() -> None:
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST"])
def test_on_loopback_its_own_names_are_answered(host: str) -> None:
    assert refusal("GET", Headers({"host": host}), LOCAL, path="/api/v1/articles") is None


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8080", "", "[broken"]
)
def test_on_loopback_a_foreign_name_is_refused(host: str) -> None:
    refused = refusal("GET", Headers({"host": host}), LOCAL, path="/")
    assert refused
    assert refused.status == 421
    assert "WIREDESK_ALLOWED_HOSTS" in refused.detail


def test_names_may_be_set_and_other_addresses_answer_to_any() -> None:
    assert allowed_hosts(" Desk.example , b ", listening_on="127.0.0.1") == frozenset({"desk.example", "b"})
    assert allowed_hosts("", listening_on="0.0.0.0", asks_for_keys=True) is None


def test_without_keys_no_name_of_others_is_answered_wherever_it_listens() -> None:
    assert allowed_hosts("", listening_on="0.0.0.0") == frozenset()
    hosts = allowed_hosts("gateway", listening_on="0.0.0.0")
    for host in ("evil.example", "gateway.evil.example", "10.0.0.5.evil.example"):
        assert refusal("GET", Headers({"host": host}), hosts, path="/")
    for host in ("gateway:8080", "localhost", "127.0.0.1:8080", "172.18.0.5:8080", "[fd00::5]:8080"):
        assert refusal("GET", Headers({"host": host}), hosts, path="/") is None


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_sites_page_may_read_links_but_change_nothing(headers: dict[str, str]) -> None:
    asked = Headers({"host": "localhost:8080", **headers})
    for path in ("/api/v1/articles", "/dead-letters/drop"):
        refused = refusal("POST", asked, LOCAL, path=path)
        assert refused
        assert refused.status == 403
    assert refusal("GET", asked, LOCAL, path="/api/v1/articles") is None


@pytest.mark.parametrize("name", ["Authorization", "X-API-Key", "Origin", "Sec-Fetch-Site", "Content-Type"])
def test_a_header_that_decides_something_may_be_said_once(name: str) -> None:
    raw = [(name.lower().encode(), b"one"), (name.lower().encode(), b"two")]
    problem = ambiguity(Headers(raw=raw))
    assert problem
    assert problem.status == 400
    assert name.lower() in problem.detail.lower()
    assert ambiguity(Headers(raw=raw[:1])) is None


def test_our_own_pages_and_programs_may_publish() -> None:
    for headers in ({}, {"origin": "http://localhost:8080"}, {"sec-fetch-site": "same-origin"}):
        assert refusal("POST", Headers({"host": "localhost:8080", **headers}), LOCAL, path="/api/v1/articles") is None


def test_a_form_that_does_not_say_where_it_comes_from_is_refused_a_program_is_not() -> None:
    unsaid = Headers({"host": "localhost:8080"})
    refused = refusal("POST", unsaid, LOCAL, path="/dead-letters/replay")
    assert refused
    assert refused.status == 403
    assert "/api/v1" in refused.detail
    assert refusal("POST", unsaid, LOCAL, path="/api/v1/dead-letters/replay") is None
    for told in ({"origin": "http://localhost:8080"}, {"sec-fetch-site": "same-origin"}):
        headers = Headers({"host": "localhost:8080", **told})
        assert refusal("POST", headers, LOCAL, path="/dead-letters/replay") is None


def test_a_forged_post_puts_nothing_on_the_stream(gateway: httpx.Client) -> None:
    headers = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    response = gateway.post("/api/v1/articles", content=b'{"text": "x"}', headers=headers)
    assert response.status_code == 403
    assert gateway.get("/api/v1/pipeline").json()["streams"][0]["length"] == 0


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (["a=b; wiredesk_session=desk:17:0af; c=d"], ["wiredesk_session=desk:17:0af"]),
        (["a=b", "wiredesk_session=desk:17:0af"], ["wiredesk_session=desk:17:0af"]),
        (["a=" + chr(34) + chr(92) * 20_000 + chr(34)], []),
        (["wiredesk_session=" + chr(34) + chr(92) * 20_000 + chr(34)], []),
        (["wiredesk_session=" + "x" * 5000], []),
        ([], []),
    ],
)
async def test_of_all_cookies_only_our_own_goes_further(sent: list[str], kept: list[str]) -> None:
    seen: list[str] = []

    async def inner(scope: Any, _receive: Any, _send: Any) -> None:
        seen.extend(Headers(scope=scope).getlist("cookie"))

    guard = Guard(
        inner,
        requests=Requests(CollectorRegistry()),
        hosts=None,
        origins=frozenset(),
        respond=lambda _, problem: respond(problem),
    )
    headers = [(b"cookie", each.encode()) for each in sent]
    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": headers}
    await guard(scope, AsyncMock(), AsyncMock())
    assert seen == kept


def test_a_bug_in_a_page_is_answered_with_headers_and_without_its_words(
    serve: Any, redis_url: str, plain_article: ArticleExtracted, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve([plain_article], redis_url)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr("wiredesk_gateway.pages.article_view", broken)
    with capture_logs():
        response = client.get("/articles/a1")
    assert response.status_code == 500
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "secret words" not in response.text
    assert "Back to the search" in response.text


def test_files_are_cached_by_their_content(gateway: httpx.Client) -> None:
    page = gateway.get("/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    styled = gateway.get(address)
    assert "immutable" in styled.headers["cache-control"]
    assert gateway.get("/static/wiredesk.css?v=other").headers["cache-control"] == "no-cache"
    known = gateway.get("/static/wiredesk.css", headers={"If-None-Match": styled.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert gateway.get("/static/../settings.py").status_code == 404
    assert gateway.get("/static/%2e%2e%2fsettings.py").status_code == 404


def test_the_style_sheet_is_the_same_compressed_and_as_it_is(gateway: httpx.Client) -> None:
    told = [
        gateway.get("/static/wiredesk.css", headers={"Accept-Encoding": encoding}) for encoding in ("gzip", "identity")
    ]
    assert [answer.headers.get("content-encoding") for answer in told] == ["gzip", None]
    assert int(told[0].headers["content-length"]) < int(told[1].headers["content-length"])
    assert told[0].content == told[1].content
    assert {answer.headers["vary"] for answer in told} == {"Accept-Encoding"}
    assert told[0].headers["etag"] == told[1].headers["etag"]
