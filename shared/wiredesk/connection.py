"""Connecting to Redis from publishers, the gateway and the command line, and saying clearly when that fails."""

import os
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

import redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    MaxConnectionsError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.retry import Retry

from wiredesk.errors import Unavailable, UsageError

__all__ = ["checked", "connect", "described", "is_denied", "own_words", "speaks_redis"]

P = ParamSpec("P")
R = TypeVar("R")

_CONNECT_TIMEOUT_S = 3.0
_ANSWER_TIMEOUT_S = 10.0
_HEALTH_CHECK_INTERVAL_S = 30
_BACKOFF_BASE_S, _BACKOFF_CAP_S = 0.05, 1.0
_PIPELINE = re.compile(r"^Command # \d+ \(.*\) of pipeline caused error: ", re.DOTALL)
"""What redis-py puts before an error's own words: the command, with the beginning of what it was to write."""

_ARGUMENTS = ", with args beginning with: "
"""What a server says after an unknown command: the beginning of what was to be written."""

_SCHEMES = ("redis", "rediss", "unix")
_TLS_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


def connect(url: str, *, decode: bool = False, retries: int = 4) -> redis.Redis:
    """A client for `url`; nothing is sent before the first command, and a lost connection is retried with backoff.

    The functions of this package need `decode=False`: what crosses the streams is bytes. A refused connection gives
    up within about two seconds at the default `retries`. Raises UsageError for an address that is none.
    """
    return redis.Redis.from_url(
        checked(url),
        decode_responses=decode,
        socket_connect_timeout=_CONNECT_TIMEOUT_S,
        socket_timeout=_ANSWER_TIMEOUT_S,
        socket_keepalive=True,
        health_check_interval=_HEALTH_CHECK_INTERVAL_S,
        retry=_Retry(ExponentialWithJitterBackoff(cap=_BACKOFF_CAP_S, base=_BACKOFF_BASE_S), retries),
    )


def checked(url: str) -> str:
    """The address itself. Raises UsageError, which does not tell its password, when no client can be made of it.

    `rediss://` is TLS; its options stand in the query: `ssl_ca_certs` (the file of the CA that signed the server's
    certificate), `ssl_certfile` and `ssl_keyfile` (a certificate of the client's own).
    """
    try:
        usable = urlsplit(url).scheme in _SCHEMES
        options: dict[str, Any] = redis.connection.parse_url(url)  # type: ignore[no-untyped-call]  # redis-py's own
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{described(url)} is no Redis address; write redis://HOST:6379/0, rediss:// or unix://")
    for name in _TLS_FILES:
        if name in options and not os.access(options[name], os.R_OK):
            raise UsageError(f"{described(url)}: {name} names {options[name]}, which is no file that can be read")
    try:
        # Made, not connected: it knows which options there are.
        options.pop("connection_class", redis.Connection)(**options)
    except TypeError as error:
        option = str(error).rpartition("argument ")[2]
        raise UsageError(f"{described(url)} has an option {option}, which is none of redis-py's") from None
    return url


class _Retry(Retry):
    """Retries what may pass; a refused password will not, and asking for it at every level takes five seconds."""

    def call_with_retry(
        self,
        do: Callable[[], R],
        fail: Callable[[Exception], Any] | Callable[[Exception, int], Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> R:
        def worth_it(error: Exception) -> bool:
            refused = isinstance(error, AuthenticationError | AuthorizationError)
            return not refused and (is_retryable is None or is_retryable(error))

        options = {"with_failure_count": True} if with_failure_count else {}  # redis-py 7 has no such parameter
        return super().call_with_retry(do, fail, worth_it, **options)


def described(url: str) -> str:
    """The address without user name, password and query: what logs and error messages may show."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the address given"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return f"{parts.scheme}://{host}{port}{parts.path}" if "://" in url else "the address given"


def speaks_redis(function: Callable[Concatenate[redis.Redis, P], R]) -> Callable[Concatenate[redis.Redis, P], R]:
    """Decorate a function whose first argument is a client: every error of Redis becomes Unavailable with its cure."""

    @wraps(function)
    def guarded(client: redis.Redis, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(client, *args, **kwargs)
        except RedisError as error:
            raise Unavailable(f"Redis at {_address(client)} {_complaint(error)}") from error

    return guarded


def _address(client: redis.Redis) -> str:
    kwargs = client.connection_pool.connection_kwargs
    return str(kwargs["path"]) if "path" in kwargs else f"{kwargs.get('host', 'localhost')}:{kwargs.get('port', 6379)}"


def _complaint(error: RedisError) -> str:
    """What is the matter and what to do. Errors inside a script arrive as plain ResponseErrors: told by their code."""
    words = own_words(error)
    code = words.partition(" ")[0]
    if isinstance(error, AuthenticationError | AuthorizationError) or code in ("NOAUTH", "WRONGPASS"):
        return "refuses the user name or password; check WIREDESK_REDIS_URL"
    if is_denied(error):
        return f"does not allow this user the command ({words}); extend the user's ACL"
    if isinstance(error, OutOfMemoryError) or code == "OOM":
        return "is full (maxmemory reached); raise maxmemory or let the workers catch up"
    if isinstance(error, ReadOnlyError) or code == "READONLY":
        return "is a read-only replica; point WIREDESK_REDIS_URL at the primary"
    if isinstance(error, BusyLoadingError) or code == "LOADING":
        return "is still loading its data; try again in a moment"
    if code == "MISCONF":
        return f"cannot write to its disk and refuses changes ({words}); free disk space"
    if isinstance(error, MaxConnectionsError) or "max number of clients" in str(error):
        return "has no connection left; raise maxclients or use fewer clients"
    if isinstance(error, ResponseError):
        return f"refuses the command: {words}"
    if "CERTIFICATE_VERIFY_FAILED" in words:
        why = words.rpartition("certificate verify failed: ")[2].partition(" (_ssl")[0].rstrip(".")
        return (
            f"shows a certificate that is not trusted ({why}); name the file of the CA that signed it in the address, "
            "rediss://…?ssl_ca_certs=FILE, and the host as the certificate has it"
        )
    if words.startswith("Connection closed by server"):
        return "ends the connection at once; if it speaks TLS, write rediss:// in WIREDESK_REDIS_URL"
    return f"does not answer ({_short(error)}); start it, or set WIREDESK_REDIS_URL to where it is"


def own_words(error: BaseException | None) -> str:
    """What the server said: its code first, unless redis-py made a class of it; without what was to be written."""
    return _PIPELINE.sub("", str(error)).partition(_ARGUMENTS)[0]


def is_denied(error: BaseException | None) -> bool:
    """Whether a user's ACL is what refuses the command or key; a script's own words for it have no code everywhere."""
    return isinstance(error, NoPermissionError) or own_words(error).startswith(("NOPERM", "ACL failure in script"))


def _short(error: RedisError) -> str:
    """The socket's own words (`Connection refused`) without the address, which the message has already."""
    return str(error).strip().rstrip(".").rpartition(". ")[2] or type(error).__name__
