"""What keeps a worker from working just now, and since when; several things can at once."""

import time
from typing import Literal, NamedTuple

from redis import exceptions

__all__ = ["Kind", "Trouble", "Troubles", "is_full", "kind_of"]

Kind = Literal["away", "full", "refused", "rejected", "stage"]
"""The server does not answer; its memory is full; it answers no; it does not let us in; the stage's own equipment is
out of order. Waiting helps against all but a rejection; against a refusal that lasts, a new start may."""


class Trouble(NamedTuple):
    """One of them; `since` on the monotonic clock."""

    why: str
    since: float
    kind: Kind


class Troubles:
    """Keeps one trouble for each place where the worker meets any: `pulse`, `read`, `finish`, `stage`."""

    def __init__(self) -> None:
        self._now: dict[str, Trouble] = {}

    def note(self, where: str, why: str, kind: Kind) -> bool:
        """It does not work there; says whether that is news. What lasts keeps its first time."""
        known = self._now.get(where)
        since = known.since if known and known.kind == kind else time.monotonic()
        self._now[where] = Trouble(why, since, kind)
        return known is None or known.why != why

    def clear(self, where: str) -> bool:
        """It works there; says whether that is news."""
        return self._now.pop(where, None) is not None

    @property
    def why(self) -> str | None:
        """In words, the longest lasting; None when there is nothing."""
        return min(self._now.values(), key=lambda trouble: trouble.since).why if self._now else None

    @property
    def only_full(self) -> bool:
        """Whether all there is to wait for is room in the server's memory."""
        return bool(self._now) and all(trouble.kind == "full" for trouble in self._now.values())

    def lasting(self, kind: Kind, *, longer_than_s: float) -> str | None:
        """The words of a trouble of this kind that has lasted for so long."""
        now = time.monotonic()
        found = [each.why for each in self._now.values() if each.kind == kind and now - each.since > longer_than_s]
        return found[0] if found else None


def is_full(words: str) -> bool:
    """Whether the server's words say that its memory is full: room comes when the others have worked."""
    return words.startswith("OOM")


def kind_of(error: Exception) -> Kind:
    """What an error of the client says about the server."""
    words = str(error)
    if isinstance(error, exceptions.AuthenticationError | exceptions.AuthorizationError) or words.startswith(
        ("NOAUTH", "WRONGPASS")
    ):
        return "rejected"
    if isinstance(error, exceptions.OutOfMemoryError) or is_full(words):
        return "full"
    # The client counts a server that loads its data among the connection errors, as we do.
    away = isinstance(error, exceptions.ConnectionError | exceptions.TimeoutError | OSError)
    return "away" if away else "refused"
