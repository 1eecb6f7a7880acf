"""The indexing stage on a real index: outcomes, standby, isolation, redelivery, retraction."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Sequence

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from wiredesk import wire
from wiredesk.errors import PermanentError, TransientError, Unavailable, UsageError
from wiredesk.events import (
    ArticleExtracted,
    ArticleIndexed,
    ArticleRetracted,
    Entity,
    EntityCorrected,
    Mention,
    Stream,
    revision_of,
)
from wiredesk.index import open_reader, open_writer
from wiredesk.index.corrections import Correction
from wiredesk.index.protocol import IndexWriter, OnCommit, OnFailure, Upserted
from wiredesk.index.settling import STEP
from wiredesk.stage.outcomes import Dead, Delivery, Done, Publish, Retry, Superseded
from wiredesk.stage.processor import Stuck
from wiredesk.testing import PATIENCE_S, wait_until
from wiredesk.tracing import trace_of
from wiredesk_indexing.kept_changes import Page
from wiredesk_indexing.metrics import DiskCollector
from wiredesk_indexing.settings import IndexingSettings
from wiredesk_indexing.stage import IndexProcessor

SUBMISSION = "1006502400000-3"
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def article(article_id: str = "a1", *, submission_id: str = SUBMISSION, text: str = "Some words.") -> ArticleExtracted:
    return ArticleExtracted(
        article_id=article_id,
        revision=revision_of(submission_id),
        submission_id=submission_id,
        text=text,
        content_hash="0" * 64,
        cluster_id="c",
        extractor="tests/1",
    )


def delivery(event, *, stream=Stream.EXTRACTED, headers=None, attempts=1) -> Delivery:
    body = event if isinstance(event, bytes) else event.model_dump_json().encode()
    data = body if headers is None else wire.encode(body, headers)
    trace = trace_of(headers or {})
    return Delivery(stream=stream, entry_id="2-0", data=data, attempts=attempts, submission_id=SUBMISSION, trace=trace)


def change(event, **more) -> Delivery:
    return delivery(event, stream=Stream.CHANGES, **more)


@pytest.fixture
def settings(tmp_path) -> IndexingSettings:
    url = SecretStr(f"tantivy://{tmp_path}/index")
    return IndexingSettings(index_url=url, standby_retry_s=0.02, commit_every_s=0)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def processor(settings, registry) -> AsyncIterator[IndexProcessor]:
    made = IndexProcessor(settings, registry=registry)
    await made.start(lambda state: pytest.fail(f"it waits: {state}"))
    yield made
    await made.stop()


def found(settings, q: str = "") -> list[str]:
    from wiredesk.index.protocol import SearchRequest

    reader = open_reader(settings.index_url.get_secret_value())
    hits = reader.search(SearchRequest(q=q, sort="newest", limit=100, fold=False)).hits
    reader.close()
    return sorted(hit.article_id for hit in hits)


async def test_an_article_is_durable_before_its_event_is_handed_out(processor, settings):
    headers = {"correlation_id": "0-1", "traceparent": TRACEPARENT, "content-type": "application/json"}
    (outcome,) = await processor.process([delivery(article(), headers=headers)])
    assert found(settings) == ["a1"]
    assert isinstance(outcome, Publish)
    assert (outcome.article_id, outcome.claim) == ("a1", None)
    body, kept = wire.decode(outcome.payload)
    assert kept == {"correlation_id": SUBMISSION, "traceparent": TRACEPARENT}
    event = ArticleIndexed.model_validate_json(body)
    assert (event.article_id, event.revision, event.submission_id) == ("a1", revision_of(SUBMISSION), SUBMISSION)
    assert event.submitted_at.isoformat() == "2001-11-23T08:00:00+00:00"
    assert event.indexed_at > event.submitted_at


async def test_plain_json_is_read_as_well_as_the_envelope(processor):
    outcomes = await processor.process([delivery(article("a")), delivery(article("b"), headers={})])
    assert [type(outcome) for outcome in outcomes] == [Publish, Publish]


async def test_a_redelivered_batch_changes_nothing_and_is_published_again(processor, settings):
    batch = [delivery(article(f"a{n}"), attempts=n + 1) for n in range(3)]
    for _ in range(3):
        assert [type(outcome) for outcome in await processor.process(batch)] == [Publish] * 3
    assert found(settings) == ["a0", "a1", "a2"]


async def test_an_older_revision_is_superseded(processor):
    await processor.process([delivery(article(submission_id="1006502400009-0"))])
    assert await processor.process([delivery(article())]) == [Superseded()]


async def test_what_was_retracted_stays_out_when_an_older_revision_arrives_late(processor, settings):
    await processor.process([delivery(article())])
    retraction = ArticleRetracted(article_id="a1", revision=revision_of("1006502400009-0"))
    assert await processor.process([change(retraction)]) == [Done()]
    assert found(settings) == []
    assert await processor.process([delivery(article())]) == [Superseded()]
    newer = article(submission_id="1006502400010-0")
    assert [type(outcome) for outcome in await processor.process([delivery(newer)])] == [Publish]


async def test_a_retraction_counts_before_the_articles_of_its_batch(processor, settings):
    retraction = ArticleRetracted(article_id="a1", revision=revision_of(SUBMISSION))
    assert await processor.process([delivery(article()), change(retraction, headers={})]) == [Superseded(), Done()]
    assert found(settings) == []


def spoken_of(article_id: str, name: str) -> ArticleExtracted:
    text = f"{name} came."
    mention = Mention(start=0, end=len(name), text=name)
    entity = Entity(id=f"person:{name.lower()}", type="Person", name=name, mentions=(mention,))
    return article(article_id, text=text).model_copy(update={"entities": (entity,)})


def people(settings) -> dict[str, tuple[str, int]]:
    reader = open_reader(settings.index_url.get_secret_value())
    found = {hit.entity_id: (hit.name, hit.articles) for hit in reader.entities(limit=100).hits}
    reader.close()
    return found


MERGED = EntityCorrected(entity_id="person:doe", same_as="person:moe")


async def test_a_correction_counts_for_what_is_there_and_for_the_articles_of_its_batch(processor, settings):
    await processor.process([delivery(spoken_of("a", "Doe")), delivery(spoken_of("b", "Moe"))])
    outcomes = await processor.process([delivery(spoken_of("c", "Doe")), change(MERGED)])
    assert [type(outcome) for outcome in outcomes] == [Publish, Done]
    assert people(settings) == {"person:moe": ("Moe", 3)}


async def test_a_correction_that_says_nothing_is_dead_and_its_neighbours_are_applied(processor, settings):
    await processor.process([delivery(spoken_of("a", "Doe"))])
    nothing, itself = EntityCorrected(entity_id="person:doe"), MERGED.model_copy(update={"same_as": "person:doe"})
    outcomes = await processor.process([change(nothing), change(MERGED), change(itself)])
    assert [type(outcome) for outcome in outcomes] == [Dead, Done, Dead]
    assert outcomes[0].reason == "invalid_field"
    assert people(settings) == {"person:moe": ("Doe", 1)}


async def test_an_older_correction_that_comes_late_or_again_changes_nothing(processor, settings):
    await processor.process([delivery(spoken_of("a", "Doe"))])
    late = change(EntityCorrected(entity_id="person:doe", name="Late"))
    newer = change(EntityCorrected(entity_id="person:doe", name="Newer"))._replace(submission_id="1006502400000-4")
    for each in (newer, late, newer, late):
        assert await processor.process([each]) == [Done()]
        assert people(settings) == {"person:doe": ("Newer", 1)}


async def test_more_articles_than_one_step_takes_are_changed_between_batches(processor, settings):
    await processor.process([delivery(spoken_of(f"a{n}", "Doe")) for n in range(STEP + 50)])
    await processor.process([change(MERGED)])
    await processor.process([delivery(spoken_of("b", "Moe"))])
    settled = {"person:moe": ("Moe", STEP + 51)}
    await asyncio.to_thread(wait_until, lambda: people(settings) == settled, what="settled corrections")


async def test_what_the_stop_of_a_worker_left_to_change_is_changed_by_the_next(settings):
    writer = open_writer(settings.index_url.get_secret_value())
    writer.upsert([spoken_of(f"a{n}", "Doe") for n in range(STEP + 50)])
    writer.correct([Correction(7, MERGED)])
    assert set(people(settings)) == {"person:doe", "person:moe"}
    writer.close()
    processor = IndexProcessor(settings, registry=CollectorRegistry())
    await processor.start(lambda state: None)
    settled = {"person:moe": ("Doe", STEP + 50)}
    await asyncio.to_thread(wait_until, lambda: people(settings) == settled, what="settled corrections")
    await processor.stop()


async def test_a_new_index_learns_the_changes_made_so_far_before_it_reads_anything(settings):
    retracted = ArticleRetracted(article_id="gone", revision=revision_of(SUBMISSION))
    pages = [Page([change(MERGED), change(b"nonsense")], "1-0"), Page([change(retracted)], "2-0")]
    for _ in range(2):
        processor = IndexProcessor(settings, registry=CollectorRegistry(), changes=lambda after: pages)
        await processor.start(lambda state: None)
        outcomes = await processor.process([delivery(spoken_of("a", "Doe")), delivery(spoken_of("gone", "Doe"))])
        assert [type(outcome) for outcome in outcomes] == [Publish, Superseded]
        assert people(settings) == {"person:moe": ("Doe", 1)}
        await processor.stop()


@pytest.mark.parametrize(("body", "stream", "reason"), [
    (b"", Stream.EXTRACTED, "no_data"),
    (b"\xff\xfe", Stream.EXTRACTED, "invalid_utf8"),
    (b"nonsense", Stream.EXTRACTED, "not_json"),
    (b"[]", Stream.EXTRACTED, "invalid_field"),
    (b"{}", Stream.EXTRACTED, "missing_field"),
    (b"{}", Stream.CHANGES, "invalid_field"),
    (b'{"kind": "renamed"}', Stream.CHANGES, "invalid_field"),
    (b'{"kind": "retracted"}', Stream.CHANGES, "missing_field"),
    (b"x" * 16_000_001, Stream.EXTRACTED, "too_large"),
])  # fmt: skip
async def test_what_cannot_be_read_is_dead_and_its_neighbours_are_indexed(processor, settings, body, stream, reason):
    outcomes = await processor.process([delivery(article("a")), delivery(body, stream=stream), delivery(article("b"))])
    assert [type(outcome) for outcome in outcomes] == [Publish, Dead, Publish]
    assert outcomes[1].reason == reason
    assert found(settings) == ["a", "b"]


async def test_a_dead_article_releases_its_duplicate_check_where_it_tells_who_it_is(processor):
    event = json.loads(article().model_dump_json()) | {"quotes": [{"start": 0, "end": 4, "text": "Else"}]}
    (outcome,) = await processor.process([delivery(json.dumps(event).encode())])
    assert (outcome.article_id, outcome.revision) == ("a1", revision_of(SUBMISSION))
    (outcome,) = await processor.process([delivery(b'{"article_id": 5, "revision": "x"}')])
    assert (outcome.article_id, outcome.revision) == (None, None)


async def test_an_article_the_index_cannot_keep_is_isolated(processor, settings):
    events = [article(f"a{n}") for n in range(7)]
    events[4] = article("x" * 1000)
    outcomes = await processor.process([delivery(event) for event in events])
    assert [type(outcome) for outcome in outcomes] == [Publish] * 4 + [Dead] + [Publish] * 2
    assert outcomes[4].reason == "unindexable"
    assert len(found(settings)) == 6


async def test_a_submission_beyond_the_calendar_is_dead(processor):
    (outcome,) = await processor.process([delivery(article(submission_id="999999999999999-0"))])
    assert isinstance(outcome, Dead)


async def test_metrics_tell_of_commits_and_articles(processor, registry):
    await processor.process([delivery(article(f"a{n}")) for n in range(3)])
    assert registry.get_sample_value("wiredesk_index_documents") == 3
    assert registry.get_sample_value("wiredesk_index_commit_seconds_count") == 1


async def test_a_standby_takes_over_when_the_writer_leaves(settings):
    first = open_writer(settings.index_url.get_secret_value())
    standby = IndexProcessor(settings, registry=CollectorRegistry())
    states: list[str] = []
    waiting = asyncio.Event()

    def note(state: str) -> None:
        states.append(state)
        waiting.set()

    starting = asyncio.create_task(standby.start(note))
    await asyncio.wait_for(waiting.wait(), 20)
    assert not starting.done()
    first.upsert([article("before")])
    first.close()
    await asyncio.wait_for(starting, 20)
    assert states == ["standby"]
    await standby.process([delivery(article("after"))])
    assert found(settings) == ["after", "before"]
    await standby.stop()


async def test_a_standby_can_be_stopped_while_it_waits(settings):
    first = open_writer(settings.index_url.get_secret_value())
    standby = IndexProcessor(settings, registry=CollectorRegistry())
    waiting = asyncio.Event()
    starting = asyncio.create_task(standby.start(lambda _: waiting.set()))
    await asyncio.wait_for(waiting.wait(), 20)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await standby.stop()
    first.close()
    open_writer(settings.index_url.get_secret_value()).close()  # nobody holds it


async def test_a_worker_waits_for_an_index_whose_server_is_away(settings):
    away = [Unavailable("the index does not answer"), TransientError("index_unreadable", "it is starting")]
    states: list[str] = []

    def open_index(url: str) -> IndexWriter:
        if away:
            raise away.pop(0)
        return open_writer(url)

    processor = IndexProcessor(settings, registry=CollectorRegistry(), open_index=open_index)
    await processor.start(states.append)
    assert states == ["disconnected", "disconnected"]
    await processor.process([delivery(article("after"))])
    assert found(settings) == ["after"]
    await processor.stop()


async def test_an_unusable_index_fails_the_start_and_can_still_be_stopped():
    processor = IndexProcessor(IndexingSettings(index_url=SecretStr("nowhere://x")), registry=CollectorRegistry())
    with pytest.raises(UsageError, match="known: tantivy"):
        await processor.start(lambda state: None)
    await processor.stop()


class FailingIndex:
    """A real writer that fails for some articles first: a store's moods cannot be had on demand otherwise."""

    def __init__(self, index: IndexWriter, errors: dict[str, Exception], refusal: Exception | None = None) -> None:
        self.index = index
        self.errors = errors
        self.refusal = refusal
        self.calls: list[int] = []

    def gather(self, *, every_s: float, searchable: OnCommit, failed: OnFailure | None = None) -> None:
        self.index.gather(every_s=every_s, searchable=searchable, failed=failed)

    def upsert(self, batch: Sequence[ArticleExtracted]) -> list[Upserted]:
        self.calls.append(len(batch))
        for each in batch:
            if each.article_id in self.errors:
                raise self.errors[each.article_id]
        return self.index.upsert(batch)

    def retract(self, batch: Sequence[ArticleRetracted]) -> None:
        self.index.retract(batch)

    def correct(self, batch: Sequence[Correction]) -> None:
        self.index.correct(batch)

    def settle(self) -> bool:
        return self.index.settle()

    def applied_up_to(self) -> str:
        return self.index.applied_up_to()

    def mark_applied(self, place: str) -> None:
        self.index.mark_applied(place)

    def probe(self) -> None:
        if self.refusal:
            raise self.refusal

    def documents(self) -> int:
        return self.index.documents()

    def close(self) -> None:
        self.index.close()


