"""Pages: the story without its surroundings, and what the page says of itself."""

import json
from datetime import date

import pytest
from wiredesk.errors import PermanentError
from wiredesk_ingest.html_page import SUMMARY_ONLY, Page, read_page

STORY = (
    "The harbour of Anstead will close for a year, the council said on Monday, so that its walls can be rebuilt.",
    "Fishermen have been told to move their boats to Belmouth, ten miles to the north, before the end of April.",
    "“We had no choice,” said Ann Bell, who leads the council. “The old stone will not stand another winter.”",
    "The work is expected to cost four million pounds, most of it paid by the government over three years.",
)
MENU = (
    "<nav><ul>"
    + "".join(f'<li><a href="/{n}">{n}</a></li>' for n in ("Home", "World", "Sport", "Weather"))
    + "</ul></nav>"
)


def page(*, head: str = "", before: str = "", after: str = "", story: tuple[str, ...] = STORY) -> str:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in story)
    return (
        f"<html lang='en'><head><title>Harbour to close | The Anstead Echo</title>{head}</head><body>{MENU}"
        f"<article><h1>Harbour to close</h1>{before}{paragraphs}{after}</article>"
        "<footer><p>We use cookies to make this site better.</p></footer></body></html>"
    )


def read(html: str, *, url: str | None = None, title: str = "", max_elements: int = 50_000) -> Page:
    return read_page(html, url=url, title=title, latest=date(2030, 1, 1), max_elements=max_elements)


def json_ld(**fields: object) -> str:
    article = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(article)}</script>'


def test_the_story_is_read_without_menu_headline_labels_and_footer() -> None:
    after = "<p>Related: Ten views of the harbour</p><p>Sign up for our newsletter.</p>"
    assert read(page(after=after)).story.paragraphs == STORY


def test_blocks_of_links_alone_are_no_part_of_the_story() -> None:
    links = "".join(f'<a href="/{n}">Another story of the harbour, number {n}</a> ' for n in range(4))
    popup = f"<span>{links}</span>"
    listed = "<ul>" + "".join(f"<li>{link}</a></li>" for link in links.split("</a> ") if link) + "</ul>"
    html = page(after=listed).replace("Ann Bell", f"Ann Bell{popup}")
    assert read(html).story.paragraphs == STORY


def test_a_list_of_the_story_stays() -> None:
    facts = "<ul><li>The walls are of 1790.</li><li>The <a href=/boats>boats</a> number forty.</li></ul>"
    text = "\n".join(read(page(after=facts)).story.paragraphs)
    assert "The walls are of 1790." in text
    assert "The boats number forty." in text


def test_json_ld_comes_before_meta_and_markup() -> None:
    head = '<meta property="og:title" content="Other"><meta property="article:published_time" content="2020-01-02">'
    head += json_ld(
        headline="Harbour of Anstead to close",
        datePublished="2020-03-04T05:06:00+01:00",
        author=[{"@type": "Person", "name": "Ann Bell"}, {"@type": "Person", "name": "By Carl Dunn"}],
        publisher={"@type": "Organization", "name": "The Anstead Echo"},
        description="A year of work.",
    )
    result = read(page(head=head))
    assert result.metadata.title == "Harbour of Anstead to close"
    assert result.metadata.authors == ("Ann Bell", "Carl Dunn")
    assert result.metadata.site_name == "The Anstead Echo"
    assert result.metadata.deck == "A year of work."
    assert result.published_at.value == "2020-03-04T05:06:00+01:00"


def test_authors_of_a_graph_are_found_by_reference() -> None:
    graph = [
        {"@type": "Article", "headline": "Harbour", "author": {"@id": "#ann"}},
        {"@type": "Person", "@id": "#ann", "name": "Ann Bell"},
    ]
    head = f'<script type="application/ld+json"><!-- {json.dumps({"@graph": graph})} --></script>'
    assert read(page(head=head)).metadata.authors == ("Ann Bell",)


def test_malformed_json_ld_is_passed_over() -> None:
    odd = json_ld(
        author=[1, [2], {"name": {"x": 1}}, None, {"@id": []}], publisher=[[]], headline={}, datePublished=[1]
    )
    for script in ("{", "[" * 100_000, "; " * 100_000 + "x", '{"@type": "Article", "wordCount": ' + "9" * 5000 + "}"):
        head = odd + f'<script type="application/ld+json">{script}</script>'
        assert read(page(head=head)).story.paragraphs == STORY


def test_the_headline_of_the_page_serves_where_nothing_is_declared() -> None:
    assert read(page()).metadata.title == "Harbour to close"


def test_the_outlet_is_no_part_of_the_title() -> None:
    head = '<meta property="og:title" content="Harbour to close | Echo"><meta property="og:site_name" content="Echo">'
    assert read(page(head=head)).metadata.title == "Harbour to close"


