"""Who may write: the holder of tantivy's own lock, which the kernel frees when its process ends, however it ends.

The holder leaves its name beside the lock, for people; whether it is still there, the lock alone tells.
"""

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from wiredesk.errors import UsageError
from wiredesk.index.protocol import IndexBusy

__all__ = ["held", "holder", "sign", "signed"]

_LOCK_FILE = ".tantivy-writer.lock"
_NAME_FILE = "lease.json"


def sign(folder: Path) -> None:
    """Leave word who holds the lock; a disk that takes no more is no reason not to hold it."""
    word = {"pid": os.getpid(), "host": socket.gethostname(), "since": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    written = folder / f".{_NAME_FILE}-{os.getpid()}"
    try:
        written.write_text(json.dumps(word))
        written.replace(folder / _NAME_FILE)
    except OSError:
        with contextlib.suppress(OSError):
            written.unlink(missing_ok=True)


def holder(folder: Path) -> str | None:
    """Who writes now, in words for people; None when nobody does."""
    try:
        with (folder / _LOCK_FILE).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except OSError:
        return signed(folder)


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the lock without an engine, whatever the schema of its index. Raises IndexBusy, UsageError."""
    try:
        lock = (folder / _LOCK_FILE).open("ab")
    except OSError as error:
        raise UsageError(f"the index at {folder} cannot be written: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexBusy(
                f"the index at {folder} is being written ({signed(folder)}); stop the indexing workers, run this "
                "again, and start them: what is published meanwhile waits on the stream"
            ) from error
        sign(folder)
        yield


def signed(folder: Path) -> str:
    """Who took the lock last, in words for people."""
    try:
        word = json.loads((folder / _NAME_FILE).read_bytes())
        return f"process {word['pid']} on {word['host']}, since {word['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that left no name"
