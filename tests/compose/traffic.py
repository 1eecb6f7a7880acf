"""Articles that flow while containers come and go, and the reckoning of what became of each, by sets of submission ids.

What is published, how it is followed and by which rules it is judged is the chaos proof's (tests/chaos).
"""

import contextlib
import json
import time
from collections.abc import Iterator, Sequence

import redis
from redis.exceptions import RedisError
from wiredesk import pipeline
from wiredesk.errors import WiredeskError
from wiredesk.http_api import HttpApi, path_of
from wiredesk.pipeline import WorkerState
from wiredesk.testing import wait_until

from tests.chaos import news, verdict
from tests.chaos.account import Account, Follower
from tests.chaos.news import Piece
from tests.chaos.publishing import Publishing

__all__ = ["Traffic", "flowing"]

_ARTICLES = 6000
_ENDED_S = 300.0
_SEEN_S, _MORE = 20.0, 50
_FOUND_S, _POLL_S = 60.0, 0.2


class Traffic:
    """Publishes in portions, straight to Redis and through the gateway at once, and takes down what becomes of each."""

    def __init__(self, client: "redis.Redis", gateway_url: str, publishing: Publishing, account: Account) -> None:
        self.account = account
        self._client, self._gateway_url, self._publishing = client, gateway_url, publishing
        self._follower = Follower(client, publishing.news, account)

    def let_go(self, number: int) -> None:
        """Have so many more articles published from now on, by threads of their own."""
        share = number / len(self._publishing.news)
        assert self._publishing.allowance + share <= 1, "the run has used up its articles; write more of them"
        self._publishing.allowance += share

    def connect_by(self, redis_url: str) -> None:
        """Publish and follow by another address of the same Redis from now on, as whoever was given a new password."""
        self._publishing.redis_url = redis_url
        self._client.connection_pool = redis.ConnectionPool.from_url(redis_url)

    def adopt(self, submission_ids: Sequence[str]) -> None:
        """Reckon with articles that somebody else published, each of its own and good."""
        self._publishing.answered.update(submission_ids)
        wait_until(lambda: self.read() or self.account.pieces.keys() >= set(submission_ids), what="them on the stream")
        for one in submission_ids:
            self.account.pieces[one] = Piece(article=f"of {one}", state=0, lane="gateway", document=b"")

    def read(self) -> None:
        """Take down what is new; a server that is away is asked another time."""
        with contextlib.suppress(RedisError):
            while self._follower.read():
                pass

    def wait_until_ended(self) -> None:
        """Until everything let go is published and has come to an end."""
        wait_until(self._all_ended, timeout_s=_ENDED_S, interval_s=0.2, what="every submission to come to an end")

    def wrong(self) -> list[str]:
        """What is wrong with what became of the submissions so far, and with what the index holds; none is right.

        What was committed is found a moment later, when the gateway has looked again: so long it is waited for.
        """
        deadline = time.monotonic() + _FOUND_S
        while True:
            self.read()
            found = list(verdict.judge(self.account))
            found += verdict.judge_index(self.account, self._held(), {})
            if not found or any(one.kind != "index" for one in found) or time.monotonic() > deadline:
                return [f"{one.kind}: {one.words} ({one.submission_id})" for one in found]
            time.sleep(_POLL_S)

    def workers(self, stage: str) -> list[WorkerState]:
        """The stage's workers in the register; none while the server is away."""
        with contextlib.suppress(WiredeskError):
            return [worker for worker in pipeline.read(self._client).workers if worker.stage == stage]
        return []

    def busy_host(self, stage: str) -> str:
        """The host name of a worker of this stage for which Redis holds entries, waited for.

        What was let go may all be done before anybody looks: then more is, until the run has used up its articles.
        """

        def found() -> str | None:
            return next((worker.host for worker in self.workers(stage) if worker.pending), None)

        while True:
            with contextlib.suppress(TimeoutError):
                return str(wait_until(found, timeout_s=_SEEN_S, what=f"a worker of {stage} to have something in hand"))
            self.let_go(_MORE)

    def held_by(self, stage: str, host: str) -> int:
        """How many entries Redis holds for this stage's worker on that host."""
        return sum(worker.pending or 0 for worker in self.workers(stage) if worker.host == host)

    def _all_ended(self) -> bool:
        self.read()
        due = sum(int(len(lane) * self._publishing.allowance) for lane in self._publishing.news.pieces.values())
        if not self._publishing.done and sum(self._publishing.sent.values()) < due:
            return False
        if self._publishing.answered - self.account.pieces.keys():
            return False
        with contextlib.suppress(WiredeskError):
            self._follower.ask(self.account.missing)
        return not self.account.missing

    def _held(self) -> list[tuple[str, int]]:
        """Id and revision of every article the gateway finds, read as one export."""
        lines = bytearray()
        HttpApi(self._gateway_url).save(
            path_of("search", "export"), lines.extend, q="", format="jsonl", fields="article_id,revision"
        )
        return [(one["article_id"], one["revision"]) for one in map(json.loads, lines.splitlines())]


@contextlib.contextmanager
def flowing(redis_url: str, gateway_url: str, api_key: str, seed: int) -> Iterator[Traffic]:
    """Traffic on a running pipeline, which must be empty: the account is of all that its streams hold."""
    publishing = Publishing(news.write(_ARTICLES, seed, poisoned=False), redis_url, gateway_url, api_key)
    with redis.Redis.from_url(redis_url) as client:
        traffic = Traffic(client, gateway_url, publishing, Account(answered=publishing.answered))
        with publishing:
            yield traffic
