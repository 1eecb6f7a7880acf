"""A speaker who is only likely is shown as likely, on every page that names speakers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from wiredesk.events import ArticleExtracted

TEXT = "“The ferry is back,” said Ada Holm. “Nobody was told.”"


def span(words: str) -> dict[str, Any]:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "text": words}


def quote(words: str, confidence: float) -> dict[str, Any]:
    return {**span(words), "speaker": {**span("Ada Holm"), "name": "Ada Holm", "confidence": confidence}}


@pytest.fixture
def pages(serve: Callable[..., httpx.Client], no_redis_url: str) -> httpx.Client:
    article = {
        "article_id": "ferry",
        "revision": 1,
        "submission_id": "1700000000000-0",
        "text": TEXT,
        "content_hash": "h",
        "cluster_id": "c",
        "extractor": "test/1",
        "quotes": [quote("The ferry is back", 0.95), quote("Nobody was told", 0.4)],
    }
    return serve([ArticleExtracted.model_validate(article)], no_redis_url)


@pytest.mark.parametrize("path", ["/articles/ferry", "/quotes"])
def test_only_the_unsure_speaker_is_called_probable(pages: httpx.Client, path: str) -> None:
    page = pages.get(path).text
    assert page.count(">probably</span>") == 1


def test_the_marked_text_says_so_too(pages: httpx.Client) -> None:
    page = pages.get("/articles/ferry").text
    assert "Said by Ada Holm" in page
    assert "Probably said by Ada Holm" in page


def test_the_interface_gives_the_confidence_and_the_verdict(pages: httpx.Client) -> None:
    article = pages.get("/api/v1/articles/ferry").json()
    assert [q["speaker"]["confidence"] for q in article["quotes"]] == [0.95, 0.4]
    assert [hit["unsure"] for hit in pages.get("/api/v1/quotes").json()["hits"]] == [False, True]
