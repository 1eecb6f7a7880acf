"""The state of the whole pipeline as Redis tells it: streams, groups, lag, workers and dead letters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, cast

import redis
from pydantic import BaseModel, ConfigDict, ValidationError
from redis.exceptions import NoPermissionError, ResponseError

from wiredesk import dead, keys
from wiredesk.connection import speaks_redis
from wiredesk.events import GROUPS, Stream
from wiredesk.workers import WorkerReport

__all__ = [
    "DeadLetterCount",
    "DeadLetterState",
    "GroupState",
    "PipelineState",
    "ServerState",
    "StreamState",
    "WorkerState",
    "read",
    "workers",
]

DEAD_LETTERS_COUNTED = 1000
"""How many of the newest dead letters are looked into for their stage and reason; `total` always counts all."""


class _State(BaseModel):
    model_config = ConfigDict(frozen=True)


class GroupState(_State):
    """One consumer group of a stream.

    `lag` is how many entries it has not been given yet, None when Redis does not know (entries were deleted).
    `pending` were given and are not acknowledged; `oldest_pending_s` is the age of the oldest of them.
    """

    name: str
    foreign: bool
    lag: int | None
    pending: int
    oldest_pending_s: float | None
    consumers: int
    last_delivered_id: str


class StreamState(_State):
    """One stream; `oldest_s` is the age in seconds of its first entry. A stream nobody wrote to has no `last_id`."""

    name: str
    length: int
    last_id: str | None
    oldest_s: float | None
    groups: tuple[GroupState, ...]


class WorkerState(WorkerReport):
    """A live worker; `pending` is what Redis holds for it, None for one that is in no group (the gateway)."""

    pending: int | None


class DeadLetterCount(_State):
    """How many of the dead letters looked into died at `stage` of `reason`."""

    stage: str
    reason: str
    count: int


class DeadLetterState(_State):
    """All dead letters by number, and the newest `counted` of them by stage and reason, most frequent first."""

    total: int
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


class PipelineState(_State):
    """Everything `wiredesk status` shows; `server` is None where the user may not ask."""

    read_at: datetime
    server: ServerState | None
    streams: tuple[StreamState, ...]
    workers: tuple[WorkerState, ...]
    dead_letters: DeadLetterState

    def stream(self, name: str) -> StreamState:
        """The state of one of the pipeline's streams; raises KeyError for a name that is none."""
        for stream in self.streams:
            if stream.name == name:
                return stream
        raise KeyError(name)


@speaks_redis
def read(client: redis.Redis) -> PipelineState:
    """Look at everything once. The parts are read one after the other, so numbers may be some milliseconds apart.

    Raises Unavailable.
    """
    pipeline = client.pipeline(transaction=False)
    pipeline.time()
    pipeline.info()
    for stream in Stream:
        pipeline.xinfo_stream(stream)
        pipeline.xinfo_groups(stream)
    seconds, info, *answers = pipeline.execute(raise_on_error=False)
    for answer in (seconds, info, *answers):
        _raise_unless_absent(answer)
    now_ms = seconds[0] * 1000 + seconds[1] // 1000
    found = {
        stream: (answers[2 * at], answers[2 * at + 1])
        for at, stream in enumerate(Stream)
        if isinstance(answers[2 * at], dict)
    }
    held = _held(client, {stream: groups for stream, (_, groups) in found.items()})
    return PipelineState(
        read_at=datetime.fromtimestamp(now_ms / 1000, UTC),
        server=_server(info) if isinstance(info, dict) else None,
        streams=tuple(_stream(stream, found.get(stream), held, now_ms) for stream in Stream),
        workers=tuple(WorkerState(**report.model_dump(), pending=_pending(report, held)) for report in workers(client)),
        dead_letters=_dead_letters(client),
    )


def _raise_unless_absent(answer: Any) -> None:
    """A stream that is not there yet, or INFO denied to this user, is an answer; anything else is an error."""
    denied = isinstance(answer, NoPermissionError) and "'info'" in str(answer)
    absent = isinstance(answer, ResponseError) and str(answer).startswith("no such key")
    if isinstance(answer, Exception) and not denied and not absent:
        raise answer


