"""What an indexing worker reads from the environment."""

from pydantic import Field
from wiredesk.index import takes_several_writers
from wiredesk.stage.settings import WorkerSettings

__all__ = ["IndexingSettings"]


class IndexingSettings(WorkerSettings):
    """What every worker has, and what concerns the index. Durations in seconds."""

    standby_retry_s: float = Field(default=0.5, gt=0, description="between tries for an index another worker holds")
    commit_every_s: float = Field(
        default=0.5,
        ge=0,
        le=5,
        description="at the latest, durable batches become searchable by a commit (embedded index); 0: each by its own",
    )
    batch_time_limit_s: float = Field(
        default=300, gt=0, description="an index that takes longer for a batch is stuck, and the worker ends"
    )

    @property
    def works_alone(self) -> bool:
        """An index that takes one writer at a time. Raises UsageError for an address of no known kind."""
        return not takes_several_writers(self.index_url.get_secret_value())