async def processed(settings, errors, count=8, probe=None):
    index = FailingIndex(open_writer(settings.index_url.get_secret_value()), errors, probe)
    processor = IndexProcessor(settings, registry=CollectorRegistry(), open_index=lambda _: index)
    await processor.start(lambda state: None)
    try:
        return await processor.process([delivery(article(f"a{n}")) for n in range(count)]), index.calls
    finally:
        await processor.stop()


async def test_a_batch_that_fails_is_halved_until_the_bad_item_stands_alone(settings):
    outcomes, calls = await processed(settings, {"a5": PermanentError("bad", "never"), "a2": ValueError("bug")})
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [Publish, Publish, Retry, Publish, Publish, Dead, Publish, Publish]
    assert (outcomes[5].reason, outcomes[5].article_id) == ("bad", "a5")
    assert outcomes[2].reason == "unexpected_error"
    assert calls[0] == 8
    assert found(settings) == ["a0", "a1", "a3", "a4", "a6", "a7"]


FULL = TransientError("index_unwritable", "the disk is full")


async def test_a_store_that_takes_no_writes_holds_the_batch_and_blames_no_article(settings):
    with pytest.raises(Unavailable, match="the disk is full"):
        await processed(settings, {"a5": FULL}, probe=FULL)


async def test_an_article_that_alone_cannot_be_written_is_tried_later_for_as_long_as_it_takes(settings):
    outcomes, _ = await processed(settings, {"a5": FULL})
    assert outcomes[5] == Retry(reason="index_unwritable", message="the disk is full", blameless=True)
    assert [type(outcome) for at, outcome in enumerate(outcomes) if at != 5] == [Publish] * 7


