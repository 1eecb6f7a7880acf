"""Whether the files of an index are what the engine wrote: each ends with the checksum of what is before.

The footer is tantivy's own (directory/footer.rs): JSON with `crc`, its length and a magic number, both 32 bits.
"""

import json
import struct
import zlib
from pathlib import Path

__all__ = ["damage"]

_END = struct.Struct("<II")
_MAGIC = 1337
_LONGEST_FOOTER = 50_000
_CHUNK = 1 << 20


def damage(file: Path) -> str | None:
    """What is wrong with a file of a segment; None when it is whole. Raises OSError."""
    size = file.stat().st_size
    with file.open("rb") as source:
        if size < _END.size:
            return "it is cut short"
        source.seek(size - _END.size)
        length, magic = _END.unpack(source.read(_END.size))
        body = size - _END.size - length
        if magic != _MAGIC or length > _LONGEST_FOOTER or body < 0:
            return "it has no checksum at its end: it is cut short or overwritten"
        source.seek(body)
        try:
            expected = json.loads(source.read(length))["crc"]
        except (ValueError, KeyError, TypeError):
            return "its checksum cannot be read"
        source.seek(0)
        crc = 0
        while body:
            chunk = source.read(min(_CHUNK, body))
            crc = zlib.crc32(chunk, crc)
            body -= len(chunk)
    return None if crc == expected else "its contents do not have its checksum"
