"""A start reads the changes that the index lacks and no others: on a real server, with a real index."""

import shutil
from collections.abc import Iterator
from contextlib import closing

import pytest
import redis
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from wiredesk.errors import TransientError
from wiredesk.events import ArticleExtracted, EntityCorrected, Stream, revision_of
from wiredesk.index import administration, open_reader, open_writer
from wiredesk.stage.outcomes import Delivery
from wiredesk.submissions import correct, retract
from wiredesk_indexing.kept_changes import Page, kept_changes
from wiredesk_indexing.settings import IndexingSettings
from wiredesk_indexing.stage import IndexProcessor

SUBMISSION = "1006502400000-3"
RENAMED = EntityCorrected(entity_id="person:doe", name="Jo Doe")


@pytest.fixture
def index_url(tmp_path) -> str:
    return f"tantivy://{tmp_path}/index"


class Desk:
    """Starts of a worker, and how many changes each has read."""

    def __init__(self, index_url: str, redis_url: str) -> None:
        self.index_url, self.redis_url = index_url, redis_url
        self.read: list[int] = []

    def changes(self, after: str) -> Iterator[Page]:
        for page in kept_changes(self.redis_url, after, size=2):
            self.read[-1] += len(page.deliveries)
            yield page

    async def start(self, open_index=open_writer) -> int:
        """Start a worker and stop it in good order; how many changes it has read."""
        self.read.append(0)
        settings = IndexingSettings(index_url=SecretStr(self.index_url))
        worker = IndexProcessor(settings, registry=CollectorRegistry(), open_index=open_index, changes=self.changes)
        try:
            await worker.start(lambda state: pytest.fail(f"it waits: {state}"))
        finally:
            await worker.stop()
        return self.read[-1]

    def takes(self, article_id: str) -> bool:
        """Whether the index takes an article of the time before all changes."""
        article = ArticleExtracted(
            article_id=article_id,
            revision=revision_of(SUBMISSION),
            submission_id=SUBMISSION,
            text="Some words.",
            content_hash="0" * 64,
            cluster_id="c",
            extractor="tests/1",
        )
        with closing(open_writer(self.index_url)) as writer:
            return writer.upsert([article]) == ["indexed"]

    def corrections(self) -> list[str]:
        with closing(open_reader(self.index_url)) as reader:
            return [register.value for register in reader.corrections("person:doe")]


@pytest.fixture
def desk(index_url, redis_url) -> Desk:
    return Desk(index_url, redis_url)


@pytest.fixture
def told(redis_client: redis.Redis) -> None:
    for article in ("a", "b", "c"):
        retract(redis_client, article)
    correct(redis_client, [RENAMED])


async def test_a_new_index_reads_every_change(desk, told):
    assert await desk.start() == 4
    assert not desk.takes("b")
    assert desk.corrections() == ["Jo Doe"]


async def test_a_start_with_nothing_new_reads_nothing_and_writes_nothing(desk, told, tmp_path):
    await desk.start()
    committed = (tmp_path / "index" / "meta.json").read_bytes()
    assert await desk.start() == 0
    assert (tmp_path / "index" / "meta.json").read_bytes() == committed


async def test_a_start_reads_what_was_told_since_the_last_one(desk, told, redis_client):
    await desk.start()
    retract(redis_client, "late")
    assert await desk.start() == 1
    assert not desk.takes("late")


async def test_a_change_that_came_through_the_group_as_well_changes_nothing(desk, told, redis_client):
    await desk.start()
    correct(redis_client, [RENAMED.model_copy(update={"name": "Jo B. Doe"})])
    settings = IndexingSettings(index_url=SecretStr(desk.index_url))
    worker = IndexProcessor(settings, registry=CollectorRegistry())
    await worker.start(lambda state: None)
    ((id, fields),) = redis_client.xrevrange(Stream.CHANGES, count=1)
    entry = Delivery(stream=Stream.CHANGES, entry_id=id.decode(), data=fields[b"__data__"], attempts=1,
                     submission_id=id.decode())  # fmt: skip
    await worker.process([entry])
    await worker.stop()
    once = desk.corrections()
    assert once == ["Jo B. Doe"]
    assert await desk.start() == 1
    assert desk.corrections() == once
    assert await desk.start() == 0


@pytest.mark.parametrize("made_anew", [False, True])
async def test_an_index_from_an_older_backup_reads_what_it_lacks(desk, told, redis_client, tmp_path, made_anew):
    await desk.start()
    administration.backup(desk.index_url, tmp_path / "old", told=lambda *_: None)
    retract(redis_client, "late")
    await desk.start()
    administration.restore(desk.index_url, tmp_path / "old", keep_old=False, told=lambda *_: None)
    if made_anew:
        administration.rebuild(desk.index_url, keep_old=False, discard=False, told=lambda *_: None)
    assert await desk.start() == 1
    assert not desk.takes("late")


async def test_an_index_in_the_place_of_a_lost_one_reads_every_change(desk, told, tmp_path):
    await desk.start()
    shutil.rmtree(tmp_path / "index")
    assert await desk.start() == 4
    assert not desk.takes("b")


async def test_a_rebuild_leaves_nothing_to_read(desk, told):
    await desk.start()
    administration.rebuild(desk.index_url, keep_old=False, discard=False, told=lambda *_: None)
    assert await desk.start() == 0
    assert not desk.takes("b")


async def test_after_the_server_was_emptied_all_that_is_told_then_is_read(desk, told, redis_client):
    await desk.start()
    redis_client.flushall()
    assert await desk.start() == 0
    retract(redis_client, "new")
    assert await desk.start() == 1
    assert await desk.start() == 0
    assert not desk.takes("new")
    assert not desk.takes("b")


class Moody:
    """A real writer that does not take one retraction, or no places: a store's moods cannot be had on demand."""

    def __init__(self, index, *, refused: str = "", full: bool = False) -> None:
        self._index, self._refused, self._full = index, refused, full

    def __getattr__(self, name):
        return getattr(self._index, name)

    def retract(self, batch) -> None:
        if any(each.article_id == self._refused for each in batch):
            raise TransientError("index_unwritable", "not now")
        self._index.retract(batch)

    def mark_applied(self, place: str) -> None:
        if self._full:
            raise TransientError("index_unwritable", "the disk is full")
        self._index.mark_applied(place)


async def test_the_place_stays_before_a_change_that_could_not_be_applied(desk, told, redis_client):
    assert await desk.start(lambda url: Moody(open_writer(url), refused="c")) == 4
    assert await desk.start() == 2  # the page with the refused one, and none before it
    assert not desk.takes("c")
    assert await desk.start() == 0


async def test_an_index_that_does_not_take_the_place_is_started_all_the_same_and_reads_again(desk, told):
    assert await desk.start(lambda url: Moody(open_writer(url), full=True)) == 4
    assert await desk.start() == 4


async def test_a_worker_that_ends_in_the_midst_goes_on_where_it_was(desk, told):
    def ends(after: str) -> Iterator[Page]:
        yield next(iter(Desk.changes(desk, after)))
        raise KeyboardInterrupt

    desk.changes = ends
    with pytest.raises(KeyboardInterrupt):
        await desk.start()
    del desk.changes
    assert await desk.start() == 2
