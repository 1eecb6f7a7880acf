"""A stage that does nothing but pass articles on: through the real worker it shows what the runtime itself costs.

`python -m bench.relay` is its worker; `relay` is the same work for the bare loop beside it.
"""

import sys
from collections.abc import Iterator, Sequence

from wiredesk.errors import WiredeskError
from wiredesk.events import ArticleIngested, ArticleSubmitted, Stream, revision_of
from wiredesk.stage.contract import Item, StageDefinition, StageFunction
from wiredesk.stage.isolation import ChildProcessor
from wiredesk.stage.plan import Plan
from wiredesk.stage.settings import WorkerSettings
from wiredesk.stage.worker import run

__all__ = ["NAME", "READ_COUNT", "STAGE", "relay"]

NAME = "relay"
READ_COUNT = 100
"""Entries at once, for the worker as for the bare loop."""
PLAN = Plan(
    name="ingest",
    sources=(Stream.SUBMITTED,),
    target=Stream.INGESTED,
    distribution="wiredesk",
    batch_size=READ_COUNT,
)
"""In the place of ingest: only for the pipeline's own groups are streams trimmed to what they have acknowledged."""


def relay(item: Item[ArticleSubmitted]) -> ArticleIngested:
    """The event the next stage would get, with nothing cleaned, identified or found."""
    event = item.event
    identity = event.external_id or item.submission_id
    return ArticleIngested(
        article_id=identity,
        revision=revision_of(item.submission_id),
        submission_id=item.submission_id,
        text=event.text or "",
        content_hash=identity,
        cluster_id=identity,
    )


def _load() -> StageFunction[ArticleSubmitted, ArticleIngested]:
    def function(batch: Sequence[Item[ArticleSubmitted]]) -> Iterator[ArticleIngested | WiredeskError]:
        for item in batch:
            yield relay(item)

    return function


STAGE = StageDefinition(
    name=NAME, source=Stream.SUBMITTED, target=Stream.INGESTED, accepts=ArticleSubmitted, load=_load
)

if __name__ == "__main__":
    sys.exit(run(PLAN, WorkerSettings, lambda settings, _: ChildProcessor("bench.relay:STAGE", settings.limits())))
