"""Frames between a worker and its child: a count, the lengths, the byte strings. No pickle crosses the pipe.

The child reads text written by strangers, so what it sends back is data to the worker, never code.
"""

import asyncio
import struct
from collections.abc import Sequence
from typing import BinaryIO

__all__ = ["pack", "read", "read_async"]

_COUNT = struct.Struct(">I")
_MAX_FIELDS = 1_000_000


def pack(fields: Sequence[bytes]) -> bytes:
    """One frame of byte strings."""
    return struct.pack(f">{len(fields) + 1}I", len(fields), *map(len, fields)) + b"".join(fields)


def _lengths(count: int, packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{count}I", packed)


def read(stream: BinaryIO) -> list[bytes] | None:
    """The next frame, or None at the end of the stream. Raises EOFError within a frame."""
    head = stream.read(_COUNT.size)
    if not head:
        return None
    (count,) = _COUNT.unpack(head)
    return [_exactly(stream, size) for size in _lengths(count, _exactly(stream, 4 * count))]


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("the pipe ended within a frame")
    return data


async def read_async(stream: asyncio.StreamReader) -> list[bytes]:
    """The next frame. Raises asyncio.IncompleteReadError at the end of the stream, ValueError for what is no frame."""
    (count,) = _COUNT.unpack(await stream.readexactly(_COUNT.size))
    if count > _MAX_FIELDS:
        raise ValueError(f"a frame of {count} fields")
    lengths = _lengths(count, await stream.readexactly(4 * count))
    body = await stream.readexactly(sum(lengths))
    fields, at = [], 0
    for length in lengths:
        fields.append(body[at : at + length])
        at += length
    return fields
