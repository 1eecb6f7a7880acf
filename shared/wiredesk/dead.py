"""The dead letters: what could not be processed, kept whole on `articles.dead`, to look at, send again or drop."""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Literal, cast

import redis
from pydantic import BaseModel, ConfigDict, ValidationError

from wiredesk import wire
from wiredesk.connection import speaks_redis
from wiredesk.errors import NotFound, UsageError
from wiredesk.events import SUBMISSION_ID, DeadLetter, Stream, submitted_at

__all__ = [
    "SUBMISSION_FIELD",
    "DeadLetterEntry",
    "DeadLetterSummary",
    "ReplayResult",
    "drop",
    "list_dead",
    "replay",
    "show",
    "summaries",
]

SUBMISSION_FIELD = "submission_id"
"""The second field of a replayed entry: the original submission id, under which it goes on."""

UNREADABLE = "unreadable"
"""The reason and stage shown for an entry that is no DeadLetter; it can be shown and dropped, not replayed."""

_PAGE_BYTES = 8_000_000
_FIRST_PAGE, _LARGEST_PAGE = 20, 500
_WORK_STREAMS = (Stream.SUBMITTED, Stream.INGESTED, Stream.EXTRACTED, Stream.CHANGES)

# KEYS: the stream. ARGV: newest id to look at, oldest, how many, field name.
# Answers id, entry without its original, and the original's length: an original may have many megabytes, and a list
# of dead letters needs none of them. Base64 has no quotation mark and JSON text escapes its own, so the pattern cannot
# match elsewhere.
_PAGE = """
local page = {}
for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])) do
  local data = ''
  for i = 1, #entry[2], 2 do
    if entry[2][i] == ARGV[4] then data = entry[2][i + 1] end
  end
  local short = string.gsub(data, '"original"%s*:%s*"[^"]*"', '"original":""', 1)
  page[#page + 1] = {entry[1], string.sub(short, 1, 65536), #data - #short}
end
return page
"""

# KEYS: the dead letters, the stream where it failed. ARGV: id, field name, original, submission field, submission id.
# Lua does not roll back, so whatever may fail comes before the one step that must not be alone: the XDEL of an id that
# cannot exist fails for a user who may not delete, then XADD fails (memory, type, ACL) with the letter still there.
_REPLAY = """
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then return false end
redis.call('XDEL', KEYS[1], '0-0')
local id = redis.call('XADD', KEYS[2], '*', ARGV[2], ARGV[3], ARGV[4], ARGV[5])
redis.call('XDEL', KEYS[1], ARGV[1])
return id
"""


class DeadLetterSummary(BaseModel):
    """A dead letter without its original, of which only the size is told. `id` is its entry id on `articles.dead`."""

    model_config = ConfigDict(frozen=True)

    id: str
    stream: str
    stage: str
    reason: str
    message: str
    attempts: int
    first_seen: datetime
    last_seen: datetime
    submission_id: str
    size_bytes: int


class DeadLetterEntry(DeadLetterSummary):
    """A dead letter with the unmodified bytes of its field."""

    original: bytes

    @property
    def body(self) -> bytes:
        """The original without its envelope: what the publisher or the stage before wrote."""
        return wire.decode(self.original).body


class ReplayResult(BaseModel):
    """What became of one letter: `replayed` as `entry_id` on `stream`, `gone` (not there any more), or `failed`."""

    model_config = ConfigDict(frozen=True)

    id: str
    outcome: Literal["replayed", "gone", "failed"]
    stream: str | None = None
    entry_id: str | None = None
    submission_id: str | None = None
    message: str | None = None


@speaks_redis
def list_dead(
    client: redis.Redis,
    *,
    stage: str | None = None,
    reason: str | None = None,
    since: datetime | None = None,
    limit: int | None = 100,
) -> list[DeadLetterSummary]:
    """Dead letters, newest first, that pass every filter given; `since` compares with when the letter was written.

    Pages through the whole stream until `limit` letters are found (None: all of them). Raises Unavailable.
    """
    matching = (
        letter
        for letter in summaries(client, since=since)
        if (stage is None or letter.stage == stage) and (reason is None or letter.reason == reason)
    )
    return list(islice(matching, limit))


