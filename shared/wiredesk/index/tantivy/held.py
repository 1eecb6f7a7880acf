"""What an embedded index holds of some articles, for whoever is about to change them."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import tantivy
from tantivy import Document, Occur, Query

from wiredesk.events import ArticleExtracted
from wiredesk.index.corrected import Tags
from wiredesk.index.tantivy.documents import card_of, stored_article, stored_tags
from wiredesk.index.tantivy.keys import any_key

__all__ = ["Held", "held", "retracted"]


class Held(NamedTuple):
    """What the index holds of an article: as extraction has it, and what corrections made of it."""

    article: ArticleExtracted
    tags: Tags


def held(searcher: tantivy.Searcher, schema: tantivy.Schema, ids: Sequence[str]) -> dict[str, Held]:
    """Those of these articles that it has, by id."""
    found = _found(searcher, schema, "article", ids)
    known = (Held(stored_article(document), stored_tags(document)) for document in found)
    return {each.article.article_id: each for each in known}


def retracted(searcher: tantivy.Searcher, schema: tantivy.Schema, ids: Sequence[str]) -> dict[str, int]:
    """The revision up to which each of these articles was retracted, if it was."""
    cards = map(card_of, _found(searcher, schema, "tombstone", ids))
    return {card["article_id"]: card["revision"] for card in cards}


def _found(
    searcher: tantivy.Searcher, schema: tantivy.Schema, kind: Literal["article", "tombstone"], ids: Sequence[str]
) -> list[Document]:
    """Documents of a kind by their key, which has the kind's name."""
    if not ids:
        return []
    query = Query.boolean_query([
        (Occur.Must, any_key(schema, kind, ids)),
        (Occur.Must, any_key(schema, "kind", (kind,))),
    ])  # fmt: skip
    return [searcher.doc(address) for _, address in searcher.search(query, limit=len(ids), count=False).hits]
