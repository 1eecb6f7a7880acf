"""The faults: each is done to the running pipeline, held until it has bitten (or a bound is reached), and undone.

A deck holds every fault once, at every stage it can happen to; a run goes through shuffled decks until everything is
published. Faults follow one another, so that what recovery takes can be told of each; what they set off (a killed
worker's models being loaded, its articles waiting to be taken over) goes on beside the next ones.
"""

import contextlib
import os
import random
import resource
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import redis
from redis.exceptions import RedisError
from wiredesk.events import GROUPS, Stream
from wiredesk.testing import RedisServer
from wiredesk.testing_network import Network

from .processes import Member, Supervisor, children
from .recovery import Recovery

__all__ = ["KINDS", "Fault", "Faults"]

STAGES = ("ingest", "extraction", "indexing")
_WITH_CHILDREN = ("ingest", "extraction")
_SOURCES = {group: stream for stream, groups in GROUPS.items() for group in groups if stream != Stream.CHANGES}
KINDS = (
    *("SIGKILL", "SIGTERM", "SIGSTOP", "SIGKILL of child", "SIGSTOP of child", "all killed", "kill -9"),
    *("group destroyed", "cut", "delayed", "hung", "command halved", "answer halved", "full"),
)
MEASURED = KINDS[6:]
"""Recovery from these is measured, so each stage must have a worker again that consumes before they begin."""
_SETTLED_S = 30.0
_AFTER_S, _AFTER_LATER_S = 1.0, 8.0
"""Between two faults, at most: in the first deck, and in later ones, where most of the time goes to articles
instead of the loading of models."""
_BUSY_S = 6.0
"""How long a worker with something in hand is looked for; an idle one is taken then."""
_COMMIT_S = 1.0
"""The same for indexing, where nothing takes its time."""
_HELD_S = 45.0
"""How long a fault that must bite is held, at most."""
_POLL_S = 0.02
_AWAY_S = 2.0
"""How long the server, the network or the disk is away, at most."""
_SLOW_S = 0.15


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault, at a stage or at what all share, and how it is done."""

    kind: str
    where: str
    act: Callable[[], None]


@dataclass(slots=True)
class Faults:
    """Does faults to one run. `done` counts them by kind and place, `bitten` those that met what they are there for.

    `bait` publishes an article that takes its time at a stage, so that a worker of it has something in hand.
    """

    supervisor: Supervisor
    server: RedisServer
    network: Network
    client: "redis.Redis"
    recovery: Recovery
    chance: random.Random
    bait: Callable[[str], None]
    stopped: Callable[[], bool]
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    bitten: Counter[tuple[str, str]] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def deck(self, only: Sequence[str] = ()) -> list[Fault]:
        """Every fault once, or those of the kinds in `only`, shuffled."""
        deck = [Fault("SIGKILL", stage, partial(self._end, stage, signal.SIGKILL)) for stage in (*STAGES, "gateway")]
        deck += [Fault("SIGTERM", stage, partial(self._end, stage, signal.SIGTERM)) for stage in (*STAGES, "gateway")]
        deck += [Fault("SIGSTOP", stage, partial(self._stop, stage)) for stage in STAGES]
        deck += [Fault("SIGKILL of child", stage, partial(self._kill_child, stage)) for stage in _WITH_CHILDREN]
        deck += [Fault("SIGSTOP of child", stage, partial(self._stop_child, stage)) for stage in _WITH_CHILDREN]
        deck += [
            Fault("group destroyed", f"{stream} {group}", partial(self._destroy, stream, group))
            for stream, groups in GROUPS.items()
            for group in groups
        ]
        deck += [Fault("kill -9", "server", self._kill_server), Fault("all killed", "with the server", self._kill_all)]
        network = self.network
        deck += [
            Fault("cut", "network", partial(self._lasting, self._unreachable)),
            Fault("delayed", "network", partial(self._lasting, lambda: network.delay(_SLOW_S))),
            Fault("hung", "network", partial(self._lasting, network.hang)),
            Fault("command halved", "network", partial(self._halve, "to_server")),
            Fault("answer halved", "network", partial(self._halve, "to_client")),
            Fault("full", "index disk", self._fill_the_disk),
        ]
        deck = [fault for fault in deck if not only or fault.kind in only]
        self.chance.shuffle(deck)
        return deck

    def do(self, fault: Fault) -> None:
        """Do one, then leave the pipeline alone for a moment."""
        started = time.monotonic()
        if fault.kind in MEASURED:
            self._settle()
        begun = time.monotonic()
        fault.act()
        self.done[fault.kind, fault.where] += 1
        ended = time.monotonic()
        self.log.append(
            f"{ended - self.started:6.1f} s  {fault.kind}, {fault.where}: waited {begun - started:.1f} s, "
            f"took {ended - begun:.1f} s; {self.recovery.last_words()}"
        )
        first = self.done.total() == len(self.done)
        self._hold(self.chance.uniform(0, _AFTER_S if first else _AFTER_LATER_S))

    def _settle(self) -> None:
        """Wait until every stage has just finished something: what a fault before this one did is not measured."""
        deadline = time.monotonic() + _SETTLED_S
        settled = False
        while not settled and time.monotonic() < deadline and not self.stopped():
            if self._until(self.recovery.settled, _SETTLED_S):
                settled = self.recovery.flows()

    def _end(self, stage: str, number: signal.Signals) -> None:
        member = self._busy_one(stage)
        if self.supervisor.send(member, number) is None:
            return
        self.bitten[number.name, stage] += 1

    def _kill_all(self) -> None:
        """Every process and the server at once. The models have to be loaded again, so recovery tells nothing."""
        self.server.kill()
        for member in self.supervisor.members:
            self.supervisor.send(member, signal.SIGKILL)
        self._hold(self.chance.uniform(0, _AWAY_S))
        self.server.start()
        self.bitten["all killed", "with the server"] += 1

    def _stop(self, stage: str) -> None:
        """Stop a worker with something in hand until others have taken it over and finished it, then let it go on.

        The one writer of an index keeps it while it is stopped; nobody can take over, and the bound is reached.
        """
        member = self._busy_one(stage)
        held = self._held_by(member)
        pid = self.supervisor.send(member, signal.SIGSTOP)
        if pid is None:
            return
        try:
            bound_s = _AWAY_S if stage == "indexing" else _HELD_S
            if held and self._until(lambda: not self._pending(stage, held), bound_s):
                self.bitten["SIGSTOP", stage] += 1
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def _kill_child(self, stage: str) -> None:
        for child in self._children(stage)[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
                self.bitten["SIGKILL of child", stage] += 1

    def _stop_child(self, stage: str) -> None:
        """Stop a child; its worker has to end it at the article's time limit."""
        found = self._children(stage)
        if not found:
            return
        child = found[0]
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGSTOP)
            if self._until(lambda: not _runs(child), _HELD_S):
                self.bitten["SIGSTOP of child", stage] += 1
            os.kill(child, signal.SIGCONT)

    def _destroy(self, stream: Stream, group: str) -> None:
        where = f"{stream} {group}"
        with self.recovery.measured("group destroyed"):
            self.bitten["group destroyed", where] += int(self.client.xgroup_destroy(stream, group))

    def _kill_server(self) -> None:
        self.server.kill()
        self.bitten["kill -9", "server"] += 1
        self._hold(self.chance.uniform(0, _AWAY_S))
        with self.recovery.measured("server back"):
            self.server.start()

    def _unreachable(self) -> None:
        self.network.refuse()
        self.network.cut()

    def _lasting(self, begin: Callable[[], None]) -> None:
        begin()
        self._hold(self.chance.uniform(0.3, _AWAY_S))
        with self.recovery.measured("network back"):
            self.network.heal()

    def _halve(self, direction: str) -> None:
        before = self.network.halved
        self.network.halve("to_server" if direction == "to_server" else "to_client", at_least_bytes=500)
        self._until(lambda: self.network.halved > before, _HELD_S)
        with self.recovery.measured("network back"):
            self.network.heal()

    def _fill_the_disk(self) -> None:
        """A limit on the size of files stands for a disk without room: every write fails, as there."""
        for member in self.supervisor.of("indexing"):
            pid = member.pid
            if pid is not None:
                _limit_files(pid, 0)
        self._hold(self.chance.uniform(1.0, _AWAY_S))
        with self.recovery.measured("disk has room"):
            for member in self.supervisor.of("indexing"):
                pid = member.pid
                if pid is not None:
                    _limit_files(pid, resource.RLIM_INFINITY)

    def _busy_one(self, stage: str) -> Member:
        """A worker that has entries in hand, if one comes to have some soon; else any that runs."""
        members = self.supervisor.of(stage)
        self.chance.shuffle(members)
        self._until(lambda: self.recovery.settled(stage), _SETTLED_S)
        found: list[Member] = []

        def look() -> bool:
            found[:] = [member for member in members if member.pid is not None and self._held_by(member)]
            return bool(found)

        if stage != "gateway":
            self.bait(stage)
            self._until(look, _BUSY_S if stage in _WITH_CHILDREN else _COMMIT_S)
        return (found or [member for member in members if member.pid is not None] or members)[0]

    def _children(self, stage: str) -> Sequence[int]:
        pid = self._busy_one(stage).pid
        return children(pid) if pid is not None else ()

    def _held_by(self, member: Member) -> list[str]:
        """Entry ids pending for the process of a member, which bears its pid in its consumer's name."""
        if member.stage not in _SOURCES or member.pid is None:
            return []
        stream, mark = _SOURCES[member.stage], f"-{member.pid}-".encode()
        with contextlib.suppress(RedisError):
            consumers = self.client.xinfo_consumers(stream, member.stage)
            for consumer in consumers:
                if mark in consumer["name"] and consumer["pending"]:
                    return self._pending(member.stage, None, consumer=consumer["name"])
        return []

    def _pending(self, stage: str, among: Sequence[str] | None, consumer: bytes | None = None) -> list[str]:
        """Entry ids pending at a stage, or those of `among` that are. A server that is away tells of all of `among`."""
        try:
            found = self.client.xpending_range(_SOURCES[stage], stage, "-", "+", 1000, consumername=consumer)
        except RedisError:
            return list(among or ())
        ids = [entry["message_id"].decode() for entry in found]
        return ids if among is None else [entry_id for entry_id in among if entry_id in ids]

    def _hold(self, seconds: float) -> None:
        self._until(lambda: False, seconds)

    def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline or self.stopped():
                return False
            time.sleep(_POLL_S)
        return True


def _limit_files(pid: int, size_bytes: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, hard))


def _runs(pid: int) -> bool:
    """Whether a process is there; one that ended and was not collected is not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - a kernel file
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
