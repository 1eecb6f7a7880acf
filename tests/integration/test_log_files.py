"""What the runner quotes from the log of a worker that does not start."""

import json
from pathlib import Path

from deploy.local.logfiles import reason

ERROR = {"why": "the index has schema 3; make it anew", "event": "worker.failed", "level": "error"}
ENDED = [{"event": "Shutting down", "level": "info"}, {"event": "worker.stopped", "level": "info"}]


def told(log: Path, *lines: dict[str, str] | str) -> str:
    log.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return reason(log)


def test_the_error_that_ended_a_worker_is_told_and_not_what_it_said_on_its_way_out(tmp_path):
    assert told(tmp_path / "log", ERROR, *ENDED) == ERROR["why"]


def test_without_an_error_among_the_last_lines_the_last_one_is_told(tmp_path):
    assert told(tmp_path / "log", ERROR, *ENDED * 4, "Killed") == "Killed"
    assert told(tmp_path / "log", "[1, 2]", "no JSON") == "no JSON"
    assert told(tmp_path / "log") == "it said nothing"
    assert reason(tmp_path / "none") == "it said nothing"
