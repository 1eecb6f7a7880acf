"""Pages of other origins: none may use the API unless the settings name it, and then without cookies."""

from typing import Any

import httpx
import pytest
import redis
from wiredesk.errors import UsageError
from wiredesk.events import ArticleExtracted, Stream
from wiredesk_gateway.guard import named_origins

NAMED, OTHER = "https://desk.example", "https://evil.example"
ARTICLE = {"text": "Words."}


@pytest.fixture
def opened(serve: Any, redis_url: str, articles: list[ArticleExtracted]) -> httpx.Client:
    client: httpx.Client = serve(articles, redis_url, cors_origins=f"{NAMED}/, http://localhost:3000")
    return client


def preflight(client: httpx.Client, origin: str, path: str = "/api/v1/articles") -> httpx.Response:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    return client.options(path, headers={"Origin": origin, **asked})


def test_no_other_origin_reads_by_default(gateway: httpx.Client) -> None:
    response = gateway.get("/api/v1/search", headers={"Origin": NAMED})
    assert "access-control-allow-origin" not in response.headers
    assert preflight(gateway, NAMED).status_code == 405


def test_a_named_origin_reads_and_no_other_does(opened: httpx.Client) -> None:
    response = opened.get("/api/v1/search", headers={"Origin": NAMED})
    assert response.headers["access-control-allow-origin"] == NAMED
    assert "origin" in response.headers["vary"].lower()
    assert "access-control-allow-credentials" not in response.headers
    assert "access-control-allow-origin" not in opened.get("/api/v1/search", headers={"Origin": OTHER}).headers
    assert preflight(opened, NAMED).status_code == 200
    assert preflight(opened, OTHER).status_code == 400


def test_the_pages_are_for_nobody_else(opened: httpx.Client) -> None:
    for path in ("/", "/dead-letters", "/openapi.json", "/sign-in"):
        assert "access-control-allow-origin" not in opened.get(path, headers={"Origin": NAMED}).headers
    form = {"Origin": NAMED, "Content-Type": "application/x-www-form-urlencoded", "Authorization": "Bearer x"}
    assert opened.post("/dead-letters/drop", content=b"all=yes", headers=form).status_code == 403


def test_a_named_origin_changes_only_what_it_sends_a_key_for(opened: httpx.Client, redis_client: redis.Redis) -> None:
    plain = {"Origin": NAMED, "Sec-Fetch-Site": "cross-site"}
    assert opened.post("/api/v1/articles", json=ARTICLE, headers=plain).status_code == 403
    keyed = {**plain, "Authorization": "Bearer wiredesk_x"}
    assert opened.post("/api/v1/articles", json=ARTICLE, headers={**keyed, "Origin": OTHER}).status_code == 403
    assert redis_client.xlen(Stream.SUBMITTED) == 0
    assert opened.post("/api/v1/articles", json=ARTICLE, headers=keyed).status_code == 202


@pytest.mark.parametrize("origins", ["*", "desk.example", "https://", "https://desk.example/path", "file://x", "null"])
def test_what_is_no_origin_is_refused(origins: str) -> None:
    with pytest.raises(UsageError, match="WIREDESK_CORS_ORIGINS"):
        named_origins(origins)
