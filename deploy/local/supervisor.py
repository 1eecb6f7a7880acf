"""The worker processes: started, watched, started again when they die or hang, stopped in good order."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wiredesk.workers import WorkerReport

from .folder import DataFolder
from .liveness import Liveness, Sight
from .logfiles import bound, last_line, reason
from .processes import end, end_session, identify, recorded, start
from .services import Service

__all__ = ["Supervisor", "WorkerView", "end_leftovers"]

_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.5, 10.0
"""For a worker that died before it was ready; one that was ready starts again at once, however often it is killed."""
_START_TRIES = 3
"""A worker that dies this often before it was ever ready has something wrong that time does not mend."""
_RECORDS = "worker-*.json"


@dataclass(slots=True)
class _Worker:
    """One place for a process. `failures` counts starts in a row that ended before the process was ready.

    `due_at` is when the next start is due. `ready` is of the process there is now, `hopeless` what its last failure
    said once there were too many, `condemned` why it was killed.
    """

    name: str
    service: Service
    log: Path
    record: Path
    process: subprocess.Popen[bytes] | None = None
    liveness: Liveness | None = None
    state: str = "to be started"
    started_at: float = 0.0
    due_at: float = 0.0
    failures: int = 0
    ready: bool = False
    hopeless: str | None = None
    condemned: str | None = None


@dataclass(frozen=True, slots=True)
class WorkerView:
    """How one worker is doing, for people: `state` as it reports itself, or `starting`, `silent`, `to be started`."""

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
        self._answering_since: float | None = None
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

    def see(self, sight: Sight) -> None:
        """Learn from the register who is ready and who hangs, and kill those who hang."""
        if sight.since is not None and sight.since != self._answering_since:
            self._server_returned(sight.at)
        self._answering_since = sight.since
        if sight.since is None:
            return
        here = socket.gethostname()
        by_pid = {(report.stage, report.pid): report for report in sight.reports if report.host == here}
        for worker in self._workers:
            if worker.process and worker.liveness and worker.condemned is None:
                self._judge(worker, by_pid.get((worker.service.name, worker.process.pid)), sight)

    def _server_returned(self, now: float) -> None:
        """Who failed to start because the server was away need not wait any longer, and had no fault of its own."""
        for worker in self._workers:
            worker.due_at, worker.failures, worker.hopeless = now, 0, None

    def _judge(self, worker: _Worker, report: WorkerReport | None, sight: Sight) -> None:
        if worker.process is None or worker.liveness is None:
            return
        worker.liveness.see(report, sight.at)
        if report is None:
            worker.state = "silent" if worker.state != "starting" else worker.state
        else:
            worker.state = report.state
            if report.state in worker.service.ready:
                worker.ready, worker.failures, worker.hopeless = True, 0, None
        worker.condemned = worker.liveness.complaint(sight)
        if worker.condemned:
            end_session(worker.process.pid)

    def tick(self) -> None:
        """Start what is due, and notice what died."""
        now = time.monotonic()
        for worker in self._workers:
            if worker.process and worker.process.poll() is not None:
                self._died(worker, worker.process, now)
            if worker.process is None and now >= worker.due_at:
                self._start(worker, now)
            bound(worker.log)

    def _start(self, worker: _Worker, now: float) -> None:
        worker.started_at, worker.ready, worker.condemned = now, False, None
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
            self._failed(worker, f"cannot be started: {error.strerror}", now)
            return
        worker.liveness, worker.state = Liveness(now), "starting"

    def _died(self, worker: _Worker, process: subprocess.Popen[bytes], now: float) -> None:
        end_session(process.pid)
        worker.process, worker.liveness, worker.state = None, None, "to be started again"
        how = f"{worker.condemned}: killed" if worker.condemned else _how_it_ended(process.returncode)
        if worker.ready:
            worker.due_at = now
            self._say(f"{worker.name} {how}; starting it again. Its last words: {last_line(worker.log)}")
        else:
            self._failed(worker, f"{how} before it was ready: {reason(worker.log)}", now)

    def _failed(self, worker: _Worker, how: str, now: float) -> None:
        worker.failures += 1
        delay_s = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2.0 ** min(worker.failures - 1, 10))
        worker.due_at = now + delay_s
        # Only with the server there all the while is the fault the worker's own.
        blameless = self._answering_since is None or self._answering_since > worker.started_at
        if worker.failures >= _START_TRIES and not blameless:
            worker.hopeless = f"{worker.name} does not start: it {how} (all of it in {worker.log})"
        self._say(f"{worker.name} {how}; trying again in {delay_s:g} s")

    def hopeless(self) -> str | None:
        """What to tell the user of a worker that died three times in a row before it was ready, though Redis answered;

        None when there is none.
        """
        return next((worker.hopeless for worker in self._workers if worker.hopeless), None)

    def views(self) -> list[WorkerView]:
        """How every worker is doing, as last seen."""
        return [
            WorkerView(
                name=worker.name,
                pid=worker.process.pid if worker.process else None,
                state=worker.state,
                ready=worker.process is not None and worker.state in worker.service.ready,
            )
            for worker in self._workers
        ]

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
