"""Whether every submission came to an end: by sets of submission ids, never by counters."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import redis
from wiredesk import wire
from wiredesk.errors import NotFound
from wiredesk.events import ArticleIndexed, DeadLetter, Stream
from wiredesk.journey import journey

from .errors import BenchError

__all__ = ["Account", "Follower", "milliseconds", "total"]

_POLL_S = 0.02
_QUIET_S = 1.0
"""After this long without an event, what is missing is asked for by name."""
_STUCK_S = 90.0
_NAMED = 5


def milliseconds(entry_id: str | bytes) -> int:
    """When the server took an entry in, since the epoch, by its id."""
    text = entry_id.decode() if isinstance(entry_id, bytes) else entry_id
    return int(text.partition("-")[0])


@dataclass(slots=True)
class Account:
    """What became of the submissions, by id. `indexed` holds the event and the server's milliseconds of it."""

    submitted: set[str] = field(default_factory=set)
    indexed: dict[str, tuple[ArticleIndexed, int]] = field(default_factory=dict)
    dead: dict[str, str] = field(default_factory=dict)
    duplicate: set[str] = field(default_factory=set)
    superseded: set[str] = field(default_factory=set)
    indexed_again: int = 0

    @property
    def missing(self) -> set[str]:
        """Submissions nothing is known of."""
        return self.submitted - self.indexed.keys() - self.dead.keys() - self.duplicate - self.superseded

    def counts(self) -> dict[str, int]:
        """How many came to which end; `missing` must be 0, and all but `submitted` add up to it."""
        return {
            "submitted": len(self.submitted),
            "indexed": len(self.submitted & self.indexed.keys()),
            "duplicate": len(self.submitted & self.duplicate),
            "superseded": len(self.submitted & self.superseded),
            "dead_lettered": len(self.submitted & self.dead.keys()),
            "missing": len(self.missing),
            "indexed_again": self.indexed_again,
        }


def total(accounts: Iterable[Account]) -> dict[str, int]:
    """The counts of all of them together."""
    found = Account().counts()
    for account in accounts:
        found = {name: found[name] + count for name, count in account.counts().items()}
    return found


class Follower:
    """Reads `articles.indexed` and `articles.dead` from their beginnings into an account."""

    def __init__(self, client: "redis.Redis", account: Account) -> None:
        self._client, self._account = client, account
        self._seen: dict[Any, Any] = {Stream.INDEXED: "0", Stream.DEAD: "0"}

    def read(self) -> bool:
        """Take in what is new; whether there was anything."""
        answer: Any = self._client.xread(self._seen, count=1000)
        for stream, entries in answer or ():
            name = Stream(stream.decode())
            for entry_id, fields in entries:
                self._take(name, entry_id, wire.decode(fields[wire.FIELD.encode()]).body)
            self._seen[name] = entries[-1][0]
        return bool(answer)

    def wait(self, submission_ids: Iterable[str], check: Callable[[], None]) -> None:
        """Until each has ended; `check` is called meanwhile and may raise.

        Raises BenchError when nothing comes for a long time: it names what is missing.
        """
        wanted = set(submission_ids)
        heard = asked = time.monotonic()
        while left := wanted & self._account.missing:
            now = time.monotonic()
            if self.read():
                heard = now
            elif now - heard > _STUCK_S:
                some = ", ".join(sorted(left)[:_NAMED])
                raise BenchError(
                    f"{len(left)} of {len(wanted)} articles have not arrived, nothing for {_STUCK_S:g} s: {some}"
                )
            elif now - heard > _QUIET_S and now - asked > _QUIET_S:
                asked = now
                check()
                self._ask(left)
            else:
                time.sleep(_POLL_S)

    def _take(self, stream: Stream, entry_id: bytes, body: bytes) -> None:
        account = self._account
        if stream == Stream.DEAD:
            letter = DeadLetter.model_validate_json(body)
            account.dead[letter.submission_id] = letter.reason
            return
        event = ArticleIndexed.model_validate_json(body)
        if event.submission_id in account.indexed:
            account.indexed_again += 1
        account.indexed.setdefault(event.submission_id, (event, milliseconds(entry_id)))

    def _ask(self, submission_ids: Iterable[str]) -> None:
        """Duplicates and superseded articles publish nothing; their journeys tell."""
        for submission_id in submission_ids:
            try:
                state = journey(self._client, submission_id).state
            except NotFound:
                continue
            if state == "duplicate":
                self._account.duplicate.add(submission_id)
            elif state == "superseded":
                self._account.superseded.add(submission_id)
