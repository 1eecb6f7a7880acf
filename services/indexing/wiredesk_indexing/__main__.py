"""`python -m wiredesk_indexing`: one indexing worker; a second on the same index waits as a standby."""

import gc
import sys

from wiredesk.events import Stream
from wiredesk.stage.plan import Plan
from wiredesk.stage.worker import run

from wiredesk_indexing.kept_changes import kept_changes
from wiredesk_indexing.settings import IndexingSettings
from wiredesk_indexing.stage import IndexProcessor

PLAN = Plan(
    name="indexing",
    sources=(Stream.EXTRACTED, Stream.CHANGES),
    target=Stream.INDEXED,
    distribution="wiredesk-indexing",
    batch_size=200,
)

COLLECT_EVERY = 500_000
"""Objects more than before that make Python look for cycles. A batch of 200 long articles is about as many; they live
until it is committed, in no cycle. Python's own 700 cost a fifth of the thread's time, a tenth as many as this a
twentieth. Were they all garbage, they would be some 100 MB.
"""


def collect_seldom() -> None:
    """Look for cycles once in many batches, and never among what is there already, which stays."""
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY)


def main() -> int:
    """Compose the worker and run it to its end."""
    collect_seldom()
    return run(
        PLAN,
        IndexingSettings,
        lambda settings, registry: IndexProcessor(
            settings,
            registry=registry,
            changes=lambda after: kept_changes(settings.redis_url.get_secret_value(), after),
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
