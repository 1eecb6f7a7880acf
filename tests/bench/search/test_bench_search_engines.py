"""Both engines are asked the same: they find the same articles and quotes."""

from collections.abc import Iterator

import pytest
from bench.search.corpus import News
from bench.search.fts5 import Fts5
from bench.search.questions import KINDS, Words, words_of
from wiredesk.index import open_reader, open_writer
from wiredesk.index.protocol import Filters, IndexReader, SearchRequest

ARTICLES = range(120)


@pytest.fixture(scope="module")
def news() -> News:
    return News()


@pytest.fixture(scope="module")
def engines(news: News, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[IndexReader, Fts5]]:
    folder = tmp_path_factory.mktemp("engines")
    writer, sql = open_writer(f"tantivy://{folder}/index"), Fts5(folder / "fts5.db")
    for batch in news.batches(ARTICLES, 50):
        writer.upsert(batch)
        sql.upsert(batch)
        sql.upsert(batch)  # a redelivery changes nothing
    writer.close()
    reader = open_reader(f"tantivy://{folder}/index")
    yield reader, sql
    reader.close()
    sql.close()


@pytest.fixture(scope="module")
def words(news: News) -> list[Words]:
    return list(words_of(news, ARTICLES, 20))


def test_both_hold_the_same(engines: tuple[IndexReader, Fts5]) -> None:
    reader, sql = engines
    assert reader.documents() == sql.documents() == len(ARTICLES)
    assert sql.size_bytes() > 0


def test_both_find_as_many_articles_for_words_with_their_inflections(
    engines: tuple[IndexReader, Fts5], words: list[Words]
) -> None:
    reader, sql = engines
    totals = [
        (reader.search(SearchRequest(q=q)).total, sql.search(q)[0])
        for each in words
        for q in (each.word, f"{each.word} {each.other}")
    ]
    assert all(mine == theirs > 0 for mine, theirs in totals)


def test_both_tell_the_same_facets_and_months(engines: tuple[IndexReader, Fts5], words: list[Words]) -> None:
    reader, sql = engines
    page = reader.search(SearchRequest(q=words[0].word, interval="month"))
    _, _, sources, languages, people, *_, months = sql.search(words[0].word, facets=True)
    assert dict(languages) == {count.value: count.count for count in page.facets["language"]}
    assert page.histogram is not None
    assert months == [(f"{bucket.first:%Y-%m}", bucket.count) for bucket in page.histogram.buckets]
    for theirs, mine in ((sources, page.facets["source"]), (people, page.facets["people"])):
        assert [count for _, count in theirs] == [each.count for each in mine]


def test_both_find_one_persons_articles_and_quotes(engines: tuple[IndexReader, Fts5], words: list[Words]) -> None:
    reader, sql = engines
    for each in words:
        filters = Filters(people=(each.person,))
        assert (
            reader.search(SearchRequest(q=each.word, filters=filters)).total
            == sql.search(each.word, person=each.person)[0]
        )
        assert reader.quotes(speaker=each.speaker).total == sql.quotes(speaker=each.speaker)[0] > 0
        assert reader.quotes(q=each.said, speaker=each.speaker).total > 0
        assert sql.quotes(each.said, speaker=each.speaker)[0] > 0


def test_every_kind_of_question_is_answered_by_both(engines: tuple[IndexReader, Fts5], words: list[Words]) -> None:
    reader, sql = engines
    for ask_index, ask_sql in KINDS.values():
        assert ask_index(reader, words[0])
        assert ask_sql is None or ask_sql(sql, words[0])
