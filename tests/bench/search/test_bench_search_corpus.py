"""Articles made up by number: the same every time, with facts where the text has them."""

from itertools import chain

import pytest
from bench.search.corpus import News
from bench.search.questions import words_of


@pytest.fixture(scope="module")
def news() -> News:
    return News()


def test_a_number_gives_the_same_article_every_time_and_another_one_another(news: News) -> None:
    assert News().article(7) == news.article(7)
    assert news.article(8).text != news.article(7).text


def test_facts_stand_where_they_say(news: News) -> None:
    article = news.article(3)
    mentions = chain.from_iterable(entity.mentions for entity in article.entities)
    cues = [quote.cue for quote in article.quotes if quote.cue]
    speakers = [quote.speaker for quote in article.quotes if quote.speaker]
    spans = [*mentions, *article.quotes, *cues, *speakers, *article.dates]
    assert len(spans) > 30
    assert all(article.text[span.start : span.end] == span.text for span in spans)


def test_an_article_holds_about_what_extraction_finds_in_news(news: News) -> None:
    articles = [news.article(number) for number in range(60)]

    def mean(sizes: list[int]) -> float:
        return sum(sizes) / len(sizes)

    assert 300 < mean([len(article.text.split()) for article in articles]) < 420
    assert 9 < mean([len(article.entities) for article in articles]) < 15
    assert {len(article.quotes) for article in articles} == {6}


def test_copies_share_words_and_cluster_with_an_earlier_article_and_nothing_else(news: News) -> None:
    original, copy = news.article(12), news.article(17)
    assert copy.text == original.text
    assert copy.cluster_id == original.cluster_id == original.article_id
    assert copy.article_id != original.article_id
    assert {news.article(number).cluster_id for number in range(12, 17)} == {f"article-{n}" for n in range(12, 17)}


def test_questions_ask_for_what_articles_say(news: News) -> None:
    (words,) = words_of(news, range(5, 6), 1)
    article = news.article(5)
    assert {words.word, words.other, words.said} <= set(article.text.lower().replace(",", "").split())
    assert words.speaker in {entity.id for entity in article.entities}
    assert words.article_id == article.article_id
