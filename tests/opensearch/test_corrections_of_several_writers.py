"""Corrections while any number of workers write: whoever is late, every article ends as the corrections have it."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from wiredesk.errors import PermanentError
from wiredesk.events import EntityCorrected
from wiredesk.index import open_reader, open_writer
from wiredesk.index.corrections import Correction
from wiredesk.index.opensearch import rebuild, standing
from wiredesk.index.opensearch import writer as writing
from wiredesk.index.opensearch.writer import OpenSearchWriter
from wiredesk.index.protocol import Filters, IndexWriter, SearchRequest

from tests.opensearch.news import article, varied
from tests.opensearch.server import OpenSearchServer

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(400)]
ADA, BEN, NEW = "person:ada-moor", "person:ben-holt", "person:new-name"


@pytest.fixture
def url(opensearch: OpenSearchServer, index: str) -> str:
    return opensearch.url(index)


@pytest.fixture
def two(url: str) -> Iterator[tuple[OpenSearchWriter, OpenSearchWriter]]:
    with closing(open_writer(url)) as one, closing(open_writer(url)) as other:
        assert isinstance(one, OpenSearchWriter)
        assert isinstance(other, OpenSearchWriter)
        yield one, other


def told(revision: int, **event: object) -> Correction:
    return Correction(revision, EntityCorrected.model_validate(event))


def settled(*writers: IndexWriter) -> None:
    for writer in writers:
        while writer.settle():
            pass


def people(url: str) -> dict[str, int]:
    with closing(open_reader(url)) as reader:
        return {hit.entity_id: hit.articles for hit in reader.entities(type="Person", limit=100).hits}


def test_an_article_of_a_writer_that_has_not_heard_of_a_correction_is_corrected_when_it_is_acknowledged(
    url: str, two: tuple[OpenSearchWriter, OpenSearchWriter]
) -> None:
    one, other = two
    other.upsert([article("a", revision=1)])
    one.correct([told(1, entity_id="person:revision-one", same_as=NEW)])
    settled(one)
    assert other.upsert([article("b", revision=1)]) == ["indexed"]  # nobody settles after this
    assert people(url) == {NEW: 2}


def test_a_correction_that_comes_while_an_article_is_written_reaches_it(
    url: str, two: tuple[OpenSearchWriter, OpenSearchWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    really = writing.write

    def before(node: object, index: str, documents: list, **more: object) -> list:
        """The correction is told, applied and settled when the article is made and not yet sent."""
        monkeypatch.setattr(writing, "write", really)
        one.correct([told(1, entity_id="person:revision-one", same_as=NEW)])
        settled(one)
        return really(node, index, documents, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "write", before)
    assert other.upsert([article("a", revision=1)]) == ["indexed"]
    assert people(url) == {NEW: 1}


def test_what_a_writer_killed_in_between_wrote_too_late_is_found_by_the_next_one(
    url: str, two: tuple[OpenSearchWriter, OpenSearchWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    other.upsert([article("a", revision=1)])
    one.correct([told(1, entity_id="person:revision-one", same_as=NEW)])
    settled(one)
    # It never looks at the state again: as if it had been killed when the request was sent.
    monkeypatch.setattr(standing, "generation", lambda _: 0)
    other.upsert([article("a", revision=1)])
    monkeypatch.undo()
    assert people(url) == {"person:revision-one": 1}
    with closing(open_writer(url)) as third:
        settled(third)
    assert people(url) == {NEW: 1}


def test_corrections_told_by_two_writers_at_once_are_all_kept(url: str) -> None:
    failures: list[BaseException] = []

    def work(lane: int) -> None:
        try:
            with closing(open_writer(url)) as writer:
                for number in range(12):
                    made = [told(100 * lane + number + 1, entity_id=f"person:{lane}-{number}", same_as=NEW)]
                    writer.correct(made)
                    writer.correct(made)
                    if number % 4 == 0:
                        writer.settle()
        except BaseException as error:
            failures.append(error)

    _together([lambda lane=lane: work(lane) for lane in range(3)])
    assert failures == []
    with closing(open_writer(url)) as writer:
        settled(writer)
    with closing(open_reader(url)) as reader:
        assert len(reader.corrections(NEW)) == 36


def test_workers_that_write_settle_and_correct_at_once_and_a_rebuild_leave_every_article_corrected(url: str) -> None:
    articles = [varied(number, words=40) for number in range(400)]
    with closing(open_writer(url)) as writer:
        writer.upsert(articles[:200])
    failures: list[BaseException] = []
    events = [
        told(revision, entity_id=id, same_as=to, undo=undo)
        for revision, (id, to, undo) in enumerate(
            [(ADA, BEN, False), (BEN, NEW, False), ("person:cleo-marsh", NEW, False), (ADA, BEN, True)], 1
        )
    ]

    def write(lane: int) -> None:
        try:
            chance = random.Random(lane)
            with closing(open_writer(url)) as own:
                for at in range(0, 400, 25):
                    own.upsert(chance.sample(articles[at : at + 25], 25))
                    if lane == 1 and at % 100 == 0:
                        own.correct([events[at // 100]])
                    own.settle()
        except BaseException as error:
            failures.append(error)

    _together([*(lambda lane=lane: write(lane) for lane in range(3)), lambda: rebuild(url, grace_s=5.0)])
    assert failures == []
    with closing(open_writer(url)) as writer:
        settled(writer)
    expected: dict[str, int] = {}
    for each in articles:
        ids = {entity.id for entity in each.entities if entity.type == "Person"}
        for id in {NEW if id in (BEN, "person:cleo-marsh") else id for id in ids}:
            expected[id] = expected.get(id, 0) + 1
    with closing(open_reader(url)) as reader:
        for id in (ADA, NEW, "person:dan-ridley"):
            assert reader.entity(id).articles == expected[id]
            assert reader.search(SearchRequest(filters=Filters(people=(id,)))).total == expected[id]
        assert reader.entity(BEN).entity_id == NEW
        assert reader.corrected_up_to() == 4


def test_an_article_that_is_called_as_the_corrections_are_is_refused(two: tuple[OpenSearchWriter, ...]) -> None:
    with pytest.raises(PermanentError, match="calls its own"):
        two[0].upsert([article(f"{standing.OWN_IDS}s")])


def _together(works: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
