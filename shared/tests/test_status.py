"""`wiredesk status` about rates, the bottleneck and the scale, also kept on a terminal until Ctrl-C."""

import contextlib
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from rich.console import Console
from wiredesk import pipeline
from wiredesk.cli.status_view import view
from wiredesk.events import Stream
from wiredesk.submissions import submit
from wiredesk.testing import PATIENCE_S, free_port, valkey_server, wait_until
from wiredesk.workers import Pace, WorkerReport, announce

COMMAND = [sys.executable, "-c", "from wiredesk.cli import main; main()", "status"]


def announced(client, stage, *, finished=1000, busy_s=50.0, arrivals_per_s=0.0, stream=None, **fields):
    now = datetime.now(UTC)
    pace = Pace(
        window_s=60,
        busy_s=busy_s,
        finished=finished,
        passed_on=finished,
        arrivals_per_s={stream: arrivals_per_s} if stream else {},
    )
    report = WorkerReport(
        stage=stage,
        name=f"{stage}-1",
        pid=4194304,
        host="0123456789ab",
        version="0.1.0",
        address="172.18.0.12:39100",
        state="consuming",
        pace=pace,
        started_at=now,
        reported_at=now,
        **fields,
    )
    with client.pipeline() as commands:
        announce(commands, report)
        commands.execute()


@pytest.fixture
def behind(redis_client):
    """A pipeline whose extraction has fallen behind: 2000 articles, one worker that does 20 a second."""
    announced(redis_client, "ingest", finished=6000, busy_s=6.0, stream=str(Stream.SUBMITTED), arrivals_per_s=5.0)
    announced(redis_client, "extraction", finished=1200, busy_s=60.0)
    announced(redis_client, "indexing", finished=1200, busy_s=6.0, alone=True)
    redis_client.xgroup_create(Stream.INGESTED, "extraction", "0", mkstream=True)
    for _ in range(2000):
        redis_client.xadd(Stream.INGESTED, {"a": "b"})
    return redis_client


@pytest.fixture
def status(redis_url):
    """Runs the command to its end; what it printed."""

    def call(*arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
        return subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            env={**environment, "WIREDESK_REDIS_URL": redis_url},
        )

    return call


def test_the_bottleneck_and_the_commands_that_drain_it_are_told(behind, status):
    shown = status("--drain-in", "10s").stdout
    assert "Extraction is the bottleneck: 2,000 articles have to pass it" in shown
    assert "1 worker can do 20.0/s and 5.0/s arrive: done in about 2.2 min" in shown
    assert "  docker compose up -d --no-recreate --scale extraction=11 extraction\n" in shown
    assert '  make up SCALE="extraction=11"\n' in shown
    assert "indexing=" not in shown
    assert re.search(r"extraction ◀ +2,000 .* 20\.0/s +100% +1\n", shown)


def test_workers_that_are_enough_are_left_alone(behind, status):
    shown = status("--drain-in", "1h").stdout
    assert "The workers there are get it done within 60 min." in shown
    assert "--scale" not in shown


def test_json_has_the_same_numbers(behind, status):
    told = json.loads(status("--json", "--drain-in", "10s").stdout)
    assert told["sizing"]["scale"] == {"extraction": 11}
    assert told["sizing"]["eta_s"] == pytest.approx(133.3, abs=0.1)
    extraction = next(stage for stage in told["stages"] if stage["name"] == "extraction")
    assert (extraction["waiting"], extraction["worker_per_s"], extraction["busy"]) == (2000, 20.0, 1.0)


def test_what_was_not_measured_is_said_and_not_guessed(redis_client, status):
    submit(redis_client, [b"1"] * 3)
    announced(redis_client, "ingest", finished=0, busy_s=0.0)
    shown = " ".join(status().stdout.split())
    assert "3 articles wait for ingest: not measured yet: no article has gone through ingest in the last 60 s" in shown
    assert "--scale" not in shown


@pytest.mark.parametrize("text", ["soon", "-1m", "0"])
def test_a_time_that_is_none_is_refused_in_one_line(status, text):
    done = status(f"--drain-in={text}")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "10m" in done.stderr


