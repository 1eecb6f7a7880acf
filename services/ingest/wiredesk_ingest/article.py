"""One submission in, one clean and identified article out: the whole of ingest as a pure function."""

from dataclasses import dataclass, field

from wiredesk.errors import PermanentError
from wiredesk.events import ArticleIngested, ArticleSubmitted, revision_of, submitted_at

from wiredesk_ingest.canonical_url import canonical_url
from wiredesk_ingest.characters import clean_line
from wiredesk_ingest.html_page import Page, read_page
from wiredesk_ingest.identity import article_id, cluster_id, content_hash
from wiredesk_ingest.language import Identifier, identify
from wiredesk_ingest.plain_text import Story, read_plain_text, tidy
from wiredesk_ingest.publication_date import DateReading, latest_plausible, read_date
from wiredesk_ingest.settings import IngestSettings

__all__ = ["ingest"]

HTML_IGNORED = "html_ignored"
URL_UNUSABLE = "url_unusable"


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
    others = {
        "url": event.url, "source": event.source, "title": event.title, "published_at": event.published_at,
        "language": event.language, "external_id": event.external_id, "authors": "".join(event.authors),
    }  # fmt: skip
    sizes = [("html", event.html, "max_html_chars"), ("text", event.text, "max_text_chars")]
    sizes += [(name, value, "max_field_chars") for name, value in others.items()]
    for name, value, setting in sizes:
        limit: int = getattr(limits, setting)
        if value and len(value) > limit:
            message = f"`{name}` has {len(value):,} characters, the limit is {limit:,} (WIREDESK_{setting.upper()})"
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
        if page.warning:
            submission.warnings.append(page.warning)
        return page.story, page
    if not has_text:
        raise PermanentError("no_text", "`text` and `html` are empty; send one of them")
    story = read_plain_text(event.text or "", title=submission.title)
    if page and not submission.title and page.metadata.title:
        story = tidy(story.paragraphs, title=page.metadata.title) if not story.title else story
    return story, page


def _identified(
    submission: _Submission, story: Story, page: Page | None, *, text: str, identifier: Identifier
) -> ArticleIngested:
    event, warnings = submission.event, submission.warnings
    metadata = page.metadata if page else None
    title = submission.title or story.title or (metadata.title if metadata else "")
    authors = [name for author in event.authors if (name := clean_line(author))] or (
        metadata.authors if metadata else ()
    )
    source = clean_line(event.source) or (metadata.site_name if metadata else "")
    external_id = clean_line(event.external_id)
    url = submission.url or (canonical_url(metadata.url) if metadata and metadata.url else None)
    declared = clean_line(event.language)
    language = identify(text, declared=declared or (metadata.language if metadata else ""), identifier=identifier)
    published_at = _published_at(submission, page)
    warnings += [slug for slug in (*language.warnings, published_at.warning) if slug]
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
        deck=story.deck or (metadata.deck if metadata else ""),
        byline=", ".join(authors),
        text=text,
        language=language.code,
        published_at=published_at.value,
        content_hash=content_hash(title, text),
        cluster_id=cluster_id(text),
        force=event.force,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _published_at(submission: _Submission, page: Page | None) -> DateReading:
    """The submitted date; where it is missing or unreadable the page's, keeping the warning."""
    raw = submission.event.published_at
    reading = DateReading()
    if raw and not raw.isspace():
        reading = read_date(raw, latest=latest_plausible(submitted_at(submission.submission_id)))
    if reading.value or not page:
        return reading
    return DateReading(page.published_at.value, reading.warning or page.published_at.warning)
