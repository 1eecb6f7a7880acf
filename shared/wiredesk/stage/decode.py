"""From an entry's bytes to an event, or to the reason why not. Sizes are checked before anything is parsed."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wiredesk import wire
from wiredesk.errors import PermanentError

__all__ = ["decode_event"]

M = TypeVar("M", bound=BaseModel)


def decode_event(model: type[M], data: bytes, *, max_bytes: int) -> tuple[M, dict[str, str]]:
    """The event in an entry's field, and the envelope's headers.

    Raises PermanentError with one of the reasons `no_data`, `too_large`, `invalid_utf8`, `lone_surrogate`, `not_json`,
    `missing_field`, `invalid_field`.
    """
    if not data:
        raise PermanentError("no_data", f"the entry has no field {wire.FIELD}, or it is empty")
    if len(data) > max_bytes:
        raise PermanentError("too_large", f"the message has {len(data):,} bytes; the limit is {max_bytes:,}")
    body, headers = wire.decode(data)
    try:
        return model.model_validate_json(body), dict(headers)
    except ValidationError as error:
        raise _refusal(error.errors(include_url=False, include_input=False), body) from None


def _refusal(errors: list[ErrorDetails], body: bytes) -> PermanentError:
    first = errors[0]
    if first["type"] == "json_invalid":
        try:
            body.decode()
        except UnicodeDecodeError as error:
            return PermanentError("invalid_utf8", f"byte {error.start} of the message is not UTF-8: {error.reason}")
        # the JSON reader's two ways of saying that half of a surrogate pair is missing
        lone = "surrogate" in first["msg"] or "end of hex escape" in first["msg"]
        reason = "lone_surrogate" if lone else "not_json"
        return PermanentError(reason, f"the message cannot be read as JSON: {first['ctx']['error']}"[:500])
    if first["type"] in ("model_type", "model_attributes_type"):
        return PermanentError("invalid_field", "the message must be a JSON object")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    where = ".".join(map(str, first["loc"])) or "the message"
    reason = "missing_field" if first["type"] == "missing" else "invalid_field"
    return PermanentError(reason, f"{where}: {first['msg']}{more}"[:500])
