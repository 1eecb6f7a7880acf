"""The services as real processes on a server of their own: started, waited for, looked at, ended."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from urllib.parse import quote

import redis
from wiredesk import pipeline
from wiredesk.connection import connect
from wiredesk.submissions import submit
from wiredesk.testing import valkey_server

from deploy.local import services
from deploy.local.processes import end as end_processes
from deploy.local.processes import end_session, identify, start

from . import machine, relay
from .errors import BenchError

__all__ = ["ROOT", "SERVER", "Process", "Stack", "environment", "running"]

ROOT = Path(__file__).resolve().parents[2]
SERVER = "valkey"
"""The server's name among the processes."""

_READY_S = 180.0
_STOP_S = 30.0
_POLL_S = 0.02
_LOG_LINES = 15

_SERVER = {"appendonly": "yes", "appendfsync": "everysec", "save": ""}
"""As in docker-compose.yml and `make up`: what is measured keeps what it is given."""

_STAND_INS = {relay.NAME: ("ingest", "bench.relay")}
"""The bench's own workers: the service whose place each takes, and its module."""


@dataclass(slots=True)
class Process:
    """One worker of a `stage`. `ready_s` is the time from its start to its reading of the stream."""

    name: str
    stage: str
    popen: Popen[bytes]
    log: Path
    ready: frozenset[str]
    started: float = field(default_factory=time.monotonic)
    ready_s: float | None = None
    address: str | None = None

    @property
    def pids(self) -> list[int]:
        """The worker and its child."""
        return [self.popen.pid, *machine.children(self.popen.pid)]


class Stack:
    """A server and the processes on it; `memory` holds the most that each was seen to have."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.folder = folder
        self.redis_url = redis_url
        self.client: redis.Redis = connect(redis_url)
        self.processes: dict[str, Process] = {}
        self.memory: dict[str, machine.Footprint] = {}
        self.backlog: list[str] = []

    def start(self, *names: str, settings: Mapping[str, str]) -> None:
        """Start one process of each service, as docker-compose.yml has it, or of the bench's own, with `settings`.

        `extraction 2` is one more of extraction.
        """
        known = {service.name: service for service in services.read(ROOT / "docker-compose.yml")}
        data = str(self.folder)
        values = {"redis_url": self.redis_url, "data": data, "data_url": quote(data), "http_port": "0"}
        for name in names:
            stage, module = _STAND_INS.get(name, (name.partition(" ")[0], None))
            like = known[stage]
            command = ("python", "-m", module) if module else like.command
            log = self.folder / f"{name}.log"
            popen = start(
                [sys.executable if word == "python" else word for word in command],
                environment=environment({**settings, **like.filled_in(values)}),
                log=log,
                record=self.folder / f"{name}.json",
                with_parent=True,
            )
            self.processes[name] = Process(name, stage, popen, log, like.ready)

    def wait_until_ready(self) -> None:
        """Until every process reads its stream. Raises BenchError with the last lines of the log of one that won't."""
        deadline = time.monotonic() + _READY_S
        while waiting := [process for process in self.processes.values() if process.ready_s is None]:
            self.check()
            by_pid = {report.pid: report for report in pipeline.workers(self.client)}
            for process in waiting:
                report = by_pid.get(process.popen.pid)
                if report and report.state in process.ready:
                    process.ready_s = time.monotonic() - process.started
                    process.address = report.address
            if time.monotonic() > deadline:
                names = ", ".join(process.name for process in waiting)
                raise BenchError(f"not ready after {_READY_S:g} s: {names}\n{_last_lines(waiting[0].log)}")
            time.sleep(_POLL_S)

    def check(self) -> None:
        """Raise BenchError, with the last lines of its log, if a process has ended."""
        for process in self.processes.values():
            if (status := process.popen.poll()) is not None:
                raise BenchError(
                    f"{process.name} ended with status {status}; its last words:\n{_last_lines(process.log)}"
                )

    def cpu_by_process(self) -> dict[str, float]:
        """Processor seconds of every process and the server so far; empty where the system does not tell."""
        return {name: taken for name, pid in self.pids().items() if (taken := machine.cpu_seconds(pid)) is not None}

    def cpu_seconds(self) -> float | None:
        """Processor time of all processes and the server so far; None where the system does not tell."""
        taken = self.cpu_by_process()
        return sum(taken.values()) if taken else None

    def note_memory(self) -> None:
        """Look at all processes, and remember the most of each."""
        for name, pid in self.pids().items():
            if found := machine.footprint(pid):
                self.memory[name] = found.beside(self.memory.get(name, found))

    def pids(self) -> dict[str, int]:
        """Every process by name: workers, their children, the server."""
        found = {
            process.name if pid == process.popen.pid else f"{process.name} child": pid
            for process in self.processes.values()
            for pid in process.pids
        }
        return {**found, SERVER: self._server_pid()}

    def _server_pid(self) -> int:
        server: Mapping[str, int] = self.client.info("server")
        return server["process_id"]

    def stop(self, *, hurry: bool) -> None:
        """End every process and its child; at once if `hurry`."""
        identities = [found for one in self.processes.values() if (found := identify(one.popen.pid))]
        end_processes(identities, grace_s=_STOP_S, hurry=lambda: hurry)
        for process in self.processes.values():
            end_session(process.popen.pid)
            process.popen.wait()
        self.client.close()


@contextmanager
def running(
    folder: Path,
    *names: str,
    backlog: Sequence[bytes] = (),
    settings: Mapping[str, str] | None = None,
    server_settings: Mapping[str, str] | None = None,
) -> Iterator[Stack]:
    """A fresh server with one ready process of each named service; nothing of it is left afterwards.

    The articles of `backlog` are submitted before the processes are started; `stack.backlog` has their ids. `settings`
    are put into the processes' environment, `server_settings` are the server's.
    """
    folder.mkdir()
    with valkey_server(**_SERVER, **(server_settings or {})) as server:
        stack = Stack(folder, server.url)
        hurry = True
        try:
            stack.backlog = submit(stack.client, backlog)
            stack.start(*names, settings=settings or {})
            stack.wait_until_ready()
            yield stack
            stack.note_memory()
            hurry = False
        finally:
            stack.stop(hurry=hurry)


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """The user's environment with a process's own on top; the bench's modules can be imported, nothing else is new."""
    inherited = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in own}
    path = os.pathsep.join([str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**inherited, **own, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}


def _last_lines(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return "\n".join(f"  {line[:400]}" for line in lines[-_LOG_LINES:]) or "  it said nothing"
