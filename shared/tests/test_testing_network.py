import socket
import threading
import time
from collections.abc import Iterator

import pytest
import redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry
from wiredesk.testing import PATIENCE_S, valkey_server, wait_until
from wiredesk.testing_network import Network


@pytest.fixture
def network(redis_server) -> Iterator[Network]:
    with Network(redis_server.port) as network:
        yield network


@pytest.fixture
def client(network, redis_client) -> Iterator["redis.Redis"]:
    with impatient(network) as client:
        client.ping()
        yield client


def impatient(network: Network, *, timeout_s: float = PATIENCE_S) -> "redis.Redis":
    """A client that tells each loss at once instead of trying again."""
    return redis.Redis.from_url(network.url, retry=Retry(NoBackoff(), 0), socket_timeout=timeout_s)


def test_bytes_pass_unchanged_in_both_directions(client):
    value = bytes(range(256)) * 8_000
    client.set("big", value)
    assert client.get("big") == value


def test_a_cut_loses_every_connection_and_takes_new_ones(network, client):
    with socket.create_connection(("127.0.0.1", network.port), timeout=PATIENCE_S) as raw:
        wait_until(lambda: network.connections == 2, what="both connections")
        assert network.cut() == 2
        with pytest.raises(ConnectionResetError):
            raw.recv(1)
    assert client.ping()


def test_refused_means_new_connections_only_until_it_is_healed(network, client):
    network.refuse()
    assert client.ping()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", network.port))
    network.heal()
    with impatient(network) as new:
        assert new.ping()


def test_a_delay_holds_what_passes_each_way(network, client):
    network.delay(0.1)
    started = time.monotonic()
    client.ping()
    assert time.monotonic() - started >= 0.2
    network.heal()
    assert client.ping()


def test_a_hung_network_answers_nothing_and_passes_on_later_what_it_took(network, redis_client):
    network.hang()
    with impatient(network, timeout_s=0.1) as client, pytest.raises(NoAnswer):
        client.ping()
    setting = impatient(network)
    thread = threading.Thread(target=lambda: setting.set("kept", "yes"))
    thread.start()
    wait_until(lambda: network.connections, what="the connection to be taken")
    assert redis_client.get("kept") is None
    network.heal()
    thread.join(timeout=PATIENCE_S)
    setting.close()
    assert redis_client.get("kept") == b"yes"


def test_a_command_that_is_cut_in_its_middle_does_nothing(network, client, redis_client):
    network.halve("to_server", at_least_bytes=1000)
    assert client.ping()
    with pytest.raises(LostConnection):
        client.set("half", "x" * 2000)
    assert network.halved == 1
    assert redis_client.get("half") is None
    assert client.set("half", "x" * 2000)


def test_an_answer_that_is_cut_in_its_middle_was_carried_out(network, client, redis_client):
    network.halve("to_client")
    with pytest.raises(LostConnection):
        client.set("done", "yes")
    assert network.halved == 1
    assert redis_client.get("done") == b"yes"


def test_the_bytes_before_the_middle_arrive(network):
    with socket.create_connection(("127.0.0.1", network.port), timeout=PATIENCE_S) as raw:
        network.halve("to_client")
        raw.sendall(b"ECHO 0123456789\r\n")
        assert raw.recv(100) == b"$10\r\n012"
        with pytest.raises(ConnectionResetError):
            raw.recv(100)


def test_a_server_that_is_away_resets_and_is_found_again_when_it_is_back():
    with valkey_server(appendonly="yes") as server, Network(server.port) as network, impatient(network) as client:
        client.ping()
        server.kill()
        for _ in range(2):
            with pytest.raises(LostConnection):
                client.ping()
        server.start()
        assert client.ping()


def test_nothing_of_a_network_is_left(redis_server):
    with Network(redis_server.port) as network, impatient(network) as client:
        client.ping()
        network.hang()
    assert network.connections == 0
    assert "network" not in [thread.name for thread in threading.enumerate()]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", network.port))
