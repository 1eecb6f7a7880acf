"""`python -m wiredesk_indexing`: one indexing worker; a second on the same index waits as a standby."""

import sys

from wiredesk.events import Stream
from wiredesk.stage.worker import Plan, run

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


def main() -> int:
    """Compose the worker and run it to its end."""
    return run(
        PLAN,
        IndexingSettings,
        lambda settings, registry: IndexProcessor(
            settings, registry=registry, changes=lambda: kept_changes(settings.redis_url.get_secret_value())
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
