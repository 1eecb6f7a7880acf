"""Articles written to harm: whatever stands in them, pages show it as text and run none of it."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from wiredesk.events import ArticleExtracted, Cue, DateMention, Entity, Image, Mention, Quote, Speaker
from wiredesk.news_article import news_article
from wiredesk_gateway.links import entity_path

SCRIPT = "<script>alert(1)</script>"
BREAKOUT = "\"'><img src=x onerror=alert(1)>"
TEMPLATE = "{{ 7*7 }}{% raw %}${7*7}"
OVERRIDE = "\u202egnirts\u2066"
ADDRESSES = ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", 'https://x.example/"onclick=alert(1)//')
PATHS = ("/", "/?q=x&sort=newest", "/quotes", "/entities", "/articles/{id}", "/entities/{entity}")
VOID = {"meta", "link", "input", "br", "img", "hr"}
FORMS_OF_OURS = {"/", "/quotes", "/entities", "/entities/correct", "/entities/undo"}


class Page(HTMLParser):
    """Reads a whole page strictly and keeps what could do harm: elements, attributes, addresses."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len({name for name, _ in attrs})
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(number: int, words: str, url: str) -> ArticleExtracted:
    """An article with the same words in every field a publisher or an extractor fills, and facts that overlap."""
    text = f"One {words} said\n\n{words} two {words}."
    size = len(words)
    first, last = 4, text.rindex(words)
    name = f"name {words}"

    def span(start: int, end: int) -> dict[str, Any]:
        return {"start": start, "end": end, "text": text[start:end]}

    return ArticleExtracted(
        article_id=f"h{number}",
        revision=1,
        submission_id="1700000000000-0",
        url=url,
        source=f"source {words}",
        title=f"title {words}",
        deck=words,
        byline=words,
        authors=(words, f"{words}, other"),
        section=words,
        image=Image(url=f"https://x.example/{number}.jpg", caption=words, credit=words),
        published_at="2024-03-01",
        modified_at="2024-03-02T07:30:00+01:00",
        text=text,
        language='en"><script>',
        content_hash="h",
        cluster_id="c",
        warnings=(words,),
        extractor=words,
        entities=(
            Entity(
                id=f"person:{number}/{words}",
                type="Person",
                name=name,
                title=words,
                roles=(words,),
                mentions=(
                    Mention(**span(first, first + size)),
                    Mention(**span(first + size // 2, last + size // 2)),  # crosses the paragraphs
                    Mention(**span(last, last + size)),
                ),
            ),
            Entity(id=f"weird:{words}", type=f"Weird{words}", name=words, mentions=(Mention(**span(0, len(text))),)),
        ),
        quotes=(
            Quote(
                **span(first, last + 1),
                speaker=Speaker(**span(0, 5), entity_id=f"person:{number}/{words}", name=name),
                cue=Cue(**span(first + size + 1, first + size + 5)),
            ),
            Quote(**span(first, first + size), kind="mixed", speaker=Speaker(**span(0, 3), name=words)),
        ),
        dates=(DateMention(**span(last, last + 1), type="DATE", value=words),),
    )


CASES = [
    hostile(number, words, ADDRESSES[number % len(ADDRESSES)])
    for number, words in enumerate((SCRIPT, BREAKOUT, TEMPLATE, OVERRIDE, "</title></textarea></style><!-- \x00\r x"))
]


@pytest.mark.parametrize("article", CASES, ids=lambda article: article.article_id)
def test_every_page_is_well_formed_and_holds_no_markup_of_the_article(
    serve: Any, no_redis_url: str, article: ArticleExtracted
) -> None:
    client = serve([article, CASES[0]], no_redis_url)
    entity = entity_path(article.entities[0].id)
    for path in PATHS:
        response = client.get(entity if "entity" in path else path.format(id=article.article_id))
        assert response.status_code == 200, path
        page = Page(response.text)
        for tag, attributes in page.elements:
            assert tag not in {"img", "iframe", "object", "embed", "style", "base", "svg"}, path
            assert not any(name.startswith("on") or name in {"style", "srcdoc"} for name in attributes), path
            assert tag != "script" or _is_ours(attributes), path
            assert tag != "form" or attributes["action"] in FORMS_OF_OURS
            for name in ("href", "src"):
                assert str(attributes.get(name, "/")).startswith(("/", "#", "https://x.example/")), attributes
        assert not any(control in page.text for control in "\u202e\x00\r")


def _is_ours(script: dict[str, str | None]) -> bool:
    """Our own script, or a block of data, which no browser runs."""
    if script.get("type") == "application/ld+json":
        return "src" not in script
    return str(script["src"]).startswith("/static/wiredesk.js?v=")


@pytest.mark.parametrize("article", CASES, ids=lambda article: article.article_id)
def test_the_article_for_programs_is_whole_and_cannot_end_its_element(
    serve: Any, no_redis_url: str, article: ArticleExtracted
) -> None:
    html = serve([article], no_redis_url).get(f"/articles/{article.article_id}").text
    (block,) = re.findall(r'<script type="application/ld\+json">([^<]*)</script>', html)
    assert json.loads(block) == news_article(article)
    assert block.isascii()


def test_the_words_themselves_are_shown(serve: Any, no_redis_url: str) -> None:
    page = Page(serve(CASES, no_redis_url).get("/articles/h0").text)
    assert f"title {SCRIPT}" in page.text
    assert f"One {SCRIPT} said" in page.text
    assert "{{ 7*7 }}" in Page(serve(CASES, no_redis_url).get("/articles/h2").text).text


def test_an_address_that_is_no_web_address_is_shown_but_not_linked(serve: Any, no_redis_url: str) -> None:
    page = Page(serve(CASES, no_redis_url).get("/articles/h0").text)
    assert "javascript:alert(1)" in page.text
    assert not any("javascript" in str(attributes.get("href")) for _, attributes in page.elements)


def test_text_that_turns_direction_is_kept_within_its_own_element(serve: Any, no_redis_url: str) -> None:
    html = serve(CASES, no_redis_url).get("/articles/h3").text
    assert "\u202e" not in html
    assert "�gnirts" in html


@pytest.mark.parametrize(
    "query", ["/?q={}", "/?people={}", "/?source={}", "/quotes?q={}&speaker={}", "/entities?q={}&type={}", "/nope/{}"]
)
@pytest.mark.parametrize("words", [SCRIPT, BREAKOUT, OVERRIDE, "\x00", "%ff"])
def test_what_the_address_says_is_only_ever_text(gateway: httpx.Client, query: str, words: str) -> None:
    response = gateway.get(httpx.URL(query.replace("{}", words if words == "%ff" else _quoted(words))))
    assert response.status_code in (200, 400, 404, 422)
    page = Page(response.text)
    assert {tag for tag, _ in page.elements}.isdisjoint({"img", "style", "iframe"})
    assert sum(tag == "script" for tag, _ in page.elements) == 1


def _quoted(words: str) -> str:
    return "".join(f"%{byte:02x}" for byte in words.encode())
