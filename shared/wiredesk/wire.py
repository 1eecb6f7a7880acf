"""The wire: what stands in a stream entry's one field, `__data__`.

Workers write FastStream's binary envelope (format 1: magic, version, two offsets, string headers, body), so that any
FastStream app can subscribe. Readers take the envelope or plain JSON and tell them apart by the magic alone:
FastStream's own reader mistakes plain JSON with a top-level key `data` for an older envelope; this one does not.
"""

import struct
from collections.abc import Mapping
from typing import NamedTuple

from wiredesk.tracing import Trace

__all__ = ["FIELD", "Envelope", "decode", "encode", "headers", "headers_in"]

FIELD = "__data__"
_MAGIC = b"\x89BIN\r\n\x1a\n"
_VERSION = 1
_HEAD = struct.Struct(">8sHIIH")  # magic, version, offset of the header count, offset of the body, header count
_COUNT_AT = _HEAD.size - 2
_LENGTH = struct.Struct(">H")


class Envelope(NamedTuple):
    """A message body (JSON bytes) and its headers; `correlation_id` is the submission id, `traceparent` W3C's."""

    body: bytes
    headers: Mapping[str, str]


def headers(submission_id: str, trace: Trace | None) -> dict[str, str]:
    """What every event of a submission carries beside its body."""
    own = {"correlation_id": submission_id}
    return own | trace.headers if trace else own


def encode(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Wrap `body` in the envelope. Raises ValueError for a header over 65,535 bytes."""
    packed = b""
    for header in headers.items():
        for text in header:
            field = text.encode()
            if len(field) > 0xFFFF:
                raise ValueError("a header of the envelope is over 65,535 bytes")
            packed += _LENGTH.pack(len(field)) + field
    head = _HEAD.pack(_MAGIC, _VERSION, _COUNT_AT, _HEAD.size + len(packed), len(headers))
    return b"".join((head, packed, body))


def decode(data: bytes) -> Envelope:
    """Take an entry's field apart. Never raises: what is not a whole envelope is a body without headers."""
    headers, body_at = _read(data)
    return Envelope(data[body_at:] if body_at else data, headers)


def headers_in(data: bytes) -> Mapping[str, str]:
    """The headers that `decode` would find; the body, which may be large, is not copied for them."""
    return _read(data)[0]


def _read(data: bytes) -> tuple[Mapping[str, str], int]:
    """The headers, and where the body begins."""
    if not data.startswith(_MAGIC):
        return {}, 0
    try:
        _, version, at, body_at, count = _HEAD.unpack_from(data)
        if version != _VERSION or at != _COUNT_AT:
            return {}, 0
        at += 2
        fields = []
        for _ in range(2 * count):
            (size,) = _LENGTH.unpack_from(data, at)
            at += _LENGTH.size
            fields.append(data[at : at + size].decode())
            at += size
    except (struct.error, UnicodeDecodeError):
        return {}, 0
    if at > body_at:
        return {}, 0
    return dict(zip(fields[::2], fields[1::2], strict=True)), body_at