async def test_an_index_that_does_not_return_is_stuck(settings):
    release = threading.Event()

    class Hanging(FailingIndex):
        def upsert(self, batch):
            release.wait(PATIENCE_S)
            return self.index.upsert(batch)

    impatient = settings.model_copy(update={"batch_time_limit_s": 0.05})
    index = Hanging(open_writer(settings.index_url.get_secret_value()), {})
    processor = IndexProcessor(impatient, registry=CollectorRegistry(), open_index=lambda _: index)
    await processor.start(lambda state: None)
    try:
        with pytest.raises(Stuck, match="a new start frees it"):
            await processor.process([delivery(article("a"))])
    finally:
        release.set()
        await processor.stop()


async def test_the_time_to_searchable_is_told_once_an_article_and_not_for_what_was_superseded(
    processor: IndexProcessor, registry: CollectorRegistry
) -> None:
    older = f"{int(time.time() * 1000) - 2000}-0"
    newer = f"{int(time.time() * 1000) - 1000}-0"
    await processor.process([delivery(article(submission_id=newer))])
    await processor.process([delivery(article(submission_id=older))])
    assert registry.get_sample_value("wiredesk_searchable_seconds_count") == 1
    assert registry.get_sample_value("wiredesk_searchable_seconds_sum") >= 1


