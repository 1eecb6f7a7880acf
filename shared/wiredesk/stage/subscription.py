"""The FastStream side of a worker: a broker and one batch subscriber a stream, bent to hand over raw entries.

FastStream reads, keeps the connection and stops gracefully. What it does to a message between reading and handing over
is left out: one item that it cannot parse would leave its whole batch pending, and its middlewares and contexts, of
which we use none, took a tenth of a worker's time for empty articles. It does not acknowledge (the finish script
does), and it finds its groups already created, at 0 (its own would start at `$` and skip a backlog).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from faststream import AckPolicy
from faststream.redis import RedisBroker, StreamSub
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from wiredesk import wire
from wiredesk.events import Stream, revision_of
from wiredesk.stage.client import READ_BYTES, brief_retry
from wiredesk.stage.outcomes import Delivery
from wiredesk.stage.troubles import kind_of
from wiredesk.tracing import trace_of

__all__ = ["Entry", "Reading", "Subscription", "delivery_of", "ensure_group"]

POLL_MS = 1000
"""How long one read waits for entries. Must stay below the socket timeout (redis-py: 5 s), or reads fail and pause."""

_LOOK_MS = 20
_PAUSE_S = 0.4
_FIELD = wire.FIELD.encode()
Entry = tuple[bytes, dict[bytes, bytes]]
Handle = Callable[[Stream, Sequence[Entry]], Awaitable[None]]


async def ensure_group(redis: "Redis", stream: Stream, group: str) -> None:
    """Create the group at the stream's beginning, so that what was published before the first worker is read too."""
    try:
        await redis.xgroup_create(stream, group, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" in str(error) or (kind_of(error) == "full" and await _has_group(redis, stream, group)):
            return
        raise


async def _has_group(redis: "Redis", stream: Stream, group: str) -> bool:
    """A full server refuses to create even a group that is there."""
    groups: Any = await redis.xinfo_groups(stream)
    return any(found["name"] == group.encode() for found in groups)


def delivery_of(stream: str, entry: Entry, *, attempts: int) -> Delivery:
    """Take an entry apart. Without the field `__data__` the delivery's data is empty, which no stage accepts."""
    entry_id, fields = entry[0].decode(), entry[1]
    data = fields.get(_FIELD, b"")
    headers = wire.headers_in(data)
    if stream == Stream.SUBMITTED:
        claimed = fields.get(b"submission_id", b"").decode(errors="replace")
    else:
        claimed = headers.get("correlation_id", "")
    submission_id = claimed if claimed and _is_earlier(claimed, entry_id) else entry_id
    return Delivery(stream, entry_id, data, attempts, submission_id, trace_of(headers) if headers else None)


def _is_earlier(claimed: str, entry_id: str) -> bool:
    """A replay names the submission it repeats, which must lie before it; anything else is not believed."""
    try:
        return 0 < revision_of(claimed) <= revision_of(entry_id)
    except ValueError:
        return False


class Reading(Protocol):
    """What stands around each read: whether to read at all, and what to make of its failure."""

    async def may_read(self, stream: str) -> bool:
        """Wait a moment for leave to read a stream; False for not now."""
        ...

    async def most(self, stream: str) -> int:
        """How many entries to read at once. Raises redis.RedisError or OSError where that cannot be found out."""
        ...

    async def ended(self, error: RedisError | OSError | None) -> None:
        """Told of each read's end. `error` is why it failed; what can be mended is mended here."""
        ...


def _guarded(
    read: Callable[..., Awaitable[Any]], reading: Reading, started: Callable[[], bool]
) -> Callable[..., Awaitable[Any]]:
    """A read that never fails: after a failure nothing was read, and a moment has passed.

    Left to itself FastStream waits 5 s after a lost connection, asks again at once and for ever after a refusal, and
    stops for good when its group has vanished. It fails to start when the first read takes 3 s, as it may on a busy
    machine; so until it has started nothing is read.
    """

    failed = False

    async def guarded(*args: Any, streams: Mapping[str, str], **options: Any) -> Any:
        nonlocal failed
        _end_if_cancelled()
        if not started():
            await asyncio.sleep(_LOOK_MS / 1000)
            return []
        if not await reading.may_read(*streams):
            return []
        if failed:  # a short look, so that it is soon known whether it works again
            options = {**options, "block": _LOOK_MS}
        try:
            options["count"] = await reading.most(*streams)
            entries = await read(*args, streams=streams, **options)
        except (RedisError, OSError) as error:
            failed = True
            await asyncio.sleep(_PAUSE_S)
            await reading.ended(error)
            return []
        failed = False
        await reading.ended(None)
        return entries

    return guarded


def _end_if_cancelled() -> None:
    """Raises CancelledError where one that was meant to end this task was swallowed on its way: it comes only once."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


async def _is_there(*_: Any, **__: Any) -> None:
    """FastStream creates its groups once more; a full server would refuse, though they are there."""


class Subscription:
    """Reads batches from the streams, as `consumer` of `group`, and awaits `handle` for each."""

    def __init__(
        self,
        redis_url: str,
        *,
        group: str,
        consumer: str,
        drain_timeout_s: float,
        reading: Reading,
    ) -> None:
        self._group, self._consumer, self._reading = group, consumer, reading
        self._started = False
        self._broker = RedisBroker(
            redis_url,
            retry=brief_retry(),
            socket_read_size=READ_BYTES,
            graceful_timeout=drain_timeout_s,
            logger=None,  # type: ignore[arg-type]  # None turns it off, which its annotation leaves out
            apply_types=False,
        )

    @property
    def running(self) -> bool:
        """Whether every subscriber still reads. FastStream stops one for good when its group vanishes."""
        return all(subscriber.running for subscriber in self._broker.subscribers)

    def add(self, stream: Stream, handle: Handle) -> None:
        """Subscribe to a stream, before start."""
        source = StreamSub(
            stream,
            group=self._group,
            consumer=self._consumer,
            batch=True,
            polling_interval=POLL_MS,
        )
        subscriber = self._broker.subscriber(stream=source, ack_policy=AckPolicy.MANUAL)

        async def process(message: Any) -> None:
            with subscriber.lock:  # what a graceful stop waits for
                await handle(stream, list(zip(message["message_ids"], message["data"], strict=True)))

        subscriber(process)
        subscriber.process_message = process  # type: ignore[assignment,method-assign]  # no hook for it

    async def start(self) -> None:
        """Begin to read; the groups must exist. Given up half-way, it reads nothing."""
        client = await self._broker.connect()
        guarded = _guarded(client.xreadgroup, self._reading, lambda: self._started)
        client.xreadgroup = guarded  # type: ignore[method-assign]  # there is no hook for it
        client.xgroup_create = _is_there  # type: ignore[assignment,method-assign]  # nor for this one
        try:
            await self._broker.start()
        except BaseException:
            await self.stop()
            raise
        self._started = True

    async def stop(self) -> None:
        """Stop reading, wait for the batch in work up to the drain timeout, disconnect."""
        await self._broker.stop()
