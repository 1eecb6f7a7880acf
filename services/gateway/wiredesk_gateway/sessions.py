"""What a browser holds after signing in with an API key: a name, an end, and a seal of this process.

The cookie is not the key, is worth nothing after the key is taken out of the file, and ends with this process.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

from wiredesk.api_keys import ApiKey

__all__ = ["COOKIE", "LIFE_S", "Sessions", "cookie_of"]

COOKIE = "wiredesk_session"
_VALUE = re.compile(r"[\w.:-]{1,200}", re.ASCII)
LIFE_S = 12 * 3600
"""A working day; after that the key is asked for again."""


class Sessions:
    """Seals and checks sessions of one gateway process."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def begun(self, key: ApiKey, *, now_s: float) -> str:
        """The cookie's value for somebody who showed `key`; valid for LIFE_S from `now_s` (seconds since the epoch)."""
        ends_s = int(now_s) + LIFE_S
        return f"{key.name}:{ends_s}:{self._seal(key, ends_s)}"

    def holder(self, value: str, keys: Iterable[ApiKey], *, now_s: float) -> ApiKey | None:
        """The key somebody signed in with; None: not signed in, not any more, or the key is gone or another."""
        name, _, rest = value.partition(":")
        ends, _, seal = rest.partition(":")
        if not (ends.isascii() and ends.isdigit() and len(ends) <= 12 and int(ends) > now_s):
            return None
        for key in keys:
            if key.name == name and hmac.compare_digest(self._seal(key, int(ends)).encode(), seal.encode()):
                return key
        return None

    def _seal(self, key: ApiKey, ends_s: int) -> str:
        sealed = f"{key.name}:{ends_s}:{key.digest}".encode()
        return hmac.new(self._secret, sealed, hashlib.sha256).hexdigest()


def cookie_of(header: str) -> str:
    """The session in a Cookie header; empty where there is none, or what is there cannot be one of ours."""
    for pair in header.split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == COOKIE and _VALUE.fullmatch(value.strip()):
            return value.strip()
    return ""
