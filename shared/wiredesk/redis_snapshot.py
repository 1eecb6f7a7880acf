"""What a Redis holds at one moment, fetched over its own wire, and laid down where a server starts from it.

A server gives a replica its whole state, as of the moment it forks, while it goes on serving; so this asks as a replica
would and needs no access to the server's disk. A server with an append-only file reads that and no dump: so the state
is laid down as the base of one (Redis 7 and later, Valkey).
"""

import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import redis

from wiredesk.connection import connect, speaks_redis
from wiredesk.errors import Unavailable, UsageError

__all__ = ["Snapshot", "fetch", "lay_down"]

_CHUNK_BYTES = 1 << 18
_SILENCE_S = 120.0
"""A server waits some seconds for further replicas, then forks; meanwhile and while it saves, it sends line breaks."""
_MARK_BYTES = 40
_FOLDER, _BASE, _TAIL = "appendonlydir", "appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof"
_MANIFEST = f"file {_BASE} seq 1 type b\nfile {_TAIL} seq 1 type i\n"
_HEAD = b"REDIS", b"VALKEY"


class Snapshot(NamedTuple):
    """What was fetched."""

    size_bytes: int
    sha256: str
    server: str


def fetch(redis_url: str, target: Path) -> Snapshot:
    """Write everything the server holds, as of one moment after this call began, into a new file.

    Raises UsageError for an address that is none, Unavailable when the server does not answer, does not allow SYNC, or
    breaks off; then the file may be there in part.
    """
    client = connect(redis_url, retries=0)
    try:
        return _fetched(client, target)
    finally:
        client.close()


@speaks_redis
def _fetched(client: redis.Redis, target: Path) -> Snapshot:
    info: Any = client.info("server")
    server = f"{info.get('server_name', 'redis')} {info.get('valkey_version') or info['redis_version']}"
    connection: Any = client.connection_pool.get_connection()
    try:
        connection.connect()
        for announced in (("capa", "eof"), ("rdb-only", "1")):
            connection.send_command("REPLCONF", *announced)
            connection.read_response()
        connection.send_command("SYNC")
        # What follows is no answer that a client's parser knows.
        wire: socket.socket = connection._sock
        wire.settimeout(_SILENCE_S)
        digest, size = hashlib.sha256(), 0
        with target.open("xb") as file:
            for chunk in _payload(wire):
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Unavailable(f"the snapshot of Redis broke off: {error.strerror or error}") from error
    finally:
        connection.disconnect()
    return Snapshot(size, digest.hexdigest(), server)


def _payload(wire: socket.socket) -> Iterator[bytes]:
    """The bytes between the announcement of their number, or of a mark at their end, and that end."""
    head = _line(wire)
    if not head.startswith(b"$"):
        words = head.lstrip(b"-").decode(errors="replace")
        raise Unavailable(f"Redis gives no snapshot ({words}); allow this user +sync and +replconf, or ask the primary")
    mark = head.removeprefix(b"$EOF:") if head.startswith(b"$EOF:") else None
    yield from _until(wire, mark) if mark else _counted(wire, int(head[1:]))


def _line(wire: socket.socket) -> bytes:
    """The next line that is not empty."""
    line = b""
    while not line.endswith(b"\n") or not line.strip():
        if line == b"\n":
            line = b""
        line += _some(wire, 1)
    return line.strip()


def _counted(wire: socket.socket, left: int) -> Iterator[bytes]:
    while left:
        chunk = _some(wire, min(left, _CHUNK_BYTES))
        left -= len(chunk)
        yield chunk


def _until(wire: socket.socket, mark: bytes) -> Iterator[bytes]:
    held = b""
    while not held.endswith(mark):  # nothing follows it: the server waits for a word of its replica
        held += _some(wire, _CHUNK_BYTES)
        if len(held) > _MARK_BYTES and not held.endswith(mark):
            yield held[:-_MARK_BYTES]
            held = held[-_MARK_BYTES:]
    yield held[: -len(mark)]


def _some(wire: socket.socket, most: int) -> bytes:
    chunk = wire.recv(most)
    if not chunk:
        raise Unavailable("the snapshot of Redis broke off: the server closed the connection")
    return chunk


def lay_down(snapshot: Path, folder: Path) -> None:
    """Make a snapshot what a server with `appendonly yes` in this folder starts from.

    Raises UsageError for what is no snapshot, and when the folder holds data already: nothing is overwritten.
    """
    with snapshot.open("rb") as file:
        if not file.read(9).startswith(_HEAD):
            raise UsageError(f"{snapshot} is no snapshot of a Redis")
    there = folder / _FOLDER
    if there.exists():
        raise UsageError(f"{there} is there already: stop Redis and move it away, it may be needed once more")
    unfinished = folder / f".{_FOLDER}.unfinished"
    folder.mkdir(parents=True, exist_ok=True)
    for left in unfinished.glob("*"):  # by a restore that was killed
        left.unlink()
    unfinished.mkdir(exist_ok=True)
    with snapshot.open("rb") as source, (unfinished / _BASE).open("wb") as base:
        while chunk := source.read(_CHUNK_BYTES):
            base.write(chunk)
        base.flush()
        os.fsync(base.fileno())
    (unfinished / _TAIL).touch()
    (unfinished / "appendonly.aof.manifest").write_text(_MANIFEST)
    unfinished.rename(there)
