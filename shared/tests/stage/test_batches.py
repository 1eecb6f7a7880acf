"""The work on batches, on a real server: a bug of ours loses nothing and stops nothing."""

import time
from collections.abc import Sequence

from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from structlog.testing import capture_logs
from wiredesk import keys, wire
from wiredesk.errors import Unavailable
from wiredesk.events import DeadLetter, Stream
from wiredesk.stage.batches import Batches
from wiredesk.stage.finish import Finisher
from wiredesk.stage.metrics import StageMetrics
from wiredesk.stage.outcomes import Claim, Delivery, Done, Outcome, Publish, Retry, Untouched
from wiredesk.stage.processor import Processor, Waiting
from wiredesk.stage.redelivery import Backoff, Redelivery
from wiredesk.stage.subscription import delivery_of
from wiredesk.stage.troubles import Troubles

SOURCE, GROUP = Stream.SUBMITTED, "ingest"


class Miscounting:
    """Answers for fewer entries than it was given, once."""

    def __init__(self) -> None:
        self.calls = 0

    async def start(self, waiting: Waiting) -> None: ...

    async def process(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        self.calls += 1
        return [] if self.calls == 1 else [Done() for _ in batch]

    async def recover(self) -> None: ...

    async def stop(self) -> None: ...


def batches_of(client: "Redis", processor: Processor) -> Batches:
    return Batches(
        streams=(SOURCE,),
        processor=processor,
        finisher=Finisher(redis=client, stage=GROUP, signature="w", target=None, article_ttl_s=60, journey_ttl_s=60),
        redelivery=Redelivery(client, group=GROUP, consumer="w", backoff=Backoff(0.1, 0.1)),
        metrics=StageMetrics(GROUP, CollectorRegistry()),
        troubles=Troubles(),
        max_attempts=3,
        max_deliveries=10,
    )


async def test_a_batch_that_a_bug_left_unfinished_is_told_and_taken_over(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
        await client.xadd(SOURCE, {"__data__": b"1"})
        batches = batches_of(client, Miscounting())
        ((_, entries),) = await client.xreadgroup(GROUP, "w", {SOURCE: ">"})
        with capture_logs() as logged:
            await batches.take(SOURCE, entries)
        assert [entry["event"] for entry in logged] == ["batch.unfinished"]
        assert logged[0]["exc_info"]
        assert (await client.xpending(SOURCE, GROUP))["pending"] == 1
        assert batches.in_flight == 0
        await batches.take_over()
        assert (await client.xpending(SOURCE, GROUP))["pending"] == 0


class Picky:
    """Works on the first of what it gets and leaves the rest untouched."""

    async def start(self, waiting: Waiting) -> None: ...

    async def process(self, batch: Sequence[Delivery]) -> Sequence[Outcome | Untouched]:
        return [Done(), *[Untouched() for _ in batch[1:]]]

    async def recover(self) -> None: ...

    async def stop(self) -> None: ...


async def test_an_entry_does_not_pay_for_what_ruined_its_neighbours(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
        for _ in range(6):
            await client.xadd(SOURCE, {"__data__": b"1"})
        batches = batches_of(client, Picky())
        ((_, entries),) = await client.xreadgroup(GROUP, "w", {SOURCE: ">"})
        await batches.take(SOURCE, entries)
        assert batches.let_go.is_set()
        seen = []
        for _ in range(5):
            seen.append([each["times_delivered"] for each in await client.xpending_range(SOURCE, GROUP, "-", "+", 9)])
            assert await batches.take_over()
        assert seen == [[1] * left for left in (5, 4, 3, 2, 1)]
        assert (await client.xpending(SOURCE, GROUP))["pending"] == 0


class Failing:
    """Fails over each as often as it is told to, then is done."""

    def __init__(self, times: int, *, blameless: bool = False) -> None:
        self.times, self.blameless = times, blameless

    async def start(self, waiting: Waiting) -> None: ...

    async def process(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        self.times -= 1
        if self.times < 0:
            return [Done() for _ in batch]
        return [Retry(reason="busy", message="not now", blameless=self.blameless) for _ in batch]

    async def recover(self) -> None: ...

    async def stop(self) -> None: ...


async def abandoned(client: "Redis", *, deliveries: int) -> bytes:
    """An entry that so many workers were given, each of which was gone before it was done."""
    await client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    entry_id: bytes = await client.xadd(SOURCE, {"__data__": b"1"})
    await client.xreadgroup(GROUP, "gone", {SOURCE: ">"})
    await client.xclaim(SOURCE, GROUP, "gone", 0, [entry_id], idle=60_000, retrycount=deliveries, justid=True)
    return entry_id


async def try_again(client: "Redis", batches: Batches, entry_id: bytes, *, times: int) -> None:
    for _ in range(times):
        assert (await client.xpending(SOURCE, GROUP))["pending"] == 1
        await client.xclaim(SOURCE, GROUP, "w", 0, [entry_id], idle=60_000, justid=True)
        assert await batches.take_over()


async def the_letter(client: "Redis") -> DeadLetter:
    ((_, fields),) = await client.xrange(Stream.DEAD)
    return DeadLetter.model_validate_json(wire.decode(fields[b"__data__"]).body)


async def test_deliveries_that_ended_with_their_worker_are_no_failures_of_the_article(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        entry_id = await abandoned(client, deliveries=7)
        await try_again(client, batches_of(client, Failing(3)), entry_id, times=3)
        letter = await the_letter(client)
        assert (letter.reason, letter.attempts, letter.message) == ("busy", 10, "not now (failed 3 times)")
        assert not await client.exists(keys.failures(GROUP, SOURCE))


async def test_an_article_that_failed_is_dead_only_when_its_own_failures_or_the_ends_of_its_workers_reach_a_limit(
    redis_url: str,
) -> None:
    async with Redis.from_url(redis_url) as client:
        entry_id = await abandoned(client, deliveries=8)
        batches = batches_of(client, Failing(2))
        await try_again(client, batches, entry_id, times=2)
        # Two more workers end over it: ten deliveries of which nobody knows how they ended, and two that failed.
        for _ in range(2):
            await client.xclaim(SOURCE, GROUP, "gone", 0, [entry_id])
        await try_again(client, batches, entry_id, times=1)
        letter = await the_letter(client)
        assert (letter.reason, letter.attempts) == ("crashed", 13)
        assert letter.message.startswith("delivered 10 times,")


async def test_what_is_no_fault_of_an_article_is_tried_for_as_long_as_it_takes(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        entry_id = await abandoned(client, deliveries=1)
        await try_again(client, batches_of(client, Failing(20, blameless=True)), entry_id, times=21)
        assert (await client.xpending(SOURCE, GROUP))["pending"] == 0
        assert not await client.exists(Stream.DEAD, keys.failures(GROUP, SOURCE))


async def test_failures_that_cannot_be_counted_hold_up_nothing(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.set(keys.failures(GROUP, SOURCE), "in the way")
        entry_id = await abandoned(client, deliveries=1)
        await try_again(client, batches_of(client, Failing(3)), entry_id, times=4)
        assert (await client.xpending(SOURCE, GROUP))["pending"] == 0
        assert not await client.exists(Stream.DEAD)


class Naming:
    """Publishes each as an article of one name."""

    async def start(self, waiting: Waiting) -> None: ...

    async def process(self, batch: Sequence[Delivery]) -> Sequence[Outcome | Untouched]:
        claims = [Claim(article_id="a", revision=1, content_hash="c") for _ in batch]
        return [Publish(payload=b"1", article_id="a", claim=claim) for claim in claims]

    async def recover(self) -> None: ...

    async def stop(self) -> None: ...


async def test_an_article_whose_own_key_is_refused_is_a_dead_letter_at_its_limit(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.set(keys.article("a"), "in the way")
        await client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
        (one,) = [await client.xadd(SOURCE, {"__data__": b"1"})]
        batches = batches_of(client, Naming())
        ((_, entries),) = await client.xreadgroup(GROUP, "w", {SOURCE: ">"})
        await batches.take(SOURCE, entries)
        assert (await client.xpending(SOURCE, GROUP))["pending"] == 1
        for _ in range(2):
            await client.xclaim(SOURCE, GROUP, "w", 0, [one], idle=60_000, justid=True)
            assert await batches.take_over()
        assert (await client.xpending(SOURCE, GROUP))["pending"] == 0
        letter = await the_letter(client)
        assert (letter.reason, letter.attempts) == ("key_refused", 3)


async def test_what_others_took_over_meanwhile_is_not_let_go(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
        ids = [await client.xadd(SOURCE, {"__data__": b"1"}) for _ in range(3)]
        ((_, entries),) = await client.xreadgroup(GROUP, "w", {SOURCE: ">"})
        await client.xclaim(SOURCE, GROUP, "other", 0, [ids[1]])
        frozen = Redelivery(client, group=GROUP, consumer="w", backoff=Backoff(0.1, 0.1))
        await frozen.let_go(SOURCE, [delivery_of(SOURCE, entry, attempts=1) for entry in entries])
        held = {each["message_id"]: each for each in await client.xpending_range(SOURCE, GROUP, "-", "+", 9)}
        assert [held[each]["time_since_delivered"] > 60_000 for each in ids] == [True, False, True]
        assert (held[ids[1]]["consumer"], held[ids[1]]["times_delivered"]) == (b"other", 2)


class OutOfOrder(Miscounting):
    """Its own equipment fails once."""

    async def process(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        self.calls += 1
        if self.calls == 1:
            raise Unavailable("the disk is full")
        return [Done() for _ in batch]


async def test_waiting_for_what_is_out_of_order_is_no_work(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
        for _ in range(3):
            await client.xadd(SOURCE, {"__data__": b"1"})
        batches = batches_of(client, OutOfOrder())
        ((_, entries),) = await client.xreadgroup(GROUP, "w", {SOURCE: ">"})
        began_s = time.monotonic()
        batches.pace.begin(now_s=began_s)
        await batches.take(SOURCE, entries)
        took_s = time.monotonic() - began_s
        told = batches.pace.tell(now_s=time.monotonic())
        assert told is not None
        assert (told.finished, told.passed_on) == (3, 0)
        assert 0 < told.busy_s <= took_s - 0.2  # the shortest pause before it is tried again
