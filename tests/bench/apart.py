"""A process of the bench's own that answers commands, so that its memory and processor time are its alone.

It is `python -m MODULE …`: it reads one command a line on stdin (JSON) and answers one line on stdout. `Apart` is the
end that asks, `serve` the other.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

from wiredesk.errors import WiredeskError

from . import machine
from .errors import BenchError

__all__ = ["Apart", "serve"]

_STOP_S = 10.0

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""It gets one core, as a worker's child does; numpy reads these when it is first imported."""


class Apart:
    """Starts the process and asks it. Use as a context manager.

    `ready_s` is the time from the start of the process to everything loaded. Raises BenchError when it ends early.
    """

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        started = time.monotonic()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env={**environment, **_ONE_THREAD},
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

    def __enter__(self) -> Self:
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

    def footprint(self) -> machine.Footprint | None:
        """Of the process with everything loaded; None where the system does not tell."""
        return machine.footprint(self._process.pid)

    def ask(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a command."""
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


def serve(load: Callable[[Sequence[str]], Callable[[Mapping[str, Any]], Mapping[str, Any]]]) -> None:
    """Load with the command line's arguments, then answer until stdin ends."""
    # A library that prints must not write into the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        obey = load(sys.argv[1:])
        _tell(answers, {})
        for line in sys.stdin:
            _tell(answers, obey(json.loads(line)))
    except WiredeskError as error:
        _tell(answers, {"error": str(error)})


def _tell(answers: IO[str], told: Mapping[str, Any]) -> None:
    answers.write(json.dumps(told) + "\n")
    answers.flush()
