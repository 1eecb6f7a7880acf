"""An article with its facts as a NewsArticle, and back."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk.events import ArticleExtracted, ArticleSubmitted
from wiredesk.news_article import news_article

GOLDEN = Path(__file__).parents[2] / "tests" / "contract" / "golden" / "ArticleExtracted.v1.json"


@pytest.fixture
def article() -> ArticleExtracted:
    return ArticleExtracted.model_validate_json(GOLDEN.read_bytes())


def test_an_article_is_written_with_its_facts(article: ArticleExtracted) -> None:
    written = news_article(article)
    assert (written["@context"], written["@type"]) == ("https://schema.org", "NewsArticle")
    assert written["headline"] == article.title
    assert written["author"] == [{"@type": "Person", "name": "Jon Vik"}]
    assert (written["datePublished"], written["dateModified"]) == ("2024-05-06", "2024-05-07T08:15:00+02:00")
    assert written["image"]["creditText"] == "Ada Holm"
    assert written["publisher"] == {"@type": "Organization", "name": article.source}
    mentions = {one["name"]: one for one in written["mentions"]}
    assert set(mentions) == {entity.name for entity in article.entities}
    for place in article.places:
        (name,) = (entity.name for entity in article.entities if entity.id == place.entity_id)
        assert mentions[name]["geo"] == {
            "@type": "GeoCoordinates",
            "latitude": place.latitude,
            "longitude": place.longitude,
        }
        assert mentions[name]["sameAs"].endswith(f"/{place.geonames_id}/")


def test_a_quotation_names_its_speaker_and_says_when_that_is_a_guess(article: ArticleExtracted) -> None:
    quote = article.quotes[0]
    assert quote.speaker
    speaker = {"name": quote.speaker.name, "@id": f"#{quote.speaker.entity_id}"}
    for confidence, expected in (
        (0.99, speaker),
        (0.4, {"@type": "Role", "roleName": "probable", "spokenByCharacter": speaker}),
    ):
        changed = quote.model_copy(update={"speaker": quote.speaker.model_copy(update={"confidence": confidence})})
        written = news_article(article.model_copy(update={"quotes": (changed,)}))
        assert written["hasPart"] == [{"@type": "Quotation", "text": quote.text, "spokenByCharacter": expected}]
    indirect = quote.model_copy(update={"kind": "indirect"})
    assert "hasPart" not in news_article(article.model_copy(update={"quotes": (indirect,)}))


def test_what_is_not_known_is_left_out() -> None:
    bare = ArticleExtracted(
        article_id="a",
        revision=1,
        submission_id="1-0",
        text="Words.",
        content_hash="h",
        cluster_id="c",
        extractor="t/1",
    )
    assert set(news_article(bare)) == {"@context", "@type", "articleBody", "identifier"}


LINE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(str.strip)
WORDS = LINE.filter(lambda text: "<" not in text)


@st.composite
def articles(draw: st.DrawFn) -> ArticleExtracted:
    fields: dict[str, Any] = {
        "title": draw(LINE | st.just("")),
        "deck": draw(LINE | st.just("")),
        "authors": tuple(draw(st.lists(LINE, max_size=3))),
        "section": draw(LINE | st.just("")),
        "source": draw(LINE | st.none()),
        "external_id": draw(LINE | st.none()),
        "url": draw(st.sampled_from((None, "https://e.example/a?b=1", "http://e.example/ä"))),
        "language": draw(st.sampled_from(("und", "en", "de"))),
        "published_at": draw(st.sampled_from((None, "2024-05-06", "2024-05-06T07:00:00+02:00"))),
        "modified_at": draw(st.sampled_from((None, "2024-05-07", "2024-05-07T07:00Z"))),
        "image": draw(
            st.none()
            | st.fixed_dictionaries(
                {"url": st.just("https://e.example/i.jpg")}, optional={"caption": LINE, "credit": LINE}
            )
        ),
    }
    return ArticleExtracted(
        article_id="a", revision=1, submission_id="1-0", text=draw(WORDS), content_hash="h", cluster_id="c",
        extractor="t/1", **fields,
    )  # fmt: skip


@given(articles())
def test_what_is_written_is_read_back(article: ArticleExtracted) -> None:
    sent = ArticleSubmitted.model_validate_json(json.dumps(news_article(article)))
    assert (sent.text, sent.title or "", sent.deck or "") == (article.text, article.title, article.deck)
    assert (sent.authors, sent.section or "") == (article.authors, article.section)
    assert (sent.url, sent.source, sent.external_id) == (article.url, article.source, article.external_id)
    assert (sent.published_at, sent.modified_at) == (article.published_at, article.modified_at)
    assert sent.language == (None if article.language == "und" else article.language)
    image = {name: text for name, text in dict(sent.image or {}).items() if text}
    assert image == {name: text for name, text in dict(article.image or {}).items() if text}
