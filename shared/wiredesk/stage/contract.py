"""What a stage is, to the runtime and to `wiredesk extract`: a name, two streams, and a function over batches.

A service offers its definition as an entry point in the group `wiredesk.stages`:

    [project.entry-points."wiredesk.stages"]
    ingest = "wiredesk_ingest.stage:STAGE"
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from wiredesk.errors import PermanentError, WiredeskError
from wiredesk.events import ArticleIngested, Stream
from wiredesk.stage.likeness import Likeness
from wiredesk.stage.measures import Measures

__all__ = ["ENTRY_POINT_GROUP", "Item", "StageDefinition", "StageFunction"]

ENTRY_POINT_GROUP = "wiredesk.stages"

In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=ArticleIngested)


class Item(NamedTuple, Generic[In]):
    """One event to work on. `submission_id` is known before the event is: it came from the stream."""

    submission_id: str
    event: In


StageFunction = Callable[[Sequence[Item[In]]], Iterator[Out | WiredeskError]]
"""Yields one result for each item, in order, as soon as it is known: the event to publish, or the error that stopped it
(PermanentError: dead letter; anything else: retried). An error raised instead of yielded stops the whole batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDefinition(Generic[In, Out]):
    """A pure stage. `load` reads settings and loads models; called once, in the process that runs the function.

    A stage whose worker finds near copies (`Plan.finds_copies`) gives the `likeness` of a result, or None for a text
    that is too short to have one. `measure` gives what the metrics tell of an article, from its event and its result.
    """

    name: str
    source: Stream
    target: Stream
    accepts: type[In]
    load: Callable[[], StageFunction[In, Out]]
    likeness: Callable[[Out], Likeness | None] | None = None
    measure: Callable[[In, Out | PermanentError], Measures] | None = None
