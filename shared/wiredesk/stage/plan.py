"""What a stage's worker does, and what it keeps small."""

from dataclasses import dataclass

from wiredesk.events import Stream
from wiredesk.stage.housekeeping import Retention
from wiredesk.stage.settings import WorkerSettings

__all__ = ["Plan", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a stage's worker does: reads `sources` in the group of its own name, publishes to `target`.

    `batch_size` is how many entries it reads at once, unless a setting says otherwise. With `finds_copies` its articles
    take the cluster of the first text that they are near copies of. With `shares` a worker leaves some of what
    waits to others; see Sharing.
    """

    name: str
    sources: tuple[Stream, ...]
    target: Stream | None
    distribution: str
    batch_size: int = 64
    finds_copies: bool = False
    shares: bool = False


def kept(plan: Plan, settings: WorkerSettings) -> dict[Stream, Retention]:
    """What this stage keeps small by age and size: the dead letters, and those of its streams that none has to read."""
    dead = Retention(max_bytes=settings.dead_max_mb * 1_000_000, max_age_s=settings.dead_max_age_s)
    indexed = Retention(max_bytes=settings.indexed_max_mb * 1_000_000, max_age_s=settings.indexed_max_age_s)
    changes = Retention(max_bytes=settings.changes_max_mb * 1_000_000)
    kept = {Stream.DEAD: dead}
    if plan.target == Stream.INDEXED:
        kept[Stream.INDEXED] = indexed
    if Stream.CHANGES in plan.sources:
        kept[Stream.CHANGES] = changes
    return kept
