"""How long `docker compose up -d --wait` takes until everything is healthy, and what of it each service took."""

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.compose.stack import Stack

__all__ = ["Start", "timed"]

_SERVICE = "com.docker.compose.service"
_ENDED_S = 30.0


@dataclass(slots=True)
class Start:
    """Seconds after the command was given: `seconds` until it returned, and by service.

    A service that runs once is healthy here when it has ended.
    """

    seconds: float = 0.0
    started_s: dict[str, float] = field(default_factory=dict)
    healthy_s: dict[str, float] = field(default_factory=dict)

    def rows(self) -> list[str]:
        """For people: the whole, then each service in the order in which it was healthy."""
        told = [f"up to healthy: {self.seconds:.1f} s"]
        for service in sorted(self.healthy_s, key=lambda one: self.healthy_s[one]):
            began, done = self.started_s.get(service, 0.0), self.healthy_s[service]
            told.append(f"  {service:12} started after {began:5.1f} s, ready {done - began:5.1f} s later")
        return told


def timed(stack: Stack) -> Start:
    """Start everything; images are there. Raises as Stack.up."""
    start, began_s = Start(), time.time()
    with _heard(stack) as events:
        stack.up()
        start.seconds = time.time() - began_s
    for event in events:
        service = event["Actor"]["Attributes"].get(_SERVICE, "")
        at_s = event["timeNano"] / 1e9 - began_s
        match event["Action"]:
            case "start":
                start.started_s.setdefault(service, at_s)
            case "health_status: healthy" | "die":
                start.healthy_s.setdefault(service, at_s)
    return start


@contextlib.contextmanager
def _heard(stack: Stack) -> Iterator[list[Mapping[str, object]]]:
    """What the engine tells of the project's containers meanwhile; the list is filled at the end."""
    found: list[Mapping[str, object]] = []
    wanted = [f"event={name}" for name in ("start", "health_status", "die")]
    wanted += ["type=container", f"label=com.docker.compose.project={stack.name}"]
    filters = [word for one in wanted for word in ("--filter", one)]
    command = ["docker", "events", *filters, "--format", "{{json .}}"]
    listener = subprocess.Popen(command, env=stack.environment, stdout=subprocess.PIPE, text=True)
    try:
        yield found
    finally:
        listener.terminate()
        told, _ = listener.communicate(timeout=_ENDED_S)
        found += map(json.loads, told.splitlines())
