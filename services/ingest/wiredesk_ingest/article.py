"""One submission in, one clean and identified article out: the whole of ingest as a pure function."""

from dataclasses import dataclass, field, replace

from wiredesk.errors import PermanentError
from wiredesk.events import ArticleIngested, ArticleSubmitted, Image, revision_of, submitted_at

from wiredesk_ingest.bylines import people
from wiredesk_ingest.canonical_url import canonical_url
from wiredesk_ingest.characters import clean_line
from wiredesk_ingest.html_page import PAYWALLED, Page, read_page
from wiredesk_ingest.identity import article_id, cluster_id, content_hash
from wiredesk_ingest.language import Identifier, identify
from wiredesk_ingest.lead_image import as_image
from wiredesk_ingest.page_metadata import PageMetadata
from wiredesk_ingest.plain_text import Story, read_plain_text, tidy
from wiredesk_ingest.publication_date import DateReading, latest_plausible, modification, read_date
from wiredesk_ingest.settings import IngestSettings

__all__ = ["ingest"]

HTML_IGNORED = "html_ignored"
URL_UNUSABLE = "url_unusable"
IMAGE_UNUSABLE = "image_unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Submission:
    """A submission with its short fields cleaned and `warnings` still growing."""

    event: ArticleSubmitted
    submission_id: str
    title: str
    url: str | None
    warnings: list[str] = field(default_factory=list)


def ingest(
    event: ArticleSubmitted, *, submission_id: str, limits: IngestSettings, identifier: Identifier
) -> ArticleIngested:
    """Clean and identify one submission.

    What the publisher says wins over what the page says; `text` wins over `html` as the body. Raises PermanentError
    (`too_large`, `no_text`, `no_story`, `not_html`, `too_deep`, `too_complex`).
    """
    _check_sizes(event, limits)
    url = canonical_url(event.url) if event.url else None
    submission = _Submission(event=event, submission_id=submission_id, title=clean_line(event.title), url=url)
    if event.url and not url:
        submission.warnings.append(URL_UNUSABLE)
    story, page = _read(submission, limits)
    text = "\n\n".join(story.paragraphs)
    if not any(map(str.isalnum, text)):
        raise PermanentError("no_text", "the article has no letter or digit in `text` or `html`; send its words")
    if len(text) > limits.max_body_chars:
        raise PermanentError(
            "too_large",
            f"the body has {len(text):,} characters, the limit is {limits.max_body_chars:,} (WIREDESK_MAX_BODY_CHARS)",
        )
    return _identified(submission, story, page, text=text, identifier=identifier)


def _check_sizes(event: ArticleSubmitted, limits: IngestSettings) -> None:
    _check_size("html", event.html, limits.max_html_chars, "WIREDESK_MAX_HTML_CHARS")
    _check_size("text", event.text, limits.max_text_chars, "WIREDESK_MAX_TEXT_CHARS")
    image = "".join(filter(None, dict(event.image).values())) if event.image else ""
    for name, value in (
        ("url", event.url), ("source", event.source), ("title", event.title), ("published_at", event.published_at),
        ("language", event.language), ("external_id", event.external_id), ("authors", "".join(event.authors)),
        ("deck", event.deck), ("modified_at", event.modified_at), ("section", event.section), ("image", image),
    ):  # fmt: skip
        if value:
            _check_size(name, value, limits.max_field_chars, "WIREDESK_MAX_FIELD_CHARS")


def _check_size(name: str, value: str | None, limit: int, setting: str) -> None:
    if value and len(value) > limit:
        message = f"`{name}` has {len(value):,} characters, the limit is {limit:,} ({setting})"
        raise PermanentError("too_large", message)


def _read(submission: _Submission, limits: IngestSettings) -> tuple[Story, Page | None]:
    """The story, and the page where there is one. A page that cannot be read is set aside when there is text."""
    event, page = submission.event, None
    has_text = bool(event.text and not event.text.isspace())
    if event.html and not event.html.isspace():
        latest = latest_plausible(submitted_at(submission.submission_id))
        try:
            page = read_page(
                event.html,
                url=submission.url,
                title=submission.title,
                latest=latest,
                max_elements=limits.max_html_elements,
            )
        except PermanentError:
            if not has_text:
                raise
            submission.warnings.append(HTML_IGNORED)
    if not has_text and page:
        submission.warnings.extend(page.warnings)
        return page.story, page
    if not has_text:
        raise PermanentError("no_text", "`text` and `html` are empty; send one of them")
    story = read_plain_text(event.text or "", title=submission.title)
    if page and not submission.title and page.metadata.title:
        tidied = tidy(story.paragraphs, title=page.metadata.title) if not story.title else story
        story = replace(tidied, byline=story.byline or tidied.byline, held_back=story.held_back)
    if story.held_back:
        submission.warnings.append(PAYWALLED)
    return story, page


