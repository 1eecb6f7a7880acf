"""What a worker takes off a stream, and what it decides about each entry: the vocabulary between processor and finish.

Publish      pass an event on (the finish script may still find it a duplicate or superseded)
Done         finished, nothing to pass on (a change was applied)
Superseded   a newer revision is already known: counted, not passed on
Dead         permanent: goes to the dead letters with its original bytes
Retry        transient: left pending, delivered again later, dead after the stage's limit
Untouched    not worked on, because a neighbour ruined the batch: let go at once, for any worker to take alone

What every article needs is a named tuple: made in a fifth of a frozen dataclass's time.
"""

from dataclasses import dataclass
from typing import NamedTuple

from wiredesk.stage.failures import Tries
from wiredesk.stage.measures import NOTHING_MEASURED, Measures
from wiredesk.tracing import Trace

__all__ = ["Claim", "Dead", "Delivery", "Done", "Outcome", "Publish", "Retry", "Superseded", "Untouched", "about"]


class Delivery(NamedTuple):
    """One entry as delivered to this worker. `data` is the unmodified field; `attempts` counts deliveries, from 1.

    `tries` are those before this one that ended with a failure: other deliveries were ended by their worker's end.
    `submission_id` is the entry's own id on the first stream, else the correlation id that came with the event; `trace`
    is the one it came with, if any.
    """

    stream: str
    entry_id: str
    data: bytes
    attempts: int
    submission_id: str
    trace: Trace | None = None
    tries: Tries = Tries()

    @property
    def unexplained(self) -> int:
        """Deliveries, this one included, of which nobody knows how they ended."""
        return self.attempts - self.tries.failed - self.tries.spared


def about(delivery: Delivery, article_id: str | None) -> dict[str, str]:
    """What a line of the log about this delivery names beside what happened: its ids, as far as they are known."""
    known = {"article_id": article_id, "trace_id": delivery.trace.id if delivery.trace else None}
    return {"submission_id": delivery.submission_id} | {name: id for name, id in known.items() if id}


class Claim(NamedTuple):
    """Which article an event is, for the duplicate check that happens inside the finish script."""

    article_id: str
    revision: int
    content_hash: str
    force: bool = False


class Publish(NamedTuple):
    """`payload` is the whole field to add to the stage's target stream. With a `claim`, duplicates are held back.

    `likeness` is the packed signature by which near copies of its text are found, as long as nobody has looked;
    `measures` is for the metrics.
    """

    payload: bytes
    article_id: str
    claim: Claim | None = None
    likeness: bytes | None = None
    measures: Measures = NOTHING_MEASURED


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Applied; nothing follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """Older than what is known of its article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """Can never work. `article_id` and `revision`, where known, release the article's entry in the duplicate check."""

    reason: str
    message: str
    article_id: str | None = None
    revision: int | None = None
    measures: Measures = NOTHING_MEASURED


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """May work later. A `blameless` one is tried for as long as it takes: what failed was not the article."""

    reason: str
    message: str
    blameless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Untouched:
    """Nothing is known of it yet; its neighbours have an outcome."""


Outcome = Publish | Done | Superseded | Dead | Retry
"""What can be finished."""
