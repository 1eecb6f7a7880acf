"""Where a page ended, as an opaque token: the last hit's place in the order, bound to the question it answers."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from wiredesk.errors import UsageError

__all__ = ["MAX_LIMIT", "Place", "checked_limit", "decode", "encode", "fingerprint"]

MAX_LIMIT = 100
_MAX_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an order: its sort keys, and how many hits stand up to and including it.

    `up_to` is the highest revision that was there when the walk began, where that matters.
    """

    keys: tuple[float, ...]
    seen: int
    up_to: int = 0


def fingerprint(*question: object) -> str:
    """A short digest of everything that decides which hits come in which order."""
    return hashlib.blake2b(repr(question).encode(errors="surrogatepass"), digest_size=8).hexdigest()


def encode(place: Place, question: str) -> str:
    """The token for the page after `place`; `question` is its fingerprint."""
    text = json.dumps([question, place.seen, place.up_to, *place.keys], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(token: str, question: str, *, keys: tuple[type[int] | type[float], ...]) -> Place:
    """Read a token with keys of these types. Raises UsageError for one that is broken or answers another question."""
    broken = UsageError("the cursor is not one of ours; leave it out to start again at the first page")
    if len(token) > _MAX_LENGTH:
        raise broken
    try:
        values = json.loads(base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise broken from None
    if not isinstance(values, list) or not values or not isinstance(values[0], str):
        raise broken
    if values[0] != question:
        raise UsageError("the cursor belongs to another query; leave it out to start again at the first page")
    if [type(value) for value in values] != [str, int, int, *keys]:
        raise broken
    if not all(0 <= number < 1 << 64 for number in values[1:]):
        raise broken
    return Place(tuple(values[3:]), values[1], values[2])


def checked_limit(limit: int) -> int:
    """The limit, if a page may have so many hits. Raises UsageError."""
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"limit is {limit}; it goes from 1 to {MAX_LIMIT}")
    return limit
