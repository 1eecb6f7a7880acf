"""The head of the flow: articles onto `articles.submitted`, retractions and corrections onto `articles.changes`."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import cast

import redis

from wiredesk import keys, wire
from wiredesk.connection import speaks_redis
from wiredesk.errors import UsageError
from wiredesk.events import ArticleRetracted, EntityCorrected, Stream
from wiredesk.tracing import Trace

__all__ = ["IdempotencyConflict", "correct", "forget_publisher", "retract", "submit", "submit_in_turn"]

IDEMPOTENCY_EXPIRES_S = 24 * 60 * 60
"""A publisher that repeats a request after a day sends a new one; the duplicate check still holds its articles."""

TURN_EXPIRES_S = 60 * 60
"""How long a server may be away before a batch whose answer was lost with it is added a second time."""

_KEY_CHARACTERS = 255
_ID_CHARACTERS = 1024

# KEYS: the stream, the idempotency record. ARGV: hash of the body, lifetime in seconds, field name, documents.
# The first HMGET also fails for a key of a wrong type, before anything is added; a failing first XADD (memory, ACL)
# leaves no record, and after the first write Redis lets a script finish.
_SUBMIT_ONCE = """
local known = redis.call('HMGET', KEYS[2], 'body', 'ids')
if known[1] then
  if known[1] ~= ARGV[1] then return false end
  return known[2]
