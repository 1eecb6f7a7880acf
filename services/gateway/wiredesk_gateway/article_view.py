"""An article as its page shows it: marked text, who said what, and the things spoken of. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup
from wiredesk.events import ArticleExtracted, DateMention, Entity, Place
from wiredesk.news_article import news_article

from wiredesk_gateway.links import author_path
from wiredesk_gateway.marking import marks_of, paragraphs, quote_anchor
from wiredesk_gateway.rendering import embedded, marked

__all__ = ["ArticleView", "BylinePart", "DateRow", "EntityGroup", "EntityRow", "QuoteRow", "article_view"]

_GROUPS = (("Person", "People"), ("Organization", "Organisations"), ("Place", "Places"))
_SHOWN_CHARACTERS = 1_000_000
"""Of a longer text only the beginning is shown: a page of more is of no use to a reader and slow to draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRow:
    """One quote with its speaker, `unsure` where that is a guess; `anchor` is the id of its place in the text."""

    anchor: str
    text: str
    kind: str
    speaker: str | None
    entity_id: str | None
    cue: str | None
    unsure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRow:
    """An entity of the article with what is known of it; `place` is where it is on the map."""

    entity: Entity
    mentions: int
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityGroup:
    """Entities of one kind, most mentioned first."""

    label: str
    kind: str
    rows: tuple[EntityRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRow:
    """A time expression's value with the different words that stand for it."""

    value: str
    type: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BylinePart:
    """A stretch of the byline; an author's name leads to what else the author wrote."""

    text: str
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """Everything on the page that comes from the article itself.

    `modified_at` is None where that is the time of publication; `json_ld` is the article for programs.
    """

    article: ArticleExtracted
    json_ld: Markup
    byline: tuple[BylinePart, ...]
    modified_at: str | None
    body: Markup
    truncated: bool
    quotes: tuple[QuoteRow, ...]
    groups: tuple[EntityGroup, ...]
    dates: tuple[DateRow, ...]


def article_view(article: ArticleExtracted) -> ArticleView:
    """Lay out an article. A text over a million characters is cut, its facts are listed all the same."""
    text = article.text[:_SHOWN_CHARACTERS]
    return ArticleView(
        article=article,
        json_ld=embedded(news_article(article)),
        byline=tuple(_byline(article)),
        modified_at=article.modified_at if article.modified_at != article.published_at else None,
        body=marked(tuple(paragraphs(text, marks_of(article)))),
        truncated=len(text) < len(article.text),
        quotes=tuple(_quotes(article)),
        groups=tuple(_groups(article)),
        dates=tuple(_dates(article.dates)),
    )


def _byline(article: ArticleExtracted) -> Iterator[BylinePart]:
    """The byline as it is printed, its authors linked; those who stand in it in other words come after it."""
    rest, elsewhere = article.byline, []
    for name in article.authors:
        before, found, after = rest.partition(name)
        if not found:
            elsewhere.append(name)
            continue
        if before:
            yield BylinePart(before)
        yield BylinePart(name, author_path(name))
        rest = after
    if rest:
        yield BylinePart(rest)
    for name in elsewhere:
        yield BylinePart("; " if article.byline else "")
        yield BylinePart(name, author_path(name))


def _quotes(article: ArticleExtracted) -> list[QuoteRow]:
    return [
        QuoteRow(
            anchor=quote_anchor(quote.start),
            text=quote.text,
            kind=quote.kind,
            speaker=quote.speaker.name if quote.speaker else None,
            entity_id=quote.speaker.entity_id if quote.speaker else None,
            cue=quote.cue.text if quote.cue else None,
            unsure=quote.speaker.unsure if quote.speaker else False,
        )
        for quote in sorted(article.quotes, key=lambda quote: quote.start)
    ]


def _groups(article: ArticleExtracted) -> list[EntityGroup]:
    places = {place.entity_id: place for place in article.places}
    rows = [
        EntityRow(entity=entity, mentions=len(entity.mentions), place=places.get(entity.id))
        for entity in article.entities
    ]
    rows.sort(key=lambda row: (-row.mentions, row.entity.name))
    known = {type for type, _ in _GROUPS}
    groups = [
        EntityGroup(label=label, kind=type.lower(), rows=tuple(row for row in rows if row.entity.type == type))
        for type, label in _GROUPS
    ]
    others = tuple(row for row in rows if row.entity.type not in known)
    groups.append(EntityGroup(label="Other names", kind="other", rows=others))
    return [group for group in groups if group.rows]


def _dates(dates: tuple[DateMention, ...]) -> list[DateRow]:
    words: dict[tuple[str, str], dict[str, None]] = {}
    for mention in dates:
        words.setdefault((mention.value, mention.type), {})[mention.text] = None
    return [DateRow(value=value, type=type, words=tuple(texts)) for (value, type), texts in sorted(words.items())]
