"""Fixtures for every part's tests: one real server a test session, empty before each test that asks for it."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import redis
from wiredesk.testing import RedisServer, valkey_server

from tests.opensearch.server import OpenSearchServer, opensearch_server
from tests.scratch import memory_folder

_MOST_WORKERS = 8

# How long an example takes is the machine's affair; what never ends is ended by pytest-timeout.
hypothesis.settings.register_profile("wiredesk", deadline=None)
hypothesis.settings.load_profile("wiredesk")

# A shell that starts the tests in the background leaves SIGINT ignored, every process inherits that, and the commands
# interrupted here would not notice.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Files of tests go into memory, unless TMPDIR says where, or a Docker engine has to find them."""
    if "TMPDIR" not in os.environ and config.option.markexpr != "compose" and (folder := memory_folder()):
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def pytest_xdist_auto_num_workers() -> int:
    """Two a core, since a test of processes waits for most of its time; each has servers of its own."""
    return min(_MOST_WORKERS, 2 * (os.cpu_count() or 1))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where workers share the files, those that may take longest come first, and none is left alone with one."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    longest: dict[Path, float] = {}
    for item in items:
        limit = item.get_closest_marker("timeout")
        longest[item.path] = max(longest.get(item.path, 0), limit.args[0] if limit else 0)
    items.sort(key=lambda item: -longest[item.path])


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running server shared by the session. Tests that stop or kill a server start their own (`valkey_server`)."""
    with valkey_server() as server:
        yield server


@pytest.fixture
def redis_client(redis_server: RedisServer) -> Iterator["redis.Redis"]:
    """An undecoded client on an empty server."""
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
        yield client


@pytest.fixture
def redis_url(redis_server: RedisServer, redis_client: "redis.Redis") -> str:  # noqa: ARG001 - it empties the server
    """The URL of an empty server."""
    return redis_server.url


@pytest.fixture(scope="session")
def opensearch() -> Iterator[OpenSearchServer]:
    """A running node shared by the session; each test takes an index of its own. Tests that end a node start theirs."""
    with opensearch_server() as server:
        yield server
