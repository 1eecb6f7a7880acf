"""What a page states in JSON-LD, microdata and RDFa, whatever shape it is in."""

import json
from typing import Any

import pytest
from lxml.html import HtmlElement, document_fromstring
from wiredesk_ingest.page_metadata import PageMetadata, read_metadata
from wiredesk_ingest.structured_data import stated_articles

MICRODATA = """
<body><div itemscope itemtype="https://schema.org/WebPage"><span itemprop="name">Echo</span>
<article itemscope itemtype="https://schema.org/NewsArticle">
<h1 itemprop="headline">Harbour to close</h1>
<span itemprop="author" itemscope itemtype="https://schema.org/Person">By <b itemprop="name">Ann Bell</b></span>
<time itemprop="datePublished" datetime="2020-03-04T05:06:00+01:00">4 March</time>
<meta itemprop="dateModified" content="2020-03-05"><meta itemprop="articleSection" content="Coast">
<figure itemprop="image" itemscope itemtype="https://schema.org/ImageObject">
<img itemprop="url" src="https://e.example/wall.jpg"><figcaption itemprop="caption">The wall.</figcaption></figure>
<div itemprop="articleBody"><p>One.</p><p>Two.</p></div>
<aside itemscope itemtype="https://schema.org/NewsArticle"><b itemprop="headline">Another story</b></aside>
</article></div></body>
"""
RDFA = (
    MICRODATA.replace("itemscope ", "")
    .replace('itemtype="https://schema.org/', 'typeof="')
    .replace("itemprop", "property")
)


def tree(html: str) -> HtmlElement:
    return document_fromstring(html)


def metadata_of(html: str) -> PageMetadata:
    return read_metadata(tree(html), source=html)


def in_json_ld(*nodes: Any) -> PageMetadata:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)
    return metadata_of(f"<html><head>{scripts}</head><body><p>x</p></body></html>")


@pytest.mark.parametrize("html", [MICRODATA, RDFA], ids=["microdata", "rdfa"])
def test_an_article_in_the_markup_is_read_without_those_inside_it(html: str) -> None:
    (stated,) = stated_articles(tree(html), source=html)
    assert stated.headline == "Harbour to close"
    assert (stated.authors, stated.section) == (("Ann Bell",), "Coast")
    assert (stated.published, stated.modified) == (("2020-03-04T05:06:00+01:00",), ("2020-03-05",))
    assert stated.body == "One.\n\nTwo."
    assert stated.image
    assert (stated.image.url, stated.image.caption) == ("https://e.example/wall.jpg", "The wall.")


def test_json_ld_comes_before_microdata_and_each_fills_the_gaps() -> None:
    node = {"@type": "NewsArticle", "headline": "As JSON-LD has it", "datePublished": "2020-01-01"}
    metadata = metadata_of(f'<script type="application/ld+json">{json.dumps(node)}</script>{MICRODATA}')
    assert (metadata.title, metadata.authors, metadata.section) == ("As JSON-LD has it", ("Ann Bell",), "Coast")
    assert metadata.dates[:2] == ("2020-01-01", "2020-03-04T05:06:00+01:00")


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda node: {"@graph": [{"@type": "WebSite", "name": "Echo"}, node]},
        lambda node: [[node]],
        lambda node: {"@type": "WebPage", "mainEntity": node},
        lambda node: {"@type": "WebPage", "mainEntityOfPage": {"@type": "WebPage", "mainEntity": [node]}},
    ],
)
def test_an_article_in_json_ld_is_found_where_it_stands(wrapped: Any) -> None:
    node = {
        "@type": "NewsArticle",
        "headline": "Harbour",
        "author": [{"@type": "Person", "name": "Ann Bell"}, "Carl Dunn"],
    }
    metadata = in_json_ld(wrapped(node))
    assert (metadata.title, metadata.authors) == ("Harbour", ("Ann Bell", "Carl Dunn"))


def test_an_organisation_is_printed_and_is_no_author() -> None:
    node = {"@type": "NewsArticle", "headline": "H", "author": {"@type": "Organization", "name": "Coast Desk"}}
    metadata = in_json_ld(node)
    assert (metadata.byline, metadata.authors) == ("Coast Desk", ())


def test_people_named_by_the_markup_serve_where_json_ld_names_an_organisation() -> None:
    node = {"@type": "NewsArticle", "headline": "H", "author": {"@type": "Organization", "name": "Coast Desk"}}
    metadata = metadata_of(
        f'<script type="application/ld+json">{json.dumps(node)}</script>'
        '<p class="byline">By Ann Bell, Editor</p><p>x</p>'
    )
    assert (metadata.byline, metadata.authors) == ("Ann Bell, Editor", ("Ann Bell",))


def test_a_line_over_the_story_names_its_authors_where_no_markup_does() -> None:
    page = "<body><p>{}. Published on 3 March</p><p>" + "The harbour will close. " * 5 + "</p><p>By Eve Fox</p></body>"
    assert metadata_of(page.format("By Ann Bell and Carl Dunn")).authors == ("Ann Bell", "Carl Dunn")
    assert metadata_of(page.format("By the harbour")).authors == ()


@pytest.mark.parametrize("section", ["echo.example", "x" * 200, ""])
def test_what_is_no_section_s_name_is_passed_over(section: str) -> None:
    assert in_json_ld({"@type": "NewsArticle", "articleSection": section}).section == ""


def test_items_nested_without_end_are_read_in_bounded_time() -> None:
    nested = "<div itemscope itemtype='https://schema.org/NewsArticle' itemprop='author'>" * 200
    html = f"<body>{nested}x"
    assert len(list(stated_articles(tree(html), source=html))) == 1
