"""The index as the gateway holds it: waited for, kept fresh, lost and found again."""

from collections.abc import Iterator
from typing import Any

import pytest
from wiredesk.errors import Unavailable, UsageError
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
