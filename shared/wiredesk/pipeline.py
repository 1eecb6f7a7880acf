"""The state of the whole pipeline as Redis tells it: streams, groups, lag, workers and dead letters.

Two rounds of pipelined commands, and bounded pages of dead letters. What could not be told is None, never 0.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, cast

import redis
from pydantic import ValidationError
from redis.exceptions import ResponseError

from wiredesk import dead, keys, pressure
from wiredesk.advice import advise, warning
from wiredesk.connection import is_denied, speaks_redis
from wiredesk.events import GROUPS, Stream
from wiredesk.flow import stage_states
from wiredesk.pipeline_state import (
    PENDING_LOOKED_AT,
    DeadLetterCount,
    DeadLetterState,
    GroupState,
    PipelineState,
    PressureState,
    ServerState,
    StreamState,
    WorkerState,
)
from wiredesk.pressure import PUBLISHING, Limits
from wiredesk.sizing import DRAIN_IN_S, size
from wiredesk.workers import LIFETIME_S, WorkerReport

__all__ = [
    "DeadLetterCount",
    "DeadLetterState",
    "GroupState",
    "PipelineState",
    "PressureState",
    "ServerState",
    "StreamState",
    "WorkerState",
    "read",
    "workers",
]

DEAD_LETTERS_COUNTED = 1000
"""How many of the newest dead letters are looked into for their stage and reason; `total` always counts all."""

_SAMPLES = 50
"""Nodes of a stream that are measured to tell its bytes."""

_WRITERS = {Stream.SUBMITTED: "publishing", Stream.INGESTED: "ingest", Stream.EXTRACTED: "extraction"}
_ANYTHING = Limits(backlog=2**63, memory=float("inf"))

# KEYS: a stream. ARGV: ids. Returns the id last generated, the first id, and for each id given the first one after it;
# false where there is none. Ids alone leave the server, because an entry may have megabytes.
_IDS = """
local answer = {false}
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then answer[1] = info[i + 1] end
end
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
answer[2] = first and first[1] or false
for n = 1, #ARGV do
  local found = redis.call('XRANGE', KEYS[1], '(' .. ARGV[n], '+', 'COUNT', 1)[1]
  answer[n + 2] = found and found[1] or false
end
return answer
"""


@dataclass(frozen=True, slots=True)
class _Found:
    """The first round's answers about one stream; an answer may be the error it failed with."""

    length: Any
    groups: Any
    bytes: Any

    @property
    def exists(self) -> bool:
        return isinstance(self.groups, list)


@dataclass(frozen=True, slots=True)
class _Held:
    """The second round's answers about one group: XPENDING's summary, its oldest entries, the consumers."""

    summary: Any
    oldest: Any
    consumers: Any


@dataclass(frozen=True, slots=True)
class _Moment:
    """What the whole state is made of."""

    now_ms: int
    streams: Mapping[Stream, _Found]
    ids: Mapping[Stream, Any]
    held: Mapping[tuple[Stream, str], _Held]
    reports: Sequence[WorkerReport]
    dropped: Any


@speaks_redis
def read(client: redis.Redis, *, limits: Limits = PUBLISHING, drain_in_s: float = DRAIN_IN_S) -> PipelineState:
    """Look at everything once. The parts are read one after the other, so numbers may be some milliseconds apart.

    `limits` are those that publishers keep to, `drain_in_s` the time in which what waits is to be done. Raises
    Unavailable.
    """
    pipeline = client.pipeline(transaction=False)
    pipeline.time()
    pipeline.info()
    pipeline.zrange(keys.workers(), 0, -1)
    pipeline.hgetall(keys.dropped())
    for stream in Stream:
        pipeline.xlen(stream)
        pipeline.xinfo_groups(stream)
        pipeline.memory_usage(stream, samples=_SAMPLES)
    seconds, info, names, dropped, *answers = _answered(pipeline)
    streams = {stream: _Found(*answers[3 * at : 3 * at + 3]) for at, stream in enumerate(Stream)}
    ids, held, reports = _closer(client, streams, names if isinstance(names, list) else [])
    now_ms = seconds[0] * 1000 + seconds[1] // 1000
    moment = _Moment(now_ms, streams, ids, held, reports, dropped)
    told = tuple(_stream(stream, moment) for stream in Stream)
    alive = tuple(
        WorkerState.model_validate({**report.model_dump(), "pending": _pending(report, held)}) for report in reports
    )
    stages = stage_states(told, alive)
    state = PipelineState(
        read_at=datetime.fromtimestamp(now_ms / 1000, UTC),
        server=_server(info) if isinstance(info, dict) else None,
        streams=told,
        workers=alive,
        stages=stages,
        sizing=size(stages, drain_in_s=drain_in_s),
        dead_letters=_dead_letters(client, streams[Stream.DEAD]),
        pressure=_pressure(moment, info, limits),
    )
    return state.model_copy(update={"advice": advise(state)})


