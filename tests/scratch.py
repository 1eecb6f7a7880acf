"""Where the tests' files go: into memory where there is room, for the tests commit to disk thousands of times.

What a killed process leaves behind is in the system's memory in either case; only a power cut asks the disk.
"""

import os
import re
import shutil
from pathlib import Path

__all__ = ["memory_folder"]

_SHARED_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 6 << 30
"""Free there, and in the machine's memory: the whole suite leaves 1 GB behind, and its processes need some as well."""


def memory_folder(folder: Path = _SHARED_MEMORY, *, enough_bytes: int = _ENOUGH_BYTES) -> Path | None:
    """A folder in memory in which programs may be run; None where there is none, or too little room."""
    try:
        runs_programs = not os.statvfs(folder).f_flag & os.ST_NOEXEC
        free = min(shutil.disk_usage(folder).free, _available_bytes())
    except (OSError, AttributeError):  # a system without it, or without such flags
        return None
    return folder if runs_programs and free >= enough_bytes and os.access(folder, os.W_OK) else None


def _available_bytes() -> int:
    told = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(told[1]) << 10 if told else 0
