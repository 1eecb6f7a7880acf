"""What the OpenSearch backend sends and how it reads answers, as far as that needs no node."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk.errors import Unavailable, UsageError
from wiredesk.index import open_reader, open_writer
from wiredesk.index.excerpt import LENGTH
from wiredesk.index.opensearch.address import Address, parse
from wiredesk.index.opensearch.bulk import verdict_of
from wiredesk.index.opensearch.documents import article_document, rank_of, stored_article
from wiredesk.index.opensearch.snippets import Tags, snippet_of
from wiredesk.index.opensearch.translation import NOTHING, Scope, translate
from wiredesk.index.query import Node, QuerySyntaxError
from wiredesk.index.syntax import parse as parse_query
from wiredesk.testing import free_port

SCOPE = Scope(bare={"title": 3.0, "text": 1.0}, targets={"entity": "entity_id", "byline": {"byline": 1.0}})
HARMLESS = {
    "bool", "constant_score", "dis_max", "match", "match_all", "match_bool_prefix", "match_none", "match_phrase",
    "match_phrase_prefix", "range", "terms",
}  # fmt: skip


# addresses


@pytest.mark.parametrize(("url", "address"), [
    ("opensearch://host/news", Address(scheme="opensearch", hosts=("host:9200",), index="news")),
    ("opensearch://host:9201/news/", Address(scheme="opensearch", hosts=("host:9201",), index="news")),
    ("opensearch://[::1]/n-1", Address(scheme="opensearch", hosts=("[::1]:9200",), index="n-1")),
    (
        "opensearch+https://ann:p%40ss:w@a,b:9300/news?ca=/etc/ca.pem&shards=3&replicas=0",
        Address(
            scheme="opensearch+https", hosts=("a:9200", "b:9300"), index="news", user="ann", password="p@ss:w",
            ca="/etc/ca.pem", shards=3, replicas=0,
        ),
    ),
])  # fmt: skip
def test_an_address_is_read_as_it_is_written(url, address):
    assert parse(url) == address


@pytest.mark.parametrize("url", [
    "opensearch:///news", "opensearch://host", "opensearch://host/", "opensearch://host/a/b", "opensearch://host/News",
    "opensearch://host/_all", "opensearch://host/a,b", "opensearch://host/*", "opensearch://host:port/news",
    "opensearch+ftp://host/news", "opensearch://host/news?colour=red", "opensearch://host/news?shards=0",
    "opensearch://host/news?shards=many", "opensearch://host/news?ca=/x", "opensearch://host,/news",
    "opensearch://host/news#x",
])  # fmt: skip
def test_an_address_that_cannot_be_used_is_told_the_form_and_never_the_password(url):
    url = url.replace("://", "://ann:geheim@", 1)
    for opened in (open_writer, open_reader):
        with pytest.raises(UsageError, match="write opensearch://host:9200/wiredesk") as caught:
            opened(url)
        assert "geheim" not in str(caught.value)


def test_a_cluster_that_is_away_is_named_with_what_to_do_and_without_the_password():
    url = f"opensearch://ann:geheim@127.0.0.1:{free_port()}/news"
    for opened in (open_writer, open_reader):
        with pytest.raises(
            Unavailable, match=r"127\.0\.0\.1:\d+/news does not answer: .*refused; start OpenSearch"
        ) as caught:
            opened(url)
        assert "geheim" not in str(caught.value)


def test_certificates_that_cannot_be_read_are_named():
    with pytest.raises(UsageError, match="cannot be read from /nowhere"):
        open_reader("opensearch+https://127.0.0.1/news?ca=/nowhere")


# queries


def kinds(query: object) -> set[str]:
    """Every kind of query in a query."""
    if isinstance(query, list):
        return set().union(*map(kinds, query)) if query else set()
    if not isinstance(query, dict):
        return set()
    found = set(query)
    for kind, inner in query.items():
        match kind:
            case "bool":
                found |= set().union(*(kinds(inner.get(part, [])) for part in ("must", "must_not", "should", "filter")))
            case "constant_score":
                found |= kinds(inner["filter"])
            case "dis_max":
                found |= kinds(inner["queries"])
    return found


@given(st.text(max_size=300) | st.text(alphabet='ab "()[]:~*?\\+-!ANDORT東\u0301', max_size=300))
def test_no_text_becomes_a_query_that_parses_text(text):
    try:
        query = translate(parse_query(text), SCOPE)
    except QuerySyntaxError:
        return
    assert kinds(query) <= HARMLESS
    json.dumps(query)


def test_a_query_of_many_words_does_without_inflections_before_it_is_refused():
    def of(count: int) -> dict[str, object]:
        node: Node = parse_query(" ".join(["word"] * count))
        return translate(node, SCOPE)

    assert '"stems"' in json.dumps(of(100))
    assert '"stems"' not in json.dumps(of(380))
    wide = Scope(bare=dict.fromkeys(("a", "b", "c"), 1.0), targets={})
    with pytest.raises(UsageError, match="too many words"):
        translate(parse_query(" ".join(["word"] * 380)), wide)


@pytest.mark.parametrize("q", ["--", "-- OR ++", "(??)"])
def test_what_has_no_words_finds_nothing(q):
    assert translate(parse_query(q), SCOPE) == NOTHING


# answers


@pytest.mark.parametrize(("item", "verdict"), [
    ({"status": 201}, "indexed"),
    ({"status": 200}, "indexed"),
    ({"status": 409, "error": {"type": "version_conflict_engine_exception"}}, "superseded"),
    ({"status": 429, "error": {"type": "rejected_execution_exception"}}, "again"),
    ({"status": 503, "error": {"type": "unavailable_shards_exception"}}, "again"),
    ({"status": 403, "error": {"type": "cluster_block_exception"}}, "again"),
    ({"status": 404, "error": {"type": "index_not_found_exception"}}, "again"),
    ({"status": 400, "error": {"type": "mapper_parsing_exception"}}, "refused"),
    ({"status": 403, "error": {"type": "security_exception"}}, "refused"),
])  # fmt: skip
def test_each_item_of_a_bulk_answer_is_judged_by_itself(item, verdict):
    assert verdict_of(item) == verdict


def snippet(marked: str, tags: Tags):
    return snippet_of({"highlight": {"text": [marked]}, "_source": {"opening": ""}}, tags)


@given(st.lists(st.tuples(st.booleans(), st.text(alphabet="a é東\n.", max_size=80)), max_size=20))
def test_marks_of_a_snippet_are_the_marked_words_whatever_surrounds_them(pieces):
    tags = Tags()
    pieces = [(marked and bool(text), text) for marked, text in pieces]
    plain = "".join(text for _, text in pieces)
    found, ranges = snippet(
        "".join(f"{tags.opening}{text}{tags.closing}" if mark else text for mark, text in pieces), tags
    )
    assert len(found) <= LENGTH + 4 + 80
    assert "\n" not in found
    core = found.removeprefix("… ").removesuffix(" …")
    assert core in plain.replace("\n", " ")
    assert all(0 <= start < end <= len(found) for start, end in ranges)
    assert list(ranges) == sorted(set(ranges))
    if len(plain) <= LENGTH and any(mark for mark, _ in pieces):
        marked = "".join(text for mark, text in pieces if mark).replace("\n", " ")
        assert "".join(found[start:end] for start, end in ranges) == marked


def test_a_snippet_shows_most_of_the_marks_it_can():
    tags = Tags()
    mark = f"{tags.opening}here{tags.closing}"
    far = "filler words " * 60
    found, ranges = snippet(f"{mark} {far}{mark} and {mark} {far}", tags)
    assert [found[start:end] for start, end in ranges] == ["here", "here"]
    assert found.startswith("… ")
    assert found.endswith(" …")


def test_an_article_comes_back_from_its_document_whole_however_long(make_article):
    for text in ("Short.", "x " * 120_000):
        article = make_article("a", text, published_at="0001-01-01", quotes=[(text[:3], None, None)])
        source = json.loads(article_document(article, {}, 0).source)
        assert stored_article(source) == article
        assert source["published"] == "0001-01-01T00:00:00Z"


def test_entities_are_ranked_by_the_beginning_of_their_names():
    ids = ["person:zoe", "person:abel", "place:bern", "person:abel-two", "person:", "nothing"]
    ranks = [rank_of(id) for id in ids]
    assert all(0 <= rank < 1 << 53 for rank in ranks)
    assert sorted(["person:zoe", "person:abel", "place:bern"], key=rank_of) == [
        "person:abel",
        "place:bern",
        "person:zoe",
    ]
