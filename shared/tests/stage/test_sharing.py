"""Workers of one group come to the end of a backlog together: the less waits, the less each takes at once."""

from collections.abc import AsyncIterator

import pytest
import redis
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from wiredesk.events import Stream
from wiredesk.stage.sharing import Sharing, share
from wiredesk.testing import free_port

SOURCE, GROUP = Stream.INGESTED, "extraction"


@pytest.mark.parametrize(
    ("waiting", "workers", "read"),
    [
        (1000, 2, 16),
        (64, 2, 16),
        (40, 2, 10),
        (64, 8, 4),
        (3, 2, 1),
        (0, 2, 1),
        (1000, 1, 16),
        (3, 1, 16),
        (None, 2, 16),
    ],
    ids=[
        *("much waits", "just enough for all", "less than enough", "many workers", "the last ones", "nothing waits"),
        *("alone", "alone at the end", "not known"),
    ],
)
def test_a_worker_takes_half_of_what_falls_to_it(waiting: int | None, workers: int, read: int) -> None:
    assert share(waiting, workers, most=16) == read


@pytest.mark.parametrize("workers", [2, 3, 7])
def test_workers_of_one_speed_come_to_the_end_within_one_article(workers: int) -> None:
    left, free_at = 203, [0] * workers
    while left:
        next_free = free_at.index(min(free_at))
        taken = min(left, share(left, workers, most=16))
        left -= taken
        free_at[next_free] += taken
    assert max(free_at) - min(free_at) <= 1


@pytest.fixture
async def sharing(redis_url: str) -> AsyncIterator[Sharing]:
    async with Redis.from_url(redis_url) as client:
        yield Sharing(redis=client, group=GROUP, most=16)


async def test_what_waits_and_who_reads_is_asked_of_the_server(sharing: Sharing, redis_client: "redis.Redis") -> None:
    for group in (GROUP, "another"):
        redis_client.xgroup_create(SOURCE, group, id="0", mkstream=True)
    for consumer in ("a", "b"):
        redis_client.xgroup_createconsumer(SOURCE, GROUP, consumer)
    for number in range(40):
        redis_client.xadd(SOURCE, {"__data__": str(number)})
    assert await sharing.count(SOURCE) == 10
    redis_client.xreadgroup(GROUP, "a", {SOURCE: ">"}, count=28)
    assert await sharing.count(SOURCE) == 3


async def test_who_cannot_be_told_reads_as_much_as_ever(sharing: Sharing, redis_client: "redis.Redis") -> None:
    assert await sharing.count(SOURCE) == 16
    redis_client.xgroup_create(SOURCE, "another", id="0", mkstream=True)
    assert await sharing.count(SOURCE) == 16


async def test_a_server_that_is_gone_is_told_of() -> None:
    async with Redis(port=free_port()) as client:
        with pytest.raises(RedisConnectionError):
            await Sharing(redis=client, group=GROUP, most=16).count(SOURCE)
