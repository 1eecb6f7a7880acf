"""The errors Wiredesk raises on purpose, and what the stage runtime does about each.

    WiredeskError
    ├── PermanentError      the input can never work: dead letter at once, under `reason`
    ├── TransientError      may work later: left pending and delivered again, up to a limit
    ├── NotFound            the user asked for something that is not there
    ├── UsageError          the user asked in a way that cannot be answered; the message names the cure
    │   └── NotAllowed      the gateway takes a key for it, or another key
    └── Unavailable         Redis, the gateway or the index cannot be reached now

Anything else that escapes a stage is a bug of ours: treated as transient, logged with its traceback.
"""

__all__ = ["NotAllowed", "NotFound", "PermanentError", "TransientError", "Unavailable", "UsageError", "WiredeskError"]


class WiredeskError(Exception):
    """Base of every error that Wiredesk raises on purpose."""


class _ReasonedError(WiredeskError):
    """An error with a stable `reason` slug (a metric label, a filter) beside its message (for people)."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class PermanentError(_ReasonedError):
    """The item is malformed or refused; trying again cannot help."""


class TransientError(_ReasonedError):
    """The item may succeed later; nothing is wrong with it as far as we know."""


class NotFound(WiredeskError):
    """There is no such article, dead letter or entity."""


class UsageError(WiredeskError):
    """The request cannot be answered as asked; the message says how to ask."""


class NotAllowed(UsageError):
    """Whoever asks may not do this; asking for a part of it helps no more."""


class Unavailable(WiredeskError):
    """A server we need does not answer; the message names it and what to do."""
