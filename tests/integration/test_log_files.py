"""What the runner quotes from the log of a worker that does not start."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.logfiles import reason

ENDED = ["log.info('Shutting down')", "log.info('worker.stopped')"]


def logged(*said: str) -> str:
    """As `make up` has workers log."""
    head = "import structlog; from wiredesk import logs; logs.configure(service='x', format='console')"
    script = "\n".join([head, "log = structlog.get_logger()", *said])
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr


def told(log: Path, *lines: str) -> str:
    log.write_text("\n".join(lines))
    return reason(log)


@pytest.mark.parametrize(
    "why", ["full", "the index has schema 3; make it anew", "WIREDESK_PORT's value is none", 'a "b"']
)
def test_the_error_that_ended_a_worker_is_told_and_not_what_it_said_on_its_way_out(tmp_path: Path, why: str) -> None:
    assert told(tmp_path / "log", logged(f"log.error('worker.failed', worker='a', why={why!r})", *ENDED)) == why


def test_without_an_error_among_the_last_lines_the_last_one_is_told(tmp_path: Path) -> None:
    error = logged("log.error('worker.failed', why='full')")
    assert told(tmp_path / "log", error, logged(*ENDED * 4), "Killed") == "Killed"
    assert told(tmp_path / "log", "[1, 2]", "no error") == "no error"
    assert told(tmp_path / "log") == "it said nothing"
    assert reason(tmp_path / "none") == "it said nothing"
