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
    address_connections: int = Field(
        default=128, ge=0, description="of one address, open at one time; more are closed; 0: any number"
    )
    drain_s: int = Field(default=10, ge=1, description="for running requests to finish at SIGTERM")
    reload_interval_s: float = Field(default=0.1, gt=0, description="between looks for newly committed articles")
    backlog_limit: int = Field(
        default=PUBLISHING.backlog, ge=1, description="articles waiting for ingest, beyond which none is taken"
    )
    memory_share: float = Field(
        default=PUBLISHING.memory, gt=0, le=1, description="of the server's memory, beyond which none is taken"
    )
    allowed_hosts: str = Field(
        default="",
        description="names, parted by commas, this server answers to beside localhost and plain addresses; empty: no "
        "other on loopback and without keys, else any",
    )
    api_keys_file: str = Field(
        default="", description="lines of `wiredesk key new`; empty: nobody needs a key, and loopback alone is served"
    )
    without_keys: bool = Field(
        default=False,
        description="serve beyond loopback though no keys are configured: all who reach it may change all",
    )
    key_rate: float = Field(default=500.0, ge=0, description="requests a second of one API key; 0: any number")
    address_rate: float = Field(
        default=500.0, ge=0, description="requests a second of one address without a key; 0: any number"
    )
    cors_origins: str = Field(
        default="", description="origins, parted by commas, whose pages may use the API; empty: none but our own"
    )
    queries: int = Field(default=8, ge=1, le=64, description="questions to the index at one time; more wait")
    query_timeout_s: float = Field(default=10.0, gt=0, description="for one question to the index")
    viewers: int = Field(
        default=64, ge=1, le=256, description="watching the pipeline live at one time; more are answered 503"
    )
    exports: int = Field(default=4, ge=1, description="result sets being sent whole at one time; more are answered 503")
