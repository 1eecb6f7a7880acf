"""JSON over HTTP to a cluster: one pool of connections, the next host when one does not answer."""

import json
import ssl
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

from wiredesk.errors import Unavailable, UsageError, WiredeskError
from wiredesk.index.opensearch.address import Address

__all__ = ["Node", "Refusal"]

_CONNECT_S = 3.0
_ANSWER_S = 60.0
"""A bulk request of many megabytes on a busy cluster; a search takes a small part of it."""
_CONNECTIONS = 40
"""Beside each other: as many as the gateway has threads for searches."""

Method = Literal["GET", "POST", "PUT", "DELETE"]


class Refusal(WiredeskError):
    """The cluster answered that it will not do it. `kind` is its own name for why, as `mapper_parsing_exception`."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.status = status
        self.kind = kind
        self.reason = reason


class Node:
    """A client of the cluster at an address; its methods may be called from several threads."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._first = 0
        self._closed = False
        headers = urllib3.make_headers(keep_alive=True)
        if address.user is not None:
            credentials = f"{address.user}:{address.password}".encode()
            headers["authorization"] = f"Basic {b64encode(credentials).decode()}"
        self._headers = {**headers, "Content-Type": "application/json"}
        trusted: dict[str, Any] = {}
        if address.scheme.endswith("https"):
            trusted["ssl_context"] = _context(address)
        self._pool = urllib3.PoolManager(
            num_pools=len(address.hosts),
            maxsize=_CONNECTIONS,
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_S, read=_ANSWER_S),
            **trusted,
        )

    def ask(
        self,
        method: Method,
        path: str,
        body: Mapping[str, Any] | Iterable[Mapping[str, Any]] | bytes | None = None,
        **params: str | int,
    ) -> Any:
        """The answer's JSON. `body` is one object, or several or bytes for the endpoints that take lines.

        Raises Unavailable when no host answers or all are too busy, UsageError when they refuse the user or show a
        certificate that is not trusted, Refusal.
        """
        target = f"{path}?{urlencode(params)}" if params else path
        status, content = self._send(method, target, _encoded(body))
        try:
            answer: Any = json.loads(content) if content else {}
        except ValueError:
            if status == 401:  # which the security plugin says in plain words
                raise self._refused("unauthorized") from None
            raise Unavailable(f"what answers at {self.address} is no OpenSearch (HTTP {status})") from None
        if status < 400:
            return answer
        kind, reason = _why(answer)
        if status == 401 or (status == 403 and "security" in kind):
            raise self._refused(reason)
        if status == 429 or status >= 500:
            raise Unavailable(f"the index at {self.address} cannot answer now: {reason}")
        raise Refusal(status, kind, reason)

    def _refused(self, reason: str) -> UsageError:
        return UsageError(f"the index at {self.address} refuses the user: {reason}; set user:password@ before the host")

    def close(self) -> None:
        """Later calls raise Unavailable."""
        self._closed = True
        self._pool.clear()

    def _send(self, method: str, target: str, body: bytes | None) -> tuple[int, bytes]:
        """From the first host that answers; every request of ours may be sent again."""
        origins = self.address.origins
        failed: Exception | None = None
        for attempt in range(max(2, len(origins))):
            if self._closed:
                raise Unavailable(f"the index at {self.address} was closed")
            at = self._first
            try:
                answer = self._pool.request(method, origins[at] + target, body=body, headers=self._headers)
                return answer.status, answer.data
            except HTTPError as error:
                failed = error
                self._first = (at + 1) % len(origins)
                # A connection that was kept and has died meanwhile says nothing about the host; silence does.
                if len(origins) == 1 and (attempt or not isinstance(error, ProtocolError)):
                    break
        if untrusted := _untrusted(failed):
            raise UsageError(
                f"the certificate of the index at {self.address} is not trusted: {untrusted}; name the file of the "
                "authority that signed it by ca= in WIREDESK_INDEX_URL, and the host as the certificate does"
            ) from failed
        raise Unavailable(
            f"the index at {self.address} does not answer: {_cause(failed)}; "
            "start OpenSearch, or set WIREDESK_INDEX_URL"
        ) from failed


def _context(address: Address) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=address.ca)
    except OSError as error:
        raise UsageError(f"the certificates for {address} cannot be read from {address.ca}: {error}") from error


def _encoded(body: Mapping[str, Any] | Iterable[Mapping[str, Any]] | bytes | None) -> bytes | None:
    """A lone surrogate that a user typed is found nowhere, and must not fail the search."""
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, Mapping):
        return json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in body).encode(errors="replace")


def _why(answer: Any) -> tuple[str, str]:
    """What an error is called and says; of a search that failed on its shards, what the first of them says."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return "unknown", str(error or answer)[:500]
    causes = error.get("root_cause") or [shard["reason"] for shard in error.get("failed_shards", [])]
    cause: dict[str, Any] = causes[0] if causes else {}
    return str(cause.get("type") or error.get("type")), str(cause.get("reason") or error.get("reason"))[:500]


def _untrusted(error: BaseException | None) -> str | None:
    """Why the host's certificate was not taken, if that was it."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        reason = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = reason or error.__cause__ or error.__context__
    return None


def _cause(error: Exception | None) -> str:
    """urllib3 wraps the system's words in the names of its own objects."""
    while error is not None and isinstance(error.__cause__ or error.__context__, OSError):
        error = error.__cause__ or error.__context__  # type: ignore[assignment]  # an OSError is an Exception
    return getattr(error, "strerror", None) or type(error).__name__
