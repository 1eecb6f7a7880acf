"""HTML pages: the story's text out of the page (trafilatura), and what the page says about it."""

import re
from dataclasses import dataclass
from datetime import date

import trafilatura
from lxml.etree import strip_elements
from lxml.html import HtmlElement
from wiredesk.errors import PermanentError

from wiredesk_ingest.boilerplate import without_boilerplate
from wiredesk_ingest.characters import clean_text
from wiredesk_ingest.link_blocks import drop_link_blocks
from wiredesk_ingest.markup import parse_page
from wiredesk_ingest.page_date import publication_date
from wiredesk_ingest.page_metadata import PageMetadata, read_metadata
from wiredesk_ingest.plain_text import Story, folded, tidy
from wiredesk_ingest.publication_date import DateReading

__all__ = ["SUMMARY_ONLY", "Page", "read_page"]

SUMMARY_ONLY = "summary_only"

_MIN_STORY_CHARS = 40  # below it stands an error message or a lone label; a one-sentence bulletin is longer
_MIN_SUMMARY_CHARS = 80
_MIN_BODY_SHARE = 0.6  # JSON-LD often lacks captions and lists; only where the markup has far less is it the better
_MIN_SENTENCE_CHARS = 60
_MIN_RUNNING_CHARS = 250
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)]?$")
# Trafilatura drops these as well, but copies the tree several times before and after.
_NEVER_TEXT = ("script", "style", "svg", "template", "iframe")
_TAGS = re.compile(r"<[^<>]{1,1000}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page read: its story, its account of itself, and when it was published."""

    story: Story
    metadata: PageMetadata
    published_at: DateReading
    warning: str | None = None


def read_page(html: str, *, url: str | None, title: str, latest: date, max_elements: int) -> Page:
    """Read a page. `title` is the submitted one, if any; `latest` the last plausible day of publication.

    A page that calls itself an article but holds no running text (it is loaded later, or sold) yields its summary, with
    the warning `summary_only`. Raises PermanentError: `not_html`, `too_deep`, `too_complex`, or `no_story` for
    any other such page.
    """
    tree = parse_page(html, max_elements=max_elements)
    metadata = read_metadata(tree)
    published_at = publication_date(tree, metadata, url=url or metadata.url or None, latest=latest)
    blocks = _body(tree, metadata)
    headings = {folded(heading) for heading in (title, metadata.title, *_headings(tree)) if heading}
    while len(blocks) > 1 and folded(blocks[0]) in headings:
        blocks = blocks[1:]
    story, warning = tidy(blocks, title=title or metadata.title), None
    if sum(map(len, story.paragraphs)) < _MIN_STORY_CHARS:
        story, warning = _summary(metadata), SUMMARY_ONLY
    return Page(story=story, metadata=metadata, published_at=published_at, warning=warning)


def _summary(metadata: PageMetadata) -> Story:
    """The page's own summary in place of a story that it holds back, if it calls itself an article."""
    if metadata.is_article and len(metadata.deck) >= _MIN_SUMMARY_CHARS and _SENTENCE_END.search(metadata.deck):
        return Story(title=metadata.title, paragraphs=(metadata.deck,))
    raise PermanentError("no_story", "`html` holds no running text of a story; send the article's own page")


def _headings(tree: HtmlElement) -> list[str]:
    return [heading.text_content() for heading in tree.findall(".//h1")[:3]]


def _body(tree: HtmlElement, metadata: PageMetadata) -> list[str]:
    """Paragraphs of the story: trafilatura's precise reading, else JSON-LD's text, else its tolerant reading.

    The tolerant reading is believed only where it holds running text: it would otherwise make a story of a menu.
    """
    strip_elements(tree, *_NEVER_TEXT, with_tail=False)
    drop_link_blocks(tree)
    text = _extracted(tree, precise=True)
    if metadata.article_body and len(text) < _MIN_BODY_SHARE * len(metadata.article_body):
        text = clean_text(_TAGS.sub("\n", metadata.article_body))
    if len(text) < _MIN_STORY_CHARS and _is_running_text(tolerant := _extracted(tree, precise=False)):
        text = tolerant
    return without_boilerplate([line for line in text.split("\n") if line])


def _extracted(tree: HtmlElement, *, precise: bool) -> str:
    document = trafilatura.bare_extraction(
        tree, favor_precision=precise, include_comments=False, include_images=False, with_metadata=False
    )
    return clean_text(getattr(document, "text", "") or "")


def _is_running_text(text: str) -> bool:
    """Whether there is enough in lines that are long and end like sentences."""
    lines = [line for line in text.split("\n") if len(line) >= _MIN_SENTENCE_CHARS and _SENTENCE_END.search(line)]
    return sum(map(len, lines)) >= _MIN_RUNNING_CHARS
