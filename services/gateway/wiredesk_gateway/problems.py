"""Every error as an answer: which status an exception means, and the RFC 9457 problem document that says it."""

from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from wiredesk.errors import NotFound, Unavailable, UsageError
from wiredesk.submissions import IdempotencyConflict

from wiredesk_gateway.bodies import BodyTooLarge, InvalidArticles
from wiredesk_gateway.intake import BodyTimeout, UnsupportedBody

__all__ = ["MEDIA_TYPE", "SCHEMA", "Problem", "problem_of", "respond"]

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

_STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (IdempotencyConflict, HTTPStatus.CONFLICT),
    (NotFound, HTTPStatus.NOT_FOUND),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (BodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (InvalidArticles, HTTPStatus.UNPROCESSABLE_ENTITY),
    (BodyTimeout, HTTPStatus.REQUEST_TIMEOUT),
    (UnsupportedBody, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
)
"""Looked up in order, so a subclass stands before its base."""

SCHEMA = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string", "description": "why no articles are taken now: `backlog` or `memory`"},
        "backlog": {"type": "integer"},
        "backlog_limit": {"type": "integer"},
        "retry_after_s": {"type": "integer"},
        "column": {"type": "integer", "description": "where in `q` the trouble is, from 1"},
        "errors": {
            "type": "array",
            "description": "each parameter, or each line and field of the articles sent, that is at fault",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "line": {"type": "integer"},
                    "field": {"type": "string"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class Problem(Exception):
    """An error as the user sees it. `extensions` are the problem document's further members."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        extensions: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.extensions = extensions or {}
        self.headers = headers or {}

    def document(self) -> dict[str, Any]:
        """The members of the problem document."""
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            **self.extensions,
        }


def problem_of(error: Exception) -> Problem:
    """The problem an exception is to the user; what nobody raised on purpose is an internal error without detail."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid_parameters(error)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        detail = status.description if error.detail == status.phrase else error.detail
        return Problem(status, detail, headers=dict(error.headers or {}))
    if isinstance(error, RedisError):
        error = Unavailable(f"Redis cannot be used now: {error}")
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return Problem(status, str(error), extensions=_extensions(error), headers=_headers(status))
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; the gateway's log says what.")


def respond(problem: Problem) -> JSONResponse:
    """The answer to a request of the API."""
    return JSONResponse(problem.document(), problem.status.value, problem.headers, media_type=MEDIA_TYPE)


def _invalid_parameters(error: RequestValidationError) -> Problem:
    errors = [
        {"parameter": ".".join(map(str, fault["loc"][1:])) or str(fault["loc"][0]), "detail": str(fault["msg"])}
        for fault in error.errors()
    ]
    detail = "; ".join(f"{fault['parameter']}: {fault['detail']}" for fault in errors)
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, extensions={"errors": errors})


def _extensions(error: Exception) -> dict[str, Any]:
    if isinstance(error, InvalidArticles):
        faults = [{"line": f.line, "field": f.field, "detail": f.detail} for f in error.faults]
        return {"errors": [{k: v for k, v in fault.items() if v is not None} for fault in faults]}
    column = getattr(error, "column", None)
    return {"column": column} if isinstance(column, int) else {}


def _headers(status: HTTPStatus) -> dict[str, str]:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER_S)}
    if status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT):
        return {"Connection": "close"}
    return {}
