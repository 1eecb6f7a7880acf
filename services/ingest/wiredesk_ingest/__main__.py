"""`python -m wiredesk_ingest`: one ingest worker. The stage's function runs in a child process."""

import sys

from wiredesk.events import Stream
from wiredesk.stage.isolation import ChildProcessor
from wiredesk.stage.plan import Plan
from wiredesk.stage.settings import WorkerSettings
from wiredesk.stage.worker import run

PLAN = Plan(
    name="ingest",
    sources=(Stream.SUBMITTED,),
    target=Stream.INGESTED,
    distribution="wiredesk-ingest",
    finds_copies=True,
)


def main() -> int:
    """Compose the worker and run it to its end."""
    return run(
        PLAN,
        WorkerSettings,
        lambda settings, registry: ChildProcessor("wiredesk_ingest.stage:STAGE", settings.limits(), registry),
    )


if __name__ == "__main__":
    sys.exit(main())
