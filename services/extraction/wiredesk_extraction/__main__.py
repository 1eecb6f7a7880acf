"""`python -m wiredesk_extraction`: one extraction worker. The stage's function runs in a child process."""

import sys

from wiredesk.events import Stream
from wiredesk.stage.isolation import ChildProcessor
from wiredesk.stage.settings import WorkerSettings
from wiredesk.stage.worker import Plan, run

PLAN = Plan(
    name="extraction",
    sources=(Stream.INGESTED,),
    target=Stream.EXTRACTED,
    distribution="wiredesk-extraction",
    batch_size=16,
)


def main() -> int:
    """Compose the worker and run it to its end."""
    return run(
        PLAN, WorkerSettings, lambda settings, _: ChildProcessor("wiredesk_extraction.stage:STAGE", settings.limits)
    )


if __name__ == "__main__":
    sys.exit(main())
