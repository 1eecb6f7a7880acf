"""Speaking to the gateway over HTTP, with the standard library alone."""

import http.client
import json
import random
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from wiredesk.connection import described
from wiredesk.errors import NotAllowed, NotFound, Unavailable, UsageError
from wiredesk.patience import Holdup, OnWait, Patience, backoff_s
from wiredesk.tracing import Trace

__all__ = ["HttpApi", "path_of"]

_TIMEOUT_S = 30.0
_BUSY = (429, 503)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 10.0
_ANSWER_BYTES = 64 * 1024 * 1024
_PROBLEM_CHARACTERS = 500
_PIECE_BYTES = 64 * 1024


class HttpApi:
    """One gateway, by its address (`http://HOST:PORT`).

    A user name and password in the address are sent as HTTP Basic, for a gateway behind a proxy that asks for them;
    `api_key` is what the gateway itself asks for. Neither is sent on to where an answer redirects.
    Every request belongs to `trace`, if one is given, and so does what comes of it.
    A gateway that answers 429 or 503 is asked again after its Retry-After, or longer and longer without one, for at
    most `patience_s` seconds in all (None: as long as it takes); `on_wait` is told why. So is one that has answered
    before and is away now, where asking twice does no harm: a GET, or with an Idempotency-Key.
    Every method raises NotFound (404), NotAllowed (401, 403), UsageError (what else the gateway refuses, with its own
    words) and Unavailable.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        patience_s: float | None = 60.0,
        on_wait: OnWait | None = None,
        trace: Trace | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{described(url)} is no address of a gateway; write http://HOST:8080")
        self._url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "wiredesk"} | (trace.headers if trace else {})
        self._secrets: dict[str, str] = {}
        if parts.username is not None:
            credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._secrets["Authorization"] = f"Basic {b64encode(credentials.encode()).decode()}"
        if api_key:
            if not (api_key.isascii() and api_key.isprintable()):
                raise UsageError("the API key is none; WIREDESK_API_KEY takes what `wiredesk key new` printed")
            name, scheme = ("X-API-Key", "") if self._secrets else ("Authorization", "Bearer ")
            self._secrets[name] = f"{scheme}{api_key}"
        self._patience = Patience(patience_s, on_wait)
        self._met = False

    def get(self, path: str, **parameters: str | int | None) -> Any:
        """The JSON at a path; parameters that are None are left out."""
        query = urlencode({name: value for name, value in parameters.items() if value is not None})
        return self._ask("GET", f"{path}?{query}" if query else path)

    def save(self, path: str, write: Callable[[bytes], object], **parameters: str | None) -> None:
        """Hand what is at a path to `write`, piece by piece as it comes, however much it is.

        Raises Unavailable, too, when the answer breaks off: then what was written is not the whole; and OSError of
        `write`.
        """
        query = urlencode({name: value for name, value in parameters.items() if value is not None})

        def copy(response: http.client.HTTPResponse) -> None:
            while piece := response.read(_PIECE_BYTES):
                try:
                    write(piece)
                except OSError as error:
                    raise _Unwritten(error) from None
            if response.length:
                raise http.client.IncompleteRead(b"", response.length)

        try:
            self._ask("GET", f"{path}?{query}" if query else path, read=copy)
        except _Unwritten as stop:
            raise stop.error from None

    def post(self, path: str, body: bytes, *, headers: Mapping[str, str]) -> Any:
        """What the gateway answers to `body`. It may be sent twice: give an Idempotency-Key where that matters."""
        return self._ask("POST", path, body=body, headers=headers)

    def delete(self, path: str, **parameters: str | None) -> Any:
        """What the gateway answers to DELETE."""
        query = urlencode({name: value for name, value in parameters.items() if value is not None})
        return self._ask("DELETE", f"{path}?{query}" if query else path)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        read: Callable[[http.client.HTTPResponse], Any] | None = None,
    ) -> Any:
        request = urllib.request.Request(  # noqa: S310 - __init__ lets no scheme but http and https pass
            f"{self._url}{path}",
            data=body,
            method=method,
            headers={**self._headers, **(headers or {})},
        )
        for name, secret in self._secrets.items():
            request.add_unredirected_header(name, secret)
        # What was handed on in part cannot be taken back.
        repeatable = (method == "GET" and read is None) or "Idempotency-Key" in (headers or {})
        try:
            tries = 0
            while True:
                tries += 1
                try:
                    return self._once(request, read or self._read)
                except _Busy as busy:
                    pause_s = max(_backoff_s(tries), busy.retry_after_s)
                    why = f"the gateway at {self._name()} asks to come back later: {busy.problem}"
                    if not self._patience.wait(pause_s, Holdup(kind="gateway", why=why)):
                        raise self._error(busy.status, busy.problem) from None
                except _Away as error:
                    holdup = Holdup(kind="server", why=str(error))
                    if not (self._met and repeatable and self._patience.wait(_backoff_s(tries), holdup)):
                        raise
        finally:
            self._patience.end()

    def _once(self, request: urllib.request.Request, read: Callable[[http.client.HTTPResponse], Any]) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310 - as in _ask
                answer = read(response)
        except urllib.error.HTTPError as error:
            self._met = True
            with error:
                problem = _problem(error)
            if error.code in _BUSY:
                raise _Busy(error.code, problem, _retry_after_s(error.headers.get("Retry-After"))) from None
            raise self._error(error.code, problem) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            words = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
            raise _Away(f"the gateway at {self._name()} does not answer ({words}); is it running?") from error
        self._met = True
        return answer

    def _read(self, response: http.client.HTTPResponse) -> Any:
        body = response.read(_ANSWER_BYTES)
        if response.length and len(body) < _ANSWER_BYTES:  # a bounded read takes a torn answer for a whole one
            raise http.client.IncompleteRead(body, response.length)
        if not body:
            return None
        try:
            return json.loads(body)
        except ValueError:
            raise Unavailable(
                f"what answers at {self._name()} is no Wiredesk gateway: its answer is not JSON"
            ) from None

    def _error(self, status: int, problem: str) -> UsageError | NotFound | Unavailable:
        if status == 404:
            return NotFound(problem)
        if status in _BUSY or status >= 500:
            return Unavailable(f"the gateway at {self._name()} cannot do it now: {problem}")
        refused = f"the gateway at {self._name()} refuses: {problem}"
        if status == 401:
            refused += " The command line has it from WIREDESK_API_KEY or WIREDESK_API_KEY_FILE."
        return NotAllowed(refused) if status in (401, 403) else UsageError(refused)

    def _name(self) -> str:
        return described(self._url)


class _Away(Unavailable):
    """Nothing answered, or not to its end."""


class _Unwritten(Exception):
    """The caller's own trouble, which is not the connection's."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class _Busy(Exception):
    """The gateway answered that it has no room now."""

    def __init__(self, status: int, problem: str, retry_after_s: float) -> None:
        super().__init__(problem)
        self.status, self.problem, self.retry_after_s = status, problem, retry_after_s


