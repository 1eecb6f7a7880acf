"""`wiredesk extract --jsonl` as one process: articles in by task, results out, with the time each task took."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bench.machine import cpu_seconds

from .errors import EvalError

__all__ = ["Extracted", "Extraction", "extraction"]

_COMMAND = "wiredesk"
_BATCH = 32
_FILLERS = 3 * _BATCH
"""A batch is worked on when it is full and written when the next one is: so many empty lines push the last article out.
An empty submission is refused at once."""
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_WARM_UP = {
    "id": "warm-up",
    "text": 'The first article costs more than others. "Tables are read," Mr Ole Brandt said in Lisbon on Monday. ' * 3,
}
_STOP_S = 10.0
_LOG_LINES = 5


@dataclass(frozen=True, slots=True)
class Extracted:
    """What came out, by id. `cpu_seconds` is None where the system does not tell another process's time."""

    rows: Mapping[str, Mapping[str, Any]]
    seconds: float
    cpu_seconds: float | None


class Extraction:
    """A running command that has loaded everything."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self._process, self._log = process, log
        self.run([_WARM_UP])

    def run(self, submissions: Sequence[Mapping[str, Any]]) -> Extracted:
        """Each submission (with its `id`) through the command. Raises EvalError when the command ends meanwhile."""
        wanted = {str(one["id"]) for one in submissions}
        rows: dict[str, Mapping[str, Any]] = {}
        started, cpu_started = time.perf_counter(), cpu_seconds(self._process.pid)
        writer = threading.Thread(target=self._write, args=(submissions,), daemon=True)
        writer.start()
        while len(rows) < len(wanted):
            row = self._read()
            if str(row["id"]) in wanted:
                rows[str(row["id"])] = row
        seconds, cpu_ended = time.perf_counter() - started, cpu_seconds(self._process.pid)
        writer.join()
        cpu = cpu_ended - cpu_started if cpu_ended is not None and cpu_started is not None else None
        return Extracted(rows, seconds, cpu)

    def _write(self, submissions: Sequence[Mapping[str, Any]]) -> None:
        stdin = _pipe(self._process.stdin)
        with suppress(BrokenPipeError):
            for one in submissions:
                stdin.write(json.dumps(one).encode() + b"\n")
            stdin.write(b'{"id": null, "text": ""}\n' * _FILLERS)
            stdin.flush()

    def _read(self) -> dict[str, Any]:
        line = _pipe(self._process.stdout).readline()
        if not line:
            words = self._log.read_text(errors="replace").strip().splitlines()[-_LOG_LINES:]
            raise EvalError(f"`wiredesk extract` ended: {' / '.join(words) or 'it said nothing'}")
        row: dict[str, Any] = json.loads(line)
        return row


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end
    return end


@contextmanager
def extraction(folder: Path, environment: Mapping[str, str]) -> Iterator[Extraction]:
    """The command, started and loaded; ended at the end. `folder` takes its log."""
    log = folder / "extract.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name(_COMMAND)),
                "extract",
                "--jsonl",
                "--batch-size",
                str(_BATCH),
                "-",
                "-",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**environment, **_ONE_THREAD},
            start_new_session=True,
        )
    try:
        yield Extraction(process, log)
    finally:
        process.kill()
        process.wait(_STOP_S)
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                _pipe(pipe).close()
