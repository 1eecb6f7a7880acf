"""Fixtures for the runtime's tests: the sample stage importable by children, and whole workers as processes."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from wiredesk import pipeline
from wiredesk.testing import PATIENCE_S, wait_until
from wiredesk.workers import WorkerReport

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _sample_stage_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@dataclass
class WorkerProcess:
    """A worker of the sample stage, as a process of its own."""

    redis_url: str
    settings: dict[str, str] = field(default_factory=dict)

    def start(self) -> "WorkerProcess":
        environment = {
            **os.environ,
            "WIREDESK_REDIS_URL": self.redis_url,
            "WIREDESK_RETRY_AFTER_S": "0.3",
            "WIREDESK_TRIM_DELAY_S": "0",
            "WIREDESK_LOG_FORMAT": "json",
            **self.settings,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sample_stage"], env=environment, stderr=subprocess.PIPE, text=True
        )
        return self

    def report(self, client: "redis.Redis") -> WorkerReport | None:
        return next((report for report in pipeline.workers(client) if report.pid == self.process.pid), None)

    def wait_for(self, client: "redis.Redis", state: str) -> WorkerReport:
        def reached() -> WorkerReport | None:
            report = self.report(client)
            return report if report and report.state == state else None

        return wait_until(reached, what=f"a worker that is {state}")

    def health(self, address: str) -> tuple[int, dict[str, object]]:
        try:
            with urllib.request.urlopen(f"http://{address}/health", timeout=PATIENCE_S) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def metrics(self, address: str) -> str:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=PATIENCE_S) as answer:
            return answer.read().decode()

    def stop(self) -> tuple[int, str]:
        """SIGTERM; the exit status and what was logged."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, logged = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, logged


@pytest.fixture
def worker(redis_url: str) -> Iterator[Callable[..., WorkerProcess]]:
    """Starts workers; whatever still runs at the end of the test is killed."""
    started: list[WorkerProcess] = []

    def start(url: str = redis_url, **settings: str) -> WorkerProcess:
        started.append(WorkerProcess(url, settings).start())
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()
