"""What runs: the services of docker-compose.yml that have an `x-local` block, and how many of each are wanted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from wiredesk.errors import UsageError

__all__ = ["Service", "counts", "local_services", "read"]

_MOST = 64
"""More processes of one service than this on one machine is a typing error."""

_DURATION = re.compile(r"^(?:(\d+)m)?(?:(\d+)s)?$")
_SETTING = re.compile(r"^\$\{\w+:-(\d+)\}$")
"""A number that compose lets be set: by its own variable in containers, by SCALE without them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service as the compose file has it. `environment` values hold {placeholders}; `ready` are states of a report.

    `scale` is how many run unless asked otherwise, `most` how many can; `stop_grace_s` is the time a stop may take.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ready: frozenset[str]
    scale: int
    most: int
    stop_grace_s: float

    def filled_in(self, values: Mapping[str, str]) -> dict[str, str]:
        """The environment with every placeholder replaced. Raises UsageError for one that has no value."""
        try:
            return {name: template.format_map(values) for name, template in self.environment.items()}
        except (KeyError, ValueError, IndexError) as error:
            raise UsageError(
                f"docker-compose.yml: x-local of {self.name} has a placeholder nobody fills: {error}"
            ) from error


def read(compose: Path) -> tuple[Service, ...]:
    """The services to run without containers, in the file's order. Raises UsageError, naming the file."""
    try:
        document = yaml.safe_load(compose.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{compose} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{compose} is not YAML: {' '.join(str(error).split())}") from error
    try:
        return local_services(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"{compose}: a service's command, scale, stop_grace_period or x-local is amiss: {error!r}"
        ) from error


def local_services(document: Mapping[str, Any]) -> tuple[Service, ...]:
    """The services with an `x-local` block of a compose file's content.

    Raises KeyError, TypeError, ValueError or AttributeError for content of another form.
    """
    return tuple(
        Service(
            name=name,
            command=tuple(map(str, service["command"])),
            environment={key: str(value) for key, value in service["x-local"]["env"].items()},
            ready=frozenset(service["x-local"]["ready"]),
            scale=int(_SETTING.sub(r"\1", str(service.get("scale", 1)))),
            most=int(service["x-local"].get("most", _MOST)),
            stop_grace_s=_seconds(service.get("stop_grace_period", "10s")),
        )
        for name, service in document["services"].items()
        if "x-local" in service
    )


def counts(services: tuple[Service, ...], wanted: str) -> dict[str, int]:
    """How many of each service: its `scale`, overridden by `wanted` (`extraction=2 ingest=1`; commas work as well).

    Raises UsageError for a name that is no service, a number that is none, and too many.
    """
    found = {service.name: service.scale for service in services}
    most = {service.name: service.most for service in services}
    for word in wanted.replace(",", " ").split():
        name, _, number = word.partition("=")
        if name not in found:
            raise UsageError(f"SCALE: there is no service {name!r}; there are {', '.join(found)}")
        if not number.isdecimal() or len(number) > 4:
            raise UsageError(f'SCALE: {word!r} is not NAME=NUMBER, as in SCALE="extraction=2 ingest=1"')
        if int(number) > most[name]:
            raise UsageError(f"SCALE: at most {most[name]} of {name} can run on one machine; {number} were asked for")
        found[name] = int(number)
    return found


def _seconds(duration: str) -> float:
    match = _DURATION.match(duration)
    if not match or not duration:
        raise ValueError(f"{duration!r} is no duration such as 1m30s")
    return 60 * int(match[1] or 0) + int(match[2] or 0)
