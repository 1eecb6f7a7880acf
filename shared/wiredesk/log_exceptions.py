"""An exception as the log tells it: where it was raised and what it is, without words that may quote an article.

A `ValueError` of a parser says what it could not parse, and pydantic's what a field held. What an article did to its
stage is told whole by its dead letter, which holds the article anyway.
"""

import traceback

from redis.exceptions import RedisError

from wiredesk.connection import own_words
from wiredesk.errors import TransientError, Unavailable, UsageError

__all__ = ["told"]

_HARMLESS = (
    *(UsageError, Unavailable, TransientError),
    *(OSError, ImportError, AttributeError, NameError, TypeError, IndexError, ZeroDivisionError, RecursionError),
)
"""Their words are ours, the system's, or names out of our own code."""

_WITHHELD = "(its words are not logged: they may quote an article)"
_WORDS = 500
_FRAMES = 30
_CAUSES = 5
_CAUSED = "\n\nThe above exception was the direct cause of the following exception:\n\n"
_MEANWHILE = "\n\nDuring handling of the above exception, another exception occurred:\n\n"


def told(error: BaseException, *, causes: int = _CAUSES) -> str:
    """The traceback with its causes, the last of 30 frames each, as Python would print it but for the words."""
    frames = "".join(traceback.format_tb(error.__traceback__, limit=-_FRAMES))
    words = _words(error)
    name = type(error).__qualname__
    whole = f"Traceback (most recent call last):\n{frames}{name}{': ' if words else ''}{words}"
    if isinstance(error, BaseExceptionGroup):
        whole += "".join(f"\n\none of them:\n\n{told(each, causes=0)}" for each in error.exceptions[:_CAUSES])
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is None or not causes:
        return whole
    return told(before, causes=causes - 1) + (_CAUSED if error.__cause__ else _MEANWHILE) + whole


def _words(error: BaseException) -> str:
    if isinstance(error, RedisError):
        return own_words(error)[:_WORDS]
    words = str(error)
    if not words or isinstance(error, _HARMLESS):
        return words[:_WORDS]
    return _WITHHELD
