"""For publishers in Python: send articles straight to Redis (`Client`) or through a gateway (`HttpClient`).

Both slow down with the pipeline: while it has no room, or its server is away, a batch waits, and `on_wait` is told why.
What is sent belongs to the `trace` given to either (`wiredesk.tracing.trace_of` reads one), and carries it on.

from wiredesk.client import Client
from wiredesk.events import ArticleSubmitted

with Client.connect("redis://127.0.0.1:6379/0") as wiredesk:
    submission_id = wiredesk.publish(ArticleSubmitted(url="https://example.org/a", text="…"))
    for submission_id in wiredesk.publish_many(articles):
        print(submission_id)
"""

import contextlib
import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import redis
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError
from redis.exceptions import AuthenticationError, AuthorizationError, BusyLoadingError

from wiredesk.admission import Admission
from wiredesk.connection import connect, is_denied, own_words
from wiredesk.errors import NotAllowed, Unavailable, UsageError, WiredeskError
from wiredesk.events import ArticleSubmitted
from wiredesk.http_api import HttpApi, path_of
from wiredesk.patience import Holdup, OnWait, Patience, backoff_s
from wiredesk.pressure import PUBLISHING, Limits
from wiredesk.submissions import forget_publisher, submit, submit_in_turn
from wiredesk.tracing import Trace

__all__ = ["PATIENCE_S", "Client", "Holdup", "HttpClient", "Publisher", "batches", "document"]

PATIENCE_S = 600.0
"""So long one batch waits, unless told otherwise: longer than a server takes to restart with much data."""

BATCH_ARTICLES = 200
BATCH_BYTES = 4_000_000
"""One batch is one command to Redis, or one request: bounded, so that neither side holds much at a time."""

_LOOK_AGAIN_S = 0.5
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.05, 1.0
_QUIET_S = 0.5
"""A connection that had gone stale is no news; what lasts longer than this is."""
_STRANGER_S = 2.0
"""A server that never answered is more likely a wrong address than a restart."""

Article = ArticleSubmitted | Mapping[str, Any]


def document(article: Article) -> bytes:
    """The article as the JSON that goes on the stream. A mapping is checked, but sent with every field it has.

    Raises UsageError, naming the field, for what ingest could only refuse.
    """
    try:
        checked = article if isinstance(article, ArticleSubmitted) else ArticleSubmitted.model_validate(dict(article))
        if not checked.text and not checked.html:
            raise UsageError("an article needs its text or its html")
        if isinstance(article, ArticleSubmitted):
            return article.model_dump_json(exclude_defaults=True).encode()
        return json.dumps(dict(article), ensure_ascii=False).encode()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"this is no article: {f'{where}: ' if where else ''}{first['msg']}") from None
    except (PydanticSerializationError, UnicodeEncodeError, TypeError) as error:
        raise UsageError(f"this article cannot be written as JSON: {error}") from None


def batches(
    documents: Iterable[bytes], *, articles: int = BATCH_ARTICLES, size_bytes: int = BATCH_BYTES
) -> Iterator[list[bytes]]:
    """Group documents into lists of bounded number and bytes; one larger than the bound is a list of its own."""
    batch: list[bytes] = []
    held = 0
    for item in documents:
        if batch and (len(batch) >= articles or held + len(item) > size_bytes):
            yield batch
            batch, held = [], 0
        batch.append(item)
        held += len(item)
    if batch:
        yield batch


