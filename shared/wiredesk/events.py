"""Every message that crosses a stream, and the names of the streams.

Events are past-tense facts, frozen and versioned. Consumers ignore fields they do not know; a field that is added
is optional; anything else is a new class on a new stream. Offsets are Unicode code points into `text`, end exclusive.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, model_validator
from pydantic_core import PydanticCustomError

from wiredesk.json_ld import NoArticle, article_nodes, is_json_ld, nodes_of, submission_fields

__all__ = [
    "GROUPS",
    "SUBMISSION_ID",
    "SURE_FROM",
    "ArticleExtracted",
    "ArticleIndexed",
    "ArticleIngested",
    "ArticleRetracted",
    "ArticleSubmitted",
    "AsExtracted",
    "Cue",
    "DateMention",
    "DeadLetter",
    "Entity",
    "EntityCorrected",
    "Extent",
    "Image",
    "Mention",
    "Origin",
    "Place",
    "Quote",
    "Span",
    "Speaker",
    "Stream",
    "SubmittedImage",
    "revision_of",
    "submission_of",
    "submitted_at",
]

SUBMISSION_ID = r"^\d{1,15}-\d{1,15}$"
"""The form of a stream entry id: milliseconds since the epoch, a dash, a sequence number."""

_SEQUENCE_BITS = 12


class Stream(StrEnum):
    """The streams. The first three carry work; the last two are read by anyone and trimmed by age and size."""

    SUBMITTED = "articles.submitted"
    INGESTED = "articles.ingested"
    EXTRACTED = "articles.extracted"
    CHANGES = "articles.changes"
    INDEXED = "articles.indexed"
    DEAD = "articles.dead"


GROUPS: Mapping[Stream, tuple[str, ...]] = {
    Stream.SUBMITTED: ("ingest",),
    Stream.INGESTED: ("extraction",),
    Stream.EXTRACTED: ("indexing",),
    Stream.CHANGES: ("indexing",),
    Stream.INDEXED: (),
    Stream.DEAD: (),
}
"""The consumer groups that are the pipeline's own; a group bears the name of its stage. Any other is foreign."""


def revision_of(submission_id: str) -> int:
    """The submission id as an integer, `ms << 12 | seq`, so that revisions sort in the order of submission.

    Sequence numbers over 4095 (a clock that went back) carry over into the milliseconds instead of colliding.
    Raises ValueError for anything that is not a stream entry id.
    """
    milliseconds, _, sequence = submission_id.partition("-")
    return (int(milliseconds) << _SEQUENCE_BITS) + int(sequence)


def submission_of(revision: int) -> str:
    """The submission id a revision was made from (exact for sequence numbers up to 4095)."""
    return f"{revision >> _SEQUENCE_BITS}-{revision & ((1 << _SEQUENCE_BITS) - 1)}"


def submitted_at(submission_id: str) -> datetime:
    """When Redis took the submission in, as its entry id tells; aware, UTC, to the millisecond."""
    return datetime.fromtimestamp(int(submission_id.partition("-")[0]) / 1000, UTC)


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


SubmissionId = Annotated[str, Field(pattern=SUBMISSION_ID)]
Iso8601 = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$")]
"""A calendar day (`2001-11-23`), or a time with its offset (`2001-11-23T09:30:00+01:00`): as much as is known.

The length tells the granularity: ten characters are a day in the publisher's own calendar, of which no hour is known;
16 characters and more hold a time. A time always has its offset, as it was written: `+01:00` says what the clock on
the publisher's wall showed, `Z` is UTC.
"""


class SubmittedImage(_Event):
    """The picture that leads an article, as a publisher knows it."""

    url: StrictStr | None = None
    caption: StrictStr | None = None
    credit: StrictStr | None = None


class Image(_Event):
    """The picture that leads an article. `url` is absolute, http or https; nothing here ever loads it."""

    url: Annotated[str, Field(pattern=r"^https?://[^/\s]")]
    caption: str = ""
    credit: str = ""