def _identified(
    submission: _Submission, story: Story, page: Page | None, *, text: str, identifier: Identifier
) -> ArticleIngested:
    event, warnings = submission.event, submission.warnings
    metadata = page.metadata if page else PageMetadata()
    title = submission.title or story.title or metadata.title
    source = clean_line(event.source) or metadata.site_name
    external_id = clean_line(event.external_id)
    url = submission.url or (canonical_url(metadata.url) if metadata.url else None)
    byline, authors = _credited(event, story, metadata, outlet=source)
    language = identify(text, declared=clean_line(event.language) or metadata.language, identifier=identifier)
    published_at = _published_at(submission, page)
    modified_at = _modified_at(submission, metadata, published_at.value)
    image = _image(submission, metadata)
    warnings += [slug for slug in (*language.warnings, published_at.warning, modified_at.warning) if slug]
    return ArticleIngested(
        article_id=article_id(
            url=url, source=clean_line(event.source), external_id=external_id, title=title, text=text
        ),
        revision=revision_of(submission.submission_id),
        submission_id=submission.submission_id,
        url=url,
        source=source or None,
        external_id=external_id or None,
        title=title,
        deck=clean_line(event.deck) or story.deck or metadata.deck,
        byline=byline,
        authors=authors,
        section=clean_line(event.section) or metadata.section,
        image=image,
        text=text,
        language=language.code,
        published_at=published_at.value,
        modified_at=modified_at.value,
        content_hash=content_hash(title, text),
        cluster_id=cluster_id(text),
        force=event.force,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _credited(
    event: ArticleSubmitted, story: Story, metadata: PageMetadata, *, outlet: str
) -> tuple[str, tuple[str, ...]]:
    """The byline and the people in it: as sent, else as the page says, else as it stands over the story."""
    sent = [line for author in event.authors if (line := clean_line(author))]
    if sent:
        return ", ".join(sent), people(sent, outlet=outlet)
    if metadata.authors or (metadata.byline and not story.byline):
        return metadata.byline, metadata.authors
    return story.byline, people([story.byline], outlet=outlet) if story.byline else ()


def _published_at(submission: _Submission, page: Page | None) -> DateReading:
    """The submitted date; where it is missing or unreadable the page's, keeping the warning."""
    reading = _read_sent(submission, submission.event.published_at)
    if reading.value or not page:
        return reading
    return DateReading(page.published_at.value, reading.warning or page.published_at.warning)


def _modified_at(submission: _Submission, metadata: PageMetadata, published_at: str | None) -> DateReading:
    """The submitted time of the last change, else the page's; what a page has wrong is passed over without a word."""
    sent = modification(_read_sent(submission, submission.event.modified_at), published_at=published_at)
    if sent.value:
        return sent
    for candidate in metadata.modified:
        reading = modification(_read_sent(submission, candidate), published_at=published_at)
        if reading.value:
            return DateReading(reading.value, sent.warning or reading.warning)
    return sent


def _read_sent(submission: _Submission, raw: str | None) -> DateReading:
    if not raw or raw.isspace():
        return DateReading()
    return read_date(raw, latest=latest_plausible(submitted_at(submission.submission_id)))


def _image(submission: _Submission, metadata: PageMetadata) -> Image | None:
    """The submitted picture, else the page's. A sent caption without an address goes with the page's picture."""
    sent = submission.event.image
    if sent is None:
        return metadata.image
    image = as_image(sent.url, sent.caption or "", sent.credit or "", page_url=submission.url) if sent.url else None
    if image is None and sent.url:
        submission.warnings.append(IMAGE_UNUSABLE)
    if image is None and metadata.image and not sent.url:
        caption, credit = clean_line(sent.caption), clean_line(sent.credit)
        return Image(
            url=metadata.image.url, caption=caption or metadata.image.caption, credit=credit or metadata.image.credit
        )
    return image or metadata.image
