"""Frames between a worker and its child: a count, a size, the lengths, the byte strings. No pickle crosses the pipe.

The child reads text written by strangers, so what it sends back is data to the worker, never code.
"""

import asyncio
import struct
from collections.abc import Sequence
from typing import BinaryIO

__all__ = ["pack", "read", "read_async"]

_HEAD = struct.Struct(">IQ")  # how many byte strings, and how many bytes they are in all
_LENGTH_BYTES = 4
_MAX_FIELDS = 1_000_000


def pack(fields: Sequence[bytes]) -> bytes:
    """One frame of byte strings."""
    lengths = [len(field) for field in fields]
    head = struct.pack(f">IQ{len(lengths)}I", len(lengths), sum(lengths), *lengths)
    return b"".join((head, *fields))


def read(stream: BinaryIO) -> list[bytes] | None:
    """The next frame, or None at the end of the stream. Raises EOFError within a frame."""
    head = stream.read(_HEAD.size)
    if not head:
        return None
    count, size = _HEAD.unpack(head)
    body = stream.read(_LENGTH_BYTES * count + size)
    if len(body) < _LENGTH_BYTES * count + size:
        raise EOFError("the pipe ended within a frame")
    return _fields(count, size, body)


async def read_async(stream: asyncio.StreamReader, *, most_bytes: int) -> list[bytes]:
    """The next frame. Raises asyncio.IncompleteReadError at the end of the stream, ValueError for what is no frame.

    One that says that it has more than `most_bytes` is none: nothing of it is read.
    """
    count, size = _HEAD.unpack(await stream.readexactly(_HEAD.size))
    if count > _MAX_FIELDS or size > most_bytes:
        raise ValueError(f"a frame of {count} fields and {size} bytes")
    return _fields(count, size, await stream.readexactly(_LENGTH_BYTES * count + size))


def _fields(count: int, size: int, body: bytes) -> list[bytes]:
    lengths = struct.unpack_from(f">{count}I", body)
    if sum(lengths) != size:
        raise ValueError(f"a frame of {size} bytes whose fields have {sum(lengths)}")
    fields, at = [], _LENGTH_BYTES * count
    for length in lengths:
        fields.append(body[at : at + length])
        at += length
    return fields
