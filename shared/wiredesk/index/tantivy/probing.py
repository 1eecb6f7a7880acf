"""Whether the disk of an index takes what is written."""

import os
from pathlib import Path

from wiredesk.errors import TransientError

__all__ = ["probe", "unwritable"]

_PROBE_BYTES = 1_000_000
"""More than a batch of ordinary articles adds to the folder."""


def probe(folder: Path) -> None:
    """Write, flush and remove a file of its own in the folder. Raises TransientError."""
    path = folder / f".probe-{os.getpid()}"
    try:
        try:
            with path.open("wb") as file:
                file.write(bytes(_PROBE_BYTES))
                file.flush()
                os.fsync(file.fileno())
        finally:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(folder, error.strerror) from error


def unwritable(folder: Path, why: object) -> TransientError:
    """What is said of a disk that refuses."""
    return TransientError(
        "index_unwritable", f"the index at {folder} cannot be written: {why}; is the disk full or gone?"
    )
