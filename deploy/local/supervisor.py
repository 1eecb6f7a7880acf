"""The worker processes: started, watched, started again when they crash, stopped in good order."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wiredesk.errors import Unavailable
from wiredesk.workers import WorkerReport

from .folder import DataFolder
from .processes import end, end_session, identify, recorded, start
from .services import Service

__all__ = ["Supervisor", "WorkerView", "end_leftovers"]

_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.5, 30.0
_SETTLED_S = 60.0
"""A worker that lived this long starts again after the shortest delay."""
_START_TRIES = 3
"""A worker that dies this often before it was ever ready has something wrong that time does not mend."""
_LOG_BYTES = 20_000_000
_LINE_CHARACTERS = 400
_RECORDS = "worker-*.json"


@dataclass(slots=True)
class _Worker:
    """One place for a process. `deaths` counts those in a row; `due_at` is when the next start is due."""

    name: str
    service: Service
    log: Path
    record: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    deaths: int = 0
    was_ready: bool = False


@dataclass(frozen=True, slots=True)
class WorkerView:
    """How one worker is doing, for people: `state` as it reports itself, or `starting`, or when it starts again."""

    name: str
    pid: int | None
    state: str
    ready: bool


class Supervisor:
    """Keeps the wanted number of each service running. `say` takes one line for the user."""

    def __init__(
        self,
        services: Sequence[Service],
        wanted: Mapping[str, int],
        *,
        folder: DataFolder,
        values: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self._environments = {service.name: _environment(service.filled_in(values)) for service in services}
        self._say = say
        self._workers = [
            _Worker(
                name=f"{service.name}-{number}",
                service=service,
                log=folder.logs / f"{service.name}-{number}.log",
                record=folder.run / f"worker-{service.name}-{number}.json",
            )
            for service in services
            for number in range(1, wanted[service.name] + 1)
        ]

    def tick(self) -> None:
        """Start what is due, and notice what died.

        Raises Unavailable when a worker keeps dying before it was ever ready.
        """
        now = time.monotonic()
        for worker in self._workers:
            if worker.process is None:
                if now >= worker.due_at:
                    self._start(worker, now)
            elif worker.process.poll() is not None:
                self._died(worker, now)
            _bound(worker.log)

    def _start(self, worker: _Worker, now: float) -> None:
        _bound(worker.log)
        # "python" in a container is the service's own; here it is the one that runs this.
        command = [sys.executable if word == "python" else word for word in worker.service.command]
        try:
            worker.process = start(
                command,
                environment=self._environments[worker.service.name],
                log=worker.log,
                record=worker.record,
                with_parent=True,
            )
        except OSError as error:
            raise Unavailable(f"{worker.name}: {command[0]} cannot be started: {error.strerror}") from error
        worker.started_at = now

    def _died(self, worker: _Worker, now: float) -> None:
        process, worker.process = worker.process, None
        if process is None:
            return
        end_session(process.pid)
        how = _how_it_ended(process.returncode)
        last = _last_line(worker.log)
        worker.deaths = 1 if now - worker.started_at > _SETTLED_S else worker.deaths + 1
        if not worker.was_ready and worker.deaths >= _START_TRIES:
            raise Unavailable(f"{worker.name} does not start: it {how}: {last} (all of it in {worker.log})")
        delay_s = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2 ** (worker.deaths - 1))
        worker.due_at = now + delay_s
        self._say(f"{worker.name} {how}: {last}")
        self._say(f"{worker.name} is started again in {delay_s:g} s")

    def views(self, reports: Sequence[WorkerReport]) -> list[WorkerView]:
        """How every worker is doing, by its entry in the register of workers."""
        here = socket.gethostname()
        by_pid = {report.pid: report for report in reports if report.host == here}
        return [self._view(worker, by_pid) for worker in self._workers]

    def _view(self, worker: _Worker, by_pid: Mapping[int, WorkerReport]) -> WorkerView:
        if worker.process is None:
            return WorkerView(
                worker.name, None, "to be started again" if worker.deaths else "to be started", ready=False
            )
        report = by_pid.get(worker.process.pid)
        if report is None or report.stage != worker.service.name:
            return WorkerView(worker.name, worker.process.pid, "starting", ready=False)
        ready = report.state in worker.service.ready
        worker.was_ready = worker.was_ready or ready
        return WorkerView(worker.name, worker.process.pid, report.state, ready=ready)

    def stop(self, *, hurry: Callable[[], bool]) -> list[str]:
        """End every worker: SIGTERM to all, time to finish what they hold, SIGKILL at the end. Who had to be killed."""
        live = {
            identity: worker.name
            for worker in self._workers
            if worker.process and worker.process.poll() is None and (identity := identify(worker.process.pid))
        }
        grace_s = max((worker.service.stop_grace_s for worker in self._workers), default=0.0)
        killed = end(list(live), grace_s=grace_s, hurry=hurry)
        for worker in self._workers:
            if worker.process:
                end_session(worker.process.pid)
                worker.process.wait()
                worker.process = None
            worker.record.unlink(missing_ok=True)
        return [live[identity] for identity in killed]


def end_leftovers(folder: DataFolder, *, grace_s: float, hurry: Callable[[], bool]) -> int:
    """End the workers of a runner that was killed; returns how many there were."""
    found = [identity for file in folder.run.glob(_RECORDS) if (identity := recorded(file))]
    end(found, grace_s=grace_s, hurry=hurry)
    for identity in found:
        end_session(identity.pid)
    return len(found)


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """The user's environment with the service's own on top, and no second source for any of its variables."""
    inherited = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in own}
    # Without the safe path, `python -m` would import from whatever folder this was started in.
    return {**inherited, **own, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}


def _how_it_ended(status: int) -> str:
    return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"


def _last_line(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip()[:_LINE_CHARACTERS] if lines else "it said nothing"


def _bound(log: Path) -> None:
    """Keep one earlier log of at most this size. Writers append, so a truncated file goes on from its start."""
    try:
        if log.stat().st_size > _LOG_BYTES:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)
    except OSError:
        return
