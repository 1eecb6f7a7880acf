"""Processes that may outlive whoever started them: who they are, whether they still run, and ending them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

__all__ = ["Identity", "end", "end_session", "identify", "is_alive", "recorded", "start"]

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.02
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Identity(BaseModel):
    """A process beyond its number, which the system gives to others later: `started` tells them apart."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started: str


def identify(pid: int) -> Identity | None:
    """Who runs under this number now; None for nobody, and for a process that ended and was not collected yet."""
    started = _started_on_linux(pid) if sys.platform == "linux" else _started_by_ps(pid)
    return Identity(pid=pid, started=started) if started else None


def _started_on_linux(pid: int) -> str | None:
    """Boot id and clock ticks since boot (proc_pid_stat(5), field 22)."""
    try:
        # The second field is the program's name in brackets and may hold anything, brackets too; the state follows it.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"


def _started_by_ps(pid: int) -> str | None:
    listing = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = listing.stdout.strip().partition(" ")
    return None if state.startswith("Z") else started.strip() or None


def is_alive(identity: Identity) -> bool:
    """Whether this very process still runs, not another one of its number."""
    return identify(identity.pid) == identity


def recorded(file: Path) -> Identity | None:
    """The process a file was written for, if it still runs; otherwise the file is removed."""
    try:
        identity = Identity.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        identity = None
    if identity is not None and is_alive(identity):
        return identity
    file.unlink(missing_ok=True)
    return None


def start(
    command: Sequence[str], *, environment: Mapping[str, str], log: Path, record: Path, with_parent: bool
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, out of reach of a terminal's Ctrl-C, and write down who it is.

    Its output is appended to `log`. `with_parent` asks the kernel, where it can, to send it SIGTERM should this
    process die without stopping it. Raises OSError, and leaves no process, when it cannot be started or written down.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Safe: this program has a single thread.
            preexec_fn=_stop_with_parent if with_parent and _LIBC else None,
        )
    try:
        if identity := identify(process.pid):
            record.write_text(identity.model_dump_json())
    except OSError:
        # On a full disk: one that nobody knows of could later write to the files of its successor.
        end_session(process.pid)
        process.wait()
        raise
    return process


def _stop_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def end(identities: Sequence[Identity], *, grace_s: float, hurry: Callable[[], bool]) -> list[Identity]:
    """Ask processes to stop, wait for them, and kill what is left after `grace_s` seconds or as soon as `hurry()`.

    Returns those that had to be killed.
    """
    left = [identity for identity in identities if is_alive(identity)]
    for identity in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(identity.pid, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while left and time.monotonic() < deadline and not hurry():
        time.sleep(_POLL_S)
        left = [identity for identity in left if is_alive(identity)]
    for identity in left:
        end_session(identity.pid)
    while any(is_alive(identity) for identity in left):
        time.sleep(_POLL_S)
    return left


def end_session(pid: int) -> None:
    """Kill the process group that `pid` leads or led, without ado."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