end
local ids = {}
for i = 4, #ARGV do
  ids[#ids + 1] = redis.call('XADD', KEYS[1], '*', ARGV[3], ARGV[i])
end
ids = table.concat(ids, ' ')
redis.call('HSET', KEYS[2], 'body', ARGV[1], 'ids', ids)
redis.call('EXPIRE', KEYS[2], ARGV[2])
return ids
"""

# KEYS: the stream, the publisher's record (`TURN COUNT IDS` of its last turn). ARGV: turn, how many of its documents
# came before, lifetime in seconds, field name, documents.
# A turn before the last is one that a slow network kept back and that was sent again meanwhile: nobody waits for it.
# The first SET fails for a user who may not, or when memory is full, before anything is added; so does the first XADD.
_SUBMIT_PART = """
local known = redis.call('GET', KEYS[2]) or ''
local turn, count, ids = string.match(known, '^(%d+) (%d+)(.*)$')
turn, count = tonumber(turn or 0), tonumber(count or 0)
local now, before = tonumber(ARGV[1]), tonumber(ARGV[2])
if turn > now or (turn == now and count > before) then return 0 end
if turn < now then count, ids = 0, '' end
if count ~= before then return redis.error_reply('ERR an earlier part was not added') end
redis.call('SET', KEYS[2], known, 'EX', ARGV[3])
ids = {ids}
for i = 5, #ARGV do
  ids[#ids + 1] = redis.call('XADD', KEYS[1], '*', ARGV[4], ARGV[i])
end
redis.call('SET', KEYS[2], ARGV[1] .. ' ' .. (before + #ARGV - 4) .. table.concat(ids, ' '), 'EX', ARGV[3])
return 1
"""

_PART_BYTES, _PART_DOCUMENTS = 200_000, 50
"""A command of more is slow to write: each copy of it takes fresh memory from the operating system (measured)."""

# KEYS: submissions, changes, the article's entry in the duplicate check. ARGV: the envelope's head, the event without
# its revision, field name.
# The revision must cover every submission made so far and none made later, so it is found in the same script that adds
# the event: the id last generated for a submission, or, where that is lost (a deleted stream), the instant before now.
# A submission made after this script gets an id greater than both. Lua's numbers are doubles, exact to 2^53, which
# `ms << 12` passes in 2039: the product is taken in two halves and written as text.
_RETRACT = """
local now = redis.call('TIME')
local ms, seq = now[1] * 1000 + math.floor(now[2] / 1000) - 1, 4095
local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
if not info.err then
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      local last_ms, last_seq = string.match(info[i + 1], '^(%d+)-(%d+)$')
      last_ms, last_seq = tonumber(last_ms), tonumber(last_seq)
      if last_ms > ms or (last_ms == ms and last_seq > seq) then ms, seq = last_ms, last_seq end
    end
  end
end
local high = math.floor(ms / 1000000)
local low = (ms % 1000000) * 4096 + seq
high = high * 4096 + math.floor(low / 1000000)
local revision = string.format('%.0f%06.0f', high, low % 1000000)
local body = '{"revision":' .. revision .. ',' .. string.sub(ARGV[2], 2)
local id = redis.call('XADD', KEYS[2], '*', ARGV[3], ARGV[1] .. body)
redis.pcall('HDEL', KEYS[3], 'content')  -- the change is made: an entry that cannot be released does not undo it
return id
"""


class IdempotencyConflict(UsageError):
    """The idempotency key was used before, for another body."""


@speaks_redis
def submit(
    client: redis.Redis,
    documents: Sequence[bytes],
    *,
    idempotency_key: str | None = None,
    expires_s: int = IDEMPOTENCY_EXPIRES_S,
    trace: Trace | None = None,
) -> list[str]:
    """Add each document (plain JSON bytes) to `articles.submitted`, all or none; returns their submission ids.

    With a `trace` they go in an envelope that carries it; the documents are the same under a key whatever the trace.

    Nothing is validated here: what is no article ends as a dead letter with its bytes. With an `idempotency_key` the
    same documents answer the same ids for `expires_s` seconds; other documents under that key raise
    IdempotencyConflict. Raises Unavailable; after a lost answer the documents may have been added: sending them again
    is safe, exact duplicates are not passed on.
    """
    if not documents:
        return []
    if idempotency_key is not None:
        return _submit_once(client, documents, idempotency_key, expires_s, trace)
    with client.pipeline(transaction=True) as pipeline:
        for document in documents:
            pipeline.xadd(Stream.SUBMITTED, {wire.FIELD: _traced(document, trace)})
        return [_text(entry_id) for entry_id in pipeline.execute()]


def _traced(document: bytes, trace: Trace | None) -> bytes:
    return wire.encode(document, _headers(trace)) if trace else document


def _headers(trace: Trace | None) -> dict[str, str]:
    return {"content-type": "application/json"} | (trace.headers if trace else {})


def _submit_once(
    client: redis.Redis, documents: Sequence[bytes], key: str, expires_s: int, trace: Trace | None
) -> list[str]:
    if not key or len(key) > _KEY_CHARACTERS:
        raise UsageError(f"an idempotency key has 1 to {_KEY_CHARACTERS} characters; this one has {len(key)}")
    body = hashlib.sha256()
    for document in documents:
        body.update(b"%d:" % len(document) + document)
    answer = client.eval(
        _SUBMIT_ONCE,
        2,
        Stream.SUBMITTED,
        keys.idempotency(key),
        body.hexdigest(),
        str(expires_s),
        wire.FIELD,
        *cast("Sequence[str]", [_traced(document, trace) for document in documents]),
    )
    if answer is None:
        raise IdempotencyConflict(f"the idempotency key {key!r} was used for other articles; choose a new one")
    return _text(answer).split()


@speaks_redis
def submit_in_turn(
    client: redis.Redis, documents: Sequence[bytes], *, publisher: str, turn: int, trace: Trace | None = None
) -> list[str]:
    """Add each document to `articles.submitted`, all or none; the same `turn` of a publisher answers the same ids.

    For one that sends batch after batch and sends one again when its answer was lost: one small record a `publisher`
    (a name nobody else uses) says what its last turn became, for TURN_EXPIRES_S seconds. Turns count upwards; one from
    before the last adds nothing and answers no ids. Raises Unavailable.
    """
    if not documents:
        return []
    record = keys.idempotency(publisher)
    before = 0
    with client.pipeline(transaction=True) as pipeline:
        for part in _parts([_traced(document, trace) for document in documents]):
            head = (str(turn), str(before), str(TURN_EXPIRES_S), wire.FIELD)
            pipeline.eval(_SUBMIT_PART, 2, Stream.SUBMITTED, record, *head, *cast("Sequence[str]", part))
            before += len(part)
        pipeline.get(record)
        answer = _text(pipeline.execute()[-1]).split()
    return answer[2:] if answer[0] == str(turn) else []


def _parts(documents: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The documents in order, in parts of bounded number and bytes; a larger one is a part of its own."""
    part: list[bytes] = []
    held = 0
    for document in documents:
        if part and (len(part) >= _PART_DOCUMENTS or held + len(document) > _PART_BYTES):
            yield part
            part, held = [], 0
        part.append(document)
        held += len(document)
    yield part


@speaks_redis
def forget_publisher(client: redis.Redis, publisher: str) -> None:
    """Take a publisher's record away: it sends nothing again. Raises Unavailable."""
    client.delete(keys.idempotency(publisher))


@speaks_redis
def retract(client: redis.Redis, article_id: str, *, reason: str = "", trace: Trace | None = None) -> str:
    """Take an article out of the index, in every revision submitted up to now; returns the entry id of the change.

    The article's entry in the duplicate check is released, so that the same content may be submitted again afterwards.
    An article that was never indexed is not an error: its revisions still under way are kept out. Raises UsageError
    for an id that cannot be one, and Unavailable.
    """
    if not article_id.strip() or len(article_id) > _ID_CHARACTERS:
        raise UsageError(f"an article id has 1 to {_ID_CHARACTERS} characters, and not only spaces")
    event = ArticleRetracted(article_id=article_id, revision=0, reason=reason)
    head = wire.encode(b"", _headers(trace))
    body = event.model_dump_json(exclude={"revision"}).encode()
    answer = client.eval(
        _RETRACT,
        3,
        Stream.SUBMITTED,
        Stream.CHANGES,
        keys.article(article_id),
        cast("str", head),
        cast("str", body),
        wire.FIELD,
    )
    return _text(answer)


@speaks_redis
def correct(client: redis.Redis, events: Sequence[EntityCorrected], *, trace: Trace | None = None) -> list[str]:
    """Add corrections of entities, all or none; returns the entry ids of the changes, which are their order in time.

    Whether they say anything sensible is for the caller to see: what cannot be applied ends as a dead letter. Raises
    Unavailable.
    """
    with client.pipeline(transaction=True) as pipeline:
        for event in events:
            body = wire.encode(event.model_dump_json().encode(), _headers(trace))
            pipeline.xadd(Stream.CHANGES, {wire.FIELD: body})
        return [_text(entry_id) for entry_id in pipeline.execute()]


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