def _answered(pipeline: Any) -> list[Any]:
    """The answers. What is refused (a wrong type, an ACL, no such key) stands as its error; anything else is raised."""
    answers: list[Any] = pipeline.execute(raise_on_error=False)
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, ResponseError) and not is_denied(answer):
            raise answer
    return answers


def _closer(
    client: redis.Redis, streams: Mapping[Stream, _Found], names: Sequence[bytes]
) -> tuple[dict[Stream, Any], dict[tuple[Stream, str], _Held], list[WorkerReport]]:
    """The second round: ids, what each group holds, and the workers' reports."""
    found = {stream: seen.groups for stream, seen in streams.items() if seen.exists}
    pipeline = client.pipeline(transaction=False)
    for stream, groups in found.items():
        pipeline.eval(_IDS, 1, stream, *[group["last-delivered-id"] for group in groups])
        for group in groups:
            pipeline.xpending(stream, group["name"])
            pipeline.xpending_range(stream, group["name"], min="-", max="+", count=PENDING_LOOKED_AT)
            pipeline.xinfo_consumers(stream, group["name"])
    if names:
        pipeline.mget(names)
    answers = iter(_answered(pipeline)) if found or names else iter(())
    ids: dict[Stream, Any] = {}
    held: dict[tuple[Stream, str], _Held] = {}
    for stream, groups in found.items():
        ids[stream] = next(answers)
        for group in groups:
            held[stream, _text(group["name"])] = _Held(next(answers), next(answers), next(answers))
    return ids, held, _reports(next(answers, ()))


def _stream(stream: Stream, moment: _Moment) -> StreamState:
    found, ids = moment.streams[stream], moment.ids.get(stream)
    known = isinstance(ids, list)
    groups = [_group(stream, at, moment) for at in range(len(found.groups))] if found.exists else []
    ours = tuple(group for group in groups if not group.foreign)
    return StreamState(
        name=stream,
        length=_number(found.length),
        last_id=_text(ids[0]) if ids and known and ids[0] else None,
        oldest_s=_age_s(ids[1], moment.now_ms) if ids and known and ids[1] else None,
        groups=tuple(
            group.model_copy(update={"warning": warning(stream, group, ours)}) if group.foreign else group
            for group in groups
        ),
        bytes=_number(found.bytes),
        dropped=int(moment.dropped.get(stream.encode(), 0)) if isinstance(moment.dropped, dict) else None,
        problem=_problem(found, ids),
    )


def _problem(found: _Found, ids: Any) -> str | None:
    """What could not be read. A stream that isn't there yet is none."""
    absent = isinstance(found.groups, ResponseError) and str(found.groups).startswith("no such key")
    errors = [found.length, ids] if absent else [found.length, found.groups, ids]
    return next((str(error) for error in errors if isinstance(error, Exception)), None)


