"""One backup of Redis and index together, and the way back. Redis first: decision 24 says why."""

import hashlib
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import redis
from pydantic import BaseModel, ConfigDict, ValidationError

from wiredesk.connection import connect, described
from wiredesk.errors import Unavailable, UsageError
from wiredesk.index import administration
from wiredesk.index.administration import Told
from wiredesk.ownership import Owner, given, owner_of_folder
from wiredesk.redis_snapshot import fetch, lay_down

__all__ = ["Manifest", "Part", "backed_up", "restored", "verified"]

MANIFEST, SNAPSHOT, INDEX = "backup.json", "redis.rdb", "index"
_EMBEDDED = "tantivy:"

Part = Literal["redis", "index"]


class Manifest(BaseModel):
    """What a backup holds: each file with its SHA-256. `articles` is None where the index is on a server of its own."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    redis_as_of: datetime
    index_as_of: datetime | None
    server: str
    articles: int | None
    size_bytes: int
    files: dict[str, str]


def backed_up(redis_url: str, index_url: str, target: Path, *, told: Told) -> Manifest:
    """Copy Redis, then the index, beside everything that runs; `target` appears when all of it is there and whole.

    An index on a server of its own is left to that server's snapshots. What root makes belongs to whom the folder of
    `target` belongs to. Raises UsageError, Unavailable, TransientError.
    """
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} is there already; a backup takes a new name")
    unfinished = target.parent / f".{target.name}.unfinished-{time.time_ns()}"
    try:
        unfinished.mkdir(parents=True)
        redis_as_of = datetime.now(UTC)
        told("parts copied", 0, 2)
        snapshot = fetch(redis_url, unfinished / SNAPSHOT)
        told("parts copied", 1, 2)
        index_as_of, articles = None, None
        if index_url.startswith(_EMBEDDED):
            index_as_of = datetime.now(UTC)
            articles = administration.backup(index_url, unfinished / INDEX, told=told).articles
        told("parts copied", 2, 2)
        files = {name: _digest(unfinished / name) for name in _names(unfinished)}
        if files[SNAPSHOT] != snapshot.sha256:
            raise Unavailable(f"{target} was not made: the disk gives back other bytes than it was given")
        manifest = Manifest(
            redis_as_of=redis_as_of,
            index_as_of=index_as_of,
            server=snapshot.server,
            articles=articles,
            size_bytes=sum((unfinished / name).stat().st_size for name in files),
            files=files,
        )
        (unfinished / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n")
        given(unfinished, owner_of_folder(target))
        unfinished.rename(target)
    except OSError as error:
        raise Unavailable(f"{target} was not made: {error.strerror or error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def verified(source: Path) -> Manifest:
    """The manifest of a backup whose every file is as it was written. Raises UsageError, naming what is not."""
    try:
        manifest = Manifest.model_validate_json((source / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise UsageError(f"{source} is no backup: `wiredesk backup` leaves a {MANIFEST} in it") from error
    missing = sorted(manifest.files.keys() - set(_names(source)))
    if missing:
        raise UsageError(f"{source} is not whole: {missing[0]} is missing; take another backup")
    for name, digest in manifest.files.items():
        if _digest(source / name) != digest:
            raise UsageError(f"{source} is damaged: {name} is not as it was written; take another backup")
    return manifest


def restored(
    source: Path,
    *,
    redis_url: str,
    redis_data: Path | None,
    index_url: str,
    parts: frozenset[Part],
    told: Told,
    redis_owner: Owner | None = None,
) -> Manifest:
    """Put the parts of a backup in place, verified first. Redis has to be stopped, and its folder without data.

    The folder of Redis then belongs to `redis_owner`, if one is named.
    Raises UsageError, IndexBusy, Unavailable, TransientError; what was there before is as it was.
    """
    manifest = verified(source)
    if "index" in parts and manifest.articles is None and parts == {"index"}:
        raise UsageError(f"{source} has no index: it was on a server, whose own snapshot brings it back")
    if "redis" in parts:
        if redis_data is None:
            raise UsageError("name the folder that Redis keeps its data in: --redis-data FOLDER")
        _refuse_beside_a_server(redis_url)
        try:
            lay_down(source / SNAPSHOT, redis_data)
            given(redis_data, redis_owner)
        except OSError as error:
            raise Unavailable(f"{redis_data} cannot be written: {error.strerror}") from error
    if "index" in parts and manifest.articles is not None:
        administration.restore(index_url, (source / INDEX).absolute(), keep_old=False, told=told)
    return manifest


def _refuse_beside_a_server(redis_url: str) -> None:
    client = connect(redis_url, retries=0)
    try:
        client.ping()
    except redis.RedisError:  # whatever keeps it from answering, it does not serve
        return
    finally:
        client.close()
    raise UsageError(f"Redis at {described(redis_url)} still runs; stop it first, it would write over what is restored")


def _names(folder: Path) -> Iterator[str]:
    """The files of a backup that count: relative, the manifest left out."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and name != MANIFEST and path.suffix != ".lock":
            yield name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
