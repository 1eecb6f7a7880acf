"""What the gateway reads from the environment."""

from pydantic import Field
from wiredesk.pressure import PUBLISHING
from wiredesk.settings import CommonSettings

__all__ = ["GatewaySettings"]

MIB = 1024 * 1024


class GatewaySettings(CommonSettings):
    """The gateway's own settings; `http_port` serves pages, API, health and metrics alike."""

    http_port: int = Field(default=8080, ge=0, le=65535, description="0 picks a free one")
    max_body_bytes: int = Field(default=32 * MIB, ge=1024, description="of one request that publishes")
    max_article_bytes: int = Field(default=8 * MIB, ge=1024, description="of one article in it")
    max_articles: int = Field(default=1000, ge=1, description="in one request that publishes")
    bodies_bytes: int = Field(default=256 * MIB, ge=1024, description="of all bodies being received at one time")
    body_timeout_s: float = Field(default=60.0, gt=0, description="for one body to arrive")
    connections: int = Field(default=512, ge=8, description="open at one time; more are answered 503")
    drain_s: int = Field(default=10, ge=1, description="for running requests to finish at SIGTERM")
    reload_interval_s: float = Field(default=0.3, gt=0, description="between looks for newly committed articles")
    backlog_limit: int = Field(
        default=PUBLISHING.backlog, ge=1, description="articles waiting for ingest, beyond which none is taken"
    )
    memory_share: float = Field(
        default=PUBLISHING.memory, gt=0, le=1, description="of the server's memory, beyond which none is taken"
    )
    allowed_hosts: str = Field(
        default="",
        description="names, parted by commas, this server answers to; empty: on loopback only localhost's, else any",
    )
