"""The OpenAPI document made exact: every status an operation answers, every problem, keys, and where answers lead.

FastAPI tells parameters and results; the rest follows from the shape of an operation, so that an endpoint which is
added needs nothing here. Pure.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from starlette.routing import compile_path

from wiredesk_gateway.permissions import needed_scope
from wiredesk_gateway.problems import MEDIA_TYPE, SCHEMA

__all__ = ["described", "methods_at"]

_METHODS = ("get", "post", "delete", "put", "patch")
_TEXT = {"type": "string"}
_SECONDS = {"description": "seconds to wait", "required": True, "schema": {"type": "integer", "minimum": 1}}
_HEADERS: Mapping[int, Mapping[str, Any]] = {
    401: {"WWW-Authenticate": {"required": True, "schema": _TEXT}},
    429: {"Retry-After": _SECONDS},
    503: {"Retry-After": _SECONDS},
}
_FRESH = {
    "ETag": {"description": "of this answer", "schema": _TEXT},
    "Cache-Control": {"required": True, "schema": _TEXT},
}
_SAYS: Mapping[int, str] = {
    400: "A query, day, id or cursor cannot be read (`column` says where), or the head is ambiguous or too large",
    401: "An API key is needed; there was none, or one that is not known",
    403: "The key has not the scope, or a page of another site asks",
    404: "There is no such thing here",
    408: "The body came too slowly",
    409: "It cannot be done as things are; the detail says why, and nothing has changed",
    413: "The body, or an article in it, is too large",
    415: "The body is compressed, or of a kind that is not taken",
    421: "The server does not answer to this host name",
    422: "A parameter out of range, or an article that is none: `errors` names each. Nothing was done",
    429: "Too many requests, or the pipeline has no room for articles now",
    500: "A fault of the gateway; its log says which",
    503: "Redis or the index is away, busy or full",
    504: "The index took too long over this",
}
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key: Authorization: Bearer KEY"},
    "header": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same key, where a proxy takes the header Authorization for itself",
    },
}


def _links(where: str, **operations: str) -> dict[str, Any]:
    return {
        operation: {"operationId": operation, "parameters": {f"path.{parameter}": f"$response.body#/{where}"}}
        for operation, parameter in operations.items()
    }


_LINKS: Mapping[str, Mapping[str, Any]] = {
    "submit": _links("submission_id", journey="article_id"),
    "dead_letters": _links("hits/0/id", dead_letter="id", original="id", replay_one="id", drop_one="id"),
}
"""Where an answer leads, by operation."""
_EVERYWHERE = (400, 421, 429, 500, 503)


def described(document: dict[str, Any], *, keys: bool) -> dict[str, Any]:
    """The document, completed in place; `keys`: changing anything takes an API key."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for own in ("HTTPValidationError", "ValidationError"):
        schemas.pop(own, None)
    schemas["Problem"] = SCHEMA
    components["responses"] = {f"Problem{status}": _problem(status) for status in _SAYS}
    if keys:
        components["securitySchemes"] = _SCHEMES
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                _complete(path, method, operations[method], keys=keys)
    document["paths"] = _hoisted(document["paths"], schemas)
    return document


def methods_at(document: Mapping[str, Any], path: str) -> list[str]:
    """The methods that a path has in the document: a framework tells those of one route at a time."""
    paths = document["paths"]
    found = [paths[path]] if path in paths else [paths[one] for one in paths if compile_path(one)[0].match(path)]
    return sorted(method.upper() for operations in found for method in operations if method in _METHODS)


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": _SAYS[status],
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {
                    "type": "about:blank",
                    "title": HTTPStatus(status).phrase,
                    "status": status,
                    "detail": f"{_SAYS[status]}.",
                },
            }
        },
        "headers": dict(_HEADERS.get(status, {})),
    }


def _complete(path: str, method: str, operation: dict[str, Any], *, keys: bool) -> None:
    scope = needed_scope(method.upper(), path)
    answers: dict[str, Any] = operation["responses"]
    answers.pop("422", None)  # the framework's own, which is no problem document
    for status in _statuses(operation, changes=scope is not None, keys=keys):
        answers[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if _is_fresh(operation):
        answers["304"] = {"description": "The answer with this ETag is still the answer", "headers": _FRESH}
        answers["200"].setdefault("headers", {}).update(_FRESH)
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _without_null(parameter["schema"])
    if links := _LINKS.get(operation["operationId"]):
        answers[min(answers)]["links"] = links
    if scope is not None and keys:
        operation["security"] = [{name: []} for name in _SCHEMES]
        operation["description"] = (
            f"{operation.get('description', '')}\n\nTakes a key with the scope `{scope}`.".strip()
        )


def _statuses(operation: Mapping[str, Any], *, changes: bool, keys: bool) -> Iterator[int]:
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    yield from _EVERYWHERE
    if places or "requestBody" in operation:
        yield 400
    if places & {"query", "header"}:
        yield 422
    if "path" in places:
        yield 404
    if _is_fresh(operation):
        yield 504
    if changes:
        yield 403
        if keys:
            yield 401
    if "requestBody" in operation:
        yield from (408, 413, 415)
    if "409" in operation["responses"]:
        yield 409


def _is_fresh(operation: Mapping[str, Any]) -> bool:
    """Whether it is answered from the index, with an ETag."""
    return any(parameter["name"].lower() == "if-none-match" for parameter in operation.get("parameters", ()))


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out is never null: there is no writing that in an address."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**{name: value for name, value in schema.items() if name != "anyOf"}, **kinds[0]}


def _hoisted(value: Any, schemas: dict[str, Any]) -> Any:
    """The same with definitions that stand within a schema among those of the document, and references to there."""
    if isinstance(value, list):
        return [_hoisted(item, schemas) for item in value]
    if not isinstance(value, dict):
        return value
    for name, schema in value.get("$defs", {}).items():
        schemas.setdefault(name, _hoisted(schema, schemas))
    kept = {name: _hoisted(item, schemas) for name, item in value.items() if name != "$defs"}
    if isinstance(kept.get("$ref"), str):
        kept["$ref"] = kept["$ref"].replace("#/$defs/", "#/components/schemas/")
    return kept
