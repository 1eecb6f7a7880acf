"""An article as users' corrections have it: other ids, other names, two entities become one. Pure.

Extraction's own words stay in what is stored. An engine keeps the `Tags` of an article beside it, so that what it
counted and indexed under them can be taken back exactly, whatever was corrected since.
"""

from collections.abc import Mapping
from typing import NamedTuple

from wiredesk.events import ArticleExtracted, AsExtracted, Entity, Quote, Speaker
from wiredesk.index.corrections import Corrections

__all__ = ["Tag", "Tags", "corrected", "tags_of"]

_TYPES = {"person": "Person", "organization": "Organization", "place": "Place"}


class Tag(NamedTuple):
    """What an id that extraction gave is instead, and what it is called."""

    id: str
    name: str


Tags = Mapping[str, Tag]
"""By extraction's id, where the id or the name is another."""


def tags_of(article: ArticleExtracted, corrections: Corrections) -> dict[str, Tag]:
    """What corrections change in an article; nothing in nearly every one.

    An entity is called what users say, else what the article calls it under its own id, else what the correction that
    led to it says, else what the article calls it under the other id.
    """
    if not corrections:
        return {}
    names = _names(article)
    tags: dict[str, Tag] = {}
    for id, name in names.items():
        to = corrections.canonical(id, article.article_id)
        called = corrections.name(to) or names.get(to) or corrections.label(to) or name
        if (to, called) != (id, name):
            tags[id] = Tag(to, called)
    return _agreed(tags)


def corrected(article: ArticleExtracted, tags: Tags) -> ArticleExtracted:
    """The article under its tags. Mentions, quotes and their places in the text stay; `extracted_as` says what changed.

    Entities that are one become one, with all their mentions in the order of the text.
    """
    if not tags:
        return article
    groups: dict[str, list[Entity]] = {}
    touched = {tag.id for tag in tags.values()}
    entities: list[Entity | str] = []
    for entity in article.entities:
        to = tags[entity.id].id if entity.id in tags else entity.id
        if to not in touched:
            entities.append(entity)
            continue
        if to not in groups:
            entities.append(to)
        groups.setdefault(to, []).append(entity)
    return article.model_copy(
        update={
            "entities": tuple(
                _joined(each, groups[each], tags) if isinstance(each, str) else each for each in entities
            ),
            "quotes": tuple(_quote(quote, tags) for quote in article.quotes),
            "places": tuple(
                place.model_copy(update={"entity_id": tags[place.entity_id].id}) if place.entity_id in tags else place
                for place in article.places
            ),
        }
    )


def _names(article: ArticleExtracted) -> dict[str, str]:
    """What each id is called first; a speaker need not be an entity of the article."""
    names: dict[str, str] = {}
    for entity in article.entities:
        names.setdefault(entity.id, entity.name)
    for quote in article.quotes:
        if quote.speaker and quote.speaker.entity_id:
            names.setdefault(quote.speaker.entity_id, quote.speaker.name)
    return names


def _agreed(tags: dict[str, Tag]) -> dict[str, Tag]:
    """One entity has one name in an article: of two ids without a better one, the first's in order of ids."""
    names: dict[str, str] = {}
    for id in sorted(tags):
        names.setdefault(tags[id].id, tags[id].name)
    return {id: Tag(tag.id, names[tag.id]) for id, tag in tags.items()}


def _joined(id: str, parts: list[Entity], tags: Tags) -> Entity:
    """What is said of the entity under its own id goes first."""
    parts = sorted(parts, key=lambda part: part.id != id)
    first = parts[0]
    named = next((tags[part.id].name for part in parts if part.id in tags), first.name)
    mentions = {(each.start, each.end): each for part in parts for each in part.mentions}
    return first.model_copy(
        update={
            "id": id,
            "type": first.type if first.id == id else _type(id, first),
            "name": named,
            "title": next((part.title for part in parts if part.title), None),
            "roles": tuple(dict.fromkeys(role for part in parts for role in part.roles)),
            "mentions": tuple(mentions[place] for place in sorted(mentions)),
            "extracted_as": tuple(dict.fromkeys(AsExtracted(id=part.id, name=part.name) for part in parts)),
        }
    )


def _type(id: str, extracted: Entity) -> str:
    """An id says its type; types of several words cannot be told from it, and stay those of what is alike."""
    kind = id.partition(":")[0]
    return extracted.type if extracted.id.startswith(f"{kind}:") else _TYPES.get(kind, kind.title())


def _quote(quote: Quote, tags: Tags) -> Quote:
    speaker = quote.speaker
    tag = tags.get(speaker.entity_id or "") if speaker else None
    if speaker is None or tag is None:
        return quote
    was = AsExtracted(id=speaker.entity_id or "", name=speaker.name)
    changed: Speaker = speaker.model_copy(update={"entity_id": tag.id, "name": tag.name, "extracted_as": was})
    return quote.model_copy(update={"speaker": changed})
