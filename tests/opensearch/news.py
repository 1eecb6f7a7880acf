"""Articles of any number for a node: each with a speaker, quotes, and words of its own."""

from random import Random
from typing import Any

from wiredesk.events import ArticleExtracted, Cue, Entity, Mention, Quote, Speaker

__all__ = ["WORDS", "article", "varied"]

_NUMBERS = ("Zero", "One", "Two", "Three", "Four", "Five")
_PARAGRAPH = (
    "harbour council ferry ferries storm storms election elections minister ministers budget budgets strike river "
    "bridge bridges school schools hospital treaty treaties border farmers market markets energy coast island islands "
    "government governments governed running ran runs late later report reports reported peace talks talk vote votes"
)
WORDS = _PARAGRAPH.split()
_PEOPLE = ("Ada Moor", "Ben Holt", "Cleo Marsh", "Dan Ridley", "Elsa Quint", "Finn Ashby", "Greta Noll", "Hugo Penn")
_PLACES = ("Northport", "Eastmere", "Westhaven", "Southwick")


def _span(text: str, words: str, start: int = 0) -> dict[str, Any]:
    at = text.index(words, start)
    return {"start": at, "end": at + len(words), "text": words}


def _made(
    article_id: str, text: str, people: list[str], quotes: list[tuple[str, str]], **fields: Any
) -> ArticleExtracted:
    def entity(name: str, type: str) -> Entity:
        id = f"{type}:{name}".lower().replace(" ", "-")
        return Entity(id=id, type=type, name=name, mentions=(Mention(**_span(text, name)),))

    def quote(words: str, speaker: str) -> Quote:
        who = Speaker(**_span(text, speaker), name=speaker, entity_id=f"person:{speaker}".lower().replace(" ", "-"))
        return Quote(**_span(text, words), speaker=who, cue=Cue(**_span(text, "said")))

    places = tuple(entity(place, "Place") for place in fields.pop("places", ()))
    values = {"revision": 1, "title": "A headline", "language": "en", "cluster_id": f"c-{article_id}"} | fields
    return ArticleExtracted(
        article_id=article_id,
        submission_id="1006502400000-0",
        text=text,
        content_hash="0" * 64,
        extractor="tests/1",
        entities=(*(entity(name, "Person") for name in people), *places),
        quotes=tuple(quote(*each) for each in quotes),
        **values,
    )


def article(article_id: str, *, revision: int = 1, quotes: int = 1) -> ArticleExtracted:
    """A short one whose only person bears the revision's number as a name."""
    speaker = f"Revision {_NUMBERS[revision]}"
    said = [f"This is sentence {number}" for number in range(quotes)]
    text = f"{speaker} said: {'. '.join(said)}."
    return _made(article_id, text, [speaker], [(each, speaker) for each in said], revision=revision)


def varied(number: int, *, words: int = 650) -> ArticleExtracted:
    """One of some 4 KB, the same for a number each time: frequent and rare words, two people, a place, a quote."""
    chance = Random(number)
    rare = [f"{word}{chance.randrange(2000)}" for word in chance.choices(WORDS, k=words // 6)]
    drawn = chance.choices(WORDS, weights=range(len(WORDS), 0, -1), k=words - len(rare)) + rare
    chance.shuffle(drawn)
    people, place = chance.sample(_PEOPLE, 2), chance.choice(_PLACES)
    own = f"Person {number % 5000}"
    said = " ".join(drawn[:12])
    body = ". ".join(" ".join(drawn[at : at + 15]) for at in range(12, len(drawn), 15))
    return _made(
        f"article-{number}",
        f"{people[0]} and {own} met {people[1]} in {place}. “{said},” {people[0]} said.\n\n{body}.",
        [*people, own],
        [(said, people[0])],
        places=[place],
        title=" ".join(chance.choices(WORDS, k=6)),
        source=f"Paper {chance.randrange(12)}",
        url=f"https://paper.example/{number}",
        published_at=f"20{chance.randrange(10, 24):02}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
    )
