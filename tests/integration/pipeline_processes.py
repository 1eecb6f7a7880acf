"""The whole pipeline as processes: one worker a stage and the gateway."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import redis
from wiredesk import pipeline
from wiredesk.testing import PATIENCE_S, free_port, wait_until
from wiredesk.workers import WorkerReport

STAGES = ("ingest", "extraction", "indexing", "gateway")


@dataclass
class Stack:
    """A running pipeline. `url_of` gives the address by which a stage's process connects."""

    redis_url: str
    gateway_url: str
    client: "redis.Redis"
    folder: Path
    url_of: Callable[[str], str]
    variables: Mapping[str, str]
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def reports(self) -> dict[str, WorkerReport]:
        return {report.stage: report for report in pipeline.workers(self.client)}

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text()[-2000:]}" for path in self.folder.glob("*.log"))

    def start(self, stage: str) -> None:
        environment = {
            **os.environ,
            "WIREDESK_REDIS_URL": self.url_of(stage),
            "WIREDESK_INDEX_URL": f"tantivy://{self.folder}/index",
            "WIREDESK_DATA": str(self.folder),
            "WIREDESK_PORT": "0",
            "WIREDESK_HTTP_PORT": self.gateway_url.rpartition(":")[2],
            **self.variables,
        }
        with (self.folder / f"{stage}.log").open("ab") as log:
            command = [sys.executable, "-m", f"wiredesk_{stage}"]
            self.processes[stage] = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def wait_until_consuming(self) -> None:
        """A model may load for longer than its worker waits, on a busy machine: each is started once more."""
        again = list(STAGES)
        ready: set[int] = set()  # seen to consume: not all reports of a busy machine are there at one moment

        def consuming() -> bool:
            for stage, process in list(self.processes.items()):
                if process.poll() is not None:
                    assert stage in again, self.logs()
                    again.remove(stage)
                    self.start(stage)
            ready.update(report.pid for report in pipeline.workers(self.client) if report.state == "consuming")
            return ready >= {process.pid for process in self.processes.values()}

        wait_until(consuming, timeout_s=400, what="a consuming pipeline")


@contextlib.contextmanager
def running(folder: Path, url: str, *, url_of: Callable[[str], str] | None = None, **variables: str) -> Iterator[Stack]:
    """The pipeline on the Redis at `url`, consuming, with more variables in its environment; it has to end well."""
    with redis.Redis.from_url(url) as client:
        gateway_url = f"http://127.0.0.1:{free_port()}"
        stack = Stack(url, gateway_url, client, folder, url_of or (lambda _stage: url), variables)
        try:
            for stage in STAGES:
                stack.start(stage)
            stack.wait_until_consuming()
            yield stack
        finally:
            for process in stack.processes.values():
                process.send_signal(signal.SIGTERM)
            statuses = [process.wait(timeout=PATIENCE_S) for process in stack.processes.values()]
        assert statuses == [0] * len(STAGES), stack.logs()
