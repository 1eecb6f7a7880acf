"""What an indexing worker reads from the environment."""

from pydantic import Field
from wiredesk.stage.settings import WorkerSettings

__all__ = ["IndexingSettings"]


class IndexingSettings(WorkerSettings):
    """What every worker has, and what concerns the index. Durations in seconds."""

    standby_retry_s: float = Field(default=0.5, gt=0, description="between tries for an index another worker holds")
    batch_time_limit_s: float = Field(
        default=300, gt=0, description="an index that takes longer for a batch is stuck, and the worker ends"
    )
