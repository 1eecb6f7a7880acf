"""JSON-LD articles as submissions: what publishers of schema.org write is read, and the rest is told how to mend it."""

import json
from typing import Any

import pytest
from pydantic import ValidationError
from wiredesk.client import document
from wiredesk.errors import PermanentError, UsageError
from wiredesk.events import ArticleSubmitted
from wiredesk.json_ld import plain_body
from wiredesk.stage.decode import decode_event

ARTICLE: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Ferry returns",
    "description": "It sails again.",
    "articleBody": "The ferry sails again.\n\nIt was away for a year.",
    "datePublished": "2024-05-06T07:00:00+02:00",
    "dateModified": "2024-05-06T09:00:00+02:00",
    "articleSection": ["Coast", "News"],
    "author": [{"@type": "Person", "name": "Jon Vik"}, "Ada Holm"],
    "image": {
        "@type": "ImageObject",
        "url": "https://harbour.example/f.jpg",
        "caption": "The ferry.",
        "creditText": "J. Vik",
    },
    "url": "https://harbour.example/ferry",
    "inLanguage": "en",
    "publisher": {"@type": "Organization", "name": "Harbour Post"},
    "identifier": "hp-7",
}


def read(value: dict[str, Any]) -> ArticleSubmitted:
    return decode_event(ArticleSubmitted, json.dumps(value).encode(), max_bytes=1_000_000)[0]


def test_a_news_article_is_a_submission() -> None:
    sent = read(ARTICLE)
    assert (sent.title, sent.deck, sent.section) == ("Ferry returns", "It sails again.", "Coast")
    assert sent.text == ARTICLE["articleBody"]
    assert (sent.published_at, sent.modified_at) == (ARTICLE["datePublished"], ARTICLE["dateModified"])
    assert (sent.authors, sent.source, sent.language) == (("Jon Vik", "Ada Holm"), "Harbour Post", "en")
    assert (sent.url, sent.external_id) == ("https://harbour.example/ferry", "hp-7")
    assert sent.image
    assert (sent.image.url, sent.image.caption, sent.image.credit) == (
        "https://harbour.example/f.jpg",
        "The ferry.",
        "J. Vik",
    )


@pytest.mark.parametrize(
    "kind", ["Article", "ReportageNewsArticle", ["Thing", "BlogPosting"], "https://schema.org/NewsArticle"]
)
def test_every_kind_of_article_is_taken(kind: Any) -> None:
    assert read({**ARTICLE, "@type": kind}) == read(ARTICLE)


@pytest.mark.parametrize(
    "wrapped",
    [
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "Harbour Post"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {"@type": "ItemPage", "mainEntity": [[ARTICLE]]},
    ],
    ids=["graph", "main-entity", "arrays"],
)
def test_the_article_is_found_where_it_stands(wrapped: dict[str, Any]) -> None:
    assert read(wrapped) == read(ARTICLE)


