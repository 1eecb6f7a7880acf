"""The register of live processes: each writes a short-lived key about itself, `wiredesk status` reads them all."""

import os
import socket
from datetime import datetime

from pydantic import BaseModel, ConfigDict

__all__ = ["LIFETIME_S", "WorkerReport", "worker_name"]

LIFETIME_S = 10
"""How long a report outlives its process; it is rewritten several times within this."""


class WorkerReport(BaseModel):
    """One live process. `address` is host:port of its health and metrics (the gateway: of its pages too).

    `in_flight` counts the entries it is working on; what Redis holds pending for it is found under its `name`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: str
    name: str
    pid: int
    host: str
    version: str
    address: str | None = None
    state: str
    in_flight: int = 0
    started_at: datetime
    reported_at: datetime


def worker_name() -> str:
    """A name of its own for this process, also its consumer name: host, pid, and the start as a tie-break."""
    return f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"
