"""Up to which place changes are applied, where several workers write, and where an index is another than it was."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from wiredesk.events import EntityCorrected
from wiredesk.index import open_writer
from wiredesk.index.corrections import Correction
from wiredesk.index.opensearch import aliases
from wiredesk.index.opensearch.address import parse
from wiredesk.index.opensearch.node import Node
from wiredesk.index.opensearch.rebuild import rebuild
from wiredesk.index.opensearch.writer import OpenSearchWriter

from tests.opensearch.server import OpenSearchServer

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(400)]


@pytest.fixture
def url(opensearch: OpenSearchServer, index: str) -> str:
    return opensearch.url(index)


@pytest.fixture
def node(url: str) -> Iterator[Node]:
    with closing(Node(parse(url))) as node:
        yield node


def opened(url: str) -> OpenSearchWriter:
    writer = open_writer(url)
    assert isinstance(writer, OpenSearchWriter)
    return writer


def remembered(url: str) -> str:
    with closing(opened(url)) as writer:
        return writer.applied_up_to()


def test_workers_that_start_at_once_lose_no_correction_and_leave_a_place_that_one_of_them_told(url: str) -> None:
    places = [f"{n}-0 x" for n in range(4)]

    def start(place: str) -> None:
        with closing(opened(url)) as writer:
            for n in range(10):
                event = EntityCorrected(entity_id=f"person:{place}-{n}", name="Other")
                writer.correct([Correction(n + 1, event)])
                writer.mark_applied(place)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, places))
    assert remembered(url) in places
    with closing(opened(url)) as writer:
        known = writer._latest().corrections
        assert all(known.about(f"person:{place}-{n}") for place in places for n in range(10))


def test_what_is_told_of_an_index_is_not_believed_of_one_that_took_its_place(url: str, node: Node) -> None:
    with closing(opened(url)) as slow:
        node.ask("DELETE", f"/{aliases.behind(node)}")
        opened(url).close()  # another worker makes it anew
        slow.mark_applied("9-0 x")
        assert slow.applied_up_to() == "9-0 x"
    assert remembered(url) == ""


def test_a_place_told_by_a_worker_that_began_before_a_rebuild_is_not_believed_after_it(url: str) -> None:
    with closing(opened(url)) as slow:
        rebuild(url, grace_s=0)
        slow.mark_applied("9-0 x")
    assert remembered(url) == ""


@pytest.mark.parametrize("over", ["a deleted index", "a closed index"])
def test_an_index_from_a_snapshot_has_no_place(url: str, node: Node, index: str, over: str) -> None:
    with closing(opened(url)) as writer:
        writer.mark_applied("9-0 x")
    name = aliases.behind(node)
    repository = f"/_snapshot/{index}"
    node.ask("PUT", repository, {"type": "fs", "settings": {"location": index}})
    node.ask("PUT", f"{repository}/one", {"indices": name}, wait_for_completion="true")
    assert remembered(url) == "9-0 x"
    if over == "a deleted index":
        node.ask("DELETE", f"/{name}")
    else:
        node.ask("POST", f"/{name}/_close")
    node.ask("POST", f"{repository}/one/_restore", {"indices": name}, wait_for_completion="true")
    assert remembered(url) == ""