async def test_what_is_gathered_is_published_when_it_is_durable_and_counted_as_searchable_when_it_is(
    settings, registry: CollectorRegistry
) -> None:
    """As a worker does by default; the folder's log is what makes it durable."""
    processor = IndexProcessor(settings.model_copy(update={"commit_every_s": 0.1}), registry=registry)
    await processor.start(lambda state: None)
    try:
        for number in range(3):
            (outcome,) = await processor.process([delivery(article(f"a{number}"))])
            assert isinstance(outcome, Publish)

        def counted() -> bool:
            return registry.get_sample_value("wiredesk_searchable_seconds_count") == 3

        await asyncio.to_thread(wait_until, counted, what="three searchable articles")
        assert found(settings) == ["a0", "a1", "a2"]
        assert registry.get_sample_value("wiredesk_index_documents") == 3
    finally:
        await processor.stop()


async def test_a_commit_that_failed_in_the_background_is_counted_at_each_try(
    settings, registry: CollectorRegistry
) -> None:
    class Listened(FailingIndex):
        def gather(self, *, every_s, searchable, failed=None) -> None:
            failed(FULL)
            failed(FULL)

    index = Listened(open_writer(settings.index_url.get_secret_value()), {})
    processor = IndexProcessor(settings, registry=registry, open_index=lambda _: index)
    await processor.start(lambda state: None)
    await processor.stop()
    assert registry.get_sample_value("wiredesk_index_commit_failures_total") == 2


