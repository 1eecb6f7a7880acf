"""The whole of Wiredesk on one machine without containers: server first, then workers; stopped the other way round."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis
from wiredesk import pipeline
from wiredesk.connection import connect
from wiredesk.errors import Unavailable, WiredeskError
from wiredesk.events import GROUPS

from . import server, services
from .folder import DataFolder
from .interrupts import Interrupts
from .keeper import Keeper
from .liveness import Register, Sight
from .memory import default_limit_bytes
from .ports import HOST, choose
from .server import Server
from .supervisor import Supervisor, end_leftovers

__all__ = ["Options", "Stack", "started"]

REDIS_PORT = 6399
"""Not Redis's own 6379, which another Redis of this machine may have."""
HTTP_PORT = 8080
_READY_S = 180.0
"""Loading spaCy's pipeline from a cold disk on a busy machine takes the longest: up to a minute."""
_TICK_S = 0.1
"""How soon a death is noticed."""
_LOOK_S = 0.5
"""How often the register is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user asked for; None: the usual ports or others that are free, and half of the memory."""

    data: Path
    scale: str = ""
    redis_port: int | None = None
    http_port: int | None = None
    maxmemory_bytes: int | None = None


class Stack:
    """Everything that runs."""

    def __init__(
        self,
        *,
        folder: DataFolder,
        keeper: Keeper,
        http_port: int,
        supervisor: Supervisor,
        interrupts: Interrupts,
    ) -> None:
        self.folder = folder
        self.http_port = http_port
        self.supervisor = supervisor
        self.interrupts = interrupts
        self.client: redis.Redis = connect(keeper.server.url)
        self._keeper = keeper
        self._register = Register(keeper.server.url)
        self._sight = Sight(at=0.0)

    @property
    def server(self) -> Server:
        """The server there is now; another process after a death, but on the same port."""
        return self._keeper.server

    @property
    def page(self) -> str:
        """The address of the web page, without a slash at its end."""
        return f"http://{HOST}:{self.http_port}"

    def wait_until_ready(self, say: Callable[[str], None]) -> None:
        """Until every worker reports that it works; says when each does.

        Raises Stopped, and Unavailable when a worker does not start although the server answers: a server that is away
        meanwhile is waited for.
        """
        began = time.monotonic()
        known: set[str] = set()
        while True:
            self.watch()
            views = self.supervisor.views()
            for view in views:
                if view.ready and view.name not in known:
                    known.add(view.name)
                    say(f"{view.name:<14}{view.state}, process {view.pid}, {time.monotonic() - began:.1f} s")
            waiting = [view for view in views if not view.ready]
            since = self._sight.since
            if since is not None and not waiting:
                return
            if complaint := self.supervisor.hopeless():
                raise Unavailable(complaint)
            if since is not None and time.monotonic() - max(began, since) > _READY_S:
                late = ", ".join(f"{view.name} ({view.state})" for view in waiting)
                raise Unavailable(f"not ready within {_READY_S:g} s: {late}; their logs are in {self.folder.logs}")
            self.interrupts.pause(_TICK_S)

    def watch(self) -> None:
        """One look after everything: the server, the register, the workers. Raises nothing."""
        self._keeper.tick()
        if time.monotonic() - self._sight.at >= _LOOK_S:
            self._sight = self._register.look()
            self.supervisor.see(self._sight)
        self.supervisor.tick()

    def serve(self) -> None:
        """Watch until asked to stop. Raises Stopped then."""
        while True:
            self.watch()
            self.interrupts.pause(_TICK_S)

    def close(self) -> None:
        """Let the connections go."""
        self.client.close()
        self._register.close()

    def unfinished(self) -> int:
        """Entries that our groups have not acknowledged yet, whether given to a worker or not. Raises Unavailable."""
        state = pipeline.read(self.client)
        return sum(_waiting(state.stream(name), group) for name, groups in GROUPS.items() for group in groups)


