"""For publishers in Python: send articles straight to Redis (`Client`) or through a gateway (`HttpClient`).

from wiredesk.client import Client
from wiredesk.events import ArticleSubmitted

with Client.connect("redis://127.0.0.1:6379/0") as wiredesk:
    submission_id = wiredesk.publish(ArticleSubmitted(url="https://example.org/a", text="…"))
    for submission_id in wiredesk.publish_many(articles):
        print(submission_id)
"""

import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import redis
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from wiredesk.connection import connect
from wiredesk.errors import Unavailable, UsageError, WiredeskError
from wiredesk.events import ArticleSubmitted
from wiredesk.http_api import HttpApi, path_of
from wiredesk.submissions import submit

__all__ = ["Client", "HttpClient", "Publisher", "batches", "document"]

BATCH_ARTICLES = 200
BATCH_BYTES = 4_000_000
"""One batch is one command to Redis, or one request: bounded, so that neither side holds much at a time."""

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
        raise UsageError(f"this is no article: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
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
    """Publishes straight onto the stream."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    @classmethod
    def connect(cls, redis_url: str) -> Self:
        """A client of the Redis at `redis_url`; nothing is sent before the first article. Raises UsageError."""
        return cls(connect(redis_url))

    def send(self, documents: Sequence[bytes]) -> list[str | WiredeskError]:
        """Add the documents, all or none."""
        return list(submit(self._client, documents))

    def close(self) -> None:
        """Close the connections to Redis."""
        self._client.close()


class HttpClient(Publisher):
    """Publishes through a gateway, which refuses at once what is no article."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    @classmethod
    def connect(cls, url: str, *, patience_s: float = 60.0) -> Self:
        """A client of the gateway at `url`; one that is busy is waited for, `patience_s` seconds a batch at most."""
        return cls(HttpApi(url, patience_s=patience_s))

    def send(self, documents: Sequence[bytes]) -> list[str | WiredeskError]:
        """Post the documents as JSON lines. A gateway takes a request whole or not at all, so a batch it refuses is

        halved until only the documents it objects to are left out.
        """
        try:
            return list(self._post(documents))
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
