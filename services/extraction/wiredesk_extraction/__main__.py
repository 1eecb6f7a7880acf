"""`python -m wiredesk_extraction`: one extraction worker. The stage's function runs in a child process."""

import sys

from wiredesk.events import Stream
from wiredesk.stage.isolation import ChildProcessor
from wiredesk.stage.plan import Plan
from wiredesk.stage.settings import WorkerSettings
from wiredesk.stage.worker import run

PLAN = Plan(
    name="extraction",
    sources=(Stream.INGESTED,),
    target=Stream.EXTRACTED,
    distribution="wiredesk-extraction",
    batch_size=16,
    shares=True,
)


ITEM_TIME_S = 6.0
MEGABYTE_TIME_S = 250.0
"""An article of 300 words takes 50 ms, the longest body that ingest lets through (400,000 characters) about a minute. A
busy machine may take twice as long for the longest, many times as long for a short one, before it is taken for stuck.
"""


def main() -> int:
    """Compose the worker and run it to its end."""
    return run(
        PLAN,
        WorkerSettings,
        lambda settings, registry: ChildProcessor(
            "wiredesk_extraction.stage:STAGE",
            settings.limits(item_time_s=ITEM_TIME_S, megabyte_time_s=MEGABYTE_TIME_S),
            registry,
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
