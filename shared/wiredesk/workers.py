"""The register of live processes: each writes a short-lived key about itself, `wiredesk status` reads them all.

The functions queue commands on a pipeline of redis-py, synchronous or not, and leave executing it to the caller.
"""

import os
import socket
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from wiredesk import keys

__all__ = ["LIFETIME_S", "Pace", "WorkerReport", "announce", "sign", "signature_of", "withdraw", "worker_name"]

LIFETIME_S = 10
"""How long a report outlives its process; it is rewritten several times within this."""


class Pace(BaseModel):
    """What a worker measured over its last `window_s` seconds: a minute, less while it is young.

    `busy_s` of them it worked on entries; waiting for a server or a disk is no work. `finished` entries were put down
    meanwhile, whatever became of them, of which `passed_on` went to the next stage. `arrivals_per_s` tells, for each
    stream it reads, how many entries a second were added; a stream of which that is unknown is missing.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    window_s: float = Field(ge=0)
    busy_s: float = Field(ge=0)
    finished: int = Field(ge=0)
    passed_on: int = Field(ge=0)
    arrivals_per_s: Mapping[str, float] = {}

    @property
    def busy(self) -> float | None:
        """The share of the window that it worked, up to 1: a batch counts where it ends, and may have begun before."""
        return min(1.0, self.busy_s / self.window_s) if self.window_s else None


class WorkerReport(BaseModel):
    """One live process. `address` is host:port of its health and metrics (the gateway: of its pages too).

    `in_flight` counts the entries it is working on; what Redis holds pending for it is found under its `name`. `why`
    says, in words for people, what keeps a worker that is not consuming. `cores` are those it may run on. Where it
    works `alone`, others of its stage stand by and add no speed.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: str
    name: str
    pid: int
    host: str
    version: str
    address: str | None = None
    state: str
    why: str | None = None
    in_flight: int = 0
    pace: Pace | None = None
    cores: int | None = None
    alone: bool = False
    started_at: datetime
    reported_at: datetime


def worker_name() -> str:
    """A name of its own for this process, also its consumer name: host, pid, and the start as a tie-break."""
    return f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"


def signature_of(name: str) -> str:
    """What stands for a worker's name where space is dear: its tie-break."""
    return name.rpartition("-")[2]


# Memory is checked until a script has written something. A process must be seen on a full server as well, or whoever
# watches it would take it for dead; so each script begins with a write that takes no memory.
_SIGN = "redis.call('DEL', KEYS[1]) return redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])"

# What the dead left behind goes first.
_ANNOUNCE = """
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4])
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return redis.call('ZADD', KEYS[2], ARGV[3], KEYS[1])
"""

_GRACE_S = 60
"""The clocks of two hosts may differ by so much."""


def sign(pipeline: Any, name: str, version: str, lifetime_s: int) -> None:
    """Queue what tells, for as long as journeys are kept, whose signature this is."""
    pipeline.eval(_SIGN, 1, keys.signature(signature_of(name)), f"{name} {version}", lifetime_s)


def announce(pipeline: Any, report: WorkerReport) -> None:
    """Queue what writes or renews a report; it outlives its process by LIFETIME_S."""
    key = keys.worker(report.stage, report.name)
    now = report.reported_at.timestamp()
    pipeline.eval(
        _ANNOUNCE,
        2,
        key,
        keys.workers(),
        report.model_dump_json(),
        LIFETIME_S,
        now + LIFETIME_S,
        now - _GRACE_S,
    )


def withdraw(pipeline: Any, stage: str, name: str) -> None:
    """Queue what takes a report away."""
    key = keys.worker(stage, name)
    pipeline.delete(key)
    pipeline.zrem(keys.workers(), key)
