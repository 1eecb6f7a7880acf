"""schema.org's NewsArticle over HTTP: sent as an article, and asked for in place of our own form."""

import json
from typing import Any

import httpx
import pytest
import redis
from wiredesk.events import ArticleExtracted, ArticleSubmitted, Stream
from wiredesk.wire import FIELD
from wiredesk_gateway.links import author_path
from wiredesk_gateway.negotiation import prefers

JSON_LD = "application/ld+json"
ARTICLE = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "T", "articleBody": "Words."}


@pytest.mark.parametrize(
    ("accept", "preferred"),
    [
        (JSON_LD, True),
        (f"{JSON_LD}, application/json;q=0.9, */*;q=0.1", True),
        (f"application/json, {JSON_LD}", True),
        (f"application/json, {JSON_LD};q=0.5", False),
        (f"{JSON_LD};q=0", False),
        (f"{JSON_LD};q=0.2, */*;q=0.1", True),
        ("application/json", False),
        ("*/*", False),
        ("", False),
        (f"{JSON_LD};q=x;;, ,", True),
    ],
)
def test_what_a_request_prefers(accept: str, preferred: bool) -> None:
    assert prefers(accept, JSON_LD, "application/json") is preferred


def test_an_article_is_answered_in_the_form_asked_for(gateway: httpx.Client) -> None:
    own = gateway.get("/api/v1/articles/a1")
    assert own.headers["content-type"] == "application/json"
    assert own.json()["article_id"] == "a1"
    by_header = gateway.get("/api/v1/articles/a1", headers={"Accept": JSON_LD})
    by_name = gateway.get("/api/v1/articles/a1?format=jsonld")
    for answer in (by_header, by_name):
        assert answer.headers["content-type"] == JSON_LD
        assert (answer.json()["@type"], answer.json()["headline"]) == ("NewsArticle", "Ferry to return")
    assert gateway.get("/api/v1/articles/a1?format=json", headers={"Accept": JSON_LD}).json() == own.json()
    for answer in (own, by_header):
        assert "accept" in answer.headers["vary"].lower()
    assert gateway.get("/api/v1/articles/a1?format=xml").status_code == 422


def test_what_is_answered_may_be_sent_back(gateway: httpx.Client, redis_client: redis.Redis) -> None:
    body = gateway.get("/api/v1/articles/a1?format=jsonld").content
    response = gateway.post("/api/v1/articles", content=body, headers={"Content-Type": JSON_LD})
    assert response.status_code == 202
    ((_, fields),) = redis_client.xrange(Stream.SUBMITTED)
    sent = ArticleSubmitted.model_validate_json(fields[FIELD.encode()])
    own = ArticleExtracted.model_validate(gateway.get("/api/v1/articles/a1").json())
    assert (sent.title, sent.text, sent.url, sent.source) == (own.title, own.text, own.url, own.source)
    assert sent.published_at == own.published_at
    assert sent.external_id is None


def test_json_ld_is_refused_with_the_cure(gateway: httpx.Client) -> None:
    for wrong, cure in (({"@type": "Person"}, "NewsArticle"), ({**ARTICLE, "articleBody": ""}, "articleBody")):
        answer = gateway.post("/api/v1/articles", json=wrong, headers={"Content-Type": JSON_LD})
        assert answer.status_code == 422
        assert cure in answer.json()["detail"]
        assert "field" not in answer.json()["errors"][0]
    lines = f"{json.dumps(ARTICLE)}\n{json.dumps({'@graph': []})}".encode()
    assert "line 2" in gateway.post("/api/v1/articles", content=lines).json()["detail"]


def test_both_are_described(gateway: httpx.Client) -> None:
    paths = gateway.get("/openapi.json").json()["paths"]
    assert JSON_LD in paths["/api/v1/articles"]["post"]["requestBody"]["content"]
    assert JSON_LD in paths["/api/v1/articles/{article_id}"]["get"]["responses"]["200"]["content"]


def test_the_page_names_its_authors_section_change_and_picture(serve: Any, no_redis_url: str) -> None:
    article = ArticleExtracted(
        article_id="n1", revision=1, submission_id="1-0", text="Words.", content_hash="h", cluster_id="c",
        extractor="t/1", byline="Jon Vik, Coast Correspondent", authors=("Jon Vik", "Ada Holm"), section="Coast",
        published_at="2024-05-06T07:05:00+02:00", modified_at="2024-05-07",
        image={"url": "https://harbour.example/f.jpg", "caption": "The ferry.", "credit": "A. Holm"},
    )  # fmt: skip
    page = serve([article], no_redis_url).get("/articles/n1").text
    for name in article.authors:
        assert f'<a href="{author_path(name)}">{name}</a>' in page
    assert ", Coast Correspondent" in page
    assert "6 May 2024, 07:05 +02:00" in page
    assert '<time datetime="2024-05-07">7 May 2024</time>' in page
    assert "The ferry." in page
    assert "<img" not in page
    assert '<link rel="alternate" type="application/ld+json" href="/api/v1/articles/n1?format=jsonld">' in page
