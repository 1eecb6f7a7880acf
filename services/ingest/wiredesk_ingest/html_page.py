"""HTML pages: the story's text out of the page (trafilatura), and what the page says about it."""

import re
from dataclasses import dataclass
from datetime import date

import trafilatura
from lxml.etree import strip_elements
from lxml.html import HtmlElement
from wiredesk.errors import PermanentError

from wiredesk_ingest.boilerplate import is_paywall_stub, without_boilerplate
from wiredesk_ingest.characters import clean_text
from wiredesk_ingest.furniture import drop_furniture
from wiredesk_ingest.link_blocks import drop_link_blocks
from wiredesk_ingest.markup import parse_page
from wiredesk_ingest.page_date import publication_date
from wiredesk_ingest.page_metadata import PageMetadata, read_metadata
from wiredesk_ingest.plain_text import Story, folded, tidy
from wiredesk_ingest.publication_date import DateReading

__all__ = ["PAYWALLED", "SUMMARY_ONLY", "Page", "read_page"]

SUMMARY_ONLY = "summary_only"
PAYWALLED = "paywalled"

_MIN_STORY_CHARS = 40  # below it stands an error message or a lone label; a one-sentence bulletin is longer
_MIN_SUMMARY_CHARS = 80
_MIN_BODY_SHARE = 0.6  # JSON-LD often lacks captions and lists; only where the markup has far less is it the better
_MIN_SENTENCE_CHARS = 60
_MIN_RUNNING_CHARS = 250
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)]?$")
# Trafilatura drops these as well, but copies the tree several times before and after.
_NEVER_TEXT = ("script", "style", "svg", "template", "iframe")
_MAX_BIO_CHARS = 600
_MAX_BIO_BLOCKS = 3
# What the last lines say of an author: "Ann Bell is our coast correspondent. She …".
_BIO = re.compile(
    r"[\s,]+(?:[^.]{2,60},? )?(?:is|was|has|are|writes|reports|covers|joined|works|lives|teaches|edits)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page read: its story, its account of itself, and when it was published."""

    story: Story
    metadata: PageMetadata
    published_at: DateReading
    warnings: tuple[str, ...] = ()


def read_page(html: str, *, url: str | None, title: str, latest: date, max_elements: int) -> Page:
    """Read a page. `title` is the submitted one, if any; `latest` the last plausible day of publication.

    A page that calls itself an article but holds no running text (it is loaded later, or sold) yields its summary, with
    the warning `summary_only`; one that says that its story is for those who pay, or ends in an offer to read on for
    money, has the warning `paywalled`. Raises PermanentError: `not_html`, `too_deep`, `too_complex`, or `no_story` for
    any other such page.
    """
    tree = parse_page(html, max_elements=max_elements)
    metadata = read_metadata(tree, source=html, url=url)
    published_at = publication_date(tree, metadata, url=url or metadata.url or None, latest=latest)
    headings = {folded(heading) for heading in (title, metadata.title, *_headings(tree)) if heading}
    blocks, held_back = _body(tree, metadata)
    while len(blocks) > 1 and folded(blocks[0]) in headings:
        blocks = blocks[1:]
    story = tidy(_without_bio(blocks, metadata.authors), title=title or metadata.title)
    warnings = [PAYWALLED] if held_back or not metadata.is_free else []
    if sum(map(len, story.paragraphs)) < _MIN_STORY_CHARS:
        story = _summary(metadata)
        warnings.append(SUMMARY_ONLY)
    return Page(story=story, metadata=metadata, published_at=published_at, warnings=tuple(warnings))


def _summary(metadata: PageMetadata) -> Story:
    """The page's own summary in place of a story that it holds back, if it calls itself an article."""
    if metadata.is_article and len(metadata.deck) >= _MIN_SUMMARY_CHARS and _SENTENCE_END.search(metadata.deck):
        return Story(title=metadata.title, paragraphs=(metadata.deck,))
    raise PermanentError("no_story", "`html` holds no running text of a story; send the article's own page")


def _headings(tree: HtmlElement) -> list[str]:
    return [heading.text_content() for heading in tree.findall(".//h1")[:3]]


def _body(tree: HtmlElement, metadata: PageMetadata) -> tuple[list[str], bool]:
    """Paragraphs of the story, and whether something said that the rest is held back.

    They are trafilatura's precise reading, else structured data's text, else its tolerant reading. That is believed
    only where it holds running text: it would otherwise make a story of a menu.
    """
    strip_elements(tree, *_NEVER_TEXT, with_tail=False)
    held_back = drop_furniture(tree)
    drop_link_blocks(tree)
    text = _extracted(tree, precise=True)
    if metadata.article_body and len(text) < _MIN_BODY_SHARE * len(metadata.article_body):
        text = clean_text(metadata.article_body)
    if len(text) < _MIN_STORY_CHARS and _is_running_text(tolerant := _extracted(tree, precise=False)):
        text = tolerant
    lines = [line for line in text.split("\n") if line]
    return without_boilerplate(lines), held_back or any(map(is_paywall_stub, lines))


def _without_bio(blocks: list[str], authors: tuple[str, ...]) -> list[str]:
    """The blocks without what the last of them says about an author; a story of little else keeps it."""
    for place in range(max(1, len(blocks) - _MAX_BIO_BLOCKS), len(blocks)):
        block = blocks[place]
        named = next((name for name in authors if block.startswith(name)), None)
        if named and len(block) <= _MAX_BIO_CHARS and _BIO.match(block, len(named)):
            return blocks[:place]
    return blocks


def _extracted(tree: HtmlElement, *, precise: bool) -> str:
    document = trafilatura.bare_extraction(
        tree, favor_precision=precise, include_comments=False, include_images=False, with_metadata=False
    )
    return clean_text(getattr(document, "text", "") or "")


def _is_running_text(text: str) -> bool:
    """Whether there is enough in lines that are long and end like sentences."""
    lines = [line for line in text.split("\n") if len(line) >= _MIN_SENTENCE_CHARS and _SENTENCE_END.search(line)]
    return sum(map(len, lines)) >= _MIN_RUNNING_CHARS