@pytest.mark.parametrize(
    ("html", "day"),
    [
        (page(head='<meta name="pubdate" content="2020-01-02T03:04:05Z">'), "2020-01-02T03:04:05Z"),
        (page(before='<time pubdate datetime="2020-01-02">2 January</time>'), "2020-01-02"),
        (page(before="<p>2. Februar 2020 , Ann Bell</p>"), "2020-02-02"),
        (page(after="<p>Published on 3 March 2020</p>"), "2020-03-03"),
        (
            page(head=json_ld(headline="H", datePublished="1970-01-01T00:00:00Z"), before="<p>3 March 2020</p>"),
            "2020-03-03",
        ),
        (page(head=json_ld(headline="H", datePublished="2099-01-01"), before="<p>3 March 2020</p>"), "2020-03-03"),
        (page(), None),
    ],
    ids=["meta", "time", "byline", "label", "epoch", "future", "none"],
)
def test_the_date_of_publication(html: str, day: str | None) -> None:
    assert read(html).published_at.value == day


def test_a_date_in_the_address_serves_where_the_page_is_silent() -> None:
    assert read(page(), url="https://echo.example/2020/05/06/harbour").published_at.value == "2020-05-06"


def test_the_body_in_json_ld_serves_where_the_markup_has_none() -> None:
    html = page(head=json_ld(headline="H", articleBody="<p>" + "</p><p>".join(STORY) + "</p>"), story=())
    assert read(html).story.paragraphs == STORY


def test_an_article_that_is_held_back_yields_its_summary() -> None:
    head = f'<meta property="og:type" content="article"><meta property="og:description" content="{STORY[0]}">'
    result = read(page(head=head, story=()))
    assert (result.story.paragraphs, result.warnings) == ((STORY[0],), (SUMMARY_ONLY,))


@pytest.mark.parametrize(
    "html",
    [
        f"<html><body>{MENU}</body></html>",
        "<html></html>",
        "<!-- nothing -->",
        "<!doctype html>",
        "<frameset><frame src=x></frameset>",
    ],
)
def test_a_page_without_a_story_is_a_permanent_failure(html: str) -> None:
    with pytest.raises(PermanentError) as refused:
        read(html)
    assert refused.value.reason == "no_story"


@pytest.mark.parametrize(
    "html",
    [
        "%PDF-1.7\n%âãÏÓ\n1 0 obj <</Type/Catalog>>" + "".join(STORY),
        " \n%PDF-1.4 <html><body><p>" + "".join(STORY),
        "PK\x03\x04" + "\x00\x01<a" * 1000,
        "\x00\x01\x02\x03<p>" * 100,
        "".join(STORY),
    ],
    ids=["pdf", "pdf-with-tags", "zip", "binary", "no-tag"],
)
def test_what_is_no_page_is_a_permanent_failure(html: str) -> None:
    with pytest.raises(PermanentError) as refused:
        read(html)
    assert refused.value.reason == "not_html"


@pytest.mark.parametrize("nested", ["<div>" * 100_000, "<b><i>x" * 50_000, "<table><tr><td>" * 30_000])
def test_nesting_beyond_what_the_parser_reads_is_a_permanent_failure(nested: str) -> None:
    with pytest.raises(PermanentError) as refused:
        read(page(after=nested))
    assert refused.value.reason == "too_deep"


@pytest.mark.parametrize(
    "many",
    ["<p>x</p>" * 1001, "<div " + " ".join(f"a{n}=1" for n in range(30_000)) + ">"],
    ids=["elements", "attributes"],
)
def test_a_page_of_too_many_parts_is_a_permanent_failure(many: str) -> None:
    with pytest.raises(PermanentError) as refused:
        read(page(after=many), max_elements=1000)
    assert refused.value.reason == "too_complex"


def test_a_script_that_looks_like_a_long_tag_does_no_harm() -> None:
    code = "<script>if (a<b.length) { " + "let x = 'a b' + y; " * 3000 + "}</script>"
    data = '<div data-props="' + "word " * 30_000 + '">x</div>'
    assert read(page(after=code + data)).story.paragraphs[: len(STORY)] == STORY


def test_hundreds_of_attributes_are_passed_over() -> None:
    attributes = " ".join(f"a{n}=1" for n in range(5000))
    assert read(page(after=f"<div {attributes}></div>")).story.paragraphs == STORY


def test_nul_bytes_surrogates_and_encoding_declarations_do_no_harm() -> None:
    html = '<?xml version="1.0" encoding="utf-16"?>' + page(head="<meta charset=utf-16>").replace(
        "Ann", "A\x00n\ud800n"
    )
    assert read(html).story.paragraphs == STORY


def test_reading_a_page_twice_gives_the_same() -> None:
    html = page(head=json_ld(headline="H", datePublished="2020-01-02"))
    assert read(html) == read(html)