def _group(stream: Stream, at: int, moment: _Moment) -> GroupState:
    group: Mapping[str, Any] = moment.streams[stream].groups[at]
    name = _text(group["name"])
    foreign = name not in GROUPS[stream]
    held, ids = moment.held[stream, name], moment.ids[stream]
    summary = held.summary if isinstance(held.summary, dict) else None
    oldest = held.oldest if isinstance(held.oldest, list) else None
    pending = int(group["pending"]) if summary is None else int(summary["pending"])
    waiting_s = pending_s = None
    if isinstance(ids, list):
        waiting_s = _age_s(ids[at + 2], moment.now_ms) if ids[at + 2] else 0.0
    if summary is not None or not pending:
        pending_s = _age_s(summary["min"], moment.now_ms) if summary and pending else 0.0
    dead_ones = None if foreign else _dead_consumers(held.consumers, name, moment.reports)
    return GroupState(
        name=name,
        foreign=foreign,
        lag=group.get("lag"),
        pending=pending,
        oldest_pending_s=pending_s,
        consumers=group["consumers"],
        last_delivered_id=_text(group["last-delivered-id"]),
        oldest_waiting_s=waiting_s,
        longest_idle_s=max((entry["time_since_delivered"] / 1000 for entry in oldest or ()), default=None),
        most_attempts=max((entry["times_delivered"] for entry in oldest or ()), default=None),
        dead_consumers=None if dead_ones is None else len(dead_ones),
        held_by_dead=None if dead_ones is None else sum(dead_ones),
    )


def _dead_consumers(consumers: Any, stage: str, reports: Sequence[WorkerReport]) -> list[int] | None:
    """What each consumer holds whose process doesn't report itself and gave no sign of life for a report's lifetime."""
    if not isinstance(consumers, list):
        return None
    alive = {report.name for report in reports if report.stage == stage}
    return [
        int(consumer["pending"])
        for consumer in consumers
        if _text(consumer["name"]) not in alive and consumer["idle"] > LIFETIME_S * 1000
    ]


@speaks_redis
def workers(client: redis.Redis, *, stage: str | None = None) -> list[WorkerReport]:
    """Every worker whose report is alive, by stage and name, or those of one stage. Raises Unavailable.

    A report that cannot be read (another version's) is left out.
    """
    names = cast("list[bytes]", client.zrange(keys.workers(), 0, -1))
    texts = cast("list[bytes | None]", client.mget(names)) if names else []
    return [report for report in _reports(texts) if stage in (None, report.stage)]


def _reports(texts: Any) -> list[WorkerReport]:
    reports = []
    for text in filter(None, texts if isinstance(texts, list) else ()):
        try:
            reports.append(WorkerReport.model_validate_json(text))
        except ValidationError:
            continue
    return sorted(reports, key=lambda report: (report.stage, report.name))


def _pending(report: WorkerReport, held: Mapping[tuple[Stream, str], _Held]) -> int | None:
    own = [found.summary for (_, group), found in held.items() if group == report.stage]
    if not own or not all(isinstance(summary, dict) for summary in own):
        return None
    return sum(
        int(consumer["pending"])
        for summary in own
        for consumer in summary["consumers"]
        if _text(consumer["name"]) == report.name
    )


def _pressure(moment: _Moment, info: Any, limits: Limits) -> tuple[PressureState, ...]:
    """Publishers are told by the limits, stages by what their workers say: each may have limits of its own."""
    states = []
    for stream, writer in _WRITERS.items():
        found = moment.streams[stream]
        publishing = writer == "publishing"
        told = pressure.tell((found.length, found.groups, info), stream, limits if publishing else _ANYTHING)
        paused = (report.why for report in moment.reports if (report.stage, report.state) == (writer, "paused"))
        why = told.message if publishing else next((why for why in paused if why), None)
        states.append(PressureState(stream=stream, writer=writer, backlog=told.backlog, why=why))
    return tuple(states)


def _dead_letters(client: redis.Redis, found: _Found) -> DeadLetterState:
    newest: list[tuple[str, str]] = []
    if isinstance(found.length, int):
        try:
            newest = list(islice(_reasons(client), DEAD_LETTERS_COUNTED))
        except ResponseError as error:
            if not is_denied(error):
                raise
    counts = Counter(newest).most_common()
    return DeadLetterState(
        total=found.length if isinstance(found.length, int) else None,
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


def _number(answer: Any) -> int | None:
    return answer if isinstance(answer, int) else None


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
