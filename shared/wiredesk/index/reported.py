"""What a quote is found by besides its own words: the rest of its sentence, and all that its speaker is called."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice

from wiredesk.events import ArticleExtracted, Entity, Quote

__all__ = ["MOST_SPOKEN", "context_of", "other_names", "sentences_around", "speakers_of", "spoken_names"]

MOST_SPOKEN = 16
"""Other names that are told of an entity over all articles."""
_MOST_NAMES = 16
"""Names of one entity in one article: more are a list, or an attack."""
_MOST_CHARACTERS = 2_000
"""Of a sentence and of a name: what is longer is no prose."""


def context_of(quote: Quote) -> tuple[int, int]:
    """Start and end of the sentence, or sentences, that report a quote; of the quote alone where that is not known."""
    around = quote.context
    if around is None or around.end - around.start > _MOST_CHARACTERS + len(quote.text):
        return quote.start, quote.end
    return around.start, around.end


def sentences_around(article: ArticleExtracted) -> Iterator[list[str]]:
    """For each quote the stretches of its context that are nobody's quote, so that no other speaker's words count."""
    said = sorted((quote.start, quote.end) for quote in article.quotes)
    reach = list(accumulate((end for _, end in said), max))
    for quote in article.quotes:
        at, end = context_of(quote)
        stretches = []
        for first, last in islice(said, bisect_right(reach, at), None):
            if first >= end:
                break
            stretches.append(article.text[at:first])
            at = max(at, last)
        stretches.append(article.text[at:end])
        yield [stretch for stretch in stretches if stretch.strip()]


def spoken_names(entity: Entity) -> list[str]:
    """The names an article has for an entity, each once, as they are spelt; first what it is and was called."""
    names = dict.fromkeys(_called(entity))
    for mention in entity.mentions:
        if mention.kind == "name":
            names[" ".join(mention.text.split())] = None
    return _bounded(names)


def other_names(entity: Entity, spoken: Sequence[str]) -> Sequence[str]:
    """Of its `spoken_names` those that are neither what the entity is called, nor was called before a correction."""
    if len(spoken) == 1:
        return ()
    called = _called(entity)
    return [name for name in spoken if name not in called]


def speakers_of(article: ArticleExtracted, spoken: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """For each quote all that its speaker is called, titles and roles too; nothing where none was found.

    `spoken` are the `spoken_names` of each of the article's entities.
    """
    entities = {entity.id: (entity, names) for entity, names in zip(article.entities, spoken, strict=True)}
    described: dict[str, list[str]] = {}
    for quote in article.quotes:
        speaker = quote.speaker
        if speaker is None:
            yield []
            continue
        names = [speaker.name]
        if was := speaker.extracted_as:
            names.append(was.name)
        id = speaker.entity_id
        if id in entities:
            if id not in described:
                described[id] = _described(*entities[id])
            names += described[id]
        yield _bounded(dict.fromkeys(names))


def _described(entity: Entity, spoken: Sequence[str]) -> list[str]:
    return [*spoken, *entity.roles, *[each.text for each in entity.mentions if each.kind == "nominal"]]


def _called(entity: Entity) -> list[str]:
    was = entity.extracted_as
    return [entity.name, *(each.name for each in was)] if was else [entity.name]


def _bounded(names: Iterable[str]) -> list[str]:
    return [name[:_MOST_CHARACTERS] for name in islice(names, _MOST_NAMES)]
