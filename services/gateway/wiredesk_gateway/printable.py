"""Untrusted strings on their way to a page: what HTML cannot hold or should not follow is replaced or refused. Pure."""

import re
from urllib.parse import urlsplit

__all__ = ["language_tag", "printable", "web_address"]

_REPLACEMENT = "�"
_UNPRINTABLE = {
    **{code: _REPLACEMENT for code in range(0x20) if code not in (0x09, 0x0A)},  # a parser drops or changes these
    **dict.fromkeys(range(0x7F, 0xA0), _REPLACEMENT),
    **dict.fromkeys(range(0xD800, 0xE000), _REPLACEMENT),  # lone surrogates cannot be encoded
    **dict.fromkeys((0x202D, 0x202E), _REPLACEMENT),  # bidirectional overrides: text that reads other than it is
}
MAX_ADDRESS = 2048
"""Longer addresses are not made into links; common limit of browsers' address bars."""
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
"""The shape of BCP 47."""


def language_tag(value: str) -> str:
    """The tag if a browser can take it for one, else `und`, which is BCP 47 for a language that is not known."""
    return value if _LANGUAGE_TAG.fullmatch(value) else "und"


def printable(text: str) -> str:
    """The text with controls, lone surrogates and direction overrides replaced one for one, so offsets stay true."""
    # Nothing of those is printable to Python either, which tells much faster that there is nothing to replace.
    return text if text.isprintable() else text.translate(_UNPRINTABLE)


def web_address(url: str | None) -> str | None:
    """The address if it is one a reader may follow: absolute http or https with a host, nothing unprintable in it."""
    if not url or len(url) > MAX_ADDRESS or printable(url) != url or any(c.isspace() for c in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host and not parts.username else None
