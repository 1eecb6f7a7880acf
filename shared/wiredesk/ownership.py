"""Whom files belong to that root wrote for others: in a container that may reach several users' folders."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from wiredesk.errors import UsageError

__all__ = ["Owner", "given", "owner", "owner_of_folder"]


class Owner(NamedTuple):
    """A user and a group, by number."""

    uid: int
    gid: int


def owner(text: str) -> Owner:
    """`UID:GID`. Raises UsageError for what is none."""
    match = re.fullmatch(r"(\d{1,9}):(\d{1,9})", text, re.ASCII)
    if match is None:
        raise UsageError(f"{text!r} is no owner; write UID:GID in numbers, as in 999:999")
    return Owner(int(match[1]), int(match[2]))


def owner_of_folder(path: Path) -> Owner | None:
    """Whom root gives what it writes at `path`: whom the folder belongs to that it is in. None for any other user."""
    if os.geteuid() != 0:
        return None
    found = path.parent.stat()
    return Owner(found.st_uid, found.st_gid)


def given(path: Path, to: Owner | None) -> None:
    """Give away a file, or a folder with all that is in it, links themselves; for None, nothing. Raises OSError."""
    if to is None:
        return
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            os.chown(Path(folder) / name, *to, follow_symlinks=False)
    os.chown(path, *to, follow_symlinks=False)
