"""The seam between Wiredesk and a search engine: what every backend takes and gives.

A backend is chosen by the scheme of `WIREDESK_INDEX_URL`; see `wiredesk.index.open`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Literal, Protocol, TypeVar, runtime_checkable

from wiredesk.errors import WiredeskError
from wiredesk.events import ArticleExtracted, ArticleRetracted
from wiredesk.index.corrections import Correction, Register

__all__ = [
    "ArticleHit",
    "DateCount",
    "Dated",
    "EntityHit",
    "EntityMember",
    "FacetCount",
    "Filters",
    "Histogram",
    "IndexBusy",
    "IndexReader",
    "IndexWriter",
    "Interval",
    "OnCommit",
    "OnFailure",
    "Page",
    "QuoteHit",
    "SearchPage",
    "SearchRequest",
    "SpokenName",
    "Upserted",
]

T = TypeVar("T")

OnCommit = Callable[[Sequence[str]], object]
"""Told the submissions of the articles that became searchable."""
OnFailure = Callable[[Exception], object]
"""Told why a commit that nobody waits for was not made."""

Upserted = Literal["indexed", "superseded"]
"""`superseded`: the index already holds a newer revision, or a retraction, of this article."""

Interval = Literal["day", "week", "month", "year"]
"""Of the calendar, in UTC; weeks are those of ISO 8601."""

Facet = Literal["people", "organizations", "places", "source", "language"]
FACETS: tuple[Facet, ...] = ("people", "organizations", "places", "source", "language")


class IndexBusy(WiredeskError):
    """Another process writes to this index; the message says where and what to do."""


class IndexWriter(Protocol):
    """A writer of an index; whether there may be several at a time, the backend's entry in BACKENDS says."""

    def upsert(self, batch: Sequence[ArticleExtracted]) -> list[Upserted]:
        """Make a batch searchable; returns, in the batch's order, only when all of it is durable. See also `gather`.

        Of several revisions of one article the highest wins, in the batch and against the index. Repeating a batch
        changes nothing. Raises TransientError when the store is full or away; then nothing of the batch is promised.
        Raises PermanentError for an article that cannot be kept; then the others have to be given again.
        """
        ...

    def gather(self, *, every_s: float, searchable: OnCommit, failed: OnFailure | None = None) -> None:
        """From now on `upsert` returns when a batch is durable, and may leave it to a later commit to be searched.

        A commit begins `every_s` after the one before at the latest, or earlier where commits are cheap; 0: before
        `upsert` returns. What was not made is tried again, and until then batches are refused. Both are told
        in any thread, and may not raise.
        """
        ...

    def retract(self, batch: Sequence[ArticleRetracted]) -> None:
        """Remove articles up to the given revisions and keep older revisions out from then on; durable at return."""
        ...

    def correct(self, batch: Sequence[Correction]) -> None:
        """Keep corrections for good and begin to apply them; durable at return, and searched for from then on.

        Of corrections of one thing the latest counts, in the batch and against the index; repeating changes nothing.
        Articles indexed later come in corrected; of those that are there a bounded number is changed at once, `settle`
        changes the others. Raises PermanentError for one that cannot be applied; then nothing of the batch is.
        """
        ...

    def settle(self) -> bool:
        """Apply corrections to a bounded number of articles more, durably; False when nothing is left to do.

        Until then those articles are found under the ids they have and the ids they get, and shown as they were.
        """
        ...

    def applied_up_to(self) -> str:
        """What `mark_applied` was told last of this index; empty for a new one, and where that is not sure.

        Raises TransientError.
        """
        ...

    def mark_applied(self, place: str) -> None:
        """Keep for good up to which place all changes made so far are applied; durable at return.

        `place` is the caller's own word. It goes where the index goes: into a backup, and into an index made anew.
        """
        ...

    def probe(self) -> None:
        """Raises TransientError when the store takes no writes now, whatever is written."""
        ...

    def documents(self) -> int:
        """Articles now searchable."""
        ...

    def close(self) -> None:
        """Release the index to another writer. What upsert promised stays."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Narrow a search; values of one field are alternatives, fields add up. Entities are named by their ids."""

    people: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    published_from: date | None = None
    published_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A query in Lucene's style (empty: everything), filters, and the page wanted (`limit` 1..100).

    `fold`: of the copies of one story that match, the hit that ranks first alone. `interval` of the histogram: None for
    the finest that parts what is found into 62 periods or fewer.
    """

    q: str = ""
    filters: Filters = field(default_factory=Filters)
    sort: Literal["relevance", "newest", "oldest"] = "relevance"
    limit: int = 10
    cursor: str | None = None
    fold: bool = True
    facets: bool = True
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleHit:
    """One article found. `highlights` are half-open code-point ranges within `snippet` (plain text, not HTML).

    `copies`: how many more articles of this one's cluster match, folded into this hit; 0 in a search without `fold`.
    """

    article_id: str
    revision: int
    title: str
    source: str | None
    url: str | None
    published_at: str | None
    language: str
    score: float
    snippet: str
    highlights: tuple[tuple[int, int], ...]
    cluster_id: str
    copies: int = 0


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the found articles carry `value` (an entity id, a source, a language); `label` is for people."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class DateCount:
    """How many of the found articles were published from the first to the last of these days, both included, in UTC."""

    first: date
    last: date
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """The found articles by date of publication, in order of time; periods without articles are left out."""

    interval: Interval
    buckets: tuple[DateCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """A page of hits; `facets` maps each of FACETS to its counts, most frequent first.

    `total`, `facets` and `histogram` count articles, every copy of a story. A page may have fewer hits than asked for,
    even none, and still a `next_cursor`, where only copies of stories shown before follow for long.

    There are neither facets nor a histogram when the request did not ask for facets.
    """

    total: int
    hits: tuple[ArticleHit, ...]
    facets: dict[str, tuple[FacetCount, ...]]
    next_cursor: str | None
    histogram: Histogram | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteHit:
    """One quote, with where it stands and who said it; `unsure`: the speaker is a guess.

    `context` is the sentence, or the sentences, that report it, from `context_start` in the article's text.
    `corrected`: users said that the speaker is another, or has another name, than the article was found to say.
    """

    article_id: str
    article_title: str
    source: str | None
    published_at: str | None
    start: int
    end: int
    text: str
    kind: str
    speaker_id: str | None
    speaker_name: str | None
    cue: str | None
    context: str
    context_start: int
    unsure: bool = False
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class EntityMember:
    """An id and name that extraction gave, and how many articles have it."""

    entity_id: str
    name: str
    articles: int


@dataclass(frozen=True, slots=True)
class SpokenName:
    """A name that articles have for an entity beside the one it is called by, and how many do."""

    name: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityHit:
    """A named thing over all articles: how many speak of it, and how many quotes are its own.

    `also` are the other names articles use, titles included, the most frequent first.

    `members` is empty unless corrections made more than one of extraction's ids this entity, or changed its name; its
    own comes first, then the most frequent.
    """

    entity_id: str
    type: str
    name: str
    articles: int
    quotes: int
    members: tuple[EntityMember, ...] = ()
    also: tuple[SpokenName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A page of quotes or entities."""

    total: int
    hits: tuple[T, ...]
    next_cursor: str | None


