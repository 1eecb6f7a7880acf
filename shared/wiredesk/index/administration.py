"""What whoever runs an index does with it: look whether it is whole, make it smaller or anew, copy it, bring it back.

Each backend has a module `administration` with the functions of the same names as here; one that it cannot do, it
refuses with what to do instead. `told` is called with what is being done and how many of how many are done.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from wiredesk.index import backend_of

__all__ = [
    "BackedUp",
    "Checked",
    "Problem",
    "Remade",
    "Stats",
    "Told",
    "backup",
    "check",
    "compact",
    "rebuild",
    "restore",
    "some_of",
    "stats",
]

_SHOWN = 3
Told = Callable[[str, int, int], None]
"""(doing, done, of how many)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and the cure."""

    what: str
    cure: str


def some_of(ids: Sequence[str]) -> str:
    """The first few of the ids that have a problem, and how many more there are."""
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return f"{', '.join(sorted(set(ids))[:_SHOWN])}{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`documents` by kind. `corrections_waiting`: articles are still being changed; the index is whole all the same."""

    version: int | str
    documents: Mapping[str, int]
    problems: tuple[Problem, ...]
    corrections_waiting: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What an index holds. Sizes in bytes, by part of the index; None is unknown.

    `segments` are its pieces, `deleted` the share of documents that are replaced or gone and still take room.
    `written_by`: who holds the lease of an index with one writer.
    """

    engine: str
    version: int | str
    documents: Mapping[str, int]
    languages: Mapping[str, int]
    sources: Mapping[str, int]
    oldest: str | None
    newest: str | None
    segments: int
    deleted: float
    size_bytes: int
    parts: Mapping[str, int]
    bytes_an_article: float | None
    committed_at: str | None
    written_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """What a rebuild, a compaction or a restore left. `kept`: where the old index is, if it was to be kept."""

    articles: int
    bytes_before: int
    bytes_after: int
    seconds: float
    kept: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A whole backup: one committed state."""

    path: str
    articles: int
    files: int
    size_bytes: int
    seconds: float


def check(url: str, *, told: Told) -> Checked:
    """Read everything, beside any writer. Raises Unavailable, UsageError."""
    return _of(url).check(url, told=told)  # type: ignore[no-any-return]  # a module has no types


def stats(url: str) -> Stats:
    """What the index holds now. Raises Unavailable, UsageError."""
    return _of(url).stats(url)  # type: ignore[no-any-return]


def compact(url: str, *, told: Told) -> Remade:
    """Give back the room of what was replaced or removed. Raises IndexBusy, Unavailable, UsageError."""
    return _of(url).compact(url, told=told)  # type: ignore[no-any-return]


def rebuild(url: str, *, keep_old: bool, discard: bool, told: Told) -> Remade:
    """Make the index anew from the articles it stores, corrections and retractions kept; also of an older version.

    Raises IndexBusy, Unavailable, UsageError, TransientError; then the index is as it was.
    """
    return _of(url).rebuild(url, keep_old=keep_old, discard=discard, told=told)  # type: ignore[no-any-return]


def backup(url: str, target: Path, *, told: Told) -> BackedUp:
    """Copy one committed state, beside any writer, into a folder that is not there yet. Raises as `check`."""
    return _of(url).backup(url, target, told=told)  # type: ignore[no-any-return]


def restore(url: str, source: Path, *, keep_old: bool, told: Told) -> Remade:
    """Put a backup in the place of the index. Raises as `rebuild`."""
    return _of(url).restore(url, source, keep_old=keep_old, told=told)  # type: ignore[no-any-return]


def _of(url: str) -> ModuleType:
    return backend_of(url, "administration")
