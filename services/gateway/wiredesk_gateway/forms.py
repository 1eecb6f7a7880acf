"""What a page's form sent, read from its body. Pure."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from wiredesk.errors import UsageError

__all__ = ["FORM", "fields"]

FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 2000


def fields(body: bytes) -> Mapping[str, list[str]]:
    """The values of each field, in order. Raises UsageError for what is no form of ours."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:  # also bytes that are not ASCII, escapes that are not UTF-8, too many fields
        raise UsageError("this form cannot be read; go back and try again") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
