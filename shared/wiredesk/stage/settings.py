"""What every worker of a stage can be told; each service adds its own."""

from pydantic import Field

from wiredesk.settings import CommonSettings
from wiredesk.stage.isolation import Limits

__all__ = ["WorkerSettings"]


class WorkerSettings(CommonSettings):
    """Settings of a stage's worker, `WIREDESK_…` in the environment. Durations in seconds."""

    batch_size: int | None = Field(default=None, ge=1, le=1000, description="entries read at once")
    max_attempts: int = Field(
        default=4, ge=1, description="so many failures of its own, and an article is a dead letter"
    )
    max_deliveries: int = Field(
        default=10, ge=1, description="after so many that ended with their worker, an entry is a dead letter (crashed)"
    )
    retry_after_s: float = Field(default=10, gt=0, description="idle time before a first redelivery; doubles each time")
    retry_after_max_s: float = Field(default=600, gt=0)
    refusal_patience_s: float = Field(
        default=60, gt=0, description="a server that answers but refuses for longer ends the worker, for a new start"
    )
    downstream_limit: int = Field(
        default=5000, ge=1, description="articles the next stage may have waiting before this one pauses"
    )
    memory_share: float = Field(
        default=0.9, gt=0, le=1, description="of Redis's memory limit, beyond which a stage waits for the next one"
    )
    trim_delay_s: float = Field(
        default=30, ge=0, description="how long what is done with stays on its stream, for readers without a group"
    )
    foreign_backlog_mb: int = Field(
        default=256, ge=0, description="of a stream are kept for groups that are not the pipeline's own"
    )
    indexed_max_age_s: int = Field(
        default=3 * 86_400, ge=60, description="entries of articles.indexed are dropped then"
    )
    indexed_max_mb: int = Field(default=64, ge=1)
    dead_max_age_s: int = Field(default=90 * 86_400, ge=60, description="dead letters are dropped then, with a warning")
    dead_max_mb: int = Field(default=512, ge=1)
    changes_max_mb: int = Field(default=64, ge=1, description="changes are kept on their stream up to this size")
    drain_timeout_s: float = Field(default=25, gt=0, description="how long a stopping worker finishes what it holds")
    item_time_limit_s: float | None = Field(
        default=None, gt=0, description="for a small article; without a result for longer, its process is ended"
    )
    item_memory_limit_mb: int = Field(default=2000, ge=100)
    message_limit_bytes: int = Field(default=16_000_000, ge=1000)
    duplicate_memory_s: int = Field(
        default=30 * 86_400, ge=60, description="how long an article's content is remembered"
    )
    copies_memory_s: int = Field(
        default=3 * 86_400, ge=0, description="how long a text is compared with later ones; 0: exact copies only"
    )
    copies_max_articles: int = Field(default=100_000, ge=1, description="texts that are remembered for it at most")
    journey_memory_s: int = Field(
        default=3 * 86_400, ge=0, description="how long the way of an article can be told; 0 writes no journeys"
    )

    @property
    def works_alone(self) -> bool:
        """Whether one worker of the stage does all its work, while others stand by."""
        return False

    def limits(self, *, item_time_s: float = 5.0, megabyte_time_s: float = 4.0) -> Limits:
        """What one article may take of the child process; the stage knows what is long for it."""
        return Limits(
            item_time_s=self.item_time_limit_s or item_time_s,
            megabyte_time_s=megabyte_time_s,
            item_memory_bytes=self.item_memory_limit_mb * 1_000_000,
            message_bytes=self.message_limit_bytes,
        )
