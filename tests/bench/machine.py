"""Where it was measured, and what processes took of it: memory and processor time as /proc tells them (Linux)."""

import os
import platform
import sys
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = [
    "Footprint",
    "busy_seconds",
    "children",
    "cpu_seconds",
    "describe",
    "footprint",
    "mapped_bytes",
    "memory_bytes",
    "own_bytes",
    "peak_memory_bytes",
]

_PROC = Path("/proc")
_CPUCLOCK_SCHED = 2
_PACKAGES = (
    "wiredesk",
    "redis",
    "hiredis",
    "faststream",
    "pydantic",
    "spacy",
    "thinc",
    "numpy",
    "trafilatura",
    "tantivy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Bytes of memory of a process: the most it ever had resident, and of what it has now: all, its share, its own.

    The share counts each page by how many processes have it mapped (PSS); its own are the pages no other has (USS).
    """

    peak: int
    resident: int
    share: int
    own: int

    def beside(self, other: "Footprint") -> "Footprint":
        """The most of each of two looks."""
        return Footprint(
            peak=max(self.peak, other.peak),
            resident=max(self.resident, other.resident),
            share=max(self.share, other.share),
            own=max(self.own, other.own),
        )


def describe() -> dict[str, Any]:
    """The machine, its load before the start, and the versions that matter."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_bytes": _total_memory(),
        "tells_memory": peak_memory_bytes(os.getpid()) is not None,
        "load_average_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def _processor() -> str:
    try:
        for line in (_PROC / "cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _total_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def children(pid: int) -> list[int]:
    """The processes started by `pid` that run now; none where there is no /proc."""
    found = []
    for folder in _PROC.glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields and int(fields[1]) == pid:
            found.append(int(folder.name))
    return sorted(found)


def peak_memory_bytes(pid: int) -> int | None:
    """The most memory a process ever had resident (VmHWM); None where the system does not tell."""
    return _status_bytes(pid, "VmHWM:")


def footprint(pid: int) -> Footprint | None:
    """What a process has of the memory; None where the system does not tell (it needs smaps_rollup, Linux 4.14)."""
    peak = peak_memory_bytes(pid)
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return None
    told = {name: int(size.split()[0]) * 1024 for name, _, size in (line.partition(":") for line in lines)}
    if not peak or "Pss" not in told:
        return None
    own = told["Private_Clean"] + told["Private_Dirty"]
    return Footprint(peak=peak, resident=told["Rss"], share=told["Pss"], own=own)


def memory_bytes(pid: int) -> int | None:
    """The memory a process has resident now (VmRSS); None where the system does not tell."""
    return _status_bytes(pid, "VmRSS:")


def own_bytes(pid: int) -> int | None:
    """What of it is the process's own (RssAnon); None where the system does not tell."""
    return _status_bytes(pid, "RssAnon:")


def mapped_bytes(pid: int) -> int | None:
    """What of it are pages of files it has mapped (RssFile), which the system takes back when it needs them."""
    return _status_bytes(pid, "RssFile:")


def _status_bytes(pid: int, name: str) -> int | None:
    try:
        for line in (_PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def cpu_seconds(pid: int) -> float | None:
    """Processor time of all threads of a process so far, to the nanosecond; None where the system does not tell.

    The clock's number is made as clock_getcpuclockid(3) makes it on Linux; /proc counts in steps of 10 ms.
    """
    if sys.platform != "linux":
        return None
    try:
        return time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)
    except OSError:
        return None


def busy_seconds() -> float | None:
    """How long the machine's cores have been busy so far, all programs together, what was stolen from them included.

    None where the system does not tell.
    """
    try:
        user, nice, system, _, _, *others = map(int, (_PROC / "stat").read_text().split(maxsplit=9)[1:9])
    except (OSError, ValueError):
        return None
    return (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    """The fields of proc_pid_stat(5) from the third on: the second may hold blanks and brackets."""
    try:
        return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
