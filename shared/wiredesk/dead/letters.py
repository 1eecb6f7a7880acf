"""Reading the dead letters: in pages of bounded size, newest or oldest first, chosen by stage, reason and age."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import cast

import redis
from pydantic import BaseModel, ConfigDict, ValidationError

from wiredesk import wire
from wiredesk.connection import speaks_redis
from wiredesk.errors import NotFound, UsageError
from wiredesk.events import SUBMISSION_ID, DeadLetter, Stream, submitted_at

__all__ = [
    "LOOKED_AT",
    "UNREADABLE",
    "DeadLetterEntry",
    "DeadLetterSummary",
    "Look",
    "Selection",
    "checked",
    "found",
    "list_dead",
    "look",
    "moment",
    "of_submission",
    "show",
    "summaries",
]

UNREADABLE = "unreadable"
"""The reason and stage shown for an entry that is no DeadLetter; it can be shown and dropped, not replayed."""

LOOKED_AT = 5_000
"""How many letters one look reads at most, so that a filter few pass holds nobody up: about a tenth of a second."""

_PAGE_BYTES = 8_000_000
_FIRST_PAGE, _LARGEST_PAGE = 20, 500
_CLOCKS_DIFFER_MS = 60_000
_OLDEST, _NEWEST = "-", "+"

# KEYS: the stream. ARGV: XRANGE or XREVRANGE, first id to look at, last, how many entries, how many bytes, field name.
# Answers, for each entry, its id, itself without its original, and the original's length (an original may have many
# megabytes, and a list of dead letters needs none of them); then 1 if nothing follows. Read one by one, so that no call
# holds more than the bytes asked for and one entry. Base64 has no quotation mark and JSON text escapes its own, so the
# pattern cannot match elsewhere.
_PAGE = """
local page, held, from = {}, 0, ARGV[2]
while #page < tonumber(ARGV[4]) and held < tonumber(ARGV[5]) do
  local entry = redis.call(ARGV[1], KEYS[1], from, ARGV[3], 'COUNT', 1)[1]
  if not entry then return {page, 1} end
  local data = ''
  for i = 1, #entry[2], 2 do
    if entry[2][i] == ARGV[6] then data = entry[2][i + 1] end
  end
  local short = data
  local _, opened = string.find(data, '"original"%s*:%s*"')
  local closed = opened and string.find(data, '"', opened + 1, true)
  if closed then short = string.sub(data, 1, opened) .. string.sub(data, closed) end
  page[#page + 1] = {entry[1], string.sub(short, 1, 65536), #data - #short}
  held = held + #data
  from = '(' .. entry[1]
end
return {page, 0}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which letters: those that pass every filter given. `since` compares with when the letter was written."""

    stage: str | None = None
    reason: str | None = None
    since: datetime | None = None

    def takes(self, letter: DeadLetterSummary) -> bool:
        """Whether the letter's stage and reason are those wanted; `since` is seen to in reading."""
        return self.stage in (None, letter.stage) and self.reason in (None, letter.reason)

    @property
    def oldest(self) -> str:
        """Where a range begins that holds no letter from before `since`."""
        return f"{int(self.since.timestamp() * 1000)}-0" if self.since else _OLDEST


@dataclass(frozen=True, slots=True)
class Look:
    """What one bounded look found; `reached` is the id after which to look on, None when nothing is left."""

    letters: tuple[DeadLetterSummary, ...]
    reached: str | None


def moment(text: str, *, now: datetime) -> datetime:
    """A time before `now` (`30m`, `2h`, `7d`) or an ISO 8601 time, which is UTC unless it says otherwise; aware.

    Raises UsageError for what is neither.
    """
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    epoch = datetime.fromtimestamp(0, UTC)
    if ago:
        unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[ago[2]]
        return now - min(timedelta(**{unit: int(ago[1])}), now - epoch)
    try:
        when = datetime.fromisoformat(text.strip())
        return max(when if when.tzinfo else when.replace(tzinfo=UTC), epoch)
    except (ValueError, OverflowError):
        raise UsageError(f"since: {text!r} is no time; write 30m, 2h, 7d, or 2026-01-31T09:00") from None


def checked(*ids: str) -> None:
    """Raises UsageError for what is no id of a letter."""
    for id in ids:
        if not re.fullmatch(SUBMISSION_ID, id):
            raise UsageError(f"{id!r} is no id of a dead letter; they look like 1700000000000-0")


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
    selection = Selection(stage=stage, reason=reason, since=since)
    return list(islice(filter(selection.takes, summaries(client, since=since)), limit))


def summaries(client: redis.Redis, *, since: datetime | None = None) -> Iterator[DeadLetterSummary]:
    """Every dead letter, newest first, read in pages of bounded size. Raises redis.RedisError."""
    newest, oldest, count, ended = _NEWEST, Selection(since=since).oldest, _FIRST_PAGE, False
    while not ended:
        page, ended = _page(client, newest, oldest, count)
        yield from page
        if page:
            newest = f"({page[-1].id}"
        count = _LARGEST_PAGE


@speaks_redis
def look(
    client: redis.Redis,
    selection: Selection,
    *,
    limit: int,
    after: str | None = None,
    until: str | None = None,
    oldest_first: bool = False,
) -> Look:
    """At most `limit` letters of a selection, newest first unless told, from the place after the letter `after`.

    `until` is the newest letter to be found. Reads at most LOOKED_AT letters, so fewer may be found than there are:
    go on from `reached`. Raises Unavailable.
    """
    start = f"({after}" if after else None
    first, last = start if oldest_first and start else selection.oldest, until or _NEWEST
    if not oldest_first:
        first, last = (start or last), selection.oldest
    chosen: list[DeadLetterSummary] = []
    looked_at = 0
    while looked_at < LOOKED_AT:
        page, ended = _page(client, first, last, min(_LARGEST_PAGE, LOOKED_AT - looked_at), oldest_first=oldest_first)
        for letter in filter(selection.takes, page):
            if len(chosen) == limit:  # one more than wanted: there is something to go on to
                return Look(tuple(chosen), chosen[-1].id)
            chosen.append(letter)
        if ended:
            return Look(tuple(chosen), None)
        looked_at += len(page)
        after = page[-1].id
        first = f"({after}"
    return Look(tuple(chosen), after)


@speaks_redis
def of_submission(client: redis.Redis, submission_id: str, *, died_at: datetime) -> DeadLetterSummary | None:
    """The letter of a submission that died about then; None when it is gone, or not among the LOOKED_AT since then.

    Raises Unavailable.
    """
    # A worker's clock wrote the time, the server's clock the id: they may differ.
    first = f"{max(0, int(died_at.timestamp() * 1000) - _CLOCKS_DIFFER_MS)}-0"
    looked_at, ended = 0, False
    while looked_at < LOOKED_AT and not ended:
        page, ended = _page(client, first, _NEWEST, _LARGEST_PAGE, oldest_first=True)
        for letter in page:
            if letter.submission_id == submission_id:
                return letter
        looked_at += len(page)
        first = f"({page[-1].id}" if page else first
    return None


@speaks_redis
def show(client: redis.Redis, id: str) -> DeadLetterEntry:
    """One dead letter, whole. Raises NotFound, UsageError for what is no entry id, and Unavailable."""
    checked(id)
    letter = found(client, id)
    if letter is None:
        raise NotFound(f"there is no dead letter {id}; `wiredesk dead list` shows those there are")
    return letter


def found(client: redis.Redis, id: str) -> DeadLetterEntry | None:
    """One dead letter, whole, if it is there. Raises redis.RedisError."""
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


def _page(
    client: redis.Redis, first: str, last: str, count: int, *, oldest_first: bool = False
) -> tuple[list[DeadLetterSummary], bool]:
    """Letters from `first` to `last`, and whether none follows."""
    command = "XRANGE" if oldest_first else "XREVRANGE"
    page, ended = cast(
        "tuple[list[tuple[bytes, bytes, int]], int]",
        client.eval(_PAGE, 1, Stream.DEAD, command, first, last, str(count), str(_PAGE_BYTES), wire.FIELD),
    )
    return [_summary(entry_id.decode(), short, size) for entry_id, short, size in page], bool(ended)


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
