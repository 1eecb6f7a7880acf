"""How full the pipeline is, and whether to put more in: backlogs of streams and the server's memory.

Publishers and workers look about once a second, each at the stream it writes to, and wait while there is no room. The
functions queue commands on a pipeline of redis-py, synchronous or not, and read its answers; executing is the caller's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from wiredesk.events import GROUPS, Stream

__all__ = ["PUBLISHING", "Limits", "Pressure", "ask", "tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Up to where more may be put in.

    `backlog` counts entries of the stream that a group of ours has not acknowledged. Where the server's memory is used
    beyond the share `memory` of its limit, `squeezed` is the backlog's limit instead: a publisher stops (0), while a
    stage goes on as long as the next one has next to nothing to do, because moving on is what frees memory.
    """

    backlog: int
    memory: float
    squeezed: int = 0


PUBLISHING = Limits(backlog=100_000, memory=0.8)
"""For publishers, unless a setting says otherwise."""

_EASED = 0.9
"""Share of a limit below which one who waits goes on: going on at the limit itself would be stop and go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """What one look found. `message` is why to wait, in words for people; None: there is room.

    `reason` is the same in one word. `backlog` is None where it is unknown; `memory` is the used share of
    `memory_limit_bytes`, None where unknown.
    """

    stream: str
    backlog: int | None
    memory: float | None
    memory_limit_bytes: int | None
    message: str | None = None
    reason: Literal["backlog", "memory"] | None = None


def ask(pipeline: Any, stream: Stream) -> None:
    """Queue the three questions whose answers `tell` reads. Execute with `raise_on_error=False`."""
    pipeline.xlen(stream)
    pipeline.xinfo_groups(stream)
    pipeline.info("memory")


def tell(answers: Sequence[Any], stream: Stream, limits: Limits, *, waiting: bool = False) -> Pressure:
    """Read the answers to `ask`. What could not be answered (an ACL, a wrong type) is unknown and holds up nobody.

    One who is `waiting` goes on when there is a tenth less than the limit. For memory, an empty backlog is enough: no
    more will be freed then, and waiting for it would be for ever.
    """
    length, groups, info = answers
    backlog = _backlog(stream, length, groups)
    used, limit = _memory(info)
    share = used / limit if used is not None and limit else None
    message: str | None = None
    reason: Literal["backlog", "memory"] | None = None
    if share is not None and _is_full(share, limits, backlog, waiting=waiting):
        reason = "memory"
        message = (
            f"Redis has used {used:,} of {limit:,} bytes, {share:.0%} of its memory; the limit is {limits.memory:.0%}"
        )
    elif backlog is not None and backlog > (limits.backlog * _EASED if waiting else limits.backlog - 1):
        reason = "backlog"
        reader = " and ".join(GROUPS[stream])
        articles = "1 article" if backlog == 1 else f"{backlog:,} articles"
        message = f"{reader} has {articles} waiting on {stream}; the limit is {limits.backlog:,}"
    return Pressure(
        stream=stream, backlog=backlog, memory=share, memory_limit_bytes=limit, message=message, reason=reason
    )


def _is_full(share: float, limits: Limits, backlog: int | None, *, waiting: bool) -> bool:
    eased = waiting and limits.squeezed == 0 and backlog != 0
    if share < (limits.memory * _EASED if eased else limits.memory):
        return False
    return limits.squeezed == 0 or (backlog or 0) > limits.squeezed


def _backlog(stream: Stream, length: Any, groups: Any) -> int | None:
    """What the slowest of our groups has not acknowledged; all there is, while one of them does not exist yet."""
    if not isinstance(length, int):
        return None
    found = {_text(group["name"]): group for group in groups} if isinstance(groups, list) else {}
    return max((_unfinished(found.get(name), length) for name in GROUPS[stream]), default=0)


def _unfinished(group: Mapping[str, Any] | None, length: int) -> int:
    if group is None or group.get("lag") is None:
        return length
    return int(group["lag"]) + int(group["pending"])


def _memory(info: Any) -> tuple[int | None, int | None]:
    """Bytes used and the limit: the server's own, else half of its machine, because beyond that the machine swaps."""
    if not isinstance(info, Mapping) or "used_memory" not in info:
        return None, None
    limit = int(info.get("maxmemory") or 0) or int(info.get("total_system_memory") or 0) // 2
    return int(info["used_memory"]), limit or None


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
