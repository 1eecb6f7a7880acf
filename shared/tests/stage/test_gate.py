"""The gate before reading, on a real server."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from wiredesk.events import Stream
from wiredesk.pressure import Limits
from wiredesk.stage.gate import Gate

TARGET, NEXT = Stream.INGESTED, "extraction"


@pytest.fixture
async def server(redis_url: str) -> AsyncIterator["Redis"]:
    async with Redis.from_url(redis_url) as client:
        await client.xgroup_create(TARGET, NEXT, id="0", mkstream=True)
        yield client
        await client.config_set("maxmemory", "0")


async def fill(client: "Redis", count: int) -> None:
    for _ in range(count):
        await client.xadd(TARGET, {"__data__": b"x"})


async def finish(client: "Redis", count: int) -> None:
    ((_, entries),) = await client.xreadgroup(NEXT, "c", {TARGET: ">"}, count=count)
    await client.xack(TARGET, NEXT, *[entry_id for entry_id, _ in entries])


async def test_it_shuts_at_the_limit_says_why_and_opens_when_a_tenth_is_done(server: "Redis") -> None:
    gate = Gate(server, TARGET, Limits(backlog=20, memory=0.9, squeezed=5))
    await fill(server, 19)
    await gate.look()
    assert gate.why is None
    assert await gate.is_open(within_s=0)
    await fill(server, 1)
    await gate.look()
    assert gate.why == "extraction has 20 articles waiting on articles.ingested; the limit is 20"
    assert not await gate.is_open(within_s=0)
    await finish(server, 1)
    await gate.look()
    assert gate.why is not None
    await finish(server, 1)
    await gate.look()
    assert await gate.is_open(within_s=0)


async def test_when_memory_is_short_the_next_stage_may_have_little_but_not_nothing(server: "Redis") -> None:
    gate = Gate(server, TARGET, Limits(backlog=1000, memory=0.9, squeezed=5))
    await fill(server, 5)
    await server.config_set("maxmemory", (await server.info("memory"))["used_memory"] + 100)
    await gate.look()
    assert gate.why is None
    await server.config_set("maxmemory", "0")
    await fill(server, 1)
    await server.config_set("maxmemory", (await server.info("memory"))["used_memory"] + 100)
    await gate.look()
    assert "of its memory" in (gate.why or "")


async def test_what_can_be_spared_is_kept_for_less_as_memory_fills(server: "Redis") -> None:
    gate = Gate(server, TARGET, Limits(backlog=10, memory=0.9, squeezed=5))
    assert gate.lifetime_s(1000, least_s=100) == 1000
    used = (await server.info("memory"))["used_memory"]
    kept = []
    for share in (0.2, 0.6, 0.99):
        await server.config_set("maxmemory", int(used / share))
        await gate.look()
        kept.append(gate.lifetime_s(1000, least_s=100))
    assert kept[0] == 1000
    assert 100 < kept[1] < 1000
    assert kept[2] == 100
    assert gate.lifetime_s(0, least_s=100) == 0
