"""Logs that processes append to without end: kept within bounds, and read for a process's last words."""

import os
import re
from pathlib import Path

__all__ = ["bound", "last_line", "reason"]

_LOG_BYTES = 20_000_000
_TAIL_BYTES = 8192
_LINE_CHARACTERS = 400
_ERROR = re.compile(r"""\[error +\].* why=(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+))""")
_LAST_LINES = 8
"""Of a worker that does not start: what it says on its way out comes after the error that ends it."""


def last_line(log: Path) -> str:
    """What was said last, cut at 400 characters; `it said nothing` for a log that is empty or cannot be read."""
    lines = _tail(log)
    return lines[-1].strip()[:_LINE_CHARACTERS] if lines else "it said nothing"


def reason(log: Path) -> str:
    """Why a worker ended, as its last error says, if that is among its last few lines; else what it said last."""
    for line in reversed(_tail(log)[-_LAST_LINES:]):
        if found := _ERROR.search(line):
            return (found[1] or found[2] or found[3])[:_LINE_CHARACTERS]
    return last_line(log)


def _tail(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            return file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return []


def bound(log: Path) -> None:
    """Keep one earlier log of at most 20 MB. Writers append, so a truncated file goes on from its start."""
    try:
        if log.stat().st_size > _LOG_BYTES:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)
    except OSError:
        return
