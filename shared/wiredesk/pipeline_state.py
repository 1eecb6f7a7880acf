"""What is told of the whole pipeline at one moment, as values: streams, groups, workers, dead letters, the server."""

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

    def stream(self, name: str) -> StreamState:
        """The state of one of the pipeline's streams; raises KeyError for a name that is none."""
        for stream in self.streams:
            if stream.name == name:
                return stream
        raise KeyError(name)
