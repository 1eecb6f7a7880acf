"""API keys as `wiredesk key new` makes them and as a gateway's file of keys holds them: hashed. Pure.

A line of the file is `NAME:SCOPE,SCOPE:sha256=HEX`; blank lines and those that begin with # are passed over.
Why a plain SHA-256 is enough: docs/decisions/0012.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from wiredesk.errors import UsageError

__all__ = ["SCOPES", "ApiKey", "BadLine", "Scope", "digest", "matching", "new_key", "parsed", "scopes_of"]

Scope = Literal["publish", "replay", "retract", "correct"]
"""Publishing articles; replaying and dropping dead letters; retracting articles; correcting entities."""

SCOPES: tuple[Scope, ...] = get_args(Scope)

_PREFIX = "wiredesk_"
"""So that a key is known for one where it was left by mistake, and scanners for secrets can look for it."""
_SECRET_BYTES = 32
_LONGEST = 200
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_DIGEST = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
_MOST = 500
"""Names of keys become labels of metrics, and each request compares with every key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is known of a key: everything but the key."""

    name: str
    scopes: frozenset[Scope]
    digest: str

    def line(self) -> str:
        """The line of a file of keys."""
        return f"{self.name}:{','.join(scope for scope in SCOPES if scope in self.scopes)}:{self.digest}"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line (from 1) that is none of a file of keys, and why; its words are not repeated, they may be a key."""

    number: int
    problem: str


def new_key(name: str, scopes: frozenset[Scope]) -> tuple[str, ApiKey]:
    """A new random key, and what to keep of it. Raises UsageError for a name that cannot be one."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot name a key; use up to 64 letters, digits, dots, dashes and underscores")
    key = _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    return key, ApiKey(name=name, scopes=scopes, digest=digest(key))


def digest(key: str) -> str:
    """What a file holds of a key."""
    return f"sha256={hashlib.sha256(key.encode(errors='surrogateescape')).hexdigest()}"


def matching(key: str, keys: Iterable[ApiKey]) -> ApiKey | None:
    """The one among `keys` that this is, in a time that does not tell how nearly it was another."""
    offered, found = digest(key[:_LONGEST]), None
    for known in keys:
        if hmac.compare_digest(known.digest, offered):
            found = known
    return found


def scopes_of(text: str) -> frozenset[Scope]:
    """Scopes parted by commas. Raises UsageError for one that is not known, or none."""
    named = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in named if word not in SCOPES]
    if unknown or not named:
        what = f"{unknown[0]!r} is no scope" if unknown else "no scope is named"
        raise UsageError(f"{what}; there are {', '.join(SCOPES)}")
    return frozenset(scope for scope in SCOPES if scope in named)


def parsed(text: str) -> tuple[tuple[ApiKey, ...], tuple[BadLine, ...]]:
    """The keys of a file, and the lines that hold none. The first of a name counts."""
    keys: dict[str, ApiKey] = {}
    bad = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            key = _key(line.strip())
            if key.name in keys:
                raise UsageError("its name stands in a line above")
            if len(keys) >= _MOST:
                raise UsageError(f"there are {_MOST} keys above, which is the most")
        except UsageError as error:
            bad.append(BadLine(number, str(error)))
        else:
            keys[key.name] = key
    return tuple(keys.values()), tuple(bad)


def _key(line: str) -> ApiKey:
    name, *rest = line.split(":")
    if len(rest) != 2 or not _NAME.fullmatch(name) or not _DIGEST.fullmatch(rest[1]):
        raise UsageError("it is not NAME:SCOPES:sha256=HEX, as `wiredesk key new` prints it")
    return ApiKey(name=name, scopes=scopes_of(rest[0]), digest=rest[1])
