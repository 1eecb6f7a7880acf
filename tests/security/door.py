"""A gateway as a process of its own, and what an attacker has: its address, and a socket."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from wiredesk.testing import PATIENCE_S, free_port, wait_until

__all__ = ["ARTICLE", "Answer", "Door", "opened", "request"]

ARTICLE = b'{"text": "Words."}'


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came; `closed`: the server ended the connection after it."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: bool


@dataclass
class Door:
    """A gateway that serves."""

    host: str
    port: int
    log: Path
    process: "subprocess.Popen[bytes]"
    redis_url: str
    keys: dict[str, str]
    """A key for each scope, by the scope's name; none where nobody is asked for one."""

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=PATIENCE_S)

    def say(self, *sent: bytes) -> list[Answer]:
        """All that the server answers on one connection to these bytes, and then to a request that asks it to close.

        Without the last answer, which is not told, something of what was sent was taken for more than it is.
        """
        received = b""
        with self.connect() as connection, contextlib.suppress(ConnectionResetError, BrokenPipeError):
            for piece in (*sent, request("GET /static/icon.svg", "Connection: close")):
                connection.sendall(piece)
            while piece := connection.recv(65536):
                received += piece
        answers = _answers(received)
        if answers and answers[-1].headers.get("content-type") == "image/svg+xml":
            return answers[:-1]
        assert not answers or answers[-1].closed, "the connection ended without a word"
        return answers

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=PATIENCE_S)


def request(line: str, *headers: str, body: bytes = b"", host: str | None = "localhost") -> bytes:
    """A request as its bytes; `line` without the version, unless it names one."""
    version = "" if " HTTP/" in line else " HTTP/1.1"
    named = (f"Host: {host}",) if host is not None else ()
    return "\r\n".join((line + version, *named, *headers, "", "")).encode("latin-1") + body


@contextlib.contextmanager
def opened(
    folder: Path, redis_url: str, *, index: Path, keys: dict[str, str] | None = None, **variables: str
) -> Iterator[Door]:
    """A gateway process that serves; it ends with the context."""
    for _ in range(5):  # another process may take the port between looking and listening
        port, log = free_port(), folder / f"gateway-{len(list(folder.glob('gateway-*.log')))}.log"
        given = {
            "WIREDESK_REDIS_URL": redis_url,
            "WIREDESK_INDEX_URL": f"tantivy://{index}",
            "WIREDESK_HTTP_PORT": str(port),
            "WIREDESK_LOG_FORMAT": "json",
            "WIREDESK_BODY_TIMEOUT_S": "2",
            **variables,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "wiredesk_gateway"], env=kept | given, stdout=out, stderr=out
            )
        try:
            door = Door("127.0.0.1", port, log, process, redis_url, keys or {})
            wait_until(lambda door=door: _ended(door) or _serves(door), what="the gateway to serve")
            if not _ended(door):
                yield door
                return
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(timeout=PATIENCE_S)
    raise AssertionError(f"the gateway did not start: {log.read_text()}")


def _ended(door: Door) -> bool:
    return door.process.poll() is not None


def _serves(door: Door) -> bool:
    try:
        return httpx.get(f"{door.url}/health", timeout=PATIENCE_S).json()["index"]["open"]
    except httpx.HTTPError:
        return False


def _answers(received: bytes) -> list[Answer]:
    found = []
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split()[1])
        if status == 100:
            continue
        length = int(headers.get("content-length", len(received)))
        body, received = received[:length], received[length:]
        found.append(Answer(status, headers, body, headers.get("connection") == "close"))
    return found
