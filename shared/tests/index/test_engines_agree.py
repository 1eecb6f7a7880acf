"""The same articles and the same query: every engine finds the same."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wiredesk.errors import UsageError
from wiredesk.index import open_reader, open_writer
from wiredesk.index.protocol import IndexReader, SearchRequest

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(600)]

TEXTS = [
    "The governments were running late, and the ministers' ships arrived daily.",
    "A minister governed; the government ran out of time. It's 10:30 in Élan.",
    "Größe und Außenpolitik: die Minister sprachen über Straßen.",
    "外務大臣は東京で会見した。NATO会議。",
    "東京 and Beijing met; 北京 said no_underscore, e-mail, c++ and U.S. dollars.",
    "Министр выступил в Москве. Москва ответила министру.",
    "run runs running ran runner; nation nations national; 2001 20 01",
    "Ship, shipping, shipped; a shipment. The NAÏVE naive élève eleve.",
]
ATOMS = [
    "government", "governments", "minister", "ministers", "run", "running", "ran", "ship", "shipping", "late", "elan",
    "Élan", "grosse", "Größe", "strassen", "naive", "eleve", "москве", "министр", "東京", "京", "北京", "nato",
    "NATO会議", "e-mail", "c++", "u.s.", "no_underscore", "10:30", "--", "it's", "2001", "20", "nation", "the",
    "govern*", "minis*", "東*", "elev*", "e-m*", "20*", "govrnment~1", "ministre~2", "мосвке~1", "nave~1", "rum~1",
    '"the governments"', '"governments late"~3', '"run running"', '"20 01"', '"東京 and"', "title:headline",
    "people:doe", "published:2001", "language:en", "*",
]  # fmt: skip
QUERIES = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" ", " OR ", " AND ", " -"]), inner).map("".join),
        inner.map(lambda each: f"({each})"),
        inner.map(lambda each: f"NOT ({each})"),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def readers(make_article, opensearch, tmp_path_factory) -> Iterator[list[IndexReader]]:
    articles = [
        make_article(f"a{number}", text, published_at="2001-11-23" if number % 2 else None)
        for number, text in enumerate(TEXTS)
    ]
    made = []
    for url in (f"tantivy://{tmp_path_factory.mktemp('index')}/index", opensearch.url("engines-agree")):
        writer = open_writer(url)
        writer.upsert(articles)
        writer.close()
        made.append(open_reader(url))
    yield made
    for reader in made:
        reader.close()
    opensearch.forget("engines-agree")


def found(reader: IndexReader, q: str) -> set[str] | None:
    try:
        return {hit.article_id for hit in reader.search(SearchRequest(q=q, limit=100, facets=False)).hits}
    except UsageError:
        return None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(q=QUERIES)
def test_every_engine_finds_the_same(readers, q):
    embedded, cluster = readers
    assert found(cluster, q) == found(embedded, q)


@settings(max_examples=100, deadline=None)
@given(q=st.text(max_size=200) | st.text(alphabet='ab "()[]:~*?\\+-!ANDORT東\u0301\0', max_size=200))
def test_any_text_is_answered_or_a_usage_error(readers, q):
    found(readers[1], q)


@pytest.mark.parametrize(
    "q", ["(" * 20 + "a" + ")" * 20, "a -(b " * 15 + "c" + ")" * 15, "a " * 1000, "a* " * 16, "ab~ " * 16]
)
def test_deep_and_long_queries_are_answered_or_a_usage_error(readers, q):
    found(readers[1], q)
