"""What an indexing worker reads from the environment."""

from pydantic import Field
from wiredesk.stage.settings import WorkerSettings

__all__ = ["IndexingSettings"]


class IndexingSettings(WorkerSettings):
    """What every worker has, and how often a standby tries for the index. Durations in seconds."""

    standby_retry_s: float = Field(default=0.5, gt=0, description="between tries for an index another worker holds")
