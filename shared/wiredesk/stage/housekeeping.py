"""What keeps Redis small and tidy: streams trimmed, dead consumers removed. Every worker does it, none has to.

Each step is one script that looks and acts, so that it does not matter how many workers do it, or when one is killed.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from math import ceil
from typing import Any, cast

import structlog
from redis.asyncio import Redis

from wiredesk import keys
from wiredesk.events import GROUPS, Stream

__all__ = ["Housekeeping", "Retention"]

log = structlog.get_logger()

_SAMPLES = 500
"""Parts of a long stream that are measured to tell its size; a short one is measured whole."""
_DELAYED_BYTES = 64_000_000
"""Up to this size of a stream, what is acknowledged stays for a while, for readers without a group."""
_WARN_AT = 0.8
_TELL_EVERY_S = 600.0
_SILENT_S = 15.0
"""A consumer without a sign of life for so long, and not in the register, is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long a stream that nobody has to read is kept: up to this age (None: any) and size."""

    max_bytes: int
    max_age_s: int | None = None


class Housekeeping:
    """One stage's share: its own source streams and groups, and the streams that are `kept` by age and size.

    What every group has acknowledged stays for `delay_s` seconds all the same: somebody may read without a group.
    """

    def __init__(
        self,
        redis: "Redis",
        *,
        group: str,
        sources: Sequence[Stream],
        kept: dict[Stream, Retention],
        foreign_bytes: int,
        delay_s: float = 0,
    ) -> None:
        self._redis, self._group = redis, group
        self._foreign_bytes, self._delay_s = foreign_bytes, delay_s
        self._sources = sources
        self._kept = kept
        self._trim = redis.register_script(_TRIM)
        self._told: dict[tuple[str, str], float] = {}

    async def trim(self) -> None:
        """Trim the sources to what is acknowledged. Raises redis.RedisError."""
        for source in self._sources:
            if source not in self._kept:
                await self._trim_source(source)

    async def _trim_source(self, source: Stream) -> None:
        arguments: list[float | str] = [self._foreign_bytes, self._delay_s, _DELAYED_BYTES, _SAMPLES, *GROUPS[source]]
        answer = await self._trim(keys=[source, keys.dropped()], args=arguments)
        if len(answer) > 1:
            self._tell_of_foreign(source, answer[1], [name.decode(errors="replace") for name in answer[2:]])

    def _tell_of_foreign(self, source: Stream, lost: int, groups: Sequence[str]) -> None:
        """An unknown group costs a warning, not the server."""
        if self._is_news("foreign", source):
            log.error(
                "stream.foreign_group_overruled",
                stream=str(source),
                groups=groups,
                lost=lost,
                limit_mb=self._foreign_bytes // 1_000_000,
                cure="let the group read, destroy it (XGROUP DESTROY), or raise WIREDESK_FOREIGN_BACKLOG_MB",
            )

    async def retain(self) -> None:
        """Drop what is too old or too much of the kept streams; loud before anything goes. Raises redis.RedisError."""
        for stream, retention in self._kept.items():
            length = await self._redis.xlen(stream)
            if length:
                await self._retain(stream, retention, length)

    async def _retain(self, stream: Stream, retention: Retention, length: int) -> None:
        size: int = await self._redis.memory_usage(stream, samples=0 if length < 20_000 else _SAMPLES) or 0
        if stream in self._sources:  # what a group of ours has not acknowledged yet stays in any case
            if size > retention.max_bytes:
                await self._trim_source(stream)
            return
        if size > retention.max_bytes:
            excess = min(length, ceil(length * (1 - retention.max_bytes / size)))
            self._tell_of_loss(stream, excess, f"it has {size:,} bytes; the limit is {retention.max_bytes:,}")
            await self._drop(stream, "MAXLEN", str(length - excess))
        elif size > _WARN_AT * retention.max_bytes and stream == Stream.DEAD and self._is_news("near", stream):
            log.warning(
                "dead_letters.nearly_full",
                share=round(size / retention.max_bytes, 2),
                letters=length,
                cure="replay or drop them (wiredesk dead), or raise WIREDESK_DEAD_MAX_MB; the oldest go first",
            )
        if retention.max_age_s is None:
            return
        cut_ms = int((time.time() - retention.max_age_s) * 1000)
        oldest = await self._oldest(stream)
        if oldest is not None and int(oldest.partition("-")[0]) < cut_ms:
            limit = datetime.fromtimestamp(cut_ms / 1000, UTC).isoformat(timespec="seconds")
            self._tell_of_loss(stream, None, f"entries older than {limit}, the first of them {oldest}")
            await self._drop(stream, "MINID", f"{cut_ms}-0")

    async def _oldest(self, stream: Stream) -> str | None:
        first: bytes | None = await self._redis.eval(_FIRST, 1, stream)
        return first.decode() if first else None

    def _tell_of_loss(self, stream: Stream, entries: int | None, why: str) -> None:
        """Before it happens. What goes from `articles.indexed` was only news; a dead letter is an article."""
        if stream == Stream.INDEXED:
            log.debug("stream.trimming", stream=str(stream), entries=entries, why=why)
        elif stream == Stream.DEAD:
            log.error("dead_letters.dropping", letters=entries, why=why, limit="WIREDESK_DEAD_MAX_MB, _MAX_AGE_S")
        else:
            log.warning("stream.dropping", stream=str(stream), entries=entries, why=why)

    async def _drop(self, stream: Stream, how: str, bound: str) -> None:
        await self._redis.eval(_DROP, 2, stream, keys.dropped(), how, bound)

    async def bury_consumers(self, silent_s: float = _SILENT_S) -> None:
        """Remove consumers of workers that are gone and hold nothing. Raises redis.RedisError."""
        registered = await self._redis.zrange(keys.workers(), 0, -1)
        alive = await self._alive(cast("list[bytes]", registered))
        for source in self._sources:
            arguments: list[Any] = [self._group, int(1000 * silent_s), *alive]
            buried = await self._redis.eval(_BURY, 1, source, *arguments)
            if buried:
                log.info("consumers.removed", stream=str(source), consumers=buried)

    async def _alive(self, registered: Collection[bytes]) -> list[str]:
        prefix = keys.worker(self._group, "")
        ours = [key.decode() for key in registered if key.decode().startswith(prefix)]
        reports = await self._redis.mget(ours) if ours else []
        return [key.removeprefix(prefix) for key, report in zip(ours, reports, strict=True) if report]

    def _is_news(self, what: str, stream: Stream) -> bool:
        """Whether it was not told within the last minutes."""
        now, key = time.monotonic(), (what, str(stream))
        if now - self._told.get(key, -_TELL_EVERY_S) < _TELL_EVERY_S:
            return False
        self._told[key] = now
        return True


_TRIM = resources.files("wiredesk.stage").joinpath("trim.lua").read_text()

_FIRST = "local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1] return first and first[1]"

_DROP = """
local gone = redis.call('XTRIM', KEYS[1], ARGV[1], ARGV[2])
if gone > 0 then redis.pcall('HINCRBY', KEYS[2], KEYS[1], gone) end
return gone
"""

# KEYS: the stream. ARGV: its group, ms without a sign of life; then the consumers that are alive.
_BURY = """
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if consumers.err then return string.find(consumers.err, 'permission') and consumers or 0 end
local alive = {}
for i = 3, #ARGV do alive[ARGV[i]] = true end
local buried = 0
for _, answer in ipairs(consumers) do
  local consumer = {}
  for i = 1, #answer, 2 do consumer[answer[i]] = answer[i + 1] end
  if consumer['pending'] == 0 and consumer['idle'] > tonumber(ARGV[2]) and not alive[consumer['name']] then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
    buried = buried + 1
  end
end
return buried
"""
