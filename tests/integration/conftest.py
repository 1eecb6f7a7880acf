"""The whole pipeline as processes: one server, one worker a stage, the gateway; shared by a module's tests."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from wiredesk import pipeline
from wiredesk.testing import free_port, valkey_server, wait_until
from wiredesk.workers import WorkerReport

STAGES = ("ingest", "extraction", "indexing", "gateway")


@dataclass
class Stack:
    """A running pipeline."""

    redis_url: str
    gateway_url: str
    client: "redis.Redis"
    folder: Path

    def reports(self) -> dict[str, WorkerReport]:
        return {report.stage: report for report in pipeline.workers(self.client)}

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text()[-2000:]}" for path in self.folder.glob("*.log"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    http_port = free_port()
    with valkey_server(appendonly="yes") as server, contextlib.ExitStack() as cleanup:
        client = cleanup.enter_context(redis.Redis.from_url(server.url))
        environment = {
            **os.environ,
            "WIREDESK_REDIS_URL": server.url,
            "WIREDESK_INDEX_URL": f"tantivy://{folder}/index",
            "WIREDESK_DATA": str(folder),
            "WIREDESK_PORT": "0",
            "WIREDESK_HTTP_PORT": str(http_port),
        }
        processes = []
        for stage in STAGES:
            log = cleanup.enter_context((folder / f"{stage}.log").open("wb"))
            command = [sys.executable, "-m", f"wiredesk_{stage}"]
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        running = Stack(server.url, f"http://127.0.0.1:{http_port}", client, folder)
        try:
            wait_until(
                lambda: (
                    sum(report.state == "consuming" for report in running.reports().values()) == len(STAGES)
                    or any(process.poll() is not None for process in processes)
                ),
                timeout_s=90,
                what="a consuming pipeline",
            )
            assert [process.poll() for process in processes] == [None] * len(STAGES), running.logs()
            yield running
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            statuses = [process.wait(timeout=40) for process in processes]
        assert statuses == [0] * len(STAGES), running.logs()