async def test_a_batch_that_the_index_does_not_take_is_counted(settings, registry: CollectorRegistry) -> None:
    index = FailingIndex(open_writer(settings.index_url.get_secret_value()), {"a1": FULL}, FULL)
    processor = IndexProcessor(settings, registry=registry, open_index=lambda _: index)
    await processor.start(lambda state: None)
    try:
        with pytest.raises(Unavailable):
            await processor.process([delivery(article())])
        with pytest.raises(Unavailable):
            await processor.recover()
    finally:
        await processor.stop()
    assert registry.get_sample_value("wiredesk_index_commit_failures_total") == 2


def test_the_disk_is_told_as_far_as_there_is_the_folder(tmp_path) -> None:
    registry = CollectorRegistry()
    registry.register(DiskCollector(tmp_path))
    assert registry.get_sample_value("wiredesk_disk_free_bytes") <= registry.get_sample_value(
        "wiredesk_disk_size_bytes"
    )
    registry = CollectorRegistry()
    registry.register(DiskCollector(tmp_path / "absent"))
    assert registry.get_sample_value("wiredesk_disk_free_bytes") is None


@pytest.mark.parametrize(("address", "alone"), [("tantivy:///x", True), ("opensearch+https://node:9200/x", False)])
def test_a_worker_works_alone_on_an_index_that_takes_one_writer(address: str, alone: bool) -> None:
    assert IndexingSettings(index_url=SecretStr(address)).works_alone is alone


def test_an_address_of_no_known_index_is_refused_before_anything_starts() -> None:
    with pytest.raises(UsageError, match="no known scheme"):
        _ = IndexingSettings(index_url=SecretStr("elsewhere://x")).works_alone
