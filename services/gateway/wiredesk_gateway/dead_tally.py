"""The dead letters counted by stage and reason, all of them: letters never change, so each is read once.

Ids are kept, ten bytes a letter, to tell which went away. Those trimmed are the oldest; when others are missing
(replayed, dropped), the ids are gone through again. One count does a bounded amount of work and goes on where the last
one stopped; until it is through, there is no answer rather than a wrong one.
"""

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import cast

import redis
from wiredesk.connection import speaks_redis
from wiredesk.dead import LOOKED_AT, Selection, look
from wiredesk.events import Stream

__all__ = ["DeadTally"]

_READ_AT_ONCE = 10_000
"""Letters read in one count: about a second's work."""

_IDS_AT_ONCE = 50_000
_IDS_A_PAGE = 500
_CAPACITY = 2_000_000
"""Letters counted at most, 20 MB of ids: far more than the limit in bytes on `articles.dead` leaves room for."""

_LABELS = 200
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_OTHER = "other"
_SEQUENCE_BITS = 20

# KEYS: the stream. ARGV: the first id to answer, how many at most. Returns the length, the first id there is, and ids.
_IDS = """
local ids = {}
for n, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do ids[n] = entry[1] end
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
return {redis.call('XLEN', KEYS[1]), first and first[1] or false, ids}
"""

Label = tuple[str, str]


class DeadTally:
    """One gateway's count. `count` may be called from any thread."""

    def __init__(self, client: redis.Redis, *, read_at_once: int = _READ_AT_ONCE, ids_at_once: int = _IDS_AT_ONCE):
        self._client = client
        self._read_at_once, self._ids_at_once = read_at_once, ids_at_once
        self._turn = Lock()
        self._start()

    def _start(self) -> None:
        self._ids, self._marks = array("Q"), array("H")
        self._labels: dict[Label, int] = {}
        self._newest: str | None = None
        self._again: _Recount | None = None

    def count(self) -> Mapping[Label, int] | None:
        """How many letters there are by (stage, reason); None while not all are counted yet. Raises Unavailable."""
        with self._turn:
            if not self._read_new():
                return None
            length, first, newer = _ids(self._client, f"({self._newest}" if self._newest else "-")
            self._forget_before(first)
            if self._again is None and length - len(newer) != len(self._ids):
                self._again = _Recount()
            if self._again is not None and not self._recount(self._again):
                return None
            return self._counted()

    def _read_new(self) -> bool:
        """Read what was written since the last count; whether that is all."""
        for _ in range(0, self._read_at_once, LOOKED_AT):
            limit = min(self._read_at_once, LOOKED_AT)
            found = look(self._client, Selection(), limit=limit, after=self._newest, oldest_first=True)
            for letter in found.letters:
                if len(self._ids) >= _CAPACITY:
                    return False
                self._newest = letter.id
                self._ids.append(_as_number(letter.id))
                self._marks.append(self._mark(letter.stage, letter.reason))
            if found.reached is None:
                return True
        return False

    def _mark(self, stage: str, reason: str) -> int:
        """The number of a label. Whoever writes to the stream cannot make labels without end."""
        label = (_slug(stage), _slug(reason))
        if label not in self._labels and len(self._labels) >= _LABELS:
            label = (_OTHER, _OTHER)
        return self._labels.setdefault(label, len(self._labels))

    def _forget_before(self, first: str | None) -> None:
        """Trimming takes the oldest."""
        gone = len(self._ids) if first is None else bisect_left(self._ids, _as_number(first))
        if gone:
            del self._ids[:gone]
            del self._marks[:gone]

    def _recount(self, recount: "_Recount") -> bool:
        """Go on through the ids that are there; whether it came to the end, with the marks of those kept."""
        for _ in range(0, self._ids_at_once, _IDS_A_PAGE):
            length, _, page = _ids(self._client, recount.start)
            recount.there.extend(map(_as_number, page))
            if len(page) < _IDS_A_PAGE:
                self._again = None
                # Otherwise more went away behind the walk: the next count notices, and goes through them again.
                return length == len(recount.there) and self._keep(recount.there)
            recount.start = f"({page[-1]}"
        return False

    def _keep(self, there: "array[int]") -> bool:
        """Keep what is there. What is there and was never read (someone chose its id) is a reason to read all anew."""
        ids, marks, at = array("Q"), array("H"), 0
        for id, mark in zip(self._ids, self._marks, strict=True):
            if at < len(there) and there[at] == id:
                ids.append(id)
                marks.append(mark)
                at += 1
        newest = _as_number(self._newest) if self._newest else 0
        if at < len(there) and there[at] <= newest:
            self._start()
            return False
        self._ids, self._marks = ids, marks
        return True

    def _counted(self) -> Mapping[Label, int]:
        by_mark = Counter(self._marks)
        return {label: by_mark[mark] for label, mark in self._labels.items() if by_mark[mark]}


class _Recount:
    """How far a walk over the ids has come."""

    def __init__(self) -> None:
        self.start = "-"
        self.there = array("Q")


@speaks_redis
def _ids(client: redis.Redis, start: str) -> tuple[int, str | None, list[str]]:
    """The stream's length, its first id, and a page of ids from `start` on, all of one moment."""
    length, first, ids = cast(
        "tuple[int, bytes | None, list[bytes]]", client.eval(_IDS, 1, Stream.DEAD, start, str(_IDS_A_PAGE))
    )
    return length, first.decode() if first else None, [id.decode() for id in ids]


def _slug(text: str) -> str:
    return text if _SLUG.fullmatch(text) else _OTHER


def _as_number(entry_id: str) -> int:
    """An entry id as 64 bits that sort as ids do: a million letters a millisecond until the year 2500."""
    milliseconds, _, sequence = entry_id.partition("-")
    return (int(milliseconds) << _SEQUENCE_BITS | int(sequence) & (1 << _SEQUENCE_BITS) - 1) & (1 << 64) - 1