def _backoff_s(tries: int) -> float:
    """A little more than the rule says, by chance: those turned away together need not come back together."""
    spread = 1 + random.random() / 4  # noqa: S311 - no secret
    return backoff_s(tries, first_s=_FIRST_WAIT_S, longest_s=_LONGEST_WAIT_S) * spread


def path_of(*segments: str) -> str:
    """A path under the API from segments that may hold anything."""
    return "/api/v1/" + "/".join(quote(segment, safe="") for segment in segments)


def _problem(error: urllib.error.HTTPError) -> str:
    """Title and detail of an RFC 9457 answer, else the status line."""
    try:
        told = json.loads(error.read(_ANSWER_BYTES))
    except (ValueError, OSError, http.client.HTTPException):
        told = None
    title, detail = (told.get("title"), told.get("detail")) if isinstance(told, dict) else (None, None)
    if detail and title == error.reason:  # the status's own name adds nothing to a detail
        title = None
    text = ": ".join(part for part in (title, detail) if isinstance(part, str) and part)
    return text[:_PROBLEM_CHARACTERS] or f"HTTP {error.code} {error.reason}"


def _retry_after_s(value: str | None) -> float:
    """Seconds to wait as the header says, in seconds or as a date (RFC 9110); 0 without one or for nonsense."""
    if not value:
        return 0.0
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
