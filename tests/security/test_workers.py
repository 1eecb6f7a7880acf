"""The one port of a worker: it tells health and metrics, takes nothing, and is not held by who says nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry
from wiredesk.stage.health import HealthServer

from tests.security.door import request


@pytest.fixture
async def address() -> AsyncIterator[tuple[str, int]]:
    server = HealthServer(
        host="127.0.0.1", port=0, describe=lambda: {"state": "consuming"}, registry=CollectorRegistry()
    )
    host, _, port = (await server.start()).rpartition(":")
    yield host, int(port)
    await server.stop()


async def said(address: tuple[str, int], sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(sent)
    try:
        return await asyncio.wait_for(reader.read(), 20)
    finally:
        writer.close()


async def test_a_workers_port_only_tells(address: tuple[str, int]) -> None:
    for method, status in (("GET", b"200"), ("POST", b"405"), ("DELETE", b"405"), ("TRACE", b"405")):
        answer = await said(address, request(f"{method} /health", "Connection: close", "X-Secret: 4711"))
        assert answer.split()[1] == status
        assert b"x-content-type-options: nosniff" in answer
        assert b"4711" not in answer
        assert b"server:" not in answer.lower()


async def test_a_workers_port_waits_for_nobody(address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiredesk.slow_clients.HEAD_S", 0.2)
    for begun in (b"", b"GET /health HTTP/1.1\r\n"):
        assert await said(address, begun) == b""
    assert (await said(address, b"GET /health HTTP/1.1\r\nX: " + b"y" * 9000)).startswith(b"HTTP/1.1 400")
