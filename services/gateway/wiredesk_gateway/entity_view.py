"""One entity over all articles, asked of the index: its names and roles, what it said, where, when, with whom."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wiredesk.errors import NotFound
from wiredesk.index.protocol import ArticleHit, EntityHit, Filters, IndexReader, QuoteHit, SearchPage, SearchRequest

from wiredesk_gateway.correcting import CorrectionShown, corrections_of
from wiredesk_gateway.links import entity_path, quotes_path, search_path
from wiredesk_gateway.search_view import LABELS, FacetGroup, FacetLink
from wiredesk_gateway.timeline import Timeline, timeline

__all__ = ["EntityView", "Spelling", "entity_view"]

_FACETS = ("people", "organizations", "places")
_QUOTES = 10
_ARTICLES = 10
_COMPANIONS = 10
_ROLES = 8
_NAMES = 12
_ALIKE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """A name that articles use; `entity_id` where extraction took it for another entity, in so many `articles`."""

    name: str
    entity_id: str | None = None
    articles: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityView:
    """What an entity's page shows; `companions` are named in the same articles, with links to their pages.

    `roles` are those of the newest articles. `alike` could be the same. `articles` has one of each story, and `newest`
    every copy.
    """

    entity: EntityHit
    names: tuple[Spelling, ...]
    roles: tuple[str, ...]
    articles: tuple[ArticleHit, ...]
    newest: tuple[ArticleHit, ...]
    articles_total: int
    articles_path: str
    quotes: tuple[QuoteHit, ...]
    quotes_total: int
    quotes_path: str
    companions: tuple[FacetGroup, ...]
    timeline: Timeline | None
    corrections: tuple[CorrectionShown, ...]
    alike: tuple[EntityHit, ...]


def entity_view(reader: IndexReader, entity_id: str) -> EntityView:
    """Look an entity up by its id, `type:slug`. Raises NotFound when no article speaks of it."""
    entity = reader.entity(entity_id)
    request = _articles_with(entity.entity_id)
    found = reader.search(request)
    quotes = reader.quotes(speaker=entity.entity_id, limit=_QUOTES)
    names, roles = _told(reader, found, entity)
    return EntityView(
        entity=entity,
        names=names,
        roles=roles,
        articles=found.hits,
        newest=_every_copy(reader, request) if any(hit.copies for hit in found.hits) else found.hits,
        articles_total=found.total,
        articles_path=search_path(request),
        quotes=quotes.hits,
        quotes_total=quotes.total,
        quotes_path=quotes_path(speaker=entity.entity_id),
        companions=tuple(_companions(found, entity.entity_id)),
        timeline=timeline(found.histogram, request),
        corrections=tuple(corrections_of(reader, entity.entity_id)),
        alike=_alike(reader, entity),
    )


def _articles_with(entity_id: str) -> SearchRequest:
    """The search for an entity's articles: by the facet where its kind has one, else by the query field `entity`."""
    filters = Filters()
    match entity_id.partition(":")[0]:
        case "person":
            filters = Filters(people=(entity_id,))
        case "organization":
            filters = Filters(organizations=(entity_id,))
        case "place":
            filters = Filters(places=(entity_id,))
    if filters != Filters():
        return SearchRequest(filters=filters, sort="newest", limit=_ARTICLES)
    escaped = entity_id.replace("\\", "\\\\").replace('"', '\\"')
    return SearchRequest(q=f'entity:"{escaped}"', sort="newest", limit=_ARTICLES)


def _every_copy(reader: IndexReader, request: SearchRequest) -> tuple[ArticleHit, ...]:
    return reader.search(replace(request, fold=False, facets=False)).hits


def _told(reader: IndexReader, found: SearchPage, entity: EntityHit) -> tuple[tuple[Spelling, ...], tuple[str, ...]]:
    """Names, those that were merged first; and the roles that the newest articles give. Most frequent first."""
    merged = [
        Spelling(
            name=member.name,
            entity_id=member.entity_id if member.entity_id != entity.entity_id else None,
            articles=member.articles,
        )
        for member in entity.members
    ]
    roles = Counter[str]()
    for hit in found.hits:
        try:
            article = reader.article(hit.article_id)
        except NotFound:  # retracted a moment ago
            continue
        for each in article.entities:
            if each.id == entity.entity_id:
                roles.update({role for role in (each.title, *each.roles) if role})
    known = {entity.name, *(each.name for each in merged)}
    others = [Spelling(name=each.name) for each in entity.also if each.name not in known]
    shown = [each for each in merged if each.entity_id or each.name != entity.name]
    return tuple([*shown, *others][:_NAMES]), tuple(role for role, _ in roles.most_common(_ROLES))


def _companions(found: SearchPage, entity_id: str) -> list[FacetGroup]:
    groups = []
    for facet in _FACETS:
        links = [
            FacetLink(label=count.label, count=count.count, path=entity_path(count.value))
            for count in found.facets.get(facet, ())
            if count.value != entity_id
        ]
        if links:
            groups.append(FacetGroup(name=facet, label=LABELS[facet], links=tuple(links[:_COMPANIONS])))
    return groups


def _alike(reader: IndexReader, entity: EntityHit) -> tuple[EntityHit, ...]:
    """Entities of this type that share a word of the name: the last first, which is a person's family name."""
    words: Sequence[str] = [word for word in entity.name.split()[::-1] if len(word) > 2][:3]
    alike: dict[str, EntityHit] = {}
    for word in words:
        for hit in reader.entities(q=word, type=entity.type, limit=_ALIKE).hits:
            alike.setdefault(hit.entity_id, hit)
    alike.pop(entity.entity_id, None)
    return tuple(alike.values())[:_ALIKE]
