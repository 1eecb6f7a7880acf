"""Reading by FastStream, on a real server: a busy machine does not end its start, and nothing keeps it from ending."""

import asyncio

import redis
from redis.exceptions import RedisError
from wiredesk.events import Stream
from wiredesk.stage.subscription import Subscription
from wiredesk.testing import PATIENCE_S

SOURCE, GROUP, BATCH = Stream.SUBMITTED, "ingest", 8
LONGER_THAN_FASTSTREAM_WAITS_MS = 3500


class Willing:
    """Reads on; takes one cancellation for something else, as code of others may."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.swallowed = False

    async def may_read(self, stream: str) -> bool:
        self.asked.set()
        return stream == SOURCE

    async def most(self, stream: str) -> int:
        return BATCH

    async def ended(self, error: RedisError | OSError | None) -> None: ...


class Deaf(Willing):
    async def may_read(self, stream: str) -> bool:
        self.asked.set()
        try:
            await asyncio.sleep(PATIENCE_S)
        except asyncio.CancelledError:
            self.swallowed = True
        return False


def subscription(redis_url: str, reading: Willing, *, drain_timeout_s: float = 1) -> Subscription:
    return Subscription(redis_url, group=GROUP, consumer="w", drain_timeout_s=drain_timeout_s, reading=reading)


async def test_a_first_read_that_takes_long_does_not_end_the_start(redis_url: str, redis_client: "redis.Redis") -> None:
    redis_client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    redis_client.xadd(SOURCE, {"__data__": b"1"})
    taken: asyncio.Queue[int] = asyncio.Queue()

    async def take(_stream: Stream, entries: object) -> None:
        taken.put_nowait(len(entries))  # type: ignore[arg-type]

    reader = subscription(redis_url, Willing())
    reader.add(SOURCE, take)
    redis_client.client_pause(LONGER_THAN_FASTSTREAM_WAITS_MS, all=False)
    await reader.start()
    assert await asyncio.wait_for(taken.get(), PATIENCE_S) == 1
    await reader.stop()


async def test_a_cancellation_that_was_swallowed_ends_the_reading_all_the_same(
    redis_url: str, redis_client: "redis.Redis"
) -> None:
    redis_client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)

    async def take(_stream: Stream, _entries: object) -> None: ...

    deaf = Deaf()
    reader = subscription(redis_url, deaf)
    reader.add(SOURCE, take)
    before = asyncio.all_tasks()
    await reader.start()
    await asyncio.wait_for(deaf.asked.wait(), PATIENCE_S)
    reading = asyncio.all_tasks() - before
    for task in reading:
        task.cancel()
    _, still = await asyncio.wait(reading, timeout=PATIENCE_S)
    assert deaf.swallowed
    assert not still
    await reader.stop()


async def test_a_stop_waits_for_the_batch_in_work(redis_url: str, redis_client: "redis.Redis") -> None:
    redis_client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    redis_client.xadd(SOURCE, {"__data__": b"1"})
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def take(_stream: Stream, _entries: object) -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    reader = subscription(redis_url, Willing(), drain_timeout_s=PATIENCE_S)
    reader.add(SOURCE, take)
    await reader.start()
    await asyncio.wait_for(begun.wait(), PATIENCE_S)
    stopping = asyncio.create_task(reader.stop())
    for _ in range(100):  # turns of the event loop: enough for a stop that waits for nothing
        await asyncio.sleep(0)
    may_end.set()
    await asyncio.wait_for(stopping, PATIENCE_S)
    assert ended.is_set()


async def test_entries_are_handed_over_as_they_were_read(redis_url: str, redis_client: "redis.Redis") -> None:
    redis_client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    sent = [{b"__data__": b"\xff not JSON"}, {b"other": b"2", b"__data__": b""}]
    ids = [redis_client.xadd(SOURCE, fields) for fields in sent]  # type: ignore[arg-type]
    taken: asyncio.Queue[object] = asyncio.Queue()

    async def take(stream: Stream, entries: object) -> None:
        taken.put_nowait((stream, entries))

    reader = subscription(redis_url, Willing())
    reader.add(SOURCE, take)
    await reader.start()
    assert await asyncio.wait_for(taken.get(), PATIENCE_S) == (SOURCE, list(zip(ids, sent, strict=True)))
    await reader.stop()
