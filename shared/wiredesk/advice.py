"""What somebody should do about a pipeline now, in words: from the state alone, most urgent first."""

from collections import Counter

from wiredesk.events import GROUPS, Stream
from wiredesk.pipeline_state import GroupState, PipelineState, StreamState

__all__ = ["advise", "warning"]

_BEHIND_S = 60.0
"""A foreign group that is so much further behind than ours is no longer about to catch up by itself."""


def advise(state: PipelineState) -> tuple[str, ...]:
    """The lines; none when nothing is to be done."""
    return (*_server(state), *_publishing(state), *_unread(state), *_workers(state), *_streams(state))


def warning(stream: Stream, group: GroupState, ours: tuple[GroupState, ...]) -> str | None:
    """What a foreign group costs: entries that ours have finished are kept for it."""
    if not ours or stream == Stream.CHANGES or not group.oldest_s:
        return None
    if group.oldest_s < max(own.oldest_s or 0.0 for own in ours) + _BEHIND_S:
        return None
    never = group.last_delivered_id == "0-0"
    says = "was never read" if never else f"is {_span(group.oldest_s)} behind"
    count = "entries" if group.lag is None else f"{group.lag + group.pending:,} entries"
    return (
        f"the group {group.name} of another application {says}: {count} are kept on {stream} for it, up to "
        f"WIREDESK_FOREIGN_BACKLOG_MB; start its reader, or remove it: XGROUP DESTROY {stream} {group.name}"
    )


def _server(state: PipelineState) -> list[str]:
    if state.server is not None and not state.server.aof_last_write_ok:
        return ["Redis cannot write its append-only file and would lose articles in a crash: free space on its disk"]
    return []


def _publishing(state: PipelineState) -> list[str]:
    return [f"publishing waits: {p.why}" for p in state.pressure if p.why is not None and p.writer == "publishing"]


def _unread(state: PipelineState) -> list[str]:
    """Work that nobody is there to do."""
    running = {worker.stage for worker in state.workers}
    waiting: dict[str, list[str]] = {}
    for stream in state.streams:
        for name in GROUPS[Stream(stream.name)]:
            unfinished = _unfinished(stream, name)
            if name not in running and unfinished:
                waiting.setdefault(name, []).append(f"{unfinished} on {stream.name}")
    return [
        f"no {stage} worker is running, and {' and '.join(found)} wait for one: start it (make up, or docker compose "
        f"up -d {stage})"
        for stage, found in waiting.items()
    ]


def _unfinished(stream: StreamState, name: str) -> str | None:
    """How many entries a group has before it, in words; None for none."""
    group = next((group for group in stream.groups if group.name == name), None)
    if group is None:
        return f"{stream.length:,}" if stream.length and stream.problem is None else None
    if group.lag is None:
        return "an unknown number" if group.oldest_s else None
    return f"{group.lag + group.pending:,}" if group.lag + group.pending else None


def _workers(state: PipelineState) -> list[str]:
    """Those that are kept from working; several of one stage for one reason are one line."""
    kept = Counter((worker.stage, worker.state, worker.why) for worker in state.workers if worker.why)
    return [
        f"{count} {stage} worker{'s' if count > 1 else ''} {condition}: {why}"
        for (stage, condition, why), count in kept.items()
    ]


def _streams(state: PipelineState) -> list[str]:
    lines = [f"{stream.name} could not be read: {stream.problem}" for stream in state.streams if stream.problem]
    return lines + [group.warning for stream in state.streams for group in stream.groups if group.warning]


def _span(seconds: float) -> str:
    for limit, unit, factor in ((7200, "min", 60), (172_800, "h", 3600)):
        if seconds < limit:
            return f"{seconds / factor:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"
