"""The client of a worker: what it sends is what redis-py would send, and it speaks with a real server."""

import pytest
from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection
from wiredesk.events import Stream
from wiredesk.stage.client import batch_client


@pytest.mark.parametrize(
    "command",
    [("XGROUP CREATE", Stream.SUBMITTED, "ingest", "0"), ("EVALSHA", "é", 1, b"\r\n\x00", 0.5, "", "x" * 10_000)],
)
def test_a_command_is_packed_as_redis_py_packs_it(command: tuple[str, ...]) -> None:
    connection = batch_client("redis://127.0.0.1:1/0").connection_pool.make_connection()
    assert b"".join(connection.pack_command(*command)) == b"".join(Connection().pack_command(*command))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("redis://127.0.0.1:1/0", Connection),
        ("rediss://127.0.0.1:1/0", SSLConnection),
        ("unix:///nowhere", UnixDomainSocketConnection),
    ],
)
def test_every_kind_of_address_keeps_its_kind_of_connection(url: str, kind: type) -> None:
    assert isinstance(batch_client(url).connection_pool.make_connection(), kind)


async def test_what_is_sent_arrives(redis_url: str) -> None:
    client = batch_client(redis_url)
    try:
        await client.set("key", b"\x00\r\n")
        assert await client.get("key") == b"\x00\r\n"
    finally:
        await client.aclose()