class Publisher(ABC):
    """What `Client` and `HttpClient` have in common. Not for several threads at once."""

    @abstractmethod
    def send(self, documents: Sequence[bytes]) -> list[str | WiredeskError]:
        """Send one batch of JSON documents; for each its submission id, or the error that kept it out.

        Raises Unavailable when nothing could be sent.
        """

    @abstractmethod
    def close(self) -> None:
        """Let the connection go."""

    def publish(self, article: Article) -> str:
        """Send one article; returns its submission id. Raises UsageError for no article, and Unavailable."""
        return next(self.publish_many([article]))

    def publish_many(self, articles: Iterable[Article]) -> Iterator[str]:
        """Send articles in bounded batches and yield their submission ids, in order.

        Nothing is sent before the first id is asked for. Raises UsageError at the first article that is none (those
        before it in earlier batches are sent), and Unavailable.
        """
        for batch in batches(map(document, articles)):
            for result in self.send(batch):
                if isinstance(result, WiredeskError):
                    raise result
                yield result

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Client(Publisher):
    """Publishes straight onto the stream.

    A batch waits while the pipeline is fuller than `limits` allow, while the server's memory is full, and while a
    server that has answered before is away: `patience_s` seconds at most (None: as long as it takes), then Unavailable
    says what it waited for. Each batch goes under a turn of its own, so that one whose answer was lost is sent again
    without being added twice. (A user who may only XADD has no such record: then it may be added twice, and ingest
    tells the exact duplicates.)
    """

    def __init__(
        self,
        client: redis.Redis,
        *,
        limits: Limits = PUBLISHING,
        patience_s: float | None = PATIENCE_S,
        on_wait: OnWait | None = None,
        trace: Trace | None = None,
    ) -> None:
        self._client, self._trace = client, trace
        self._admission = Admission(client, limits)
        self._patience = Patience(patience_s, on_wait)
        self._name, self._turn = uuid.uuid4().hex, 0
        self._sent = self._recorded = False
        self._records = True

    @classmethod
    def connect(
        cls,
        redis_url: str,
        *,
        limits: Limits = PUBLISHING,
        patience_s: float | None = PATIENCE_S,
        on_wait: OnWait | None = None,
        trace: Trace | None = None,
    ) -> Self:
        """A client of the Redis at `redis_url`; nothing is sent before the first article. Raises UsageError."""
        return cls(connect(redis_url, retries=0), limits=limits, patience_s=patience_s, on_wait=on_wait, trace=trace)

    def send(self, documents: Sequence[bytes]) -> list[str | WiredeskError]:
        """Add the documents, all or none, as soon as there is room. Raises Unavailable."""
        self._turn += 1
        size_bytes = sum(map(len, documents))
        try:
            tries = 0
            while True:
                try:
                    holdup = self._admission.holdup(len(documents), size_bytes)
                    if holdup is None:
                        return list(self._add(documents))
                except Unavailable as error:
                    tries += 1
                    self._endure(error, tries)
                else:
                    if not self._patience.wait(_LOOK_AGAIN_S, holdup):
                        raise self._given_up(holdup.why)
        finally:
            self._patience.end()

    def _add(self, documents: Sequence[bytes]) -> list[str]:
        if self._records:
            try:
                ids = submit_in_turn(self._client, documents, publisher=self._name, turn=self._turn, trace=self._trace)
                self._sent = self._recorded = True
                return ids
            except Unavailable as error:
                if not is_denied(error.__cause__):
                    raise
                self._records = False
        ids = submit(self._client, documents, trace=self._trace)
        self._sent = True
        return ids

    def _endure(self, error: Unavailable, tries: int) -> None:
        """Wait after an error that passes. Raises it when it does not, or when patience is over."""
        holdup = _passing(error, sent=self._sent)
        if holdup is None:
            raise error
        met = self._admission.looked or isinstance(error.__cause__, BusyLoadingError) or holdup.kind == "memory"
        pause_s = backoff_s(tries, first_s=_FIRST_WAIT_S, longest_s=_LONGEST_WAIT_S)
        if not self._patience.wait(pause_s, holdup, at_most_s=None if met else _STRANGER_S, quiet_s=_QUIET_S):
            raise (self._given_up(holdup.why) if met else error) from error.__cause__

    def _given_up(self, why: str) -> Unavailable:
        return Unavailable(f"{why}; gave up after {self._patience.waited_s:.0f} s")

    def close(self) -> None:
        """Close the connections to Redis."""
        if self._recorded:
            with contextlib.suppress(Unavailable):  # it expires by itself
                forget_publisher(self._client, self._name)
        self._client.close()


def _passing(error: Unavailable, *, sent: bool) -> Holdup | None:
    """What holds up, when the error is one that time or its operator cures; None for one of the user's own."""
    cause = error.__cause__
    code = own_words(cause).partition(" ")[0]
    if isinstance(cause, redis.OutOfMemoryError) or code == "OOM":
        return Holdup(kind="memory", why=str(error))
    if isinstance(cause, AuthenticationError | AuthorizationError):
        return None
    if isinstance(cause, redis.ReadOnlyError) or code == "READONLY":  # a failover, unless it always was a replica
        return Holdup(kind="server", why=str(error)) if sent else None
    away = isinstance(cause, redis.ConnectionError | redis.TimeoutError)
    if away or code in ("LOADING", "BUSY", "MISCONF", "NOREPLICAS", "MASTERDOWN"):
        return Holdup(kind="server", why=str(error))
    return None


class HttpClient(Publisher):
    """Publishes through a gateway, which refuses at once what is no article."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        api_key: str | None = None,
        patience_s: float | None = PATIENCE_S,
        on_wait: OnWait | None = None,
        trace: Trace | None = None,
    ) -> Self:
        """A client of the gateway at `url`, with its key if it asks for one.

        One that is busy, or away after it had answered, is waited for: `patience_s` seconds a batch at most (None: as
        long as it takes); `on_wait` is told why.
        """
        return cls(HttpApi(url, api_key=api_key, patience_s=patience_s, on_wait=on_wait, trace=trace))

    def send(self, documents: Sequence[bytes]) -> list[str | WiredeskError]:
        """Post the documents as JSON lines. A gateway takes a request whole or not at all, so a batch it refuses is

        halved until only the documents it objects to are left out. Raises NotAllowed without a key that opens it.
        """
        try:
            return list(self._post(documents))
        except NotAllowed:
            raise
        except UsageError as error:
            if len(documents) == 1:
                return [error]
        middle = len(documents) // 2
        return self.send(documents[:middle]) + self.send(documents[middle:])

    def _post(self, documents: Sequence[bytes]) -> list[str]:
        headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": uuid.uuid4().hex}
        if len(documents) == 1:
            headers["Content-Type"] = "application/json"
        answer = self._api.post(path_of("articles"), b"\n".join(map(_one_line, documents)), headers=headers)
        ids = _submission_ids(answer)
        if len(ids) != len(documents):
            raise Unavailable(f"the gateway answered {len(ids)} submission ids for {len(documents)} articles")
        return ids

    def close(self) -> None:
        """Nothing is held between requests."""


def _one_line(text: bytes) -> bytes:
    """JSON as one line: outside strings a line break is white space, and inside them JSON allows none."""
    return text.replace(b"\r", b" ").replace(b"\n", b" ")


def _submission_ids(answer: Any) -> list[str]:
    if isinstance(answer, dict):
        if isinstance(answer.get("submission_ids"), list):
            return [str(id) for id in answer["submission_ids"]]
        if "submission_id" in answer:
            return [str(answer["submission_id"])]
    return []
