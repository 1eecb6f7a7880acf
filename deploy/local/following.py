"""Publishing the seeds in their order and following each until it came to its end."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import redis
from wiredesk import documents
from wiredesk.client import Client
from wiredesk.documents import Document, Unreadable
from wiredesk.errors import NotFound, Unavailable, WiredeskError
from wiredesk.events import ArticleExtracted, revision_of
from wiredesk.http_api import HttpApi, path_of
from wiredesk.journey import Journey, journey

from .expectations import Expectation, Seen, by_name

__all__ = ["Batch", "Followed", "read_seeds"]

_ENDS = ("searchable", "duplicate", "superseded", "dead-lettered")
_PATIENCE_S = 5.0


@dataclass(slots=True)
class Followed:
    """One document on its way. `searchable_s` is the time from before it was sent until the gateway served it."""

    name: str
    data: bytes
    expectation: Expectation | None
    submission_id: str | None = None
    sent_at: float = 0.0
    journey: Journey | None = None
    article: ArticleExtracted | None = None
    searchable_s: float | None = None

    @property
    def state(self) -> str:
        """Where it is, in a word or two."""
        if self.submission_id is None:
            return "not sent yet"
        return self.journey.state if self.journey else "waiting"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it; an indexed article only when the gateway serves this revision of it."""
        return self.state in _ENDS and (self.state != "searchable" or self.article is not None)

    @property
    def progress(self) -> tuple[str, bool, int]:
        """Something that differs after every step of its way."""
        return self.state, self.ended, len(self.journey.steps) if self.journey else 0

    def seen(self) -> Seen:
        """What became of it."""
        steps = self.journey.steps if self.journey else ()
        return Seen(
            name=self.name,
            state=self.state,
            reason=steps[-1].reason if steps else None,
            article_id=self.journey.article_id if self.journey else None,
            article=self.article,
        )


def read_seeds(folder: Path) -> list[Followed]:
    """The documents of every file, by the same reading as `wiredesk publish`.

    All but the expected duplicates are forced, so that a demo in a folder that saw one before shows the same again.
    Raises UsageError for a folder without files, Unavailable naming a file that cannot be read.
    """
    expected = by_name()
    found = []
    for file in documents.files([str(folder)]):
        if isinstance(file, Unreadable):
            raise Unavailable(f"{file.name} cannot be published: {file.problem}")
        expectation = expected.get(file.name)
        force = expectation is None or expectation.end != "duplicate"
        for item in documents.read_file(file, force=force):
            if isinstance(item, Unreadable):
                raise Unavailable(f"{item.name} cannot be published: {item.problem}")
            found.append(_followed(item, file, expectation))
    return found


def _followed(item: Document, file: Path, expectation: Expectation | None) -> Followed:
    # A file of several documents names each of them beyond the path.
    return Followed(name=file.name + item.name.removeprefix(str(file)), data=item.data, expectation=expectation)


class Batch:
    """The seeds of one demo. `step` does what can be done now and tells whether anything changed."""

    def __init__(self, seeds: Sequence[Followed], *, client: redis.Redis, gateway: str) -> None:
        self.seeds = seeds
        self._client = client
        self._publisher = Client(client)
        self._gateway = HttpApi(gateway, patience_s=_PATIENCE_S)

    @property
    def ended(self) -> bool:
        """Whether every seed came to its end."""
        return all(seed.ended for seed in self.seeds)

    def step(self) -> list[Followed]:
        """Send what is due, look after what is under way; returns those whose state changed. Raises Unavailable."""
        before = [seed.progress for seed in self.seeds]
        ended = {seed.name for seed in self.seeds if seed.ended}
        for seed in self.seeds:
            if seed.submission_id is None:
                after = seed.expectation.after if seed.expectation else None
                if after is None or after in ended or not any(other.name == after for other in self.seeds):
                    self._send(seed)
            elif not seed.ended:
                self._look(seed)
        return [seed for seed, was in zip(self.seeds, before, strict=True) if seed.progress != was]

    def _send(self, seed: Followed) -> None:
        seed.sent_at = time.monotonic()
        (result,) = self._publisher.send([seed.data])
        if isinstance(result, WiredeskError):
            raise result
        seed.submission_id = result

    def _look(self, seed: Followed) -> None:
        if seed.submission_id is None:
            return
        if seed.state != "searchable":
            seed.journey = journey(self._client, seed.submission_id)
        if seed.state == "searchable" and seed.journey and seed.journey.article_id:
            article = self._served(seed.journey.article_id)
            if article and article.revision >= revision_of(seed.submission_id):
                seed.article, seed.searchable_s = article, time.monotonic() - seed.sent_at

    def _served(self, article_id: str) -> ArticleExtracted | None:
        try:
            return ArticleExtracted.model_validate(self._gateway.get(path_of("articles", article_id)))
        except NotFound:
            return None