def test_references_within_a_graph_are_followed() -> None:
    article = {**ARTICLE, "author": {"@id": "#jon"}, "publisher": {"@id": "#post"}, "image": [{"@id": "#picture"}]}
    nodes = [
        {"@id": "#jon", "@type": "Person", "givenName": "Jon", "familyName": "Vik"},
        {"@id": "#post", "@type": "NewsMediaOrganization", "name": "Harbour Post"},
        {"@id": "#picture", "@type": "ImageObject", "contentUrl": "https://harbour.example/p.jpg"},
    ]
    sent = read({"@graph": [article, *nodes]})
    assert (sent.authors, sent.source, sent.image and sent.image.url) == (
        ("Jon Vik",),
        "Harbour Post",
        "https://harbour.example/p.jpg",
    )


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        (
            {"url": None, "mainEntityOfPage": {"@type": "WebPage", "@id": "https://h.example/a"}},
            "url",
            "https://h.example/a",
        ),
        ({"url": None, "@id": "https://h.example/b"}, "url", "https://h.example/b"),
        ({"url": None, "@id": "#article"}, "url", None),
        ({"identifier": 7}, "external_id", "7"),
        ({"identifier": [{"@type": "PropertyValue", "propertyID": "cms", "value": "x"}]}, "external_id", "x"),
        ({"author": {"@type": "Organization", "name": "The Desk"}}, "authors", ("The Desk",)),
        ({"author": {"@list": [{"name": "Jon Vik"}]}}, "authors", ("Jon Vik",)),
        ({"inLanguage": {"@type": "Language", "name": "German", "alternateName": "de"}}, "language", "de"),
        ({"headline": {"@value": "Ferry", "@language": "en"}}, "title", "Ferry"),
        ({"image": [{"@type": "ImageObject"}, "https://h.example/i.jpg"]}, "image", {"url": "https://h.example/i.jpg"}),
        ({"headline": [[]], "dateModified": {"x": 1}, "author": [None, 3]}, "title", None),
    ],
)
def test_the_ways_of_writing_a_property(fields: dict[str, Any], name: str, value: Any) -> None:
    sent = getattr(read({**ARTICLE, **fields}), name)
    assert (sent.model_dump(exclude_none=True) if isinstance(value, dict) else sent) == value


def test_fields_merged_over_it_win() -> None:
    merged = {**ARTICLE, "force": True, "source": "Echo", "url": "https://echo.example/a", "published_at": "2024-01-01"}
    sent = read(merged)
    assert (sent.force, sent.source, sent.url, sent.published_at) == (
        True,
        "Echo",
        "https://echo.example/a",
        "2024-01-01",
    )
    graph = {"@graph": [ARTICLE], "force": True, "url": "https://echo.example/a", "authors": ["Ada Holm"]}
    sent = read(graph)
    assert (sent.force, sent.url, sent.authors) == (True, "https://echo.example/a", ("Ada Holm",))


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ({"@type": "Person", "name": "Jon Vik"}, "send a NewsArticle"),
        ({"@graph": []}, "send a NewsArticle"),
        ({"@graph": [ARTICLE, ARTICLE]}, "send each as an object of its own"),
        ({"@type": "NewsArticle", "headline": "Ferry"}, "give them in `articleBody`"),
    ],
    ids=["person", "empty", "two", "no-words"],
)
def test_what_cannot_be_read_is_told_how_to_mend_it(wrong: dict[str, Any], cure: str) -> None:
    with pytest.raises(PermanentError, match=cure) as refused:
        read(wrong)
    assert refused.value.reason == "invalid_field"
    with pytest.raises(UsageError, match=cure):
        document(wrong)


def test_a_submission_with_a_type_of_another_vocabulary_stays_a_submission() -> None:
    assert read({"@type": "Story", "title": "A dyke holds", "text": "The dyke held."}).text == "The dyke held."


def test_a_wrong_field_beside_it_is_refused_as_ever() -> None:
    with pytest.raises(ValidationError, match="force"):
        ArticleSubmitted.model_validate({**ARTICLE, "force": "yes"})


def test_tags_in_a_body_become_paragraphs() -> None:
    assert plain_body("<p>One &amp; <b>two</b>.</p><p>Three<br>four.</p>").split("\n") == [
        "",
        "",
        "One & two.",
        "",
        "",
        "",
        "Three",
        "four.",
        "",
        "",
    ]
    assert plain_body("a < b and c > d") == "a < b and c > d"


def test_deep_nesting_and_long_lists_are_read_in_bounded_time() -> None:
    deep: Any = ARTICLE
    for _ in range(300):
        deep = {"@type": "WebPage", "mainEntity": deep}
    with pytest.raises(ValidationError, match="no article"):
        ArticleSubmitted.model_validate(deep)
    assert len(ArticleSubmitted.model_validate({**ARTICLE, "author": ["Jon Vik"] * 100_000}).authors) == 50
