"""In the place of extraction: passes articles on without facts, so that a long run is not one of the parser's.

`python -m bench.stand_in` is its worker.
"""

import sys
from collections.abc import Iterator, Sequence

from wiredesk.errors import WiredeskError
from wiredesk.events import ArticleExtracted, ArticleIngested, Stream
from wiredesk.stage.contract import Item, StageDefinition, StageFunction
from wiredesk.stage.isolation import ChildProcessor
from wiredesk.stage.plan import Plan
from wiredesk.stage.settings import WorkerSettings
from wiredesk.stage.worker import run

__all__ = ["NAME", "STAGE"]

NAME = "stand-in"
PLAN = Plan(name="extraction", sources=(Stream.INGESTED,), target=Stream.EXTRACTED, distribution="wiredesk")


def _load() -> StageFunction[ArticleIngested, ArticleExtracted]:
    def function(batch: Sequence[Item[ArticleIngested]]) -> Iterator[ArticleExtracted | WiredeskError]:
        for item in batch:
            yield ArticleExtracted(**dict(item.event), extractor=NAME)

    return function


STAGE = StageDefinition(name=NAME, source=Stream.INGESTED, target=Stream.EXTRACTED, accepts=ArticleIngested, load=_load)

if __name__ == "__main__":
    sys.exit(run(PLAN, WorkerSettings, lambda settings, _: ChildProcessor("bench.stand_in:STAGE", settings.limits())))
