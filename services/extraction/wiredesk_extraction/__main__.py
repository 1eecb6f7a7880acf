"""`python -m wiredesk_extraction`: one extraction worker. The stage's function runs in a child process."""

import sys

from wiredesk.events import Stream
from wiredesk.settings import read
from wiredesk.stage.isolation import ChildProcessor
from wiredesk.stage.settings import WorkerSettings
from wiredesk.stage.worker import Plan, run

PLAN = Plan(
    name="extraction",
    sources=(Stream.INGESTED,),
    target=Stream.EXTRACTED,
    distribution="wiredesk-extraction",
)


def main() -> int:
    """Compose the worker and run it to its end."""
    settings = read(WorkerSettings)
    return run(PLAN, settings, lambda _registry: ChildProcessor("wiredesk_extraction.stage:STAGE", settings.limits))


if __name__ == "__main__":
    sys.exit(main())
