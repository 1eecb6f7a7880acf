"""Batches that were acknowledged and are in no commit yet, each on disk before its acknowledgement.

A commit costs as much as indexing some hundred articles, flushing bytes to a file next to nothing. So a batch is kept
here first, in a file beside the segments, and committed with those that come after it; the next writer reads what one
that was killed left. Elasticsearch does so too, and calls it the translog; see decision 30.

A file is a row of frames, one a batch: the size of its body, the body's CRC-32, and the CRC-32 of these two; then for
each article the size of its JSON without the text, the JSON, the size of the text, and the text.
"""

import os
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from wiredesk.errors import UsageError
from wiredesk.index.tantivy.generations import flushed_folder

__all__ = ["Kept", "Translog", "batches", "files_of"]

_NAME = re.compile(r"translog-([0-9]{1,9})\.log")
_SIZES = struct.Struct("<QI")
_NUMBER = struct.Struct("<I")
_HEAD_BYTES = _SIZES.size + _NUMBER.size


class Kept(NamedTuple):
    """An article as it is stored: its JSON without the text, and the text, both in UTF-8."""

    payload: bytes
    text: bytes


class Translog:
    """The log of the one writer of a folder, who has its lease."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._finished = files_of(folder)
        self._number = max(map(_number_of, self._finished), default=0)
        self._open: BinaryIO | None = None

    def append(self, batch: Sequence[Kept]) -> None:
        """Durable at return. Raises OSError: whether the batch will be read again is not known then."""
        frame = _frame(batch)
        try:
            file = self._open or self._begun()
            file.write(frame)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            self.turn()  # behind half a batch nothing can be read
            raise

    def turn(self) -> int:
        """A mark: what is appended from now on is behind it."""
        file, self._open = self._open, None
        if file is not None:
            self._finished.append(Path(file.name))
            with suppress(OSError):  # of a full disk, and told before
                file.close()
        return self._number

    def left(self) -> Iterator[list[Kept]]:
        """The batches before the last mark that were not dropped. Raises as `batches`."""
        for file in self._finished:
            yield from batches(file)

    def drop(self, mark: int) -> None:
        """Remove what is before a mark, and in a commit by now. What cannot be removed is tried again another time."""
        with suppress(OSError):  # a batch that is committed once more changes nothing
            while self._finished and _number_of(self._finished[0]) <= mark:
                self._finished[0].unlink(missing_ok=True)
                del self._finished[0]

    def _begun(self) -> BinaryIO:
        self._number += 1
        self._open = (self._folder / f"translog-{self._number:06d}.log").open("xb")
        flushed_folder(self._folder)
        return self._open


def files_of(folder: Path) -> list[Path]:
    """The files of a folder's log, the oldest first. Raises OSError."""
    return sorted((each for each in folder.iterdir() if _NAME.fullmatch(each.name)), key=_number_of)


def batches(file: Path) -> Iterator[list[Kept]]:
    """The batches of a file. A last one that is cut short was never acknowledged, and is left out.

    Raises UsageError for one that is not as it was written, OSError.
    """
    whole = memoryview(file.read_bytes())
    at = 0
    while at < len(whole):
        head, start = whole[at : at + _HEAD_BYTES], at + _HEAD_BYTES
        if len(head) < _HEAD_BYTES or not any(whole[at:]):  # zeros: made longer, and then the power failed
            return
        sizes = head[: _SIZES.size]
        size, checksum = _SIZES.unpack(sizes)
        end = start + size
        if zlib.crc32(sizes) != _NUMBER.unpack(head[_SIZES.size :])[0]:
            raise _damaged(file, at)
        if zlib.crc32(whole[start:end]) != checksum:
            if end >= len(whole):
                return
            raise _damaged(file, at)
        yield list(_articles(whole[start:end]))
        at = end


def _frame(batch: Sequence[Kept]) -> bytes:
    parts = [part for kept in batch for part in kept]
    body = b"".join(each for part in parts for each in (_NUMBER.pack(len(part)), part))
    sizes = _SIZES.pack(len(body), zlib.crc32(body))
    return sizes + _NUMBER.pack(zlib.crc32(sizes)) + body


def _articles(body: memoryview) -> Iterator[Kept]:
    at = 0
    while at < len(body):
        payload, at = _part(body, at)
        text, at = _part(body, at)
        yield Kept(payload, text)


def _part(body: memoryview, at: int) -> tuple[bytes, int]:
    start = at + _NUMBER.size
    end = start + _NUMBER.unpack(body[at:start])[0]
    return bytes(body[start:end]), end


def _damaged(file: Path, at: int) -> UsageError:
    return UsageError(
        f"{file} is not as it was written, from byte {at:,} on; move it elsewhere to go on without the articles that "
        "only it has, and publish those of its last minute again"
    )


def _number_of(file: Path) -> int:
    match = _NAME.fullmatch(file.name)
    return int(match[1]) if match else 0