@contextmanager
def started(options: Options, *, compose: Path, interrupts: Interrupts, say: Callable[[str], None]) -> Iterator[Stack]:
    """Start everything in `options.data`; whatever happens, leave no process behind.

    Raises UsageError for what cannot be had as asked (a port, a scale, a folder in use) and Unavailable.
    """
    listed = services.read(compose)
    wanted = services.counts(listed, options.scale)
    folder = DataFolder(options.data)
    with folder.claim():
        grace_s = max(service.stop_grace_s for service in listed)
        if count := end_leftovers(folder, grace_s=grace_s, hurry=interrupts.hurried):
            say(f"ended {count} processes of a run that was killed")
        stack: Stack | None = None
        valkey: Server | None = None
        try:
            valkey, http_port = _server(folder, options, say)
            keeper = Keeper(valkey, folder=folder, maxmemory_bytes=_maxmemory(options), say=say)
            supervisor = Supervisor(listed, wanted, folder=folder, values=_values(folder, valkey, http_port), say=say)
            stack = Stack(
                folder=folder, keeper=keeper, http_port=http_port, supervisor=supervisor, interrupts=interrupts
            )
            yield stack
        finally:
            if stack:
                _stop_workers(stack, say)
                valkey = stack.server
            if valkey:
                _stop_server(valkey, folder, say)


def _maxmemory(options: Options) -> int:
    return options.maxmemory_bytes or default_limit_bytes()


def _waiting(stream: pipeline.StreamState, name: str) -> int:
    """What this group has not acknowledged; everything, when its first worker never came."""
    for group in stream.groups:
        if group.name == name:
            return (group.lag or 0) + group.pending
    return stream.length or 0


def _values(folder: DataFolder, valkey: Server, http_port: int) -> Mapping[str, str]:
    root = str(folder.root)
    return {"redis_url": valkey.url, "data": root, "data_url": quote(root), "http_port": str(http_port)}


def _server(folder: DataFolder, options: Options, say: Callable[[str], None]) -> tuple[Server, int]:
    """Choose both ports before anything starts, so that a wrong one costs nothing."""
    last = folder.last_runner()
    found = server.running(folder, last.redis_port if last else None)
    if found and options.redis_port not in (None, found.port):
        found.stop()
        found = None
    used = [last.redis_port, REDIS_PORT] if last else [REDIS_PORT]
    try:
        if found is None:
            redis_port = choose("REDIS_PORT", asked=options.redis_port, usual=used)
        avoid = frozenset({found.port if found else redis_port.port})
        http_port = choose(
            "HTTP_PORT", asked=options.http_port, usual=[HTTP_PORT, *([last.http_port] if last else [])], avoid=avoid
        )
        if found is None:
            if redis_port.instead_of:
                say(f"port {redis_port.instead_of} is taken; Valkey uses {redis_port.port} instead")
            folder.sign(redis_port=redis_port.port, http_port=http_port.port)
            found = server.launch(folder, redis_port.port, maxmemory_bytes=_maxmemory(options))
            say(f"valkey        answers on {HOST}:{found.port}, process {found.identity.pid}")
        else:
            folder.sign(redis_port=found.port, http_port=http_port.port)
            found.limit(_maxmemory(options))
            say(f"valkey        still runs on {HOST}:{found.port}, process {found.identity.pid}; using it")
    except WiredeskError:
        if found:
            found.stop()
        raise
    if http_port.instead_of:
        say(f"port {http_port.instead_of} is taken; the web page uses {http_port.port} instead")
    return found, http_port.port


def _stop_workers(stack: Stack, say: Callable[[str], None]) -> None:
    began = time.monotonic()
    say("stopping the workers; they finish what they hold (Ctrl-C again does not wait for that)")
    killed = stack.supervisor.stop(hurry=stack.interrupts.hurried)
    took = f"{time.monotonic() - began:.1f} s"
    say(f"workers stopped after {took}" + (f"; killed: {', '.join(killed)}" if killed else ""))
    try:
        if left := stack.unfinished():
            say(f"{left} articles are still under way; they go on when Wiredesk next starts in {stack.folder.root}")
    except WiredeskError as error:
        say(str(error))
    finally:
        stack.close()


def _stop_server(valkey: Server, folder: DataFolder, say: Callable[[str], None]) -> None:
    say("Valkey stopped" if valkey.stop() else "Valkey had to be killed; what it answered is kept")
    (folder.run / "valkey.json").unlink(missing_ok=True)
