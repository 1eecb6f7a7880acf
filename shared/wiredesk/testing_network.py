"""For the tests of every part: a bad network, as a proxy on loopback that cuts, delays, halves and swallows bytes.

    with valkey_server() as server, Network(server.port) as network:
        client = connect(network.url)
        network.cut()

`cut` and `halve` happen once; every other fault lasts until `heal`.
"""

import asyncio
import contextlib
import socket
import struct
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self, TypeVar

__all__ = ["Direction", "Network"]

T = TypeVar("T")

Direction = Literal["to_server", "to_client"]

_CHUNK_BYTES = 65_536
_CONNECTIONS = 1000
_PATIENCE_S = 10.0
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 s: closing sends a reset at once, which is what a peer sees of a connection that was lost."""


class Network:
    """A TCP proxy on a free loopback `port` in front of a server's port; its methods may be called from any thread.

    It holds at most 64 KiB a connection and direction, and 1000 connections; more are refused. A server that is away
    is told to clients as a reset, so it may stop and start again behind the proxy.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        # Bound and never listening: it keeps the port ours while new connections are refused.
        self._reserved = _bound(0)
        self.port: int = self._reserved.getsockname()[1]
        self._listener: asyncio.Server | None = None
        self._open: set[_Connection] = set()
        self._halving: dict[Direction, int] = {}
        self._halved = 0
        self._delay_s = 0.0
        self._passing = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.heal()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.refuse()
        self.cut()
        asyncio.run_coroutine_threadsafe(self._ended(), self._loop).result(_PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()
        self._reserved.close()

    @property
    def url(self) -> str:
        """The address of a Redis server behind it."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def connections(self) -> int:
        """How many are open now."""
        return len(self._open)

    @property
    def halved(self) -> int:
        """How many connections were cut in the middle of a chunk so far."""
        return self._halved

    def cut(self) -> int:
        """Reset every connection, and take new ones as before. Says how many there were."""

        def act() -> int:
            for connection in list(self._open):
                connection.reset()
            return len(self._open)

        return self._do(act)

    def refuse(self) -> None:
        """Refuse new connections; those there are stay (`cut` them too for a server out of reach)."""

        def act() -> None:
            if self._listener is not None:
                self._listener.close()
                self._listener = None

        self._do(act)

    def delay(self, seconds: float) -> None:
        """Hold every chunk for so long, in each direction."""
        self._delay_s = seconds

    def hang(self) -> None:
        """Take connections and bytes, and pass nothing on; what was taken is passed on by `heal`."""
        self._do(self._passing.clear)

    def halve(self, direction: Direction, *, at_least_bytes: int = 1) -> None:
        """Pass on half of the next chunk of that size or more, then reset its connection."""
        self._halving[direction] = at_least_bytes

    def heal(self) -> None:
        """Take and pass on everything again, at once; a `halve` that did not happen yet will not."""
        self._delay_s = 0.0
        self._halving.clear()
        self._do(self._passing.set)
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(_PATIENCE_S)

    def _do(self, act: Callable[[], T]) -> T:
        """Run `act` in the proxy's thread, the only one that touches its connections."""

        async def acted() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(_PATIENCE_S)

    async def _listen(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, sock=_bound(self.port), limit=_CHUNK_BYTES)

    async def _ended(self) -> None:
        while tasks := [connection.task for connection in self._open if connection.task is not None]:
            await asyncio.wait(tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(asyncio.current_task(), [writer])
        if len(self._open) >= _CONNECTIONS:
            connection.reset()
            return
        self._open.add(connection)
        try:
            await self._passing.wait()
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._server_port, limit=_CHUNK_BYTES)
            connection.writers.append(far_writer)
            await self._until_one_side_ends((reader, far_writer), (far_reader, writer))
        except OSError:
            connection.reset()
        except asyncio.CancelledError:  # by `reset` alone; this task has no other awaiting it
            pass
        finally:
            connection.close()
            self._open.discard(connection)

    async def _until_one_side_ends(self, there: "_Way", back: "_Way") -> None:
        """Pass both ways. Redis and its clients never close one direction only, so one end is the end."""
        ways = [
            asyncio.ensure_future(self._pass(there, "to_server")),
            asyncio.ensure_future(self._pass(back, "to_client")),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            ended = await asyncio.gather(*ways, return_exceptions=True)
        for end in ended:
            if isinstance(end, OSError):
                raise end

    async def _pass(self, way: "_Way", direction: Direction) -> None:
        reader, writer = way
        while chunk := await reader.read(_CHUNK_BYTES):
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
            await self._passing.wait()
            if len(chunk) >= self._halving.get(direction, _CHUNK_BYTES + 1):
                del self._halving[direction]
                self._halved += 1
                writer.write(chunk[: len(chunk) // 2])
                await writer.drain()
                raise ConnectionResetError
            writer.write(chunk)
            await writer.drain()


_Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Connection:
    """One client's connection, and the one to the server behind it."""

    def __init__(self, task: "asyncio.Task[None] | None", writers: list[asyncio.StreamWriter]) -> None:
        self.task, self.writers = task, writers

    def reset(self) -> None:
        """Lose it: nothing more is sent, both sides get a reset."""
        for writer in self.writers:
            taken: socket.socket | None = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                if taken is not None:
                    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()

    def close(self) -> None:
        """End it in good order, with what is still to be sent; nothing happens to what was reset."""
        for writer in self.writers:
            writer.close()


def _bound(port: int) -> socket.socket:
    """A socket bound to a loopback port (0: a free one) that another of ours may be bound to as well."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform == "darwin":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound
