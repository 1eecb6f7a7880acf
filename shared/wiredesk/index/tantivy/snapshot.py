"""One committed state of an index as a folder of its own, taken beside a writer by hard links, in milliseconds.

Files of tantivy's segments never change once they are written; the writer only removes those that the list of segments
no longer names. So the files of a list that is the same after linking as before are all there, and stay.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wiredesk.errors import TransientError, Unavailable, UsageError
from wiredesk.index.tantivy import translog
from wiredesk.index.tantivy.generations import SEGMENTS_FILE

__all__ = ["files_of", "scratch", "segments_of", "snapshot"]

_MOST_TRIES = 200
"""A writer commits some ten times a second at most, linking takes milliseconds: a few are enough."""


def segments_of(listed: bytes) -> list[dict[str, Any]]:
    """The segments that a `meta.json` names: `segment_id`, `max_doc`, `deletes`. Raises ValueError, KeyError."""
    return list(json.loads(listed)["segments"])


def files_of(folder: Path, listed: bytes) -> list[Path]:
    """Files of the segments that a `meta.json` names. Raises ValueError, KeyError, OSError."""
    wanted: dict[str, str | None] = {}
    for segment in segments_of(listed):
        deletes = segment.get("deletes")
        wanted[segment["segment_id"].replace("-", "")] = f"{deletes['opstamp']}.del" if deletes else None
    found = []
    for each in folder.iterdir():
        id, _, kind = each.name.partition(".")
        if id in wanted and (not kind.endswith(".del") or kind == wanted[id]):
            found.append(each)
    return sorted(found)


@contextlib.contextmanager
def snapshot(path: Path, folder: Path) -> Iterator[Path]:
    """The last commit of the index in `folder`, and the log of what was acknowledged since, as long as the context
    lasts. `path`: where the links are kept.

    Raises Unavailable, UsageError, TransientError.
    """
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(scratch(path, ".snapshot-"))
            whole = any(_linked(folder, made) for _ in range(_MOST_TRIES))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"the list of segments at {folder} cannot be read: {error!r}; restore a backup") from error
        except OSError as error:
            if error.errno in (errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EMLINK):
                raise UsageError(
                    f"the file system of {path} has no hard links ({error.strerror}), which a copy beside a writer "
                    "needs; stop the indexing workers and copy the folder"
                ) from error
            raise Unavailable(f"the index at {folder} cannot be read: {error}") from error
        if not whole:
            raise TransientError("index_busy", f"the index at {path} commits faster than its files can be listed")
        yield made


def _linked(folder: Path, made: Path) -> bool:
    for left in made.iterdir():
        left.unlink()
    # The log first: what is dropped from it meanwhile is in the commit that is listed then.
    for file in translog.files_of(folder):
        with contextlib.suppress(FileNotFoundError):
            os.link(file, made / file.name)
    listed = (folder / SEGMENTS_FILE).read_bytes()
    for file in files_of(folder, listed):
        with contextlib.suppress(FileNotFoundError):  # then the list is another by now
            os.link(file, made / file.name)
    if (folder / SEGMENTS_FILE).read_bytes() != listed:
        return False
    (made / SEGMENTS_FILE).write_bytes(listed)
    return True


@contextlib.contextmanager
def scratch(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder that is removed at the end, unless it was renamed; what killed processes left goes first.

    Its maker holds a lock on it, so that another can tell the living from the dead. Raises OSError.
    """
    for left in parent.glob(f"{prefix}*"):
        with contextlib.suppress(OSError), _locked(left):
            shutil.rmtree(left)
    with contextlib.ExitStack() as stack:
        made = _made_and_locked(parent, prefix, stack)
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _made_and_locked(parent: Path, prefix: str, stack: contextlib.ExitStack) -> Path:
    """Another may take a new folder for a dead one's before it is locked; then the next one does."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            stack.enter_context(_locked(made))
            made.stat()
            return made


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
