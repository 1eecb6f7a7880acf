"""The socket a process serves HTTP on: the gateway its pages, every worker its health and metrics."""

import socket

from wiredesk.errors import UsageError

__all__ = ["listen"]

_BACKLOG = 256


def listen(host: str, port: int, *, setting: str) -> socket.socket:
    """A listening TCP socket; port 0 picks a free one. `setting` is what an error tells people to change.

    Its protocol is named, because asyncio sets TCP_NODELAY on such sockets alone: without it the head and the body of
    an answer are two packets, and the second waits 40 ms for the client's delayed acknowledgement.
    Raises UsageError when the port is taken or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot(host, port, setting, error) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restart finds its port free again
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _cannot(host, port, setting, error) from None
    return listening


def _cannot(host: str, port: int, setting: str, error: OSError) -> UsageError:
    return UsageError(
        f"cannot listen on {host}:{port}: {error.strerror or error}; set {setting} to a free port, or to 0 to "
        "have one picked"
    )
