"""Where a command speaks to: the options for it, the environment, and the gateway that Redis knows of."""

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

if TYPE_CHECKING:
    import redis

    from wiredesk.client import Publisher
    from wiredesk.http_api import HttpApi
    from wiredesk.patience import OnWait
    from wiredesk.pressure import Limits
    from wiredesk.tracing import Trace

__all__ = [
    "IndexUrl",
    "JsonFlag",
    "RedisUrl",
    "Url",
    "environment_trace",
    "gateway",
    "gateway_url",
    "http_api",
    "index_address",
    "publisher",
    "publishing_limits",
    "redis_address",
    "redis_client",
]

RedisUrl = Annotated[
    str | None,
    typer.Option(
        "--redis-url", metavar="URL", help="The Redis to use; WIREDESK_REDIS_URL otherwise.", show_default=False
    ),
]
Url = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="The gateway to use; WIREDESK_URL otherwise.", show_default=False),
]
IndexUrl = Annotated[
    str | None,
    typer.Option("--index", metavar="URL", help="The index; WIREDESK_INDEX_URL otherwise.", show_default=False),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


_PATIENCE_S = 3.0
"""Somebody is looking at the terminal: a gateway that asks to come back later than this is reported instead."""


class _Environment(NamedTuple):
    """The Redis and the gateway that the environment names, and the gateway's key."""

    redis_url: str
    url: str | None
    api_key: str | None


def _environment() -> _Environment:
    from pydantic import SecretStr

    from wiredesk.settings import CommonSettings, read

    class ClientSettings(CommonSettings):
        """What the command line reads beside the common settings."""

        url: str | None = None
        api_key: SecretStr | None = None

    settings = read(ClientSettings)
    key = settings.api_key.get_secret_value() if settings.api_key else None
    return _Environment(settings.redis_url.get_secret_value(), settings.url, key)


def redis_address(redis_url: str | None) -> str:
    """The Redis asked for by option or environment."""
    return redis_url or _environment().redis_url


def index_address(index_url: str | None) -> str:
    """The index asked for by option or environment."""
    from wiredesk.settings import CommonSettings, read

    return index_url or read(CommonSettings).index_url.get_secret_value()


@contextlib.contextmanager
def redis_client(redis_url: str | None) -> "Iterator[redis.Redis]":
    """A client of the Redis asked for, closed after use."""
    from wiredesk.connection import connect

    client = connect(redis_address(redis_url))
    try:
        yield client
    finally:
        client.close()


def gateway_url(url: str | None, redis_url: str | None) -> str | None:
    """The gateway named by option or environment; an explicit Redis goes before the environment's gateway."""
    if url and redis_url:
        raise typer.BadParameter("give --url or --redis-url, not both", param_hint="--url")
    return url or (None if redis_url else _environment().url)


def http_api(url: str, *, patience_s: float | None = 60.0, on_wait: "OnWait | None" = None) -> "HttpApi":
    """The gateway at `url`, spoken to with the key of the environment, else that of the stack in this folder."""
    from wiredesk.cli.key_here import key_here
    from wiredesk.http_api import HttpApi

    key = _environment().api_key or key_here(url)
    return HttpApi(url, api_key=key, patience_s=patience_s, on_wait=on_wait, trace=environment_trace())


def publishing_limits() -> "Limits":
    """Up to where the environment lets publishers go on: WIREDESK_BACKLOG_LIMIT, WIREDESK_MEMORY_SHARE."""
    from pydantic import Field

    from wiredesk.pressure import PUBLISHING, Limits
    from wiredesk.settings import CommonSettings, read

    class PublishingSettings(CommonSettings):
        """What the command line reads before it publishes."""

        backlog_limit: int = Field(default=PUBLISHING.backlog, ge=1)
        memory_share: float = Field(default=PUBLISHING.memory, gt=0, le=1)

    settings = read(PublishingSettings)
    return Limits(backlog=settings.backlog_limit, memory=settings.memory_share)


def publisher(
    url: str | None, redis_url: str | None, *, patience_s: float | None, on_wait: "OnWait | None" = None
) -> "Publisher":
    """Through the gateway where one is named, else straight to Redis; how long it waits, and whom it tells why.

    What it sends belongs to the trace of the environment.
    """
    from wiredesk.client import Client, HttpClient

    named = gateway_url(url, redis_url)
    if named:
        return HttpClient(http_api(named, patience_s=patience_s, on_wait=on_wait))
    limits, trace = publishing_limits(), environment_trace()
    return Client.connect(redis_address(redis_url), limits=limits, patience_s=patience_s, on_wait=on_wait, trace=trace)


def environment_trace() -> "Trace | None":
    """The trace this command is a part of, if there is one: TRACEPARENT and TRACESTATE, as OpenTelemetry has them."""
    from wiredesk.tracing import trace_of

    return trace_of({name: os.environ.get(name.upper(), "") for name in ("traceparent", "tracestate")})


def gateway(url: str | None, redis_url: str | None) -> "HttpApi":
    """The gateway named, else one that has reported itself to Redis. Raises Unavailable when there is none."""
    from wiredesk.errors import Unavailable
    from wiredesk.http_api import HttpApi
    from wiredesk.pipeline import workers

    named = gateway_url(url, redis_url)
    if named:
        return http_api(named, patience_s=_PATIENCE_S)
    with redis_client(redis_url) as client:
        for report in workers(client, stage="gateway"):
            if report.address:
                # Without the key: whoever may write to Redis could have it sent anywhere, and reading needs none.
                address = f"http://{_reachable(report.address)}"
                return HttpApi(address, patience_s=_PATIENCE_S, trace=environment_trace())
    raise Unavailable("no gateway is running; start one (`make up`), or name one by --url or WIREDESK_URL")


def _reachable(address: str) -> str:
    """An address to connect to: a server that listens everywhere is asked here."""
    host, _, port = address.rpartition(":")
    return f"127.0.0.1:{port}" if host in ("0.0.0.0", "::", "[::]", "") else address  # noqa: S104 - read, not bound