def _held(client: redis.Redis, groups: Mapping[Stream, Iterable[Mapping[str, Any]]]) -> dict[tuple[Stream, str], Any]:
    """XPENDING's summary for each group of each stream: number, oldest id, and each consumer's share."""
    names = [(stream, _text(group["name"])) for stream, found in groups.items() for group in found]
    pipeline = client.pipeline(transaction=False)
    for stream, name in names:
        pipeline.xpending(stream, name)
    return dict(zip(names, pipeline.execute(), strict=True)) if names else {}


def _stream(stream: Stream, found: tuple[Any, Any] | None, held: Mapping[Any, Any], now_ms: int) -> StreamState:
    if found is None:
        return StreamState(name=stream, length=0, last_id=None, oldest_s=None, groups=())
    info, groups = found
    first = info["first-entry"]
    return StreamState(
        name=stream,
        length=info["length"],
        last_id=_text(info["last-generated-id"]),
        oldest_s=_age_s(first[0], now_ms) if first else None,
        groups=tuple(_group(stream, group, held[stream, _text(group["name"])], now_ms) for group in groups),
    )


def _group(stream: Stream, group: Mapping[str, Any], held: Mapping[str, Any], now_ms: int) -> GroupState:
    name = _text(group["name"])
    return GroupState(
        name=name,
        foreign=name not in GROUPS[stream],
        lag=group.get("lag"),
        pending=held["pending"],
        oldest_pending_s=_age_s(held["min"], now_ms) if held["min"] else None,
        consumers=group["consumers"],
        last_delivered_id=_text(group["last-delivered-id"]),
    )


@speaks_redis
def workers(client: redis.Redis, *, stage: str | None = None) -> list[WorkerReport]:
    """Every worker whose report is alive, by stage and name, or those of one stage. Raises Unavailable.

    A report that cannot be read (another version's) is left out.
    """
    names = cast("list[bytes]", client.zrange(keys.workers(), 0, -1))
    texts = cast("list[bytes | None]", client.mget(names)) if names else []
    reports = []
    for text in filter(None, texts):
        try:
            report = WorkerReport.model_validate_json(text)
        except ValidationError:
            continue
        if stage in (None, report.stage):
            reports.append(report)
    return sorted(reports, key=lambda report: (report.stage, report.name))


def _pending(report: WorkerReport, held: Mapping[tuple[Stream, str], Any]) -> int | None:
    own = [summary for (_, group), summary in held.items() if group == report.stage]
    if not own:
        return None
    return sum(
        int(consumer["pending"])
        for summary in own
        for consumer in summary["consumers"]
        if _text(consumer["name"]) == report.name
    )


def _dead_letters(client: redis.Redis) -> DeadLetterState:
    newest = list(islice(_reasons(client), DEAD_LETTERS_COUNTED))
    counts = Counter(newest).most_common()
    return DeadLetterState(
        total=client.xlen(Stream.DEAD),
        counted=len(newest),
        counts=tuple(DeadLetterCount(stage=stage, reason=reason, count=count) for (stage, reason), count in counts),
    )


def _reasons(client: redis.Redis) -> Iterator[tuple[str, str]]:
    for letter in dead.summaries(client):
        yield letter.stage, letter.reason


def _server(info: Mapping[str, Any]) -> ServerState:
    software = "valkey" if "valkey_version" in info else "redis"
    return ServerState(
        software=software,
        version=str(info.get("valkey_version") or info.get("redis_version", "")),
        uptime_s=info.get("uptime_in_seconds", 0),
        used_memory_bytes=info.get("used_memory", 0),
        max_memory_bytes=info.get("maxmemory", 0),
        aof_enabled=bool(info.get("aof_enabled", 0)),
        aof_last_write_ok=info.get("aof_last_write_status", "ok") == "ok",
    )


def _age_s(entry_id: bytes | str, now_ms: int) -> float:
    """Seconds since the entry was added; never negative, whatever the clocks did."""
    return max(0, now_ms - int(_text(entry_id).partition("-")[0])) / 1000


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
