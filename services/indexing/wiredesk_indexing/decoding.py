"""From a delivery to what has to be done with the index, or to the reason why nothing can be."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, RootModel
from wiredesk import wire
from wiredesk.errors import PermanentError
from wiredesk.events import ArticleExtracted, ArticleRetracted, EntityCorrected, Stream, revision_of, submitted_at
from wiredesk.index.corrections import Correction
from wiredesk.stage.decode import decode_event
from wiredesk.stage.outcomes import Dead, Delivery

__all__ = ["Amendment", "Removal", "Work", "decode"]


class _Change(RootModel[Annotated[ArticleRetracted | EntityCorrected, Field(discriminator="kind")]]):
    """What stands on the stream of changes; `kind` tells which."""


@dataclass(frozen=True, slots=True)
class Work:
    """An article to index."""

    article: ArticleExtracted


@dataclass(frozen=True, slots=True)
class Removal:
    """An article to take out."""

    event: ArticleRetracted


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a user says of an entity. Its submission id is its place in time, however often it is delivered."""

    correction: Correction


def decode(delivery: Delivery, *, max_bytes: int) -> Work | Removal | Amendment | Dead:
    """What one delivery asks for. A message that cannot be read is dead under the reason `decode_event` gives."""
    try:
        if delivery.stream == Stream.CHANGES:
            return _change(delivery, max_bytes)
        article = decode_event(ArticleExtracted, delivery.data, max_bytes=max_bytes)[0]
        _check_time(article)
        return Work(article)
    except PermanentError as error:
        article_id, revision = _identity(delivery.data) if delivery.stream != Stream.CHANGES else (None, None)
        return Dead(reason=error.reason, message=error.message, article_id=article_id, revision=revision)


def _change(delivery: Delivery, max_bytes: int) -> Removal | Amendment:
    change = decode_event(_Change, delivery.data, max_bytes=max_bytes)[0].root
    if isinstance(change, ArticleRetracted):
        return Removal(change)
    return Amendment(Correction(revision_of(delivery.submission_id), change))


def _check_time(article: ArticleExtracted) -> None:
    """Raises PermanentError for a submission id of the right form whose milliseconds no calendar has."""
    try:
        submitted_at(article.submission_id)
    except (ValueError, OverflowError, OSError) as error:
        message = f"submission_id: {article.submission_id} is beyond the calendar"
        raise PermanentError("invalid_field", message) from error


def _identity(data: bytes) -> tuple[str | None, int | None]:
    """Which article a message that cannot be read is about, as far as it tells: its duplicate check is released."""
    try:
        event: Any = json.loads(wire.decode(data).body)
        article_id, revision = event["article_id"], event["revision"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, None
    return (article_id, revision) if type(article_id) is str and type(revision) is int else (None, None)
