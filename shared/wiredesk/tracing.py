"""W3C Trace Context (https://www.w3.org/TR/trace-context/): which trace an event belongs to, carried through every hop.

No process here records spans, so none invents any: `traceparent` goes on as it came, with its `tracestate`, and what
reads it further down is a child of the span that published (decision 23).
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Trace", "trace_of"]

_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[!-~]{0,200})?", re.ASCII)
_STATE = re.compile(r"[\t -~]{1,512}", re.ASCII)
"""512 characters are what the standard asks every hop to carry; more is left behind."""

_SAMPLED = 1


class Trace(NamedTuple):
    """The trace an event came with: its valid `traceparent`, and `tracestate` or nothing."""

    traceparent: str
    tracestate: str = ""

    @property
    def id(self) -> str:
        """The trace id: 32 hexadecimal digits."""
        return self.traceparent[3:35]

    @property
    def sampled(self) -> bool:
        """Whether whoever began the trace keeps it, and so wants to hear of this article."""
        return bool(int(self.traceparent[53:55], 16) & _SAMPLED)

    @property
    def headers(self) -> dict[str, str]:
        """What the next message carries."""
        return {"traceparent": self.traceparent} | ({"tracestate": self.tracestate} if self.tracestate else {})


def trace_of(headers: Mapping[str, str]) -> Trace | None:
    """The trace of a message or request with these headers (names in lower case); None without a valid traceparent.

    Valid is the standard's form: a version other than `ff`, ids in lower case that are not all zeros; what a later
    version adds at the end is kept. An invalid one is dropped, as the standard has it: it must not be trusted.
    """
    traceparent = headers.get("traceparent", "")
    match = _PARENT.fullmatch(traceparent)
    if match is None:
        return None
    version, trace_id, span_id, _, more = match.groups()
    if version == "ff" or (version == "00" and more) or not trace_id.strip("0") or not span_id.strip("0"):
        return None
    state = headers.get("tracestate", "")
    return Trace(traceparent, state if _STATE.fullmatch(state) else "")
