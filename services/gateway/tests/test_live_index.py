"""The index as the gateway holds it: waited for, kept fresh, lost and found again."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wiredesk.errors import Unavailable, UsageError
from wiredesk.events import ArticleExtracted
from wiredesk.index import open_reader, open_writer
from wiredesk.index.protocol import IndexReader, SearchRequest
from wiredesk.testing import wait_until
from wiredesk_gateway.live_index import LiveIndex


class Reader:
    """Counts what is done to it; `reload` fails with `failure` when one is set."""

    def __init__(self) -> None:
        self.reloads = 0
        self.closed = False
        self.failure: Exception | None = None

    def documents(self) -> int:
        return 7

    def reload(self) -> None:
        self.reloads += 1
        if self.failure:
            raise self.failure

    def close(self) -> None:
        self.closed = True
        if self.failure:
            raise self.failure


class Store:
    """Where readers come from: `problem` keeps them from being opened."""

    def __init__(self) -> None:
        self.problem: Exception | None = None
        self.opened: list[Reader] = []

    def open(self) -> Any:
        if self.problem:
            raise self.problem
        self.opened.append(Reader())
        return self.opened[-1]


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def index(store: Store) -> Iterator[LiveIndex]:
    live = LiveIndex(store.open, interval_s=0.005)
    yield live
    live.stop()


def test_an_open_index_is_reloaded_again_and_again(store: Store, index: LiveIndex) -> None:
    index.start()
    assert index.reader() is store.opened[0]
    assert (index.documents(), index.problem) == (7, None)
    wait_until(lambda: store.opened[0].reloads > 2, what="reloads")
    index.stop()
    assert store.opened[0].closed


def test_an_index_that_is_not_there_is_waited_for_and_its_words_are_kept(store: Store, index: LiveIndex) -> None:
    store.problem = Unavailable("nothing was indexed yet at /x")
    index.start()
    assert index.problem == "nothing was indexed yet at /x"
    assert index.documents() is None
    with pytest.raises(Unavailable, match="nothing was indexed yet"):
        index.reader()
    store.problem = None
    wait_until(lambda: index.problem is None, what="the index to be found")


@pytest.mark.parametrize("failure", [Unavailable("gone"), OSError("stale file handle")])
def test_an_index_that_breaks_is_let_go_and_opened_anew(store: Store, index: LiveIndex, failure: Exception) -> None:
    index.start()
    store.opened[0].failure = failure
    wait_until(lambda: len(store.opened) == 2 and index.problem is None, what="the index to be opened anew")
    assert store.opened[0].closed
    assert index.reader() is store.opened[1]


def test_what_breaks_unexpectedly_is_not_told_to_users(store: Store, index: LiveIndex) -> None:
    store.problem = OSError("secret path")
    index.start()
    assert index.problem
    assert "secret" not in index.problem


def test_an_address_that_can_never_work_is_told_at_the_start(store: Store, index: LiveIndex) -> None:
    store.problem = UsageError("no known scheme")
    with pytest.raises(UsageError, match="no known scheme"):
        index.start()


def test_no_request_is_answered_by_opening_or_reloading(tmp_path: Path) -> None:
    """On a real index: requests take the reader that is there, whatever the writer commits and the thread reloads."""
    url = f"tantivy://{tmp_path}/index"
    mine = threading.get_ident()
    opened, reloaded = list[int](), list[int]()
    with contextlib.closing(open_writer(url)) as writer:

        def watched() -> IndexReader:
            opened.append(threading.get_ident())
            reader = open_reader(url)
            reload = reader.reload

            def noted() -> None:
                reloaded.append(threading.get_ident())
                reload()

            reader.reload = noted  # type: ignore[method-assign]  # to see which thread pays
            return reader

        live = LiveIndex(watched, interval_s=0.005)
        live.start()
        try:
            first = live.reader()
            for number in range(10):
                writer.upsert([_article(number)])
                wait_until(lambda wanted=number + 1: live.reader().search(SearchRequest()).total == wanted)
                assert live.reader() is first
        finally:
            live.stop()
    assert opened == [mine]  # at the start, before any request
    assert reloaded
    assert mine not in reloaded


def _article(number: int) -> ArticleExtracted:
    return ArticleExtracted(
        article_id=f"a{number}",
        revision=1,
        submission_id="1006502400000-0",
        text="The bridge stays open.",
        content_hash="0" * 64,
        cluster_id=f"c{number}",
        extractor="tests/1",
    )
