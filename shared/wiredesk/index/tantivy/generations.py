"""Which folder holds the index's files: the one that is named by `wiredesk.json`, or the index's own.

A rebuild and a restore make a folder beside the one in use, whole, and then lead there by replacing that one small
file: at every moment a reader or writer that opens the index finds the old one or the new one, whole.
"""

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from wiredesk.errors import UsageError

__all__ = [
    "SEGMENTS_FILE",
    "VERSION_FILE",
    "Generation",
    "current",
    "discard_unused",
    "flushed_copy",
    "flushed_folder",
    "lead_to",
    "moved",
    "next_folder",
    "set_aside",
]

VERSION_FILE = "wiredesk.json"
SEGMENTS_FILE = "meta.json"
_NAME = re.compile(r"generation-([0-9]{1,9})")
_ENGINE_FILES = re.compile(
    r"[0-9a-f]{32}\..+|meta\.json|lease\.json|\.managed\.json|translog-[0-9]+\.log|\.tantivy-\w+\.lock"
)


class Generation(NamedTuple):
    """The version of the schema an index has (a word for people, where it cannot be told), and where its files are."""

    version: int | str
    folder: Path


def current(path: Path) -> Generation | None:
    """What the index at `path` is now; None where nothing is. Raises UsageError for another program's, OSError."""
    try:
        told = json.loads((path / VERSION_FILE).read_bytes())
        name = told.get("folder")
        if name is not None and not _NAME.fullmatch(name):
            raise ValueError(name)
        return Generation(told["schema"], path / name if name else path)
    except FileNotFoundError:
        if (path / SEGMENTS_FILE).exists():
            raise UsageError(f"{path} holds an index that is not Wiredesk's; name another folder") from None
        if left := next(path.glob("generation-*"), None):
            told = f"the index at {path} has lost its {VERSION_FILE}, which says whether {left.name} is in use"
            raise UsageError(f"{told}; restore a backup into another folder") from None
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return Generation("unreadable", path)


def moved(path: Path, folder: Path) -> bool:
    """Whether the index at `path` is no longer the one in `folder`. Raises UsageError."""
    try:
        found = current(path)
    except OSError as error:
        raise UsageError(f"the index at {path} cannot be read: {error.strerror}") from error
    return found is not None and found.folder != folder


def lead_to(path: Path, generation: Generation) -> None:
    """Written whole or not at all, and before an index is, so that an index always has its version. Raises OSError."""
    told: dict[str, object] = {"schema": generation.version}
    if generation.folder != path:
        told["folder"] = generation.folder.name
    with tempfile.NamedTemporaryFile("w", dir=path, prefix=VERSION_FILE, delete=False) as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path / VERSION_FILE)
    flushed_folder(path)


def next_folder(path: Path) -> Path:
    """Where the next generation goes; no folder has this name yet."""
    numbers = [int(match[1]) for each in path.iterdir() if (match := _NAME.fullmatch(each.name))]
    return path / f"generation-{max(numbers, default=1) + 1}"


def discard_unused(path: Path, used: Path) -> None:
    """Remove what a killed rebuild left; for the one who has the index's lease."""
    for each in path.iterdir():
        if _NAME.fullmatch(each.name) and each != used:
            shutil.rmtree(each)
    if used != path:
        for file in _engine_files(path):
            file.unlink()


def set_aside(path: Path, old: Generation, *, keep: bool) -> Path | None:
    """Remove a generation that is no longer used, or keep it as an index of its own; where that is."""
    kept = None
    if keep:
        kept = path / f"kept-{_serial(path)}"
        kept.mkdir()
        for file in _engine_files(old.folder):
            file.replace(kept / file.name)
        lead_to(kept, Generation(old.version, kept))
    if old.folder != path:
        shutil.rmtree(old.folder)
    else:
        for file in _engine_files(path):
            file.unlink()
    flushed_folder(path)
    return kept


def flushed_folder(path: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flushed_copy(source: Path, target: Path) -> None:
    """Copy a file under a name that is not there yet, durably. Raises OSError."""
    with source.open("rb") as old, target.open("xb") as new:
        shutil.copyfileobj(old, new, 1 << 20)
        new.flush()
        os.fsync(new.fileno())


def _engine_files(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if _ENGINE_FILES.fullmatch(each.name)]


def _serial(path: Path) -> int:
    return 1 + max((int(each.name[5:]) for each in path.glob("kept-*") if each.name[5:].isdigit()), default=0)
