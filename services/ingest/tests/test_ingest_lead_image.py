"""The picture of an article: its address, caption and credit, none of them in the text."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk.events import Image
from wiredesk_ingest.html_page import Page, read_page
from wiredesk_ingest.lead_image import as_image

STORY = (
    "The harbour of Anstead will close for a year, the council said on Monday, so that its walls can be rebuilt soon.",
    "Fishermen have been told to move their boats to Belmouth, ten miles to the north, before the end of next April.",
)
CAPTION = "The harbour wall in January, as seen from the lighthouse."


def read(before: str = "", *, head: str = "", after: str = "") -> Page:
    html = (
        f"<html lang='en'><head><title>T</title>{head}</head><body><article><h1>Harbour to close</h1>{before}"
        f"<p>{STORY[0]}</p><p>{STORY[1]}</p>{after}</article></body></html>"
    )
    return read_page(html, url="https://echo.example/news/a", title="", latest=date(2030, 1, 1), max_elements=50_000)


def figure(caption: str, *, source: str = "src='/pics/wall.jpg'") -> str:
    return f"<figure><img {source}><figcaption>{caption}</figcaption></figure>"


@pytest.mark.parametrize(
    ("markup", "credit"),
    [
        (figure(f"{CAPTION} Photograph: Carl Dunn/Coast Images"), "Carl Dunn/Coast Images"),
        (figure(f"{CAPTION} (XYZ Photo/Carl Dunn)"), "XYZ Photo/Carl Dunn"),
        (figure(f"<p>{CAPTION}</p><p>Photo by Carl Dunn</p>"), "Carl Dunn"),
        (figure(f"<span>{CAPTION}</span><span class='credit'>Credit: Carl Dunn</span>"), "Carl Dunn"),
        (figure(f"{CAPTION} © Carl Dunn"), "Carl Dunn"),
        (figure(f"{CAPTION} Carl Dunn/Coast Images"), "Carl Dunn/Coast Images"),
        (figure(CAPTION, source="src='data:image/gif;base64,AA==' data-src='/pics/wall.jpg'"), ""),
        (
            "<div class='wp-caption'><img src='/pics/wall.jpg'>"
            f"<p class='wp-caption-text'>{CAPTION} Foto: C. Dunn</p></div>",
            "C. Dunn",
        ),
    ],
    ids=["label", "agency", "lines", "class", "copyright", "slash", "lazy", "wordpress"],
)
@pytest.mark.parametrize("place", ["before", "after"])
def test_caption_and_credit_are_apart_from_the_story(markup: str, credit: str, place: str) -> None:
    result = read(markup) if place == "before" else read(after=markup)
    assert result.story.paragraphs == STORY
    if place == "before":
        assert result.metadata.image == Image(url="https://echo.example/pics/wall.jpg", caption=CAPTION, credit=credit)
    else:
        assert result.metadata.image is None


@pytest.mark.parametrize(
    "line",
    [f"{CAPTION} (XYZ Photo/Carl Dunn)", "Photograph: Carl Dunn/Coast Images", "(Photo: Carl Dunn)", "Foto: C. Dunn"],
)
def test_captions_without_markup_are_no_part_of_the_story(line: str) -> None:
    assert read(after=f"<p>{line}</p>").story.paragraphs == STORY


def test_the_captions_of_a_gallery_are_no_part_of_the_story() -> None:
    items = "".join(
        f"<dl><dt><img src='{n}.jpg'></dt><dd class='gallery-caption'>The wall at low tide.</dd></dl>" for n in range(3)
    )
    assert read(after=f"<div class='gallery'>{items}</div>").story.paragraphs == STORY


def test_the_stated_picture_gets_the_caption_that_is_printed_with_it() -> None:
    node = {"@type": "NewsArticle", "headline": "H", "image": ["https://cdn.example/1200/wall.jpg"]}
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    other = figure("A gull.", source="src='/pics/gull.jpg'")
    image = read(other, head=head, after=figure(f"{CAPTION} Photo: C. Dunn", source="src='/pics/wall.jpg?w=640'"))
    assert image.metadata.image == Image(url="https://cdn.example/1200/wall.jpg", caption=CAPTION, credit="C. Dunn")


def test_open_graph_names_the_picture_where_json_ld_does_not() -> None:
    head = '<meta property="og:image" content="/pics/wall.jpg">'
    assert read(head=head).metadata.image == Image(url="https://echo.example/pics/wall.jpg")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "/wall.jpg",
        "data:image/gif;base64,AA==",
        "https://",
        "",
        "http://[",
        "https://e.example/a b.jpg",
    ],
)
def test_what_is_no_address_of_the_web_is_no_picture(url: str) -> None:
    assert as_image(url, "A caption") is None


@given(st.text(max_size=60), st.text(max_size=120))
def test_any_address_and_caption_make_a_picture_or_none(url: str, caption: str) -> None:
    image = as_image(url, caption, page_url="https://echo.example/a")
    assert image is None or image.url.startswith(("http://", "https://"))
