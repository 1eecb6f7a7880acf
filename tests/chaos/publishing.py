"""Publishing during the whole run: straight to Redis and through the gateway, each as a good publisher would.

Both send small batches and send a batch again when the answer does not come. Through the gateway an Idempotency-Key
makes that exact; straight to Redis the client's turns do, but a batch that outlasts its patience and is sent anew may
be on the stream twice, which the account counts as the duplicates they are.
"""

import contextlib
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wiredesk.client import Client
from wiredesk.errors import Unavailable, WiredeskError
from wiredesk.http_api import HttpApi, path_of

from .errors import ChaosError
from .news import News, Piece

__all__ = ["Publishing"]

_BATCH = 20
_PAUSE_S = 0.05
_AGAIN_S = 0.25
_GATEWAY_PATIENCE_S = 5.0

Send = Callable[[Sequence[Piece], str], Sequence[str | WiredeskError]]


@dataclass
class Publishing:
    """Sends the pieces of each lane in order, never beyond `allowance` of all, and notes the ids that were answered.

    `again` counts batches sent again after no answer. Ends early on `stop`; `failure` says what no repeating can cure.
    """

    news: News
    redis_url: str
    gateway_url: str
    api_key: str | None = None
    allowance: float = 0.0
    answered: set[str] = field(default_factory=set)
    sent: dict[str, int] = field(default_factory=dict)
    again: int = 0
    failure: str | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Publishing":
        for lane, send in (("redis", self._to_redis), ("gateway", self._to_the_gateway)):
            self.sent[lane] = 0
            thread = threading.Thread(target=self._publish, args=(lane, send), name=f"publish {lane}", daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def done(self) -> bool:
        """Whether everything is sent. Raises ChaosError when something never can be."""
        if self.failure:
            raise ChaosError(f"publishing failed: {self.failure}")
        return sum(self.sent.values()) == len(self.news)

    def add(self, piece: Piece) -> None:
        """Send one more at once, straight to Redis; when the server is away, it is left out."""
        with contextlib.suppress(Unavailable):
            self.answered.update(self._to_redis([piece], ""))  # type: ignore[arg-type]  # Redis refuses nothing

    def _publish(self, lane: str, send: Send) -> None:
        pieces = self.news.pieces[lane]
        while not self._stop.is_set() and self.sent[lane] < len(pieces):
            at = self.sent[lane]
            batch = _batch(pieces[at : min(at + _BATCH, int(len(pieces) * self.allowance))])
            if not batch:
                self._stop.wait(_PAUSE_S)
                continue
            try:
                results = self._until_answered(send, batch)
            except WiredeskError as error:
                self.failure = f"{lane}: {error}"
                return
            for result in results:
                if isinstance(result, WiredeskError):
                    self.failure = f"{lane}: {result}"
                    return
                self.answered.add(result)
            self.sent[lane] = at + len(batch)

    def _until_answered(self, send: Send, batch: Sequence[Piece]) -> Sequence[str | WiredeskError]:
        key = uuid.uuid4().hex
        while not self._stop.is_set():
            try:
                return send(batch, key)
            except Unavailable:
                self.again += 1
                self._stop.wait(_AGAIN_S)
        return []

    def _to_redis(self, batch: Sequence[Piece], _key: str) -> Sequence[str | WiredeskError]:
        with Client.connect(self.redis_url) as client:
            return client.send([piece.document for piece in batch])

    def _to_the_gateway(self, batch: Sequence[Piece], key: str) -> Sequence[str]:
        api = HttpApi(self.gateway_url, api_key=self.api_key, patience_s=_GATEWAY_PATIENCE_S)
        headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": key}
        answer = api.post(path_of("articles"), b"\n".join(piece.document for piece in batch), headers=headers)
        return [str(submission_id) for submission_id in answer["submission_ids"]]


def _batch(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """As many as tell of different articles: repeating a batch must not put an older text after a newer one."""
    articles: set[str] = set()
    for at, piece in enumerate(pieces):
        if piece.article in articles:
            return pieces[:at]
        articles.add(piece.article)
    return pieces
