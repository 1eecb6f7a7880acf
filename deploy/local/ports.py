"""Which ports to listen on: the one asked for or an error; else the usual one, or another that is free."""

import errno
import socket
from collections.abc import Iterable
from typing import NamedTuple

from wiredesk.errors import UsageError

__all__ = ["HOST", "Choice", "choose"]

HOST = "127.0.0.1"


class Choice(NamedTuple):
    """A port, and the usual one that was taken, if that is why it is not used."""

    port: int
    instead_of: int | None = None


def choose(name: str, *, asked: int | None, usual: Iterable[int], avoid: frozenset[int] = frozenset()) -> Choice:
    """`asked`, if given; else the first free one of `usual`, best first; else any free one. Never one of `avoid`.

    Raises UsageError, naming the variable `name`, when the port asked for cannot be had.
    """
    if asked is not None:
        if asked in avoid:
            raise UsageError(f"{name}={asked} is asked for twice; name two ports")
        if problem := _problem(asked):
            raise UsageError(f"{name}={asked} {problem}; name another port, or leave {name} out for a free one")
        return Choice(asked)
    taken = None
    for port in usual:
        if port not in avoid and not _problem(port):
            return Choice(port, taken)
        taken = taken or port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return Choice(probe.getsockname()[1], taken)


def _problem(port: int) -> str | None:
    """Why nobody can listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections of a server that just stopped may linger.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            # Another socket may be bound with the same option; only one can listen.
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"is taken: another program listens on {HOST}:{port}"
            return f"cannot be used: {error.strerror}"
    return None
