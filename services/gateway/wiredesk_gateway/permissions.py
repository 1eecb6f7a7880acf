"""Which scope of an API key a request needs. Pure.

Decided by method and path alone, before a body is read or a route is found, so that an endpoint which nobody thought
of here is shut rather than open.
"""

from wiredesk.api_keys import Scope

__all__ = ["SAFE_METHODS", "needed_scope"]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_OPEN = frozenset({"/sign-in", "/sign-out"})
_ARTICLES = "/api/v1/articles"
_LETTERS = ("/api/v1/dead-letters", "/dead-letters")


def needed_scope(method: str, path: str) -> Scope | None:
    """The scope that may do this; None: anybody. Whatever else changes something is a correction."""
    if method in SAFE_METHODS or path in _OPEN:
        return None
    if path.startswith(_LETTERS):
        return "replay"
    if method == "POST" and path == _ARTICLES:
        return "publish"
    if method == "DELETE" and path.startswith(f"{_ARTICLES}/"):
        return "retract"
    return "correct"
