"""An article as engines take it: under its corrections, and what it calls its entities worked out once. Pure."""

from dataclasses import dataclass

from wiredesk.events import ArticleExtracted
from wiredesk.index.corrected import Tags, corrected
from wiredesk.index.intake import LONGEST_ID
from wiredesk.index.reported import spoken_names

__all__ = ["Prepared", "names_of", "prepared"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """`extracted` is what is kept, with the `tags` beside it; `shown` is what is searched and counted.

    `spoken` are the `spoken_names` of each of its entities, in their order.
    """

    extracted: ArticleExtracted
    tags: Tags
    shown: ArticleExtracted
    spoken: list[list[str]]

    @property
    def article_id(self) -> str:
        """The same whatever was corrected."""
        return self.extracted.article_id


def prepared(article: ArticleExtracted, tags: Tags) -> Prepared:
    """The article under its tags."""
    shown = corrected(article, tags)
    return Prepared(article, tags, shown, [spoken_names(entity) for entity in shown.entities])


def names_of(article: Prepared) -> dict[str, tuple[str, list[str]]]:
    """Each entity once, whatever the article repeats: type and every name, those before a correction among them.

    What it is called comes first. Ids that cannot be kept are left out.
    """
    found: dict[str, tuple[str, list[str]]] = {}
    for entity, spoken in zip(article.shown.entities, article.spoken, strict=True):
        id = entity.id
        if id in found:
            type, names = found[id]
            found[id] = type, list(dict.fromkeys((*names, *spoken)))
        elif len(id.encode()) <= LONGEST_ID:
            found[id] = entity.type, spoken
    return found
