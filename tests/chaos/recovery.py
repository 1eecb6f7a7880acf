"""How long the pipeline takes to go on after a fault is undone: until each stage finishes an article, and all consume.

Both are measured from the moment the fault is over (the server answers, the network passes bytes on): to the first
entry each stage adds to its stream after it, by the server's own clock as the entry's id tells it, and to the moment
every worker that could consume before says so again under `/health`.
"""

import contextlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import redis
from redis.exceptions import RedisError
from wiredesk import pipeline
from wiredesk.errors import Unavailable
from wiredesk.events import Stream

from .processes import Member, Supervisor

__all__ = ["HEALTHY", "STREAM_AFTER", "Recovery", "health"]

STREAM_AFTER: Mapping[str, Stream] = {
    "ingest": Stream.INGESTED,
    "extraction": Stream.EXTRACTED,
    "indexing": Stream.INDEXED,
}
HEALTHY = ("consuming", "standby", "paused")
ALL = "all consume"
_BOUND_S = 30.0
_POLL_S = 0.1
"""Each look asks every process for its health, which takes from all of them what they need to recover."""
_HEALTH_S = 2.0
_FLOW_S = 1.5


@dataclass(slots=True)
class Recovery:
    """Seconds to recover, by what was recovered from and by stage (or `all consume`).

    `probe` publishes an article, so that there is something to finish. `unfinished` counts what did not recover within
    half a minute; whether anything is lost by it is the account's to say. `ready` holds the address of every process
    that consumed at some time, by pid: one that still loads its models is not waited for.
    """

    client: "redis.Redis"
    supervisor: Supervisor
    probe: Callable[[], None]
    stopped: Callable[[], bool]
    ready: dict[int, str] = field(default_factory=dict)
    seconds: defaultdict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    told: list[str] = field(default_factory=list)
    unfinished: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def look(self) -> dict[int, tuple[str, str]]:
        """Address and state of each process in the register, by pid; empty while the server is away."""
        found = {}
        with contextlib.suppress(Unavailable):
            found = {report.pid: (report.address or "", report.state) for report in pipeline.workers(self.client)}
        self.ready |= {pid: address for pid, (address, state) in found.items() if state in HEALTHY}
        return found

    @contextlib.contextmanager
    def measured(self, what: str) -> Iterator[None]:
        """Undo a fault inside the block; leaving it waits until the pipeline has recovered, half a minute at most."""
        members = [member for member in self.supervisor.members if member.pid in self.ready]
        yield
        over_ms, over = time.time() * 1000, time.monotonic()
        waiting = {*STREAM_AFTER, ALL}
        self.probe()
        while waiting and time.monotonic() - over < _BOUND_S and not self.stopped():
            for stage in waiting - {ALL}:
                added_ms = self._last_ms(STREAM_AFTER[stage])
                if added_ms is not None and added_ms >= over_ms:
                    self._note(what, stage, (added_ms - over_ms) / 1000, waiting)
            if ALL in waiting and all(map(self._consumes, members)):
                self._note(what, ALL, time.monotonic() - over, waiting)
            time.sleep(_POLL_S)
        for part in waiting if not self.stopped() else ():
            self.unfinished[what, part] += 1

    def settled(self, *stages: str) -> bool:
        """Whether each of these stages (none: all that work on articles) has a process that consumes."""
        self.look()
        consuming = {
            member.stage
            for member in self.supervisor.members
            if member.pid in self.ready and health(self.ready[member.pid]) in ("consuming", "paused")
        }
        return consuming >= set(stages or STREAM_AFTER)

    def flows(self) -> bool:
        """Whether an article sent now soon gets some article through every stage."""
        sent = time.monotonic()
        before = {stage: self._last_ms(stream) for stage, stream in STREAM_AFTER.items()}
        self.probe()
        while time.monotonic() - sent < _FLOW_S and not self.stopped():
            if all(self._last_ms(stream) != before[stage] for stage, stream in STREAM_AFTER.items()):
                return True
            time.sleep(_POLL_S)
        return False

    def last_words(self) -> str:
        """What was measured since this was last asked."""
        said, self.told = ", ".join(self.told), []
        return said or "nothing to recover from"

    def _consumes(self, member: Member) -> bool:
        """Whether the process that fills the place now, perhaps another than before, says that it consumes."""
        pid = member.pid
        if pid not in self.ready:
            self.look()
        return pid in self.ready and health(self.ready[pid]) in HEALTHY

    def _note(self, what: str, part: str, seconds: float, waiting: set[str]) -> None:
        waiting.discard(part)
        self.seconds[what, part].append(max(0.0, seconds))
        self.told.append(f"{part} {seconds:.2f} s")

    def _last_ms(self, stream: Stream) -> float | None:
        with contextlib.suppress(RedisError):
            found: Any = self.client.xinfo_stream(stream)
            return float(found["last-generated-id"].partition(b"-")[0])
        return None


def health(address: str) -> str:
    """The state a process tells under `/health`, or why there is none."""
    try:
        with urllib.request.urlopen(f"http://{address}/health", timeout=_HEALTH_S) as answer:
            return _state(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _state(error.read())
    except (OSError, http.client.HTTPException) as error:
        return f"no answer ({type(error).__name__})"


def _state(body: bytes) -> str:
    try:
        return str(json.loads(body)["state"])
    except (ValueError, KeyError, TypeError):
        return "an answer that is no health"