def summaries(client: redis.Redis, *, since: datetime | None = None) -> Iterator[DeadLetterSummary]:
    """Every dead letter, newest first, read in pages of bounded size. Raises redis.RedisError."""
    newest, oldest = "+", f"{int(since.timestamp() * 1000)}-0" if since else "-"
    count = _FIRST_PAGE
    while True:
        page = cast(
            "list[tuple[bytes, bytes, int]]", client.eval(_PAGE, 1, Stream.DEAD, newest, oldest, str(count), wire.FIELD)
        )
        for entry_id, short, size in page:
            yield _summary(entry_id.decode(), short, size)
        if len(page) < count:
            return
        newest = f"({page[-1][0].decode()}"
        average = sum(size for _, _, size in page) // len(page) + 1
        count = max(1, min(_LARGEST_PAGE, _PAGE_BYTES // average, count * 4))


def _summary(entry_id: str, data: bytes, base64_bytes: int) -> DeadLetterSummary:
    try:
        letter = DeadLetter.model_validate_json(wire.decode(data).body)
    except ValidationError:
        written = submitted_at(entry_id)
        return DeadLetterSummary(
            id=entry_id,
            stream="",
            stage=UNREADABLE,
            reason=UNREADABLE,
            message="this entry is no dead letter of Wiredesk",
            attempts=0,
            first_seen=written,
            last_seen=written,
            submission_id="",
            size_bytes=len(data) + base64_bytes,
        )
    return DeadLetterSummary(
        id=entry_id, **letter.model_dump(exclude={"version", "original"}), size_bytes=base64_bytes * 3 // 4
    )


@speaks_redis
def show(client: redis.Redis, id: str) -> DeadLetterEntry:
    """One dead letter, whole. Raises NotFound, UsageError for what is no entry id, and Unavailable."""
    _check(id)
    found = _original(client, id)
    if found is None:
        raise NotFound(f"there is no dead letter {id}; `wiredesk dead list` shows those there are")
    return found


def _check(*ids: str) -> None:
    for id in ids:
        if not re.fullmatch(SUBMISSION_ID, id):
            raise UsageError(f"{id!r} is no id of a dead letter; they look like 1700000000000-0")


def _original(client: redis.Redis, id: str) -> DeadLetterEntry | None:
    entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", client.xrange(Stream.DEAD, id, id))
    if not entries:
        return None
    data = entries[0][1].get(wire.FIELD.encode(), b"")
    try:
        letter = DeadLetter.model_validate_json(wire.decode(data).body)
        original = base64.b64decode(letter.original, validate=True)
    except (ValidationError, binascii.Error):
        return DeadLetterEntry(**_summary(id, data, 0).model_dump(), original=data)
    fields = letter.model_dump(exclude={"version", "original"})
    return DeadLetterEntry(id=id, **fields, size_bytes=len(original), original=original)


@speaks_redis
def replay(client: redis.Redis, ids: Sequence[str]) -> list[ReplayResult]:
    """Send letters again, with their original bytes, to the stream where each failed; one result each, in order.

    Each letter moves in one script: it is in the stream or among the dead, never in both and never in neither. One
    that fails stays where it is and does not stop the others. Raises UsageError for an id that is none, before
    anything moves, and Unavailable when Redis does not answer; after a lost answer a letter moved shows as `gone`.
    """
    _check(*ids)
    return [_replay(client, id) for id in ids]


def _replay(client: redis.Redis, id: str) -> ReplayResult:
    letter = _original(client, id)
    if letter is None:
        return ReplayResult(id=id, outcome="gone", message="it was replayed, dropped or trimmed meanwhile")
    if letter.stream not in _WORK_STREAMS:
        return ReplayResult(
            id=id, outcome="failed", message=f"it came from {letter.stream or 'nowhere'}, no stream of work"
        )
    try:
        entry_id = client.eval(
            _REPLAY,
            2,
            Stream.DEAD,
            letter.stream,
            id,
            wire.FIELD,
            cast("str", letter.original),
            SUBMISSION_FIELD,
            letter.submission_id,
        )
    except redis.ResponseError as error:
        return ReplayResult(id=id, outcome="failed", stream=letter.stream, message=f"Redis refuses: {error}")
    if entry_id is None:
        return ReplayResult(id=id, outcome="gone", message="it was replayed, dropped or trimmed meanwhile")
    return ReplayResult(
        id=id,
        outcome="replayed",
        stream=letter.stream,
        entry_id=cast("bytes", entry_id).decode(),
        submission_id=letter.submission_id,
    )


@speaks_redis
def drop(client: redis.Redis, ids: Sequence[str]) -> int:
    """Delete letters for good; returns how many were there. Raises UsageError for what is no id, and Unavailable."""
    _check(*ids)
    dropped = 0
    for start in range(0, len(ids), _LARGEST_PAGE):
        dropped += client.xdel(Stream.DEAD, *ids[start : start + _LARGEST_PAGE])
    return dropped
