"""One compose project of the tests: docker-compose.yml under a name and ports of its own, with images tagged `test`."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wiredesk.cli.key_here import PLACE
from wiredesk.http_api import HttpApi
from wiredesk.testing import free_port, wait_until

__all__ = ["SERVICES", "WORKERS", "Stack"]

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("ingest", "extraction", "indexing", "gateway")
SERVICES = ("redis", *WORKERS, "prometheus", "grafana")
_TAG = "test"
_COMMAND_S = 900.0
_HEALTHY_S = 360.0
_FROZEN_S = 60.0


class Stack:
    """Docker compose as a user has it, from the command line. Every method raises RuntimeError with its last words.

    `environment` is what docker runs in; `home` is a folder with the keys that compose made, where a checkout has them,
    and with `backups`.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.name = f"wiredesk-test-{os.urandom(3).hex()}"
        self._ports = {name: free_port() for name in ("REDIS_PORT", "HTTP_PORT", "PROMETHEUS_PORT", "GRAFANA_PORT")}
        ports = {name: str(port) for name, port in self._ports.items()}
        self.home = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self._keys = self.home / PLACE.parent
        self._keys.mkdir(parents=True)
        self.backups = self.home / "backups"
        self.backups.mkdir()
        folders = {"KEYS_FOLDER": str(self._keys), "BACKUPS_FOLDER": str(self.backups)}
        self.environment = {**environment, **ports, **folders, "WIREDESK_TAG": _TAG}

    @property
    def redis_url(self) -> str:
        """The address of the user who may do everything, as the host reaches it."""
        return self._from_here(self.compose("exec", "-T", "redis", "cat", "/run/wiredesk/admin.url"))

    def address(self, user: str) -> str:
        """The address of any of Redis's users, as the host reaches it."""
        there = f"/run/wiredesk/{user}.url"
        return self._from_here(self.compose("run", "--rm", "-T", "--entrypoint", "cat", "redis-users", there))

    def _from_here(self, address: str) -> str:
        return address.strip().replace("@redis:6379/", f"@127.0.0.1:{self._ports['REDIS_PORT']}/")

    @property
    def api_key(self) -> str:
        """The operator's."""
        return (self._keys / "operator.key").read_text().strip()

    @property
    def api_keys(self) -> Path:
        """The file of the lines that the gateway knows keys by."""
        return self._keys / "api-keys"

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['HTTP_PORT']}"

    @property
    def prometheus_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['PROMETHEUS_PORT']}"

    @property
    def grafana_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['GRAFANA_PORT']}"

    def docker(self, *arguments: str) -> str:
        """Run a command of docker; its output."""
        return self._run(["docker", *arguments])

    def pause(self, *containers: str) -> None:
        """Freeze containers, at another try where one starts a process at that moment and the kernel misses it."""
        for container in containers:
            wait_until(
                lambda container=container: not self._complete(["docker", "pause", container]).returncode,  # type: ignore[misc]
                timeout_s=_FROZEN_S,
                interval_s=0.2,
                what=f"{container} to be frozen",
            )

    def compose(self, *arguments: str, **variables: str) -> str:
        """Run a command of docker compose, with other variables for once; its output."""
        return self._run(["docker", "compose", "-p", self.name, *arguments], variables)

    def attempt(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command of docker compose that may fail."""
        return self._complete(["docker", "compose", "-p", self.name, *arguments])

    def sh(self, line: str) -> str:
        """Run a line for a shell as the documents have it, for this project; its output."""
        return self._run(["sh", "-c", line], {"COMPOSE_PROJECT_NAME": self.name})

    def build(self) -> None:
        """Our images, from this checkout."""
        # One first: an old builder makes what the images share once for each that it builds at the same time.
        self.compose("build", WORKERS[-1])
        self.compose("build")

    def up(self, **scale: int) -> None:
        """Up and healthy: everything, or the services that are named, with so many containers each."""
        wanted = [word for service, number in scale.items() for word in ("--scale", f"{service}={number}")]
        try:
            self.compose("up", "-d", "--no-build", "--no-recreate", *wanted, "--wait", *scale)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{self.logs()}") from error

    def down(self) -> None:
        """Containers, networks, volumes and keys away. The images stay, so that the next build finds its layers."""
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "5")
        shutil.rmtree(self.home)

    def containers(self, service: str) -> list[str]:
        """The ids of a service's containers that run, oldest first."""
        return [one["Id"] for one in sorted(self.inspected(service), key=lambda one: str(one["Created"]))]

    def image(self, service: str) -> str:
        """The name of one of our own."""
        return f"wiredesk/{service}:{self.environment['WIREDESK_TAG']}"

    def inspected(self, service: str, *, stopped: bool = False) -> list[dict[str, Any]]:
        """What docker inspect tells of each container of a service."""
        ids = self.compose("ps", "--quiet", *(["--all"] if stopped else []), service).split()
        return list(json.loads(self.docker("inspect", *ids))) if ids else []

    def healthy(self, service: str) -> bool:
        """Whether it has containers, and every one is healthy."""
        found = self.inspected(service, stopped=True)
        return bool(found) and all(one["State"].get("Health", {}).get("Status") == "healthy" for one in found)

    def wait_until_healthy(self, *services: str) -> None:
        for service in services:
            wait_until(
                lambda service=service: self.healthy(service),  # type: ignore[misc]
                timeout_s=_HEALTHY_S,
                interval_s=0.5,
                what=f"{service} to be healthy",
            )

    def queried(self, expression: str) -> float | None:
        """The one value of an expression that Prometheus answers; None where it has none."""
        answer = HttpApi(self.prometheus_url).get("/api/v1/query", query=expression)
        found: Sequence[Any] = answer["data"]["result"]
        return float(found[0]["value"][1]) if found else None

    def replicas_seen(self, service: str) -> int:
        """How many containers of a service Prometheus reaches."""
        return int(self.queried(f'count(up{{job="{service}"}} == 1)') or 0)

    def logs(self, *services: str, lines: int = 40) -> str:
        """The last lines of each."""
        return self.compose("logs", "--no-color", "--tail", str(lines), *services)

    def _run(self, command: Sequence[str], variables: Mapping[str, str] | None = None) -> str:
        done = self._complete(command, variables)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[-3000:]}")
        return done.stdout

    def _complete(
        self, command: Sequence[str], variables: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**self.environment, **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_COMMAND_S,
            check=False,
        )