class ArticleSubmitted(_Event):
    """What a publisher sends: at least one of `text` and `html`, and whatever else is known.

    `published_at` and `modified_at` are free text here (ISO 8601 by preference); ingest reads them or sets them aside
    with a warning, and likewise an image whose address is none. `force` passes an exact duplicate through again.

    An article of schema.org in JSON-LD (an object with `@type` or `@graph`) is taken in place of these fields; those
    that stand beside it, merged in by whoever sends it, win.
    """

    url: StrictStr | None = None
    source: StrictStr | None = None
    title: StrictStr | None = None
    deck: StrictStr | None = None
    text: StrictStr | None = None
    html: StrictStr | None = None
    published_at: StrictStr | None = None
    modified_at: StrictStr | None = None
    section: StrictStr | None = None
    language: StrictStr | None = None
    authors: tuple[StrictStr, ...] = ()
    image: SubmittedImage | None = None
    external_id: StrictStr | None = None
    force: StrictBool = False

    @model_validator(mode="before")
    @classmethod
    def _json_ld_is_taken_too(cls, sent: Any) -> Any:
        if not isinstance(sent, dict) or not is_json_ld(sent):
            return sent
        if (sent.get("text") or sent.get("html")) and not article_nodes(nodes_of(sent)):
            return sent  # another vocabulary's type beside a submission's own fields, which say enough
        try:
            return submission_fields(sent, own=cls.model_fields)
        except NoArticle as error:
            raise PydanticCustomError("no_article", "{why}", {"why": str(error)}) from None


class ArticleIngested(_Event):
    """A clean, identified article. `text` is NFC, without boilerplate; paragraphs are parted by one blank line.

    `url` is canonical; `language` is ISO 639-1 or `und`; `content_hash` is of title and text;
    `cluster_id` is shared by copies of one story; `warnings` are slugs of what could not be read.

    `byline` is the line as it is printed, `authors` the people in it, one name each: an agency, a desk or a role is in
    the line alone. `modified_at` is never before `published_at`, and only there if the publisher or the page says so.
    `section` is one line. Caption and credit of the lead `image` are not in `text`.
    """

    version: Literal[1] = 1
    article_id: str
    revision: int
    submission_id: SubmissionId
    url: str | None = None
    source: str | None = None
    external_id: str | None = None
    title: str = ""
    deck: str = ""
    byline: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    image: Image | None = None
    text: str
    language: str = "und"
    published_at: Iso8601 | None = None
    modified_at: Iso8601 | None = None
    content_hash: str
    cluster_id: str
    force: bool = False
    warnings: tuple[str, ...] = ()


class Span(_Event):
    """A stretch of the article's text: `text == article.text[start:end]`."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(gt=0)]
    text: str


class Origin(_Event):
    """Which rule or model found a fact; `confidence` in 0..1 where there is one."""

    name: str
    version: str
    confidence: float | None = None


class Mention(Span):
    """One place where an entity is spoken of."""

    kind: Literal["name", "nominal", "pronoun"] = "name"


class AsExtracted(_Event):
    """What extraction took an entity for, where a user's correction says otherwise: its id and name then."""

    id: str
    name: str


def _empty(value: object) -> bool:
    """A field that only some events have is written where it says something, so that older events stay as they were."""
    return not value


class Entity(_Event):
    """A person, organisation, place or other named thing, with every mention found.

    `id` is `type:slug-of-name`, so one name is one id in every article. `type` is `Person`, `Organization`, `Place`,
    or another CamelCase name (`Event`, `Work`, `Product`, `Group`, `Law`, `Language`). `extracted_as` says what the id
    and name were before users corrected them; only an article that is read from the index has it.
    """

    id: str
    type: str
    name: str
    title: str | None = None
    roles: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    origin: Origin | None = None
    extracted_as: tuple[AsExtracted, ...] = Field(default=(), exclude_if=_empty)


SURE_FROM = 0.8
"""Speakers of less confidence are shown with a "probably": about one in four of them, or more, is somebody else."""


class Speaker(Span):
    """Who said it: the words that name the speaker, and the entity they resolve to, if any.

    `confidence` is how often the rule that chose these words is right on annotated news, in 0..1; a known entity is
    not weighed in. None: not known. `extracted_as` as an entity's.
    """

    entity_id: str | None = None
    name: str
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    extracted_as: AsExtracted | None = Field(default=None, exclude_if=_empty)

    @property
    def unsure(self) -> bool:
        """Whether this is a guess: a confidence is known and under `SURE_FROM`."""
        return self.confidence is not None and self.confidence < SURE_FROM


