"""What became of every submission, by sets of submission ids: read off the streams while the run goes on.

The truth about what was submitted is the stream itself: a reader of the proof's own group (a foreign one to the
pipeline, which therefore does not trim what it has not read) takes down every entry of `articles.submitted`. Answers to
publishers cannot be the truth, because the answer to an article that was added may be lost; they are checked by it.
"""

import base64
import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import redis
from wiredesk import wire
from wiredesk.errors import NotFound
from wiredesk.events import ArticleIndexed, DeadLetter, Stream
from wiredesk.journey import journey

from .news import News, Piece

__all__ = ["GROUP", "Account", "Follower"]

GROUP = "chaos"
_COUNT = 1000


@dataclass(slots=True)
class Account:
    """Ids of submissions by what became of them. `pieces` tells for each what it was; None is what nobody published."""

    pieces: dict[str, Piece | None] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    indexed: Counter[str] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    altered: set[str] = field(default_factory=set)
    article_ids: dict[str, str] = field(default_factory=dict)
    duplicate: set[str] = field(default_factory=set)
    superseded: set[str] = field(default_factory=set)

    @property
    def ended(self) -> int:
        """Submissions known to have ended on a stream; duplicates and superseded ones show in their journeys alone."""
        return len(self.indexed) + len(self.dead)

    @property
    def missing(self) -> set[str]:
        """Submissions that came to no end."""
        return self.pieces.keys() - self.indexed.keys() - self.dead.keys() - self.duplicate - self.superseded

    def by_article(self) -> dict[str, list[str]]:
        """Each article's submissions, oldest first."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for submission_id, piece in self.pieces.items():
            if piece is not None:
                found[piece.article].append(submission_id)
        return {article: sorted(ids, key=order) for article, ids in found.items()}


def order(submission_id: str) -> tuple[int, int]:
    """Entry ids compare as pairs of numbers."""
    milliseconds, _, sequence = submission_id.partition("-")
    return int(milliseconds), int(sequence)


class Follower:
    """Takes what is new on the streams into an account. For one thread."""

    def __init__(self, client: "redis.Redis", news: News, account: Account) -> None:
        self._client, self._news, self._account = client, news, account
        self._seen: dict[Any, Any] = {Stream.SUBMITTED: "0", Stream.INDEXED: "0", Stream.DEAD: "0"}
        client.xgroup_create(Stream.SUBMITTED, GROUP, id="0", mkstream=True)

    def read(self) -> bool:
        """Take in what is new; whether there was anything. Raises redis.RedisError, after which it may go on."""
        answer: Any = self._client.xread(self._seen, count=_COUNT)
        for stream, entries in answer or ():
            name = Stream(stream.decode())
            for entry_id, fields in entries:
                self._take(name, entry_id.decode(), fields[wire.FIELD.encode()])
            self._seen[name] = entries[-1][0]
            if name == Stream.SUBMITTED:
                # What is taken down may be trimmed; what is not, may not.
                self._client.xgroup_setid(Stream.SUBMITTED, GROUP, entries[-1][0])
        return bool(answer)

    def ask(self, submission_ids: Iterable[str]) -> None:
        """Duplicates and superseded articles publish nothing; their journeys tell. Raises Unavailable."""
        for submission_id in submission_ids:
            with contextlib.suppress(NotFound):
                state = journey(self._client, submission_id).state
                if state == "duplicate":
                    self._account.duplicate.add(submission_id)
                elif state == "superseded":
                    self._account.superseded.add(submission_id)

    def _take(self, stream: Stream, entry_id: str, data: bytes) -> None:
        account = self._account
        if stream == Stream.SUBMITTED:
            account.pieces[entry_id] = self._news.piece(data)
            return
        body = wire.decode(data).body
        if stream == Stream.INDEXED:
            event = ArticleIndexed.model_validate_json(body)
            account.indexed[event.submission_id] += 1
            account.article_ids[event.submission_id] = event.article_id
            return
        letter = DeadLetter.model_validate_json(body)
        account.dead[letter.submission_id] += 1
        account.reasons[f"{letter.stage} {letter.reason}"] += 1
        piece = account.pieces.get(letter.submission_id)
        if piece and letter.stream == Stream.SUBMITTED and base64.b64decode(letter.original) != piece.document:
            account.altered.add(letter.submission_id)
