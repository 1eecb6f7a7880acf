"""What every endpoint works with, put together once and found on the application's state."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import redis
from fastapi import Depends, Header, Request
from prometheus_client import CollectorRegistry
from wiredesk.index.protocol import IndexReader
from wiredesk.tracing import Trace, trace_of

from wiredesk_gateway.admission import Admission
from wiredesk_gateway.assets import Assets
from wiredesk_gateway.exporting import Exports
from wiredesk_gateway.gatekeeper import Callers
from wiredesk_gateway.intake import Intake
from wiredesk_gateway.live_index import LiveIndex
from wiredesk_gateway.metrics import Requests
from wiredesk_gateway.pipeline_look import PipelineLook
from wiredesk_gateway.queries import BoundedReader, Queries
from wiredesk_gateway.settings import GatewaySettings
from wiredesk_gateway.watching import Watch

__all__ = ["Body", "Desk", "DeskHere", "Reader", "TraceHere"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The gateway's own parts and what it talks to."""

    settings: GatewaySettings
    redis: redis.Redis
    index: LiveIndex
    intake: Intake
    admission: Admission
    assets: Assets
    registry: CollectorRegistry
    requests: Requests
    callers: Callers
    queries: Queries
    exports: Exports
    look: Callable[[], PipelineLook]
    watch: Watch[PipelineLook]

    def reader(self, *, kind: str | None = None) -> IndexReader:
        """The index, within the bounds on questions. Raises Unavailable, saying why, while there is none."""
        return BoundedReader(self.index.reader(), self.queries, kind=kind)


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


DeskHere = Annotated[Desk, Depends(_desk)]


async def _reader(request: Request, desk: DeskHere) -> IndexReader:
    return desk.reader(kind=None if request.url.path.startswith("/api/") else "page")


Reader = Annotated[IndexReader, Depends(_reader)]
"""The index; a request that needs it while there is none is answered 503."""


async def _trace(
    traceparent: Annotated[str, Header(description="W3C Trace Context: goes with every event that follows")] = "",
    tracestate: Annotated[str, Header()] = "",
) -> Trace | None:
    return trace_of({"traceparent": traceparent, "tracestate": tracestate})


TraceHere = Annotated[Trace | None, Depends(_trace)]
"""The trace a request belongs to, if it says so in a valid way."""


async def _body(request: Request, desk: DeskHere) -> bytes:
    return await desk.intake.receive(request)


Body = Annotated[bytes, Depends(_body)]
"""The request's body, bounded in size and time."""
