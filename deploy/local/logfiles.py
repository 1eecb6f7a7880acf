"""Logs that processes append to without end: kept within bounds, and read for a process's last words."""

import os
from pathlib import Path

__all__ = ["bound", "last_line"]

_LOG_BYTES = 20_000_000
_TAIL_BYTES = 8192
_LINE_CHARACTERS = 400


def last_line(log: Path) -> str:
    """What was said last, cut at 400 characters; `it said nothing` for a log that is empty or cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1].strip()[:_LINE_CHARACTERS] if lines else "it said nothing"


def bound(log: Path) -> None:
    """Keep one earlier log of at most 20 MB. Writers append, so a truncated file goes on from its start."""
    try:
        if log.stat().st_size > _LOG_BYTES:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)
    except OSError:
        return
