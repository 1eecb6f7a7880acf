"""What is told of the whole pipeline at one moment, as values: streams, groups, workers, dead letters, the server."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from wiredesk.workers import WorkerReport

__all__ = [
    "DeadLetterCount",
    "DeadLetterState",
    "GroupState",
    "PipelineState",
    "PressureState",
    "ServerState",
    "Sizing",
    "StageState",
    "StreamState",
    "WorkerState",
]

PENDING_LOOKED_AT = 100
"""Of the pending entries of a group, so many of the oldest are asked for their idle time and deliveries."""


class _State(BaseModel):
    model_config = ConfigDict(frozen=True)


class GroupState(_State):
    """One consumer group of a stream.

    `lag` is how many entries it has not been given yet, None when Redis does not know (entries were deleted).
    `pending` were given and are not acknowledged. `oldest_waiting_s` and `oldest_pending_s` are the ages of the oldest
    entry not given and of the oldest given and not acknowledged; 0 when there is none, None when unknown.

    Of the oldest `PENDING_LOOKED_AT` pending entries, `longest_idle_s` is how long nobody gave a sign of working at one
    (a worker does every few seconds), and `most_attempts` how often one was delivered. `dead_consumers` are those of
    processes that are gone (None for a foreign group, whose processes we don't know), holding `held_by_dead` entries.
    `warning` says what a foreign group costs, and what to do.
    """

    name: str
    foreign: bool
    lag: int | None
    pending: int
    oldest_pending_s: float | None
    consumers: int
    last_delivered_id: str
    oldest_waiting_s: float | None = None
    longest_idle_s: float | None = None
    most_attempts: int | None = None
    dead_consumers: int | None = None
    held_by_dead: int | None = None
    warning: str | None = None

    @property
    def oldest_s(self) -> float | None:
        """Age of the oldest entry the group has not finished; 0 when there is none, None when unknown."""
        if self.oldest_waiting_s is None or self.oldest_pending_s is None:
            return None
        return max(self.oldest_waiting_s, self.oldest_pending_s)


class StreamState(_State):
    """One stream; `oldest_s` is the age in seconds of its first entry. A stream nobody wrote to has no `last_id`.

    `length` is None where it is unknown, `bytes` (measured on samples) also where there is no stream, `dropped` counts
    the entries that limits of age and size have cost so far. `problem` says what of it could not be read, and why:
    then `groups` may be missing.
    """

    name: str
    length: int | None
    last_id: str | None
    oldest_s: float | None
    groups: tuple[GroupState, ...]
    bytes: int | None = None
    dropped: int | None = None
    problem: str | None = None


class WorkerState(WorkerReport):
    """A live worker; `pending` is what Redis holds for it, None for one that is in no group (the gateway)."""

    pending: int | None

    @property
    def busy(self) -> float | None:
        """The share of its time that it works; None where it does not tell."""
        return self.pace.busy if self.pace else None


class DeadLetterCount(_State):
    """How many of the dead letters looked into died at `stage` of `reason`."""

    stage: str
    reason: str
    count: int


class DeadLetterState(_State):
    """All dead letters by number (None: unknown), and the newest `counted` by stage and reason, most frequent first."""

    total: int | None
    counted: int
    counts: tuple[DeadLetterCount, ...]


class ServerState(_State):
    """The Redis or Valkey server. `max_memory_bytes` 0 means no limit of its own."""

    software: str
    version: str
    uptime_s: int
    used_memory_bytes: int
    max_memory_bytes: int
    aof_enabled: bool
    aof_last_write_ok: bool


class PressureState(_State):
    """Whether those who write to a stream (`publishing`, or a stage) have to wait, and why; `why` None: they don't."""

    stream: str
    writer: str
    backlog: int | None
    why: str | None


class StageState(_State):
    """One stage: what waits for it, and what its workers measured over the last `measured_s` seconds.

    `workers` are alive, `working` those of them that work or would if there were room. Where one works `alone`, the
    others stand by. `lag` and `pending` are those of its groups together, `waiting` is both, `oldest_s` the age of the
    oldest of them. A second, on average: `arrivals_per_s` were added to its first stream, `finished_per_s` done by all
    its workers, `passed_on_per_s` handed to the next stage. `worker_per_s` is what one worker does a second *while it
    works*, `busy` the share of their time they do, `passed_on_share` the share of what is done that goes on.
    `unmeasured` says why `worker_per_s` is unknown. `cores` are those its machine has. None is unknown throughout.
    """

    name: str
    streams: tuple[str, ...]
    target: str
    workers: int
    working: int
    alone: bool
    lag: int | None
    pending: int | None
    waiting: int | None
    oldest_s: float | None
    arrivals_per_s: float | None
    finished_per_s: float | None
    passed_on_per_s: float | None
    passed_on_share: float | None
    worker_per_s: float | None
    busy: float | None
    measured_s: float | None
    unmeasured: str | None
    cores: int | None


class Sizing(_State):
    """When what waits is done, and the workers it takes to be done in `drain_in_s` seconds.

    `waiting` is how many articles wait before any stage, `eta_s` how long that takes with the workers there are; None
    is unknown, unless the backlog is `growing`. `bottleneck` names the stage that takes longest, None where all keep up
    or it is not known. `says` puts it in a sentence. `scale` has the stages that need more workers, and how many;
    `commands` get them, by compose or by make; `notes` say what the reckoning leaves out.
    """

    drain_in_s: float
    waiting: int | None
    bottleneck: str | None
    eta_s: float | None
    growing: bool
    says: str
    scale: Mapping[str, int]
    commands: tuple[str, ...]
    notes: tuple[str, ...]


class PipelineState(_State):
    """Everything `wiredesk status` shows; `server` is None where the user may not ask.

    `advice` says in words what somebody should do now, most urgent first.
    """

    read_at: datetime
    server: ServerState | None
    streams: tuple[StreamState, ...]
    workers: tuple[WorkerState, ...]
    dead_letters: DeadLetterState
    pressure: tuple[PressureState, ...] = ()
    advice: tuple[str, ...] = ()
    stages: tuple[StageState, ...] = ()
    sizing: Sizing | None = None

    def stream(self, name: str) -> StreamState:
        """The state of one of the pipeline's streams; raises KeyError for a name that is none."""
        for stream in self.streams:
            if stream.name == name:
                return stream
        raise KeyError(name)
