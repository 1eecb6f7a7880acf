"""The data folder: where everything lies, and that only one runner at a time uses it."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError
from wiredesk.errors import UsageError

__all__ = ["DataFolder", "RunnerRecord"]


class RunnerRecord(BaseModel):
    """What a runner writes down about itself for the next one: its process and the ports it uses."""

    model_config = ConfigDict(frozen=True)

    pid: int
    redis_port: int
    http_port: int


@dataclass(frozen=True, slots=True)
class DataFolder:
    """`valkey/` holds the streams, `index/` the index, `logs/` what the processes say, `run/` who runs."""

    root: Path

    @property
    def valkey(self) -> Path:
        """The server's own folder: configuration and append-only file."""
        return self.root / "valkey"

    @property
    def logs(self) -> Path:
        """One log a process."""
        return self.root / "logs"

    @property
    def valkey_log(self) -> Path:
        """What the server says."""
        return self.logs / "valkey.log"

    @property
    def run(self) -> Path:
        """One record a process."""
        return self.root / "run"

    def claim(self) -> IO[str]:
        """Make the folder and take its lock, held until the file returned is closed, or this process dies.

        Raises UsageError when another runner holds it (saying which), or it cannot be written.
        """
        try:
            for folder in (self.root, self.valkey, self.logs, self.run):
                folder.mkdir(parents=True, exist_ok=True)
            lock = (self.run / "runner.lock").open("a")
        except OSError as error:
            raise UsageError(f"DATA={self.root} cannot be used: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise UsageError(self._occupied()) from None
        return lock

    def _occupied(self) -> str:
        cure = "stop it there with Ctrl-C, or name another folder with DATA=…"
        runner = self.last_runner()
        if runner is None:
            return f"another Wiredesk is starting in {self.root}; {cure}"
        page = f"http://127.0.0.1:{runner.http_port}/"
        return f"Wiredesk already runs in {self.root}: process {runner.pid}, pages at {page}; {cure}"

    def last_runner(self) -> RunnerRecord | None:
        """Who ran here last, or runs here now."""
        try:
            return RunnerRecord.model_validate_json((self.run / "runner.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def sign(self, *, redis_port: int, http_port: int) -> None:
        """Write down that this process runs here, and on which ports."""
        record = RunnerRecord(pid=os.getpid(), redis_port=redis_port, http_port=http_port)
        (self.run / "runner.json").write_text(record.model_dump_json())
