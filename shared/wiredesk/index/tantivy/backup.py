"""A copy of one commit that can be opened as an index, whole or not there; and the way back."""

import json
import os
import time
from pathlib import Path

from wiredesk.errors import Unavailable, UsageError
from wiredesk.index.administration import BackedUp, Remade, Told
from wiredesk.index.tantivy import translog
from wiredesk.index.tantivy.checking import damaged_files
from wiredesk.index.tantivy.generations import Generation, current, flushed_copy, flushed_folder, lead_to
from wiredesk.index.tantivy.remaking import GRACE_S, replaced, size_of
from wiredesk.index.tantivy.schema import VERSION
from wiredesk.index.tantivy.snapshot import scratch, snapshot
from wiredesk.index.tantivy.walking import Stored

__all__ = ["backed_up", "restored"]

_MANAGED_FILE = ".managed.json"
"""The files that tantivy's writer may remove once unused; without it those of a backup would stay for ever."""


def backed_up(path: Path, source: Generation, target: Path, told: Told) -> BackedUp:
    """Copy, verify, and only then give the copy its name. Raises UsageError, Unavailable, TransientError."""
    started = time.monotonic()
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} is there already; a backup takes a new name")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            snapshot(path, source.folder) as taken,
            scratch(target.parent, f".{target.name}.unfinished-") as unfinished,
        ):
            _copy(taken, unfinished, told)
            _verify(unfinished, told)
            articles, size = Stored(unfinished).count("article"), size_of(unfinished)
            files = len(list(unfinished.iterdir()))
            lead_to(unfinished, Generation(source.version, unfinished))
            unfinished.rename(target)
            flushed_folder(target.parent)
    except OSError as error:
        raise Unavailable(f"{target} was not made: {error}") from error
    return BackedUp(
        path=str(target), articles=articles, files=files, size_bytes=size, seconds=time.monotonic() - started
    )


def restored(path: Path, source: Path, *, keep_old: bool, told: Told, grace_s: float = GRACE_S) -> Remade:
    """Put a backup in the place of the index. Raises as `replaced`; UsageError for what is no whole backup."""
    try:
        found = current(source)
        if found is None:
            raise UsageError(f"{source} is no backup of an index")
        if found.version != VERSION:
            raise UsageError(
                f"{source} has schema {found.version}, this Wiredesk writes schema {VERSION}; give the folder as "
                f"--index tantivy://{source} to `wiredesk index rebuild`, then restore it"
            )

        def fill(_: Generation, new: Path) -> None:
            new.mkdir()
            _copy(found.folder, new, told)
            _verify(new, told)
            lead_to(new, Generation(VERSION, new))

        path.mkdir(parents=True, exist_ok=True)
        if current(path) is None:  # a new machine: an empty index is replaced as any other
            lead_to(path, Generation(VERSION, path))
        needed = size_of(found.folder)
    except OSError as error:
        raise Unavailable(f"{source} cannot be restored: {error}") from error
    return replaced(path, fill, needed=needed, keep_old=keep_old, grace_s=grace_s)


def _copy(source: Path, target: Path, told: Told) -> None:
    files = sorted(each for each in source.iterdir() if not each.name.startswith(".") and each.is_file())
    files = [each for each in files if each.suffix != ".lock" and each.name not in ("wiredesk.json", "lease.json")]
    logged = translog.files_of(source)
    for done, file in enumerate(files):
        told("files copied", done, len(files))
        flushed_copy(file, target / file.name)
    with (target / _MANAGED_FILE).open("x") as managed:
        json.dump([each.name for each in files if each not in logged], managed)
        managed.flush()
        os.fsync(managed.fileno())
    flushed_folder(target)
    told("files copied", len(files), len(files))


def _verify(folder: Path, told: Told) -> None:
    """Raises UsageError when a file is not as the engine wrote it, Unavailable when the copy does not open."""
    for problem in damaged_files(folder, told):
        raise UsageError(f"{problem.what}; `wiredesk index check` says more")
    Stored(folder)
