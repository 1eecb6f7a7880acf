"""A real Prometheus over a real pipeline, asked over its API."""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import yaml
from wiredesk.testing import PATIENCE_S, free_port, wait_until

from tests.dashboards.expressions import RULES

__all__ = ["Prometheus", "prometheus"]


class Prometheus:
    """What its API answers."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def ready(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return self._client.get("/-/ready").status_code == 200
        return False

    def ask(self, expr: str) -> list[float]:
        """The values there are now; those that are no number left out. Fails for what cannot be asked."""
        answer = self._answer("/api/v1/query", query=expr)
        values = [float(series["value"][1]) for series in answer["result"]]
        return [value for value in values if value == value]

    def label_values(self, metric: str, label: str) -> list[str]:
        return self._answer(f"/api/v1/label/{label}/values", **{"match[]": metric})

    def firing(self, alert: str) -> list[Mapping[str, str]]:
        """The labels of those of this name that fire."""
        alerts = self._answer("/api/v1/alerts")["alerts"]
        return [each["labels"] for each in alerts if each["labels"]["alertname"] == alert and each["state"] == "firing"]

    def _answer(self, path: str, **parameters: str) -> Any:
        answer = self._client.get(path, params=parameters).json()
        assert answer["status"] == "success", (parameters, answer)
        return answer["data"]


@contextlib.contextmanager
def prometheus(jobs: Mapping[str, int], folder: Path) -> Iterator[Prometheus]:
    """With the project's rules, looking every other second at the local port of each job."""
    config = {
        "global": {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "1s"},
        "rule_files": [str(path) for path in RULES],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]} for job, port in jobs.items()
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free_port()
    command = [
        "prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    with (
        (folder / "prometheus.log").open("wb") as log,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            server = Prometheus(client)
            wait_until(server.ready, what="Prometheus to be ready")
            yield server
        finally:
            process.terminate()
