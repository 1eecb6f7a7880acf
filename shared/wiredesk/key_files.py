"""API keys in files: the lines that a gateway knows keys by, and a key kept for whoever may use it."""

import os
from pathlib import Path

from wiredesk.api_keys import ApiKey, Scope, digest, new_key, parsed
from wiredesk.errors import UsageError
from wiredesk.ownership import owner_of_folder

__all__ = ["added", "kept"]

_LINES_MODE = 0o644
_KEY_MODE, _SHARED_KEY_MODE = 0o400, 0o440


def added(name: str, scopes: frozenset[Scope], lines: Path) -> tuple[str, ApiKey]:
    """A new key, whose line is appended to the file `lines`. Raises UsageError where a line has that name already."""
    key, made = new_key(name, scopes)
    text = _read(lines)
    if any(known.name == name for known in parsed(text)[0]):
        raise UsageError(f"{lines} has a key of the name {name}: choose another, or take its line out first")
    _write(lines, _with(text, made), _LINES_MODE)
    return key, made


def kept(name: str, scopes: frozenset[Scope], lines: Path, key_file: Path, *, group: int | None = None) -> bool:
    """See to it that `key_file` holds a key, and that `lines` has the line for it; whether the key is a new one.

    A key that is there stays, and so does its line, whatever scopes that has by now: this may be done at every start,
    and once more after it was broken off. Its owner, and the group with the number `group`, may read the key.
    Raises UsageError for a file that cannot be read or written, and for one that holds something else than a key.
    """
    key = _read(key_file).strip()
    is_new = not key
    if is_new:
        key, _ = new_key(name, scopes)
        _write(key_file, f"{key}\n", _KEY_MODE if group is None else _SHARED_KEY_MODE, group=group)
    elif not (key.isascii() and key.isprintable()):
        raise UsageError(f"{key_file} holds something else than a key; move it away")
    made = ApiKey(name=name, scopes=scopes, digest=digest(key))
    text = _read(lines)
    if all(known.digest != made.digest for known in parsed(text)[0]):
        others = [line for line in text.splitlines() if line.strip().partition(":")[0] != name]
        _write(lines, _with("\n".join(others), made), _LINES_MODE)
    return is_new


def _with(text: str, key: ApiKey) -> str:
    return "\n".join([*text.splitlines(), key.line(), ""])


def _read(path: Path) -> str:
    """Empty for a file that is not there."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _write(path: Path, text: str, mode: int, *, group: int | None = None) -> None:
    """Whole or not at all. What root writes belongs to whom the folder belongs to, who would else not get at it."""
    unfinished = path.with_name(f".{path.name}.new")
    try:
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            os.fchmod(file.fileno(), mode)
            if to := owner_of_folder(path):
                os.fchown(file.fileno(), *to)
            if group is not None:
                os.fchown(file.fileno(), -1, group)
            file.write(text)
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
