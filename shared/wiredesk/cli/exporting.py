"""A whole result of the gateway's, streamed into a file or to stdout."""

import sys
from pathlib import Path

from wiredesk.cli.output import say, size
from wiredesk.errors import UsageError
from wiredesk.http_api import HttpApi

__all__ = ["save"]


def save(api: HttpApi, path: str, to: str, **asked: str | None) -> None:
    """All hits to a file, which is there only when it is whole, or to stdout where `to` is a dash.

    CSV where the name ends so, else JSON lines. Raises UsageError and Unavailable.
    """
    asked["format"] = "csv" if to.lower().endswith(".csv") else "jsonl"
    if to == "-":
        api.save(path, sys.stdout.buffer.write, **asked)
        return
    part = Path(f"{to}.part")
    try:
        with part.open("wb") as file:
            api.save(path, file.write, **asked)
        size_bytes = part.stat().st_size
        part.replace(to)
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    say(f"{to}: {size(size_bytes)}")
