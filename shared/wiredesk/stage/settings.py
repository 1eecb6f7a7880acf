"""What every worker of a stage can be told; each service adds its own."""

from pydantic import Field

from wiredesk.settings import CommonSettings
from wiredesk.stage.isolation import Limits

__all__ = ["WorkerSettings"]


class WorkerSettings(CommonSettings):
    """Settings of a stage's worker, `WIREDESK_…` in the environment. Durations in seconds."""

    batch_size: int | None = Field(default=None, ge=1, le=1000, description="entries read at once")
    max_attempts: int = Field(default=4, ge=1, description="deliveries before a transient failure is a dead letter")
    retry_after_s: float = Field(default=15, gt=0, description="idle time before a first redelivery; doubles each time")
    retry_after_max_s: float = Field(default=600, gt=0)
    drain_timeout_s: float = Field(default=25, gt=0, description="how long a stopping worker finishes what it holds")
    item_time_limit_s: float | None = Field(default=None, gt=0, description="without a result for longer, it is ended")
    item_memory_limit_mb: int = Field(default=2000, ge=100)
    message_limit_bytes: int = Field(default=16_000_000, ge=1000)
    duplicate_memory_s: int = Field(
        default=30 * 86_400, ge=60, description="how long an article's content is remembered"
    )
    journey_memory_s: int = Field(default=7 * 86_400, ge=60)

    def limits(self, *, item_time_s: float = 30.0) -> Limits:
        """What one article may take of the child process; the stage knows what is long for it."""
        return Limits(
            item_time_s=self.item_time_limit_s or item_time_s,
            item_memory_bytes=self.item_memory_limit_mb * 1_000_000,
            message_bytes=self.message_limit_bytes,
        )
