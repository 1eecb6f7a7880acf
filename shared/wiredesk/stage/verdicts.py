"""The dead letter that a delivery becomes which had its chances. Pure."""

import json
from contextlib import suppress

from wiredesk import wire
from wiredesk.events import Stream
from wiredesk.stage.outcomes import Dead, Delivery, Retry

__all__ = ["given_up", "hopeless", "identity"]


def hopeless(delivery: Delivery) -> Dead:
    """Delivered too often without an end: each of its workers was gone before it was done."""
    article_id, revision = identity(delivery)
    message = f"delivered {delivery.unexplained - 1} times, and each time its worker ended before it was done"
    return Dead(reason="crashed", message=message, article_id=article_id, revision=revision)


def given_up(delivery: Delivery, outcome: Retry) -> Dead:
    """Out of attempts: a dead letter under the last reason. The article is named so that it can be submitted again."""
    article_id, revision = identity(delivery)
    message = f"{outcome.message} (failed {delivery.tries.failed + 1} times)"
    return Dead(reason=outcome.reason, message=message, article_id=article_id, revision=revision)


def identity(delivery: Delivery) -> tuple[str | None, int | None]:
    """Article id and revision, as far as an event tells them: what was submitted has neither yet."""
    if delivery.stream != Stream.SUBMITTED:
        with suppress(ValueError, TypeError, KeyError):
            event = json.loads(wire.decode(delivery.data).body)
            return str(event["article_id"]), int(event["revision"])
    return None, None
