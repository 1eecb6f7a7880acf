"""The processes of a run: started, and started again whenever they end, as compose's `restart: unless-stopped` does."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

__all__ = ["ROOT", "Member", "Supervisor", "children"]

ROOT = Path(__file__).resolve().parents[2]

_POLL_S = 0.02
_RESTART_S, _RESTART_MOST_S = 0.2, 2.0
_HEALTHY_S = 10.0
"""A process that ran for so long is started again after the shortest delay."""
_STOP_S = 40.0
_LINES, _LINE_BYTES = 60, 4000


@dataclass(slots=True, kw_only=True)
class Member:
    """One place in the pipeline, and the process that fills it now. `ended` counts how its processes ended.

    `ours` says that the process was told to end, so that an end is no surprise.
    """

    stage: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    delay_s: float = _RESTART_S
    due: float = 0.0
    ours: bool = False
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES))

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return self.process.pid if self.process is not None and self.process.poll() is None else None


class Supervisor:
    """Keeps its members running until the end of the `with` block.

    What they write is read here and its last lines kept, all of it in the folder `logs` if there is one: files of their
    own would meet the limit on file sizes that plays a full disk.
    """

    def __init__(self, environment: Mapping[str, str], logs: Path | None = None) -> None:
        self._environment, self._logs = dict(environment), logs
        self._stopping = threading.Event()
        self._grace_s = _STOP_S
        # One thread starts them all and lives as long as they: to the kernel, a child's parent is the thread.
        self._thread = threading.Thread(target=self._keep, name="supervisor", daemon=True)
        self.members: list[Member] = []
        self.surprises: list[str] = []
        self.ends: Counter[str] = Counter()

    def add(self, stage: str, *arguments: str) -> None:
        """A member of a stage, before the start: `python -m …`."""
        self.members.append(Member(stage=stage, command=[sys.executable, "-m", *arguments]))

    def __enter__(self) -> "Supervisor":
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._grace_s = _STOP_S if kind is None else 0.0  # a run that broke or was interrupted has nothing to finish
        self._stopping.set()
        self._thread.join()

    def of(self, *stages: str) -> list[Member]:
        """The members of these stages."""
        return [member for member in self.members if member.stage in stages]

    def send(self, member: Member, number: signal.Signals) -> int | None:
        """Signal the process that fills a place now, if there is one; its pid."""
        pid = member.pid
        if pid is not None:
            member.ours = member.ours or number in (signal.SIGKILL, signal.SIGTERM)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return pid

    def _keep(self) -> None:
        while not self._stopping.wait(_POLL_S):
            for member in self.members:
                if member.process is not None and member.process.poll() is not None:
                    self._note_end(member)
                if member.process is None and time.monotonic() >= member.due:
                    self._start(member)
        self._end_all()

    def _start(self, member: Member) -> None:
        member.process = subprocess.Popen(
            member.command,
            env=self._environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        member.started, member.ours = time.monotonic(), False
        assert member.process.stdout
        log = self._logs / f"{member.stage}-{member.process.pid}.log" if self._logs else Path(os.devnull)
        threading.Thread(target=_read, args=(member.process.stdout, member.lines, log), daemon=True).start()

    def _note_end(self, member: Member) -> None:
        assert member.process
        status = member.process.returncode
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        self.ends[f"{member.stage} {how}"] += 1
        if not member.ours:
            self.surprises.append(f"{member.stage} ended by itself with {how}: {_last(member.lines)}")
        long_lived = time.monotonic() - member.started > _HEALTHY_S
        member.delay_s = _RESTART_S if long_lived or member.ours else min(member.delay_s * 2, _RESTART_MOST_S)
        member.process, member.due = None, time.monotonic() + member.delay_s

    def _end_all(self) -> None:
        running = [member.process for member in self.members if member.process is not None]
        for process in running:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        deadline = time.monotonic() + self._grace_s
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.surprises.append(f"pid {process.pid} did not end within {self._grace_s:g} s of SIGTERM")
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def children(pid: int) -> list[int]:
    """The processes a process has started and not collected, whichever of its threads did."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for listing in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, listing.read_text().split())
    return sorted(found)


def _read(pipe: BinaryIO, lines: deque[str], log: Path) -> None:
    with pipe, log.open("ab", buffering=0) as copy:
        while line := pipe.readline(_LINE_BYTES):
            copy.write(line)
            lines.append(line.decode(errors="replace").rstrip())


def _last(lines: Sequence[str]) -> str:
    return (lines[-1] if lines else "it said nothing")[:300]
