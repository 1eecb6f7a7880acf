"""An article as one document, a retraction as a document in its place; and back from what is stored.

Both have the article's id and a version made of the revision, so that the cluster itself keeps what is newer, whoever
writes: of an article twice its revision, of a retraction one more.

What is searched is the article as corrections have it; what is kept is what extraction said, and the tags beside it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wiredesk.errors import PermanentError
from wiredesk.events import ArticleExtracted, ArticleRetracted
from wiredesk.index.corrected import Tag, Tags
from wiredesk.index.excerpt import LENGTH, LONGEST_TEXT
from wiredesk.index.intake import KINDS
from wiredesk.index.ordering import LAST_SECOND, moment_of, second_of, tie_of
from wiredesk.index.prepared import Prepared, names_of, prepared
from wiredesk.index.reported import other_names, sentences_around, speakers_of

__all__ = [
    "CARD",
    "MEMBER_BREAK",
    "WHOLE",
    "Written",
    "article_document",
    "rank_of",
    "signed_tie",
    "stored_article",
    "stored_tags",
    "tombstone",
]

CARD = ("revision", "title", "source", "url", "published_at", "language", "cluster", "opening")
"""Fields that make a hit; the id stands outside."""
WHOLE = ("kind", "text", "payload", "tags")
"""Fields that make an article."""
MEMBER_BREAK = "\n"
"""Between an id that extraction gave and the name it goes with; in no id of ours."""

_NAME_BYTES = 4
_RANK_TIE_BITS = 21
"""A rank has 53 bits, since OpenSearch reckons with doubles: the beginning of a name, then what parts equal ones."""


@dataclass(frozen=True, slots=True)
class Written:
    """A document on its way: `source` is its JSON. `only_newer`: it does not replace one of the same version."""

    id: str
    version: int
    source: bytes
    only_newer: bool = False


def article_document(article: ArticleExtracted, tags: Tags, generation: int) -> Written:
    """The document of an article that was `checked`. Raises PermanentError when it cannot be one all the same."""
    fields = {
        **_fields(prepared(article, tags)),
        "generation": generation,
        "payload": article.model_dump_json(exclude={"text"}),
    }
    if tags:
        fields["tags"] = json.dumps(tags)
        fields["extracted_id"] = [id for id, tag in tags.items() if id != tag.id]
    try:
        source = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, OverflowError) as error:  # UnicodeEncodeError among them: a lone surrogate
        raise PermanentError("unindexable", f"{article.article_id} cannot be indexed: {error}") from error
    return Written(article.article_id, article.revision * 2, source)


def tombstone(event: ArticleRetracted) -> Written:
    """Takes the article's place, and keeps revisions up to this one out."""
    source = json.dumps({"kind": "tombstone", "revision": str(event.revision)}).encode()
    return Written(event.article_id, event.revision * 2 + 1, source)


def stored_article(source: Mapping[str, Any]) -> ArticleExtracted:
    """The article a document was made of, as extraction has it; `source` has the fields of WHOLE."""
    return ArticleExtracted.model_validate(json.loads(source["payload"]) | {"text": "".join(source["text"])})


def stored_tags(source: Mapping[str, Any]) -> dict[str, Tag]:
    """What corrections made of it when it was indexed last."""
    return {id: Tag(*tag) for id, tag in json.loads(source.get("tags") or "{}").items()}


def signed_tie(id: str) -> int:
    """63 bits: OpenSearch's numbers have a sign."""
    return tie_of(id) >> 1


def rank_of(entity_id: str) -> int:
    """Orders entities by the beginning of their names, as the id spells them."""
    start = entity_id.partition(":")[2].casefold().encode(errors="replace")[:_NAME_BYTES].ljust(_NAME_BYTES, b"\0")
    return int.from_bytes(start) << _RANK_TIE_BITS | tie_of(entity_id) >> (64 - _RANK_TIE_BITS)


def _fields(taken: Prepared) -> dict[str, Any]:
    article = taken.shown
    moment = moment_of(article.published_at)
    second = second_of(moment)
    names = names_of(taken)
    fields: dict[str, Any] = {
        "kind": "article",
        "revision": str(article.revision),
        "title": article.title,
        "deck": article.deck,
        "byline": article.byline,
        "text": _parts(article.text),
        "opening": article.text[: LENGTH + 1],
        "language": article.language,
        "cluster": article.cluster_id,
        "newest": second,
        "oldest": LAST_SECOND - second if second else 0,
        "tie": signed_tie(article.article_id),
        "entity_id": list(names),
        "entities": list(_entities(taken, names)),
        "quotes": list(_quotes(taken, second)),
        "url": article.url,
        "published_at": article.published_at,
    }
    if moment:
        fields["published"] = f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z"
    if article.source is not None:
        fields |= {"source": article.source, "source_words": article.source}
    for type, kind in KINDS.items():
        of_kind = {id: found for id, (its_type, found) in names.items() if its_type == type}
        fields[f"{kind}_id"] = list(of_kind)
        fields[kind] = sorted(name for found in of_kind.values() for name in found)
    return fields


def _parts(text: str) -> str | list[str]:
    """Marks are looked for in the first value alone, and only that is sent back with them."""
    return text if len(text) <= LONGEST_TEXT else [text[:LONGEST_TEXT], text[LONGEST_TEXT:]]


def _entities(taken: Prepared, names: Mapping[str, tuple[str, list[str]]]) -> Iterator[dict[str, Any]]:
    spoken: dict[str, dict[str, None]] = {}
    members: dict[str, dict[str, str]] = {}
    for entity, its_names in zip(taken.shown.entities, taken.spoken, strict=True):
        spoken.setdefault(entity.id, {}).update(dict.fromkeys(other_names(entity, its_names)))
        members.setdefault(entity.id, {}).update((was.id, was.name) for was in entity.extracted_as)
    for id, (type, found) in names.items():
        fields: dict[str, Any] = {
            "id": id,
            "type": type,
            "called": found[0],
            "name": found,
            "spoken": list(spoken[id]),
            "rank": rank_of(id),
        }
        if members[id]:
            fields["members"] = [f"{was}{MEMBER_BREAK}{name}" for was, name in members[id].items()]
        yield fields


def _quotes(taken: Prepared, second: int) -> Iterator[dict[str, Any]]:
    article = taken.shown
    found = zip(article.quotes, sentences_around(article), speakers_of(article, taken.spoken), strict=True)
    for position, (quote, around, names) in enumerate(found):
        fields: dict[str, Any] = {"at": position, "said": quote.text, "around": around, "speaker": names}
        fields["newest"] = second
        if article.source is not None:
            fields["source_words"] = article.source
        if quote.speaker and quote.speaker.entity_id:
            fields["speaker_id"] = quote.speaker.entity_id
        yield fields
