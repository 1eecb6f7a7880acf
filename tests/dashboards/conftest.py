"""The whole pipeline as processes whose ports are known beforehand, with a Prometheus that looks at them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import redis
from wiredesk import pipeline
from wiredesk.testing import PATIENCE_S, free_port, valkey_server, wait_until

from tests.dashboards.prometheus import Prometheus, prometheus

STAGES = ("ingest", "extraction", "indexing", "gateway")
MEMORY_LIMIT = "1gb"


class Watched:
    """The pipeline's processes, by stage, and who watches them."""

    def __init__(self, redis_url: str, folder: Path) -> None:
        self.ports = {stage: free_port() for stage in STAGES}
        self.client = redis.Redis.from_url(redis_url)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.ports['gateway']}", timeout=PATIENCE_S)
        self.prometheus: Prometheus
        self._folder, self._processes = folder, dict[str, subprocess.Popen[bytes]]()
        self._ready = set[int]()
        self._environment = {
            **os.environ,
            "WIREDESK_REDIS_URL": redis_url,
            "WIREDESK_INDEX_URL": f"tantivy://{folder}/index",
            "WIREDESK_DATA": str(folder),
            "WIREDESK_HTTP_PORT": str(self.ports["gateway"]),
        }

    def start(self, stage: str) -> None:
        environment = {**self._environment, "WIREDESK_PORT": str(self.ports[stage])}
        with (self._folder / f"{stage}.log").open("ab") as log:
            command = [sys.executable, "-m", f"wiredesk_{stage}"]
            self._processes[stage] = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def stop(self, stage: str) -> int:
        """Its exit status."""
        process = self._processes.pop(stage)
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=PATIENCE_S)

    def stop_all(self) -> None:
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=PATIENCE_S)
            process.kill()
        self.client.close()
        self.http.close()

    def consume(self) -> bool:
        """Whether every stage has begun to work. Fails when a process has ended."""
        ended = {stage: process.poll() for stage, process in self._processes.items() if process.poll() is not None}
        assert not ended, {stage: (self._folder / f"{stage}.log").read_text()[-2000:] for stage in ended}
        # Not all reports of a busy machine are there at one moment.
        self._ready.update(report.pid for report in pipeline.workers(self.client) if report.state == "consuming")
        return self._ready >= {process.pid for process in self._processes.values()}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    if not shutil.which("prometheus"):
        pytest.skip("no prometheus here (Debian's package of that name)")
    folder = tmp_path_factory.mktemp("watched")
    with valkey_server(appendonly="yes", maxmemory=MEMORY_LIMIT) as server:
        running = Watched(server.url, folder)
        try:
            for stage in STAGES:
                running.start(stage)
            with prometheus(running.ports, folder) as running.prometheus:
                wait_until(running.consume, timeout_s=400, what="a consuming pipeline")
                yield running
        finally:
            running.stop_all()