class IndexReader(Protocol):
    """Any number of readers, in any process, beside the writers. All methods may be called from several threads.

    Everything is shown as corrections have it; an id that is another's now means that one, in filters and queries too.
    Queries raise UsageError with the column for broken syntax or an unknown field.
    """

    def search(self, request: SearchRequest) -> SearchPage:
        """Articles for a query."""
        ...

    def article(self, article_id: str) -> ArticleExtracted:
        """The current revision, whole. Raises NotFound."""
        ...

    def quotes(
        self, *, q: str = "", speaker: str = "", article_id: str = "", limit: int = 10, cursor: str | None = None
    ) -> Page[QuoteHit]:
        """Quotes by words and speaker, newest article first.

        Words are looked for in what was said and in the rest of its sentence, as far as that is nobody else's words;
        `text:` looks in what was said alone. A speaker is an entity id, or words of what the article calls the speaker.
        """
        ...

    def entities(self, *, q: str = "", type: str = "", limit: int = 10, cursor: str | None = None) -> Page[EntityHit]:
        """Entities by words of the name and by type, most mentioned first."""
        ...

    def entity(self, entity_id: str) -> EntityHit:
        """The entity that this id stands for now. Raises NotFound when no article speaks of it."""
        ...

    def corrections(self, entity_id: str) -> tuple[Register, ...]:
        """What users said of an entity and is in force, latest first; also of ids that are it now."""
        ...

    def corrected_up_to(self) -> int:
        """The revision of the latest correction that answers follow; 0 before the first."""
        ...

    def similar(self, article_id: str, *, limit: int = 10) -> tuple[ArticleHit, ...]:
        """Articles most like this one, itself and its copies left out, copies of one story folded. Raises NotFound."""
        ...

    def suggest(self, prefix: str, *, limit: int = 10) -> tuple[EntityHit, ...]:
        """Entities whose name has a word that starts with the prefix, most mentioned first."""
        ...

    def documents(self) -> int:
        """Articles now searchable."""
        ...

    def reload(self) -> None:
        """See what was committed since; cheap when there is nothing new. Raises Unavailable when the index is gone."""
        ...

    def close(self) -> None:
        """Let the index go."""
        ...


@runtime_checkable
class Dated(Protocol):
    """What a reader is beside, when it can tell at no cost which state of the index it searches."""

    def state(self) -> str:
        """Another word after every commit, and the same in every process that reads the same state."""
        ...
