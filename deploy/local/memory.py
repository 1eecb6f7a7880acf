"""How much memory the embedded Valkey may fill before it refuses more, so that the kernel does not end it instead."""

import os
import re
from pathlib import Path

from wiredesk.errors import UsageError

__all__ = ["default_limit_bytes", "parse"]

_MOST_BYTES = 4 << 30
"""Enough for a backlog of several hundred thousand articles; who wants more says so."""
_LEAST_BYTES = 16 << 20
"""An empty server with its clients takes a few megabytes; below this nothing would get through."""
_UNITS = {
    "": 1,
    "b": 1,
    "k": 1000,
    "kb": 1 << 10,
    "m": 1000**2,
    "mb": 1 << 20,
    "g": 1000**3,
    "gb": 1 << 30,
}
"""As Valkey's own configuration reads them."""
_SIZE = re.compile(r"^(\d{1,15})([a-z]{0,2})$")
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def parse(text: str) -> int:
    """Bytes of a size such as `512mb` or `2gb`. Raises UsageError for what is no size, and for less than 16 MB."""
    match = _SIZE.match(text.strip().lower())
    unit = _UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise UsageError(f"MAXMEMORY={text} is no size; write it as 512mb or 2gb")
    size = int(match[1]) * unit
    if size < _LEAST_BYTES:
        raise UsageError(f"MAXMEMORY={text} is too little to work with; give at least {_LEAST_BYTES >> 20}mb")
    return size


def default_limit_bytes() -> int:
    """Half of the memory there is, at most 4 GB: rewriting the append-only file may need as much again for a moment."""
    return max(_LEAST_BYTES, min(_MOST_BYTES, _available_bytes() // 2))


def _available_bytes() -> int:
    """The machine's memory, or the control group's limit where that is less."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for file in _CGROUP_LIMITS:
        try:
            text = file.read_text().strip()
        except OSError:
            continue
        limits += [int(text)] if text.isdecimal() else []
    return min(limits)
