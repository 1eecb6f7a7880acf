"""Pipes between a worker and its child that take a whole batch at once.

A pipe of the usual 64 KB is filled and emptied in turns, and every turn wakes both processes; the socket pair that
asyncio takes for a child's input costs thrice the processor time of a wide pipe.
"""

import asyncio
import fcntl
import os
from contextlib import suppress

__all__ = ["reader_of", "wide_pipe", "writer_to"]

_PIPE_BYTES = 1 << 20
"""What Linux grants every user for a pipe (`fs.pipe-max-size`)."""


def wide_pipe() -> tuple[int, int]:
    """The reading and the writing end, as wide as the system lets it be: a user of very many pipes gets usual ones."""
    reading, writing = os.pipe()
    with suppress(OSError, AttributeError):  # other systems have no such setting
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return reading, writing


async def writer_to(writing: int) -> asyncio.WriteTransport:
    """Takes what it is given without waiting, and hands it on as the other end reads. It closes the pipe's end."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(writing, "wb", buffering=0))
    return transport


async def reader_of(reading: int) -> tuple[asyncio.StreamReader, asyncio.ReadTransport]:
    """What comes through the pipe, some batches ahead; the transport closes its end."""
    loop = asyncio.get_running_loop()
    stream = asyncio.StreamReader(limit=_PIPE_BYTES)
    pipe = os.fdopen(reading, "rb", buffering=0)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
    return stream, transport
