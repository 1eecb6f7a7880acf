"""The work on batches, on a real server: a bug of ours loses nothing and stops nothing."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from structlog.testing import capture_logs
from wiredesk.events import Stream
from wiredesk.stage.batches import Batches
from wiredesk.stage.finish import Finisher
from wiredesk.stage.metrics import StageMetrics
from wiredesk.stage.outcomes import Delivery, Done, Outcome
from wiredesk.stage.processor import Waiting
from wiredesk.stage.redelivery import Backoff, Redelivery
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

    async def stop(self) -> None: ...


async def test_a_batch_that_a_bug_left_unfinished_is_told_and_taken_over(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
        await client.xadd(SOURCE, {"__data__": b"1"})
        batches = Batches(
            streams=(SOURCE,),
            processor=Miscounting(),
            finisher=Finisher(
                redis=client, stage=GROUP, signature="w", target=None, article_ttl_s=60, journey_ttl_s=60
            ),
            redelivery=Redelivery(client, group=GROUP, consumer="w", backoff=Backoff(0.1, 0.1)),
            metrics=StageMetrics(GROUP, CollectorRegistry()),
            troubles=Troubles(),
            max_attempts=3,
            max_deliveries=10,
        )
        ((_, entries),) = await client.xreadgroup(GROUP, "w", {SOURCE: ">"})
        with capture_logs() as logged:
            await batches.take(SOURCE, entries)
        assert [entry["event"] for entry in logged] == ["batch.unfinished"]
        assert logged[0]["exc_info"]
        assert (await client.xpending(SOURCE, GROUP))["pending"] == 1
        assert batches.in_flight == 0
        await batches.take_over()
        assert (await client.xpending(SOURCE, GROUP))["pending"] == 0
