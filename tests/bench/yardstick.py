"""The yardsticks' own process, so that their memory and processor time are theirs alone.

    python -m bench.yardstick INDEX_URL STAGE…

It reads one command a line on stdin (JSON) and answers one line on stdout; `Yardstick` is the other end. Items cross
in files, one a line: a submission id, a tab, the event as JSON.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from wiredesk.errors import WiredeskError
from wiredesk.events import ArticleExtracted, ArticleIngested, ArticleSubmitted
from wiredesk.stage.contract import Item

from . import machine
from .bare import BareStages, Timed, move_messages
from .errors import BenchError

__all__ = ["Measured", "Yardstick", "read_items", "write_items"]

_ACCEPTS: Mapping[str, type[ArticleSubmitted] | type[ArticleIngested]] = {
    "ingest": ArticleSubmitted,
    "extraction": ArticleIngested,
    "indexing": ArticleExtracted,
}
_STOP_S = 10.0

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""The bare loop gets one core, as a worker's child does; numpy reads these when it is first imported."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a bare loop took for `count` articles, `refused` of which did not get through.

    `server_cpu_seconds` is what it cost the server, where there was one.
    """

    count: int
    refused: int
    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float | None = None

    @property
    def per_second(self) -> float:
        """Articles a second."""
        return self.count / self.seconds


class Yardstick:
    """Starts the process and asks it. Use as a context manager.

    `ready_s` is the time from the start of the process to everything loaded.
    """

    def __init__(self, stages: Sequence[str], *, index_url: str, environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        started = time.monotonic()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.yardstick", index_url, *stages],
                env={**environment, **ONE_THREAD},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        try:
            self._answer()
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        self.ready_s = time.monotonic() - started

    def __enter__(self) -> "Yardstick":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and self._process.stdin:
            self._process.stdin.close()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        else:
            self._process.kill()
        self._process.wait()

    def stages(self, stages: Sequence[str], items: Path, *, results: Path | None = None) -> Measured:
        """Run the stages over a file of items, and write what came out where it is wanted."""
        told = self._ask({"stages": list(stages), "items": str(items), "results": str(results) if results else None})
        return Measured(**told)

    def move_messages(self, url: str, count: int) -> float:
        """Move what stands on the stream by the bare redis-py loop; the processor's seconds it took."""
        cpu_seconds: float = self._ask({"move": count, "url": url})["cpu_seconds"]
        return cpu_seconds

    def peak_memory_bytes(self) -> int | None:
        """Of the process with everything loaded; None where the system does not tell."""
        return machine.peak_memory_bytes(self._process.pid)

    def _ask(self, command: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            words = self._log.read_text(errors="replace").strip().splitlines()[-1:]
            raise BenchError(f"the bare loop ended: {words[0] if words else 'it said nothing'}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise BenchError(f"the bare loop cannot work: {answer['error']}")
        return answer


def write_items(path: Path, lines: Sequence[tuple[str, bytes]]) -> None:
    """Submission ids and events as JSON."""
    path.write_bytes(b"".join(submission_id.encode() + b"\t" + event + b"\n" for submission_id, event in lines))


def read_items(path: Path) -> list[tuple[str, bytes]]:
    """What write_items wrote."""
    parts = (line.partition(b"\t") for line in path.read_bytes().split(b"\n") if line)
    return [(submission_id.decode(), event) for submission_id, _, event in parts]


def main() -> None:
    """Serve until stdin ends."""
    # A library that prints must not write into the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        stages = BareStages(sys.argv[2:], sys.argv[1])
        _tell(answers, {})
        for line in sys.stdin:
            _tell(answers, _obey(stages, json.loads(line)))
    except WiredeskError as error:
        _tell(answers, {"error": str(error)})


def _obey(stages: BareStages, command: Mapping[str, Any]) -> dict[str, Any]:
    if "move" in command:
        return {"cpu_seconds": move_messages(command["url"], command["move"])}
    accepts = _ACCEPTS[command["stages"][0]]
    items: list[Item[Any]] = [
        Item(submission_id, accepts.model_validate_json(event))
        for submission_id, event in read_items(Path(command["items"]))
    ]
    timed = stages.whole(items) if len(command["stages"]) > 1 else stages.stage(command["stages"][0], items)
    if command["results"]:
        _write_results(Path(command["results"]), timed)
    return {
        "count": len(items),
        "refused": timed.refused,
        "seconds": timed.seconds,
        "cpu_seconds": timed.cpu_seconds,
    }


def _write_results(path: Path, timed: Timed) -> None:
    events: Sequence[Any] = timed.results
    write_items(path, [(event.submission_id, event.model_dump_json().encode()) for event in events])


def _tell(answers: IO[str], told: Mapping[str, Any]) -> None:
    answers.write(json.dumps(told) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
