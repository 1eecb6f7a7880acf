"""The file of API keys as the gateway holds it: looked at again before each use, read again when it changed."""

import stat
from pathlib import Path

import structlog
from wiredesk.api_keys import ApiKey, parsed
from wiredesk.errors import Unavailable, UsageError

__all__ = ["Keyring"]

_MOST_BYTES = 1_000_000
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Keyring:
    """The keys of one file, or none where no file is named: then nobody needs one.

    A look at the file takes microseconds, so it is done in the event loop.
    """

    def __init__(self, path: str) -> None:
        """Raises UsageError for a file that cannot be read or holds a line that is none."""
        self._path = Path(path) if path else None
        self._keys: tuple[ApiKey, ...] = ()
        self._seen: tuple[int, int, int, int] | None = None
        if self._path is not None:
            self._load(self._path, strict=True)

    @property
    def asks(self) -> bool:
        """Whether changing anything takes a key."""
        return self._path is not None

    def keys(self) -> tuple[ApiKey, ...]:
        """The keys of now. A line that is none is passed over and logged; its neighbours count.

        Raises Unavailable while the file cannot be read: a gateway that is not sure lets nobody in.
        """
        if self._path is not None:
            self._load(self._path, strict=False)
        return self._keys

    def _load(self, path: Path, *, strict: bool) -> None:
        try:
            found = path.stat()
            seen = (found.st_ino, found.st_mode, found.st_mtime_ns, found.st_size)
            if seen == self._seen:
                return
            if found.st_mode & _WRITABLE_BY_OTHERS:
                raise UsageError(f"others may write to it, and so add keys; chmod go-w {path}")
            if found.st_size > _MOST_BYTES:
                raise UsageError(f"the file of API keys {path} has more than {_MOST_BYTES:,} bytes")
            text = path.read_text(errors="replace")
        except (OSError, UsageError) as error:
            self._seen = None
            problem = getattr(error, "strerror", None) or error
            why = f"WIREDESK_API_KEYS_FILE names {path}, which cannot be used: {problem}"
            if strict:
                raise UsageError(why) from error
            _log.error("keys.unreadable", why=why)
            raise Unavailable("the gateway cannot read its file of API keys now; its log says why") from error
        keys, bad = parsed(text)
        if bad and strict:
            raise UsageError(f"line {bad[0].number} of {path} is no API key: {bad[0].problem}")
        for line in bad:
            _log.error("keys.bad_line", line=line.number, problem=line.problem)
        self._keys, self._seen = keys, seen
        _log.info("keys.read", names=[key.name for key in keys])
