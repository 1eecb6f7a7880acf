"""Any number of workers write one index: nothing is lost, nothing drifts, and one bad article harms no other."""

import json
import random
import threading
import urllib.request
from collections.abc import Sequence

import pytest
from wiredesk.errors import PermanentError
from wiredesk.events import ArticleExtracted, ArticleRetracted
from wiredesk.index import open_reader, open_writer
from wiredesk.index.protocol import SearchRequest

from tests.opensearch.news import article
from tests.opensearch.server import OpenSearchServer

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(400)]


def settings(server: OpenSearchServer, index: str, **values: object) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/{index}/_settings",
        method="PUT",
        data=json.dumps({f"index.{name.replace('__', '.')}": value for name, value in values.items()}).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=30).close()


def test_workers_that_write_the_same_articles_at_once_leave_the_newest_and_exact_counts(
    opensearch: OpenSearchServer, index: str
) -> None:
    url = opensearch.url(index)
    chance = random.Random(7)
    revisions = [(number, revision) for number in range(20) for revision in range(1, 6)]
    failures: list[BaseException] = []

    def work(todo: Sequence[tuple[int, int]]) -> None:
        try:
            writer = open_writer(url)  # all at once: one of them makes the index
            for at in range(0, len(todo), 7):
                writer.upsert([article(f"a{number}", revision=revision) for number, revision in todo[at : at + 7]])
            writer.close()
        except BaseException as error:
            failures.append(error)

    shuffled = [chance.sample(revisions, len(revisions)) for _ in range(4)]
    threads = [threading.Thread(target=work, args=(todo,)) for todo in shuffled]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    reader = open_reader(url)
    assert reader.documents() == 20
    assert {reader.article(f"a{number}").revision for number in range(20)} == {5}
    # Each article names the person of its revision: only the last one is left.
    assert [(hit.name, hit.articles, hit.quotes) for hit in reader.entities(q="revision").hits] == [
        ("Revision Five", 20, 20)
    ]
    assert reader.quotes().total == 20
    reader.close()


def test_a_retraction_wins_over_older_revisions_whichever_worker_is_late(
    opensearch: OpenSearchServer, index: str
) -> None:
    url = opensearch.url(index)
    one, other = open_writer(url), open_writer(url)
    one.upsert([article("a", revision=3)])
    other.retract([ArticleRetracted(article_id="a", revision=3)])
    assert one.upsert([article("a", revision=3)]) == ["superseded"]
    assert other.upsert([article("a", revision=4)]) == ["indexed"]
    other.retract([ArticleRetracted(article_id="a", revision=3)])
    assert one.documents() == 1
    one.close()
    other.close()


def test_an_article_that_only_the_cluster_refuses_takes_nothing_of_its_batch_with_it(
    opensearch: OpenSearchServer, index: str
) -> None:
    url = opensearch.url(index)
    writer = open_writer(url)
    settings(opensearch, index, mapping__nested_objects__limit=4)

    def batch() -> list[ArticleExtracted]:
        return [article("good", quotes=1), article("many", quotes=9), article("fine", quotes=1)]

    with pytest.raises(PermanentError, match="many cannot be indexed"):
        writer.upsert(batch())
    reader = open_reader(url)
    found = reader.search(SearchRequest(sort="newest")).hits
    assert sorted(hit.article_id for hit in found) == ["fine", "good"]
    reader.close()
    writer.close()


def test_a_batch_waits_while_the_index_takes_no_writes(opensearch: OpenSearchServer, index: str) -> None:
    writer = open_writer(opensearch.url(index))
    settings(opensearch, index, blocks__write=True)
    results: list[object] = []
    waiting = threading.Thread(target=lambda: results.append(writer.upsert([article("a")])))
    waiting.start()
    waiting.join(0.3)
    assert results == []
    settings(opensearch, index, blocks__write=None)
    waiting.join(60)
    assert results == [["indexed"]]
    writer.close()
