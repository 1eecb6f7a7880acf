"""A real OpenSearch node for tests: a process of its own, on a free port of loopback, with a heap limit.

`make test-opensearch` assembles what it runs from (pom.xml, Node.java) in target/.
"""

import contextlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from wiredesk.testing import free_port

__all__ = ["OpenSearchServer", "opensearch_server"]

TARGET = Path(__file__).parent / "target"
_HEAP = "1g"
_START_S = 300.0
_STOP_S = 60.0


class OpenSearchServer:
    """A node with a data folder of its own that keeps its ports when it is stopped, killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self._transport_port = free_port()

    @property
    def pid(self) -> int:
        """Of the node's process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def url(self, index: str) -> str:
        """What to set as WIREDESK_INDEX_URL."""
        return f"opensearch://127.0.0.1:{self.port}/{index}"

    def start(self, *, wait: bool = True) -> None:
        """Start the process, and wait until every index that was there is back."""
        command = ["java", f"-Xms{_HEAP}", f"-Xmx{_HEAP}", "-XX:+ExitOnOutOfMemoryError", "-cp"]
        command += [f"{TARGET}/classes:{TARGET}/jars/*", "Node", str(self._folder / "node")]
        command += [str(self.port), str(self._transport_port)]
        with (self._folder / "node.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        if wait:
            self.wait()

    def wait(self) -> None:
        """Until it answers and no index misses its first shard."""
        path = f"http://127.0.0.1:{self.port}/_cluster/health?wait_for_status=yellow&timeout=30s"
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError), urllib.request.urlopen(path, timeout=40) as answer:
                if b'"timed_out":false' in answer.read():
                    return
            time.sleep(0.2)
        log = (self._folder / "node.log").read_text(errors="replace")
        raise RuntimeError(f"the OpenSearch node did not start:\n{log[-3000:]}")

    def stop(self) -> None:
        """SIGTERM, and wait for its end."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """End it as the kernel would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_STOP_S)
            self._process = None

    def forget(self, index: str) -> None:
        """Delete what a test made."""
        for path in (f"{index}-v*", f"_index_template/{index}-v*"):
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", method="DELETE")
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(request, timeout=30).close()


@contextlib.contextmanager
def opensearch_server() -> Iterator[OpenSearchServer]:
    """A running node. Its data folder goes with it."""
    with tempfile.TemporaryDirectory(prefix="wiredesk-opensearch-", ignore_cleanup_errors=True) as folder:
        server = OpenSearchServer(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.kill()
