"""Flat columns in a file that processes map into memory as they are, so that they start at once and share the pages.

A line of JSON (format, source, name and size of each column), then the columns, each at a multiple of 64 bytes, where a
line of the processor's cache begins.
"""

import json
import mmap
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

__all__ = ["read_columns", "write_columns"]

_FORMAT = 2
_ALIGNED = 64


def write_columns(path: Path, source: str, columns: Mapping[str, memoryview]) -> None:
    """Write the columns, whole or not at all; `source` says what they were made of. Raises OSError."""
    parts = {name: column.cast("B") for name, column in columns.items()}
    sizes = {name: (columns[name].format, len(part)) for name, part in parts.items()}
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write(json.dumps({"format": _FORMAT, "source": _from(source), "columns": sizes}).encode() + b"\n")
        for part in parts.values():
            file.write(bytes(-file.tell() % _ALIGNED))
            file.write(part)
    unfinished.replace(path)


def read_columns(path: Path, source: str) -> dict[str, Any] | None:
    """The columns as memoryviews by name; None when the file is not there, not whole, or made of something else."""
    try:
        with path.open("rb") as file:
            head = json.loads(file.readline())
            if (head["format"], head["source"]) != (_FORMAT, _from(source)):
                return None
            mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            at, columns = file.tell(), {}
            for name, (code, size) in head["columns"].items():
                at += -at % _ALIGNED
                columns[name] = mapped[at : at + size].cast(cast(Any, code))
                at += size
            return columns if at == len(mapped) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _from(source: str) -> str:
    """Numbers are written as this machine writes them."""
    return f"{source}, {sys.byteorder} endian"
