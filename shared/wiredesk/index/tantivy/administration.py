"""What is done with an embedded index beside writing and reading; see wiredesk.index.administration."""

import time
from dataclasses import replace
from pathlib import Path

from wiredesk.errors import Unavailable, UsageError
from wiredesk.index.administration import BackedUp, Checked, Remade, Stats, Told
from wiredesk.index.tantivy.backup import backed_up, restored
from wiredesk.index.tantivy.checking import checked
from wiredesk.index.tantivy.generations import SEGMENTS_FILE, Generation, current
from wiredesk.index.tantivy.remaking import remade
from wiredesk.index.tantivy.schema import VERSION, location
from wiredesk.index.tantivy.snapshot import snapshot
from wiredesk.index.tantivy.statistics import statistics
from wiredesk.ownership import given, owner_of_folder

__all__ = ["backup", "check", "compact", "rebuild", "restore", "stats"]


def check(url: str, *, told: Told) -> Checked:
    """Of a snapshot, which no writer touches."""
    path, found = _found(url)
    started = time.monotonic()
    with snapshot(path, found.folder) as taken:
        result = checked(taken, found.version, told)
    return replace(result, seconds=time.monotonic() - started)


def stats(url: str) -> Stats:
    """Also of an older version."""
    return statistics(*_found(url))


def compact(url: str, *, told: Told) -> Remade:
    """tantivy merges by itself and leaves what was deleted in large segments; a copy leaves nothing."""
    path, found = _found(url)
    if found.version != VERSION:
        raise UsageError(f"the index at {path} has schema {found.version}; `wiredesk index rebuild` brings it up")
    return remade(path, found, keep_old=False, told=told)


def rebuild(url: str, *, keep_old: bool, discard: bool, told: Told) -> Remade:  # noqa: ARG001 - see below
    """What a killed rebuild left is always discarded: the lease tells that it is dead."""
    return remade(*_found(url), keep_old=keep_old, told=told)


def backup(url: str, target: Path, *, told: Told) -> BackedUp:
    """See wiredesk.index.administration."""
    path, found = _found(url)
    return backed_up(path, found, target, told)


def restore(url: str, source: Path, *, keep_old: bool, told: Told) -> Remade:
    """See wiredesk.index.administration. What root puts in place belongs to whom the folder around it belongs to."""
    path = location(url)
    remade = restored(path, source, keep_old=keep_old, told=told)
    given(path, owner_of_folder(path))
    return remade


def _found(url: str) -> tuple[Path, Generation]:
    path = location(url)
    try:
        found = current(path)
    except OSError as error:
        raise UsageError(f"the index at {path} cannot be read: {error.strerror}") from error
    if found is None or not (found.folder / SEGMENTS_FILE).exists():
        raise Unavailable(f"nothing was indexed yet at {path}; start an indexing worker with the same index address")
    return path, found