def test_nothing_is_cut_off_at_80_columns(behind):
    behind.xgroup_create(Stream.SUBMITTED, "ingest", "0", mkstream=True)
    console = Console(width=80, file=io.StringIO())
    console.print(view(pipeline.read(behind, drain_in_s=10), columns=80))
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    heads = [line for line in lines if line.startswith(("stage ", "stream "))]
    assert [head.split() for head in heads] == [
        ["stage", "waiting", "oldest", "in/s", "done/s", "out/s", "one", "does", "busy", "workers"],
        ["stage", "state", "holds", "pid", "host", "up", "address"],
        ["stream", "length", "group", "lag", "oldest", "pending", "readers"],
    ]
    for words in ("172.18.0.12:39100", "articles.submitted", "extraction ◀"):
        assert any(words in line for line in lines), words


def test_a_command_for_several_stages_is_pasteable_from_a_narrow_terminal(behind):
    announced(behind, "ingest", finished=6, busy_s=6.0, stream=str(Stream.SUBMITTED), arrivals_per_s=5.0)
    console = Console(width=80, file=io.StringIO())
    console.print(view(pipeline.read(behind, drain_in_s=10), columns=80))
    shown = console.file.getvalue()
    command = shown[shown.index("docker compose") : shown.index("make up")]
    joined = subprocess.run(["sh", "-c", f"echo {command}"], capture_output=True, text=True, check=True).stdout
    wanted = "docker compose up -d --no-recreate --scale ingest=5 --scale extraction=11 ingest extraction"
    assert joined.split() == wanted.split()


class Terminal:
    """A command on a terminal of its own, 80 by 60, as somebody sees it who types."""

    def __init__(self, *arguments: str, redis_url: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 80, 0, 0))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),  # so that Ctrl-C reaches it
            env={**environment, "WIREDESK_REDIS_URL": redis_url, "TERM": "xterm-256color"},
        )
        os.close(theirs)
        os.set_blocking(self._ours, False)
        self.shown = ""

    def shows(self, pattern: str) -> bool:
        with contextlib.suppress(BlockingIOError, OSError):  # Linux: an error when the other side is closed
            while more := os.read(self._ours, 65536):
                self.shown += more.decode(errors="replace")
        return re.search(pattern, self.shown) is not None

    def press(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture
def watching(redis_url) -> Iterator[Terminal]:
    terminal = Terminal("--watch", "--interval", "0.2", redis_url=redis_url)
    yield terminal
    terminal.close()


def test_watch_shows_numbers_as_they_change_and_ctrl_c_ends_it_cleanly(behind, watching):
    wait_until(lambda: watching.shows("2,000 articles have to pass it"), what="the first look")
    for _ in range(7):
        behind.xadd(Stream.INGESTED, {"a": "b"})
    announced(behind, "ingest", finished=6000, busy_s=6.0, stream=str(Stream.SUBMITTED), arrivals_per_s=5.0)
    announced(behind, "extraction", finished=1200, busy_s=60.0)
    wait_until(lambda: watching.shows("2,007 articles have to pass it"), what="a later look")
    watching.press(b"\x03")
    assert watching.process.wait(PATIENCE_S) == 130
    watching.shows("")
    assert "Traceback" not in watching.shown
    assert watching.shown.rindex("\x1b[?25h") > watching.shown.rindex("\x1b[?25l")  # the cursor is back


def test_watch_says_that_redis_is_away_and_goes_on_when_it_is_back():
    with valkey_server() as server:
        terminal = Terminal("--watch", "--interval", "0.2", redis_url=server.url)
        try:
            wait_until(lambda: terminal.shows("No worker is running"), what="the first look")
            server.kill()
            wait_until(lambda: terminal.shows(f"127.0.0.1:{server.port}"), what="that Redis is away")
            terminal.shown = ""
            server.start()
            wait_until(lambda: terminal.shows("No worker is running"), what="a look after Redis is back")
        finally:
            terminal.close()


def test_watch_with_json_writes_a_line_a_look_at_once(redis_url):
    with subprocess.Popen(
        [*COMMAND, "--watch", "--json", "--interval", "0.2", "--redis-url", redis_url],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        looks = [json.loads(process.stdout.readline()) for _ in range(3)]
        process.send_signal(2)
        assert process.wait(PATIENCE_S) == 130
    assert len({look["read_at"] for look in looks}) == 3


def test_watch_with_json_tells_once_that_redis_is_away():
    port = free_port()
    with subprocess.Popen(
        [*COMMAND, "--watch", "--json", "--interval", "0.2", "--redis-url", f"redis://127.0.0.1:{port}/0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert f"127.0.0.1:{port}" in process.stderr.readline()
        process.send_signal(2)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (out, "Traceback" in err) == ("", False)
