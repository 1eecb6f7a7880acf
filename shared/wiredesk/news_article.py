"""An article with its facts as a schema.org NewsArticle in JSON-LD, which search engines and other programs read. Pure.

`wiredesk.json_ld` reads such objects back. What is not known is left out, never written as null.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as percent_encoded

from wiredesk.json_ld import ARTICLE_ID

if TYPE_CHECKING:
    from wiredesk.events import ArticleExtracted, Entity, Image, Place, Quote

__all__ = ["MEDIA_TYPE", "news_article"]

MEDIA_TYPE = "application/ld+json"

_TYPES = {
    "Person": "Person",
    "Organization": "Organization",
    "Place": "Place",
    "Event": "Event",
    "Work": "CreativeWork",
    "Product": "Product",
    "Law": "Legislation",
    "Language": "Language",
}
"""schema.org's names for the types of entities; what it has none for is a Thing."""

_GEONAMES = "https://sws.geonames.org/{}/"
"""GeoNames' own form of a place's linked-data address (geonames.org/ontology)."""


def news_article(article: "ArticleExtracted") -> dict[str, Any]:
    """The article as one JSON-LD object.

    Quotations in quotation marks are `hasPart`, with the speaker in `spokenByCharacter`; where the speaker is a guess,
    a Role called `probable` stands between. Reported speech is no quotation and left out; so are time expressions.
    """
    places = {place.entity_id: place for place in article.places}
    known = {entity.id for entity in article.entities}
    parts = (
        ("@context", "https://schema.org"),
        ("@type", "NewsArticle"),
        ("headline", article.title),
        ("description", article.deck),
        ("author", [{"@type": "Person", "name": name} for name in article.authors]),
        ("creditText", article.byline),
        ("datePublished", article.published_at),
        ("dateModified", article.modified_at),
        ("articleSection", article.section),
        ("inLanguage", article.language if article.language != "und" else None),
        ("image", article.image and _image(article.image)),
        ("url", article.url),
        ("mainEntityOfPage", article.url),
        ("publisher", article.source and {"@type": "Organization", "name": article.source}),
        ("identifier", _identifiers(article)),
        ("articleBody", article.text),
        ("mentions", [_mention(entity, places.get(entity.id)) for entity in article.entities]),
        ("hasPart", [_quotation(quote, known) for quote in article.quotes if quote.kind != "indirect"]),
    )
    return {name: value for name, value in parts if value}


def _image(image: "Image") -> dict[str, str]:
    parts = (("url", image.url), ("caption", image.caption), ("creditText", image.credit))
    return {"@type": "ImageObject", **{name: text for name, text in parts if text}}


def _identifiers(article: "ArticleExtracted") -> list[dict[str, str]]:
    """Ours, and the publisher's own."""
    found = [(ARTICLE_ID, article.article_id)]
    if article.external_id:
        found.append(("external_id", article.external_id))
    return [{"@type": "PropertyValue", "propertyID": name, "value": value} for name, value in found]


def _mention(entity: "Entity", place: "Place | None") -> dict[str, Any]:
    kind = _TYPES.get(entity.type, "Thing")
    found: dict[str, Any] = {"@type": kind, "@id": _reference(entity.id), "name": entity.name}
    if kind == "Person":
        found |= {"honorificPrefix": entity.title} if entity.title else {}
        found |= {"jobTitle": list(entity.roles)} if entity.roles else {}
    if place:
        found |= dict(_on_the_map(place))
    return found


def _on_the_map(place: "Place") -> Iterator[tuple[str, Any]]:
    yield "geo", {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}
    if place.country_code:
        yield "address", {"@type": "PostalAddress", "addressCountry": place.country_code}
    yield "sameAs", _GEONAMES.format(place.geonames_id)


def _quotation(quote: "Quote", known: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "Quotation", "text": quote.text}
    if quote.speaker:
        speaker: dict[str, Any] = {"name": quote.speaker.name}
        if quote.speaker.entity_id in known:
            speaker = {"@id": _reference(quote.speaker.entity_id or ""), **speaker}
        if quote.speaker.unsure:
            speaker = {"@type": "Role", "roleName": "probable", "spokenByCharacter": speaker}
        found["spokenByCharacter"] = speaker
    return found


def _reference(entity_id: str) -> str:
    return f"#{percent_encoded(entity_id, safe=':')}"
