"""One entity over all articles, asked of the index: its name, what it said, where it is spoken of, and with whom."""

from dataclasses import dataclass

from wiredesk.errors import NotFound
from wiredesk.index.protocol import ArticleHit, Filters, IndexReader, QuoteHit, SearchPage, SearchRequest

from wiredesk_gateway.links import entity_path, quotes_path, search_path
from wiredesk_gateway.search_view import LABELS, FacetGroup, FacetLink

__all__ = ["EntityView", "entity_view"]

_FACETS = ("people", "organizations", "places")
_QUOTES = 10
_ARTICLES = 10
_COMPANIONS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityView:
    """What an entity's page shows; `companions` are named in the same articles, with links to their pages."""

    entity_id: str
    name: str
    type: str
    articles: tuple[ArticleHit, ...]
    articles_total: int
    articles_path: str
    quotes: tuple[QuoteHit, ...]
    quotes_total: int
    quotes_path: str
    companions: tuple[FacetGroup, ...]


def entity_view(reader: IndexReader, entity_id: str) -> EntityView:
    """Look an entity up by its id, `type:slug`. Raises NotFound when no article speaks of it."""
    request = _articles_with(entity_id)
    found = reader.search(request)
    if not found.hits:
        raise NotFound(f"no article speaks of {entity_id!r}")
    name, type = _name(reader, found, entity_id)
    quotes = reader.quotes(speaker=entity_id, limit=_QUOTES)
    return EntityView(
        entity_id=entity_id,
        name=name,
        type=type,
        articles=found.hits,
        articles_total=found.total,
        articles_path=search_path(request),
        quotes=quotes.hits,
        quotes_total=quotes.total,
        quotes_path=quotes_path(speaker=entity_id),
        companions=tuple(_companions(found, entity_id)),
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


def _name(reader: IndexReader, found: SearchPage, entity_id: str) -> tuple[str, str]:
    """The name and type as the newest article that has them says."""
    for hit in found.hits:
        try:
            article = reader.article(hit.article_id)
        except NotFound:  # retracted a moment ago
            continue
        for entity in article.entities:
            if entity.id == entity_id:
                return entity.name, entity.type
    return entity_id.partition(":")[2].replace("-", " "), entity_id.partition(":")[0].capitalize()


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