class Cue(Span):
    """The reporting word or words (`said`, `according to`)."""


class Extent(_Event):
    """A stretch of the article's text, by its offsets alone."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(gt=0)]


class Quote(Span):
    """Something said, or meant: `text` excludes the quotation marks of a direct quote; an indirect one may be a clause
    ("that it would rain") or what was asked for, praised or promised ("called for talks"). `context` is the sentence,
    or the sentences, that report it; the quote is within.
    """

    kind: Literal["direct", "indirect", "mixed"] = "direct"
    speaker: Speaker | None = None
    cue: Cue | None = None
    context: Extent | None = Field(default=None, exclude_if=_empty)
    origin: Origin | None = None


class DateMention(Span):
    """A time expression with its TIMEX3 type and value (ISO-TimeML), relative ones resolved where it is safe."""

    type: Literal["DATE", "TIME", "DURATION", "SET"]
    value: str
    origin: Origin | None = None


class Place(_Event):
    """Where a Place entity is on the map: WGS 84 degrees, GeoNames id, ISO 3166-1 alpha-2 country."""

    entity_id: str
    geonames_id: int
    latitude: float
    longitude: float
    country_code: str
    origin: Origin | None = None


class ArticleExtracted(ArticleIngested):
    """An article with its facts. Constructing one checks that every span's text is the text at its offsets."""

    entities: tuple[Entity, ...] = ()
    quotes: tuple[Quote, ...] = ()
    dates: tuple[DateMention, ...] = ()
    places: tuple[Place, ...] = ()
    extractor: str

    def spans(self) -> Iterator[Span]:
        """Every span of every fact."""
        for entity in self.entities:
            yield from entity.mentions
        yield from self.dates
        for quote in self.quotes:
            yield quote
            if quote.speaker:
                yield quote.speaker
            if quote.cue:
                yield quote.cue

    @model_validator(mode="after")
    def _spans_are_what_they_say(self) -> Self:
        for span in self.spans():
            if self.text[span.start : span.end] != span.text:
                raise ValueError(f"{type(span).__name__} at {span.start}:{span.end} is not the text there")
        for quote in self.quotes:
            around = quote.context
            if around and not around.start <= quote.start < quote.end <= around.end <= len(self.text):
                raise ValueError(f"Quote at {quote.start}:{quote.end} is not within its context in the text")
        return self


class ArticleIndexed(_Event):
    """An article is durable in the index, and searchable in about a second at the latest. Ids and times only."""

    version: Literal[1] = 1
    article_id: str
    revision: int
    submission_id: SubmissionId
    submitted_at: datetime
    indexed_at: datetime


class ArticleRetracted(_Event):
    """Takes an article, in every revision submitted up to now, out of the index."""

    version: Literal[1] = 1
    kind: Literal["retracted"] = "retracted"
    article_id: str
    revision: int
    reason: str = ""


class EntityCorrected(_Event):
    """A user's correction: `entity_id` is the same as `same_as`, or is called `name`.

    Beside `same_as`, `name` is what that one is called where no article says it. With `articles` the correction holds
    in these alone: what was taken for `entity_id` there is `same_as`. `undo` takes back: with `same_as` (whatever it
    says) that `entity_id` is another, else its `name`. Of two corrections of the same thing the later one counts.
    """

    version: Literal[1] = 1
    kind: Literal["entity-corrected"] = "entity-corrected"
    entity_id: str
    same_as: str | None = None
    name: str | None = None
    articles: tuple[str, ...] = Field(default=(), exclude_if=_empty)
    undo: bool = Field(default=False, exclude_if=_empty)
    by: Annotated[str, Field(max_length=200)] = Field(default="", exclude_if=_empty)
    reason: Annotated[str, Field(max_length=500)] = Field(default="", exclude_if=_empty)


class DeadLetter(_Event):
    """What could not be processed, whole: `original` is the unmodified `__data__` field in base64."""

    version: Literal[1] = 1
    original: str
    stream: str
    stage: str
    reason: str
    message: str
    attempts: int
    first_seen: datetime
    last_seen: datetime
    submission_id: str
