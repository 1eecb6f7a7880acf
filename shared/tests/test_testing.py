import socket
import time

import pytest
import redis
from wiredesk.testing import free_port, valkey_server, wait_until


def test_a_server_keeps_its_port_and_its_data_over_a_restart():
    with valkey_server(appendonly="yes", appendfsync="always") as server:
        port = server.port
        with redis.Redis.from_url(server.url) as client:
            client.set("kept", "yes")
        server.kill()
        server.start()
        assert server.port == port
        with redis.Redis.from_url(server.url) as client:
            wait_until(client.ping, what="the server to answer")
            assert client.get("kept") == b"yes"


def test_each_test_starts_on_an_empty_server(redis_client, redis_url):
    assert redis_client.dbsize() == 0
    assert redis_url.startswith("redis://127.0.0.1:")


def test_waiting_ends_with_the_value_or_says_what_was_waited_for():
    start = time.monotonic()
    assert wait_until(lambda: time.monotonic() - start > 0.05 and "there", timeout_s=5) == "there"
    with pytest.raises(TimeoutError, match=r"for the impossible; last seen: 0"):
        wait_until(lambda: 0, timeout_s=0.05, what="the impossible")


def test_a_free_port_is_none_that_linux_gives_to_outgoing_connections_by_default():
    ports = {free_port() for _ in range(20)}
    assert len(ports) > 1
    assert all(1024 <= port < 32768 for port in ports)


def test_a_free_port_is_none_that_is_taken(monkeypatch):
    taken, other = free_port(), free_port()
    chosen = iter([taken, taken, other])
    monkeypatch.setattr("wiredesk.testing.secrets.choice", lambda _: next(chosen))
    with socket.create_server(("127.0.0.1", taken)):
        assert free_port() == other
