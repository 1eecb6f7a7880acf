"""Which characters a file's bytes mean: UTF-8, what the file declares, or a guess that is said aloud."""

import codecs
import re

__all__ = ["looks_binary", "read_text"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"\x7fELF",
    b"\xd0\xcf\x11\xe0",
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,8}=\s{0,8}["']?([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_NOT_CHARACTERS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7"})
"""Codecs that a page may name and that would reinterpret its words, or take quadratic time."""

_DECLARED_WITHIN = 2048
"""HTML asks for the declaration within the first 1,024 bytes; pages keep to it roughly."""


def looks_binary(head: bytes) -> bool:
    """Whether a file that starts like this is no text: a known signature, or NUL bytes without a UTF-16 or -32 mark."""
    if head.startswith(_MAGIC):
        return True
    return b"\0" in head and not head.startswith(tuple(mark for mark, _ in _MARKS))


def read_text(data: bytes, *, html: bool = False) -> tuple[str, str | None]:
    """The text, and a note when it is not simply UTF-8. Never fails and never drops a byte.

    In order: a byte order mark, UTF-8, what an HTML page declares, Windows-1252 (as browsers read what declares
    nothing), Latin-1, in which every byte is a character.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _decoded(data, encoding)
            if text is not None:
                return text, None if encoding == "utf-8-sig" else f"is {encoding.upper()} by its byte order mark"
    text = _decoded(data, "utf-8")
    if text is not None:
        return text, None
    declared = _DECLARED.search(data[:_DECLARED_WITHIN]) if html else None
    if declared:
        encoding = declared[1].decode()
        text = _decoded(data, encoding)
        if text is not None:
            return text, f"is not UTF-8; read as {encoding}, which it declares"
    text = _decoded(data, "cp1252")
    if text is not None:
        return text, "is not UTF-8; read as Windows-1252"
    return data.decode("latin-1"), "is not UTF-8; read as Latin-1, byte for byte"


def _decoded(data: bytes, encoding: str) -> str | None:
    """None where the bytes do not fit, or the name is of no text encoding."""
    try:
        return None if codecs.lookup(encoding).name in _NOT_CHARACTERS else data.decode(encoding)
    except (UnicodeError, LookupError):
        return None
