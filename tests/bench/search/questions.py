"""What is asked of both engines: kinds of question, each with the words, names and phrases of one article drawn anew.

So every question has an answer, and the words are as frequent as words of news are.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from wiredesk.index.protocol import Filters, IndexReader, SearchRequest

from .corpus import News
from .fts5 import Fts5

__all__ = ["KINDS", "WHOLE_PAGE", "Words", "words_of"]

WHOLE_PAGE = "whole page: 10 hits, highlights, 5 facets, histogram"
_RANKS = (100, 6000)
"""Words that people ask for: rarer than the language's own small words, and in more than a handful of articles."""


@dataclass(frozen=True, slots=True)
class Words:
    """What one question of each kind may ask for."""

    word: str
    other: str
    phrase: str
    said: str
    speaker: str
    person: str
    prefix: str
    article_id: str


def words_of(news: News, numbers: range, count: int) -> Iterator[Words]:
    """So many, the same ones each time; articles are drawn from `numbers`."""
    chance = Random(42)
    ranked = {word: rank for rank, word in enumerate(news.words.values)}
    while count:
        article = news.article(chance.choice(numbers))
        quote = chance.choice(article.quotes)
        known = [word for word in article.text.split() if _RANKS[0] < ranked.get(word, 0) < _RANKS[1]]
        said = [word for word in quote.text.split() if _RANKS[0] < ranked.get(word, 0)]
        people = [entity for entity in article.entities if entity.type == "Person"]
        if len(set(known)) < 2 or not said or not people or not quote.speaker or not quote.speaker.entity_id:
            continue
        word, other = chance.sample(sorted(set(known)), 2)
        at = chance.randrange(len(quote.text.split()) - 2)
        yield Words(
            word=word,
            other=other,
            phrase=" ".join(quote.text.rstrip(",").lower().split()[at : at + 2]),
            said=chance.choice(said),
            speaker=quote.speaker.entity_id,
            person=chance.choice(people).id,
            prefix=chance.choice(people).name.split()[1][: chance.randrange(1, 4)],
            article_id=article.article_id,
        )
        count -= 1


def _search(q: str, *, person: str = "", newest: bool = False, facets: bool = False) -> SearchRequest:
    filters = Filters(people=(person,) if person else ())
    return SearchRequest(q=q, filters=filters, sort="newest" if newest else "relevance", facets=facets)


def _entity_page(reader: IndexReader, words: Words) -> object:
    """What the gateway asks for when it shows an entity."""
    found = reader.entity(words.person)
    mentions = reader.search(SearchRequest(filters=Filters(people=(words.person,)), sort="newest", limit=5))
    return found, mentions, reader.quotes(speaker=words.person, limit=5)


Ask = tuple[Callable[[IndexReader, Words], object], Callable[[Fts5, Words], object] | None]

KINDS: Mapping[str, Ask] = {
    "a word, 10 hits with highlights": (
        lambda index, words: index.search(_search(words.word)),
        lambda sql, words: sql.search(words.word),
    ),
    "2 words": (
        lambda index, words: index.search(_search(f"{words.word} {words.other}")),
        lambda sql, words: sql.search(f"{words.word} {words.other}"),
    ),
    "phrase": (
        lambda index, words: index.search(_search(f'"{words.phrase}"')),
        lambda sql, words: sql.search(f'"{words.phrase}"'),
    ),
    "who said what": (
        lambda index, words: index.quotes(q=words.said, speaker=words.speaker),
        lambda sql, words: sql.quotes(words.said, speaker=words.speaker),
    ),
    "newest first": (
        lambda index, words: index.search(_search(words.word, newest=True)),
        lambda sql, words: sql.search(words.word, newest=True),
    ),
    "a word, one person's": (
        lambda index, words: index.search(_search(words.word, person=words.person)),
        lambda sql, words: sql.search(words.word, person=words.person),
    ),
    WHOLE_PAGE: (
        lambda index, words: index.search(_search(words.word, facets=True)),
        lambda sql, words: sql.search(words.word, facets=True),
    ),
    "the same, 2 words": (
        lambda index, words: index.search(_search(f"{words.word} {words.other}", facets=True)),
        lambda sql, words: sql.search(f"{words.word} {words.other}", facets=True),
    ),
    "entity page": (
        _entity_page,
        lambda sql, words: (
            sql.entity(words.person),
            sql.mentioning(words.person, limit=5),
            sql.quotes(speaker=words.person, limit=5),
        ),
    ),
    "suggest": (
        lambda index, words: index.suggest(words.prefix),
        lambda sql, words: sql.suggest(words.prefix),
    ),
    "one article": (
        lambda index, words: index.article(words.article_id),
        lambda sql, words: sql.article(words.article_id),
    ),
    "similar": (lambda index, words: index.similar(words.article_id), None),
}
"""Each as the index and as SQL answer it; None where FTS5 has nothing of the kind."""
