"""Moving to a new index while articles come in and searches go on: nothing is missed, nothing comes twice."""

import json
import threading
import urllib.request

import pytest
from wiredesk.errors import UsageError
from wiredesk.events import ArticleRetracted
from wiredesk.index import open_reader, open_writer
from wiredesk.index.opensearch import rebuild
from wiredesk.index.opensearch.address import parse
from wiredesk.index.opensearch.documents import article_document, tombstone
from wiredesk.index.opensearch.mapping import VERSION, template
from wiredesk.index.protocol import SearchRequest

from tests.opensearch.news import article, varied
from tests.opensearch.server import OpenSearchServer

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(300)]


def ask(server: OpenSearchServer, method: str, path: str, body: object = None) -> dict[str, object]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def test_a_rebuild_under_load_loses_and_doubles_nothing_and_stops_no_search(
    opensearch: OpenSearchServer, index: str
) -> None:
    url = opensearch.url(index)
    writer = open_writer(url)
    writer.upsert([varied(number, words=60) for number in range(1500)])
    writer.retract([ArticleRetracted(article_id="gone", revision=9)])
    done, failures = threading.Event(), list[BaseException]()
    acknowledged = [1500, 1500]

    def keep_writing(lane: int) -> None:
        try:
            own = open_writer(url)
            number = 10_000 * (lane + 1)
            while not done.is_set() or acknowledged[lane] == 1500:
                # New articles, and a newer revision of one that was copied long ago.
                batch = [varied(number + at, words=60) for at in range(10)]
                changed = varied(number % 1500, words=60).model_copy(update={"revision": 2 + number})
                own.upsert([*batch, changed])
                number += 10
                acknowledged[lane] = number
            own.close()
        except BaseException as error:
            failures.append(error)

    def keep_searching() -> None:
        try:
            reader = open_reader(url)
            least = 1500
            while not done.is_set():
                found = reader.search(SearchRequest(q="harbour OR council OR storm", limit=3)).total
                documents = reader.documents()
                assert found
                assert documents >= least
                least = documents
            reader.close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=keep_writing, args=(lane,)) for lane in (0, 1)]
    threads.append(threading.Thread(target=keep_searching))
    for thread in threads:
        thread.start()
    try:
        made = rebuild(f"{url}?shards=2", grace_s=1.0)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []
    print(f"\nrebuilt {made.documents} documents in {made.seconds:.1f} s; writers waited {made.paused_s:.2f} s")
    assert (made.old, made.new) == (f"{index}-v{VERSION}-000001", f"{index}-v{VERSION}-000002")
    assert list(ask(opensearch, "GET", f"{index}/_alias")) == [made.new]
    settings = ask(opensearch, "GET", f"{made.new}/_settings?flat_settings=true")
    assert settings[made.new]["settings"]["index.number_of_shards"] == "2"  # type: ignore[index]

    expected = {f"article-{number}" for number in range(1500)}
    for lane in (0, 1):
        expected |= {f"article-{number}" for number in range(10_000 * (lane + 1), acknowledged[lane])}
    reader = open_reader(url)
    found: list[str] = []
    cursor = None
    while True:
        page = reader.search(SearchRequest(limit=100, sort="newest", cursor=cursor, facets=False, fold=False))
        found += [hit.article_id for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(found) == len(set(found))
    assert set(found) == expected
    for lane in (0, 1):  # the newest revisions came along, written before, during or after the move
        last = acknowledged[lane] - 10
        assert reader.article(f"article-{last % 1500}").revision >= 2 + 10_000
    assert writer.upsert([article("gone", revision=1)]) == ["superseded"]  # a tombstone came along
    reader.close()
    writer.close()


def test_what_a_killed_rebuild_left_is_told_and_discarded_on_demand(opensearch: OpenSearchServer, index: str) -> None:
    url = opensearch.url(index)
    writer = open_writer(url)
    writer.upsert([article("a")])
    ask(opensearch, "PUT", f"{index}-v{VERSION}-000002")
    ask(opensearch, "PUT", f"{index}-v{VERSION}-000001/_block/write")
    with pytest.raises(UsageError, match="another rebuild is under way, or one was killed"):
        rebuild(url)
    made = rebuild(url, discard=True, keep_old=True)
    assert made.documents == 1
    assert writer.upsert([article("b")]) == ["indexed"]
    assert writer.documents() == 2
    writer.close()


def test_there_is_nothing_to_rebuild_where_nothing_was_indexed(opensearch: OpenSearchServer, index: str) -> None:
    with pytest.raises(UsageError, match="nothing to rebuild"):
        rebuild(opensearch.url(index))


def test_an_index_of_another_version_or_another_program_is_refused_with_the_cure(
    opensearch: OpenSearchServer, index: str
) -> None:
    url = opensearch.url(index)
    ask(
        opensearch,
        "PUT",
        f"{index}-v0-1",
        {"aliases": {index: {}}, "mappings": {"_meta": {"program": "wiredesk", "schema": 0}}},
    )
    for opened in (open_writer, open_reader):
        with pytest.raises(UsageError, match=r"has schema unknown.*rebuild it"):
            opened(url)
    ask(opensearch, "DELETE", f"{index}-v0-1")
    ask(opensearch, "PUT", index)
    with pytest.raises(UsageError, match="is an index, not an alias"):
        open_writer(url)
    ask(opensearch, "DELETE", index)


def test_an_index_of_version_1_is_led_to_this_one(opensearch: OpenSearchServer, index: str) -> None:
    url = opensearch.url(index)
    made = template(parse(url))["template"]
    kept = {"type": "keyword", "index": False, "doc_values": False}
    made["mappings"]["properties"]["revision"] = kept  # a number since version 2, to sort by
    made["mappings"]["_meta"]["schema"] = 1
    ask(opensearch, "PUT", f"{index}-v1-000001", {**made, "aliases": {index: {"is_write_index": True}}})
    gone = tombstone(ArticleRetracted(article_id="gone", revision=4))
    for document in (*(article_document(article(id, revision=2), {}, 0) for id in "abc"), gone):
        path = f"{index}-v1-000001/_doc/{document.id}?version={document.version}&version_type=external_gte"
        ask(opensearch, "PUT", path, json.loads(document.source))
    with pytest.raises(UsageError, match=r"has schema 1.*rebuild it"):
        open_reader(url)
    assert rebuild(url).new == f"{index}-v{VERSION}-000002"
    reader, writer = open_reader(url), open_writer(url)
    first = reader.search(SearchRequest(limit=2, sort="newest"))
    assert [(hit.revision, hit.copies) for hit in first.hits] == [(2, 0), (2, 0)]
    assert writer.upsert([article("gone", revision=4), article("a", revision=1)]) == ["superseded", "superseded"]
    assert len(reader.search(SearchRequest(limit=2, sort="newest", cursor=first.next_cursor)).hits) == 1
    reader.close()
    writer.close()
