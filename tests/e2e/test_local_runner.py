"""`make up` and `make demo` as a user meets them: processes of their own, told to stop by signals."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from wiredesk import pipeline
from wiredesk.client import Client
from wiredesk.errors import NotFound
from wiredesk.events import ArticleSubmitted
from wiredesk.http_api import HttpApi, path_of
from wiredesk.journey import journey
from wiredesk.pipeline import WorkerState
from wiredesk.testing import PATIENCE_S, wait_until

ROOT = Path(__file__).parents[2]
DEMO_S = 400
READY_S = 300
SERVICES = {"ingest", "extraction", "indexing", "gateway"}

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes left behind in /proc"),
]


def command(what: str, data: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "deploy.local", what, "--data", str(data), *options]


def processes_of(data: Path) -> list[str]:
    """Every live process that was told to work in this folder, or is its server, by its command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (entry / "cmdline").read_bytes()
            if os.fsencode(data) in line + (entry / "environ").read_bytes():
                found.append(f"{entry.name}: {line!r}")
    return found


class Up:
    """A running `up`."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self._output = data.with_name(f"{data.name}-{os.urandom(3).hex()}.out")
        with self._output.open("wb") as out:
            self.process = subprocess.Popen(command("up", data, *options), cwd=ROOT, stdout=out, stderr=out)
        self._client: redis.Redis | None = None

    def said(self) -> str:
        return self._output.read_text()

    def wait_until_ready(self) -> "Up":
        wait_until(
            lambda: "Ctrl-C stops everything" in self.said() or self.process.poll() is not None,
            timeout_s=READY_S,
            what="Wiredesk to be ready",
        )
        assert self.process.poll() is None, self.said()
        return self

    def _told(self, variable: str) -> str:
        match = re.search(rf"\b{variable}=(\S+)", self.said())
        assert match, self.said()
        return match[1]

    @property
    def gateway_url(self) -> str:
        return self._told("WIREDESK_URL")

    @property
    def redis_url(self) -> str:
        return self._told("WIREDESK_REDIS_URL")

    @property
    def client(self) -> "redis.Redis":
        self._client = self._client or redis.Redis.from_url(self.redis_url)
        return self._client

    def workers(self, stage: str) -> list[WorkerState]:
        return [worker for worker in pipeline.read(self.client).workers if worker.stage == stage]

    def end(self, number: int) -> int:
        """Signal it, and wait for its end; its exit status."""
        if self._client:
            self._client.close()
            self._client = None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@contextlib.contextmanager
def running(data: Path, *options: str) -> Iterator[Up]:
    """Whatever the test does, nothing of it is left."""
    up = Up(data, *options)
    try:
        yield up
    finally:
        if up.process.poll() is None:
            up.end(signal.SIGTERM)
        for line in processes_of(data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(line.partition(":")[0]), signal.SIGKILL)


def free_port_taken() -> socket.socket:
    other = socket.socket()
    other.bind(("127.0.0.1", 0))
    other.listen()
    return other


def publish(up: Up, count: int) -> list[str]:
    """Submit articles of their own; their submission ids."""
    articles = [
        ArticleSubmitted(url=f"https://paper.example/{os.urandom(6).hex()}", text=f"On Monday Ann Lee said {number}.")
        for number in range(count)
    ]
    with Client.connect(up.redis_url) as publisher:
        return list(publisher.publish_many(articles))


def states(up: Up, submission_ids: list[str]) -> set[str]:
    return {journey(up.client, submission_id).state for submission_id in submission_ids}


def served(up: Up, article_id: str) -> str | None:
    try:
        return str(HttpApi(up.gateway_url).get(path_of("articles", article_id))["submission_id"])
    except NotFound:
        return None


def wait_until_searchable(up: Up, submission_ids: list[str]) -> None:
    wait_until(lambda: states(up, submission_ids) == {"searchable"}, what="all articles to be searchable")


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> list["subprocess.CompletedProcess[str]"]:
    """Two demos in one folder, one after the other, without a terminal; nothing runs after either."""
    data = tmp_path_factory.mktemp("demo") / "data"
    ended = []
    for _ in range(2):
        ended.append(
            subprocess.run(command("demo", data), cwd=ROOT, capture_output=True, text=True, timeout=DEMO_S, check=False)
        )
        assert processes_of(data) == []
    return ended


@pytest.mark.parametrize("run", [0, 1], ids=["first", "second"])
def test_a_demo_without_a_terminal_shows_the_facts_and_ends_well(
    demos: list["subprocess.CompletedProcess[str]"], run: int
) -> None:
    out, err = demos[run].stdout, demos[run].stderr
    assert (demos[run].returncode, err) == (0, ""), out + err
    assert "\x1b" not in out
    quotes = out.partition("Who said what\n")[2].partition("\n\n")[0]
    assert re.search(r"Robertson: “historic opportunity”", quotes), quotes
    assert re.search(r"Ivanov: “.*a completely new mechanism to act together as equals", quotes), quotes
    assert re.search(r"Putin: .*long-term partnership", quotes), quotes
    assert re.search(r"(?m)^  NATO\b", out.partition("Organisations\n")[2].partition("\n\n")[0])
    assert "Moscow, RU" in out.partition("Places\n")[2].partition("\n\n")[0]
    dates = out.partition("Dates, against 2001-11-23")[2].partition("\n\n")[0]
    assert "yesterday = 2001-11-22" in dates
    assert "1997 = 1997" in dates
    assert re.search(r"Search for 'Kremlin veto': [1-9]\d* found", out)
    assert re.search(r"From publishing the seed article to finding it: \d+\.\d\d s", out)
    assert re.search(r"The web page: http://127\.0\.0\.1:\d+/", out)


def test_a_demo_tells_what_became_of_each_article(demos: list["subprocess.CompletedProcess[str]"]) -> None:
    told = dict(line.split(maxsplit=1) for line in demos[0].stdout.splitlines() if re.match(r"  \d{3}_", line))
    assert told.pop("041_weather_station_again.txt") == "duplicate"
    assert told.pop("090_empty.txt") == "dead-lettered: no_text"
    assert told.pop("091_broken.html") == "dead-lettered: not_html"
    assert len(told) == 7
    assert all(outcome.startswith("searchable after ") for outcome in told.values()), told


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with running(tmp_path_factory.mktemp("up") / "näh #1 50%") as started:
        yield started.wait_until_ready()


def test_what_it_prints_leads_to_a_working_pipeline(up: Up) -> None:
    (submission_id,) = publish(up, 1)
    wait_until_searchable(up, [submission_id])
    article_id = journey(up.client, submission_id).article_id
    assert article_id
    # The gateway sees what was committed a moment later.
    wait_until(lambda: served(up, article_id) == submission_id, what="the gateway to serve the article")
    environment = {**os.environ, "WIREDESK_REDIS_URL": up.redis_url, "WIREDESK_URL": up.gateway_url}
    program = [str(Path(sys.executable).with_name("wiredesk")), "status", "--json"]
    status = subprocess.run(program, env=environment, capture_output=True, text=True, check=True).stdout
    assert {worker.stage for worker in pipeline.PipelineState.model_validate_json(status).workers} == SERVICES


def test_a_second_run_in_the_same_folder_is_told_who_runs_there(up: Up) -> None:
    second = subprocess.run(command("up", up.data), cwd=ROOT, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert f"process {up.process.pid}, pages at {up.gateway_url}/" in second.stderr
    assert len(second.stderr.splitlines()) == 1


@pytest.mark.parametrize("option", ["--redis-port", "--http-port"])
def test_a_port_asked_for_and_taken_is_one_clear_line(tmp_path: Path, option: str) -> None:
    with free_port_taken() as other:
        port = other.getsockname()[1]
        asked = command("up", tmp_path / "data", option, str(port))
        ended = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    name = option.removeprefix("--").replace("-", "_").upper()
    assert ended.returncode == 2
    assert re.fullmatch(rf"error: {name}={port} is taken: .*; name another port, or .*\n", ended.stderr), ended.stderr
    assert processes_of(tmp_path / "data") == []


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--scale", "extractor=2"], "there is no service 'extractor'"),
        (["--scale", "gateway=2"], "at most 1 of gateway"),
        (["--redis-port", "0"], "'0' is no port"),
        (["--redis-port", "65536"], "'65536' is no port"),
        (["--http-port", "many"], "'many' is no port"),
    ],
)
def test_what_cannot_be_had_is_refused_before_anything_starts(
    tmp_path: Path, options: list[str], complaint: str
) -> None:
    ended = subprocess.run(
        command("up", tmp_path / "data", *options), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert complaint in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("stage", ["ingest", "gateway"])
def test_a_worker_that_is_killed_is_started_again_and_works(up: Up, stage: str) -> None:
    killed = {worker.pid for worker in up.workers(stage)}
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: any(worker.pid not in killed and worker.state == "consuming" for worker in up.workers(stage)),
        what="another worker in its place",
    )
    assert f"{stage}-1 was killed by signal 9" in up.said()
    wait_until_searchable(up, publish(up, 3))


def test_a_killed_server_comes_back_on_its_port_with_all_it_held(up: Up) -> None:
    before = publish(up, 5)
    wait_until_searchable(up, before)
    os.kill(up.client.info("server")["process_id"], signal.SIGKILL)
    wait_until(lambda: "starting it again" in up.said(), what="the death of the server to be noticed")
    wait_until(lambda: answers(up), what="the server to answer again")
    assert states(up, before) == {"searchable"}
    wait_until_searchable(up, publish(up, 3))


def test_a_worker_told_to_stop_from_outside_drains_and_another_takes_its_place(up: Up) -> None:
    for stage in ("ingest", "extraction", "indexing", "gateway"):
        told = only_worker(up, stage)
        submitted = publish(up, 20)
        os.kill(told.pid, signal.SIGTERM)
        wait_until(lambda told=told: replaced(up, told), what=f"another {stage} in its place")
        wait_until_searchable(up, submitted)
    assert up.said().count("ended with status 0; starting it again") == 4


def only_worker(up: Up, stage: str) -> WorkerState:
    """The one there is, as soon as the register has forgotten those before it."""
    wait_until(lambda: len(up.workers(stage)) == 1, what=f"one {stage}")
    return up.workers(stage)[0]


def replaced(up: Up, worker: WorkerState) -> bool:
    return any(other.pid != worker.pid and other.state == "consuming" for other in up.workers(worker.stage))


def test_a_worker_that_hangs_is_replaced_and_what_it_held_goes_on(up: Up) -> None:
    hung = only_worker(up, "ingest")
    os.kill(hung.pid, signal.SIGSTOP)
    submitted = publish(up, 20)
    wait_until(lambda: replaced(up, hung), what="another ingest in its place")
    assert "ingest-1 has not reported itself for 15 s although Redis answers: killed; starting it again" in up.said()
    wait_until_searchable(up, submitted)


def answers(up: Up) -> bool:
    try:
        return bool(up.client.ping())
    except redis.RedisError:
        return False


def test_a_server_killed_while_everything_starts_does_not_end_the_start(tmp_path: Path) -> None:
    with running(tmp_path / "data") as up:
        said = wait_until(lambda: re.search(r"answers on .*, process (\d+)", up.said()), what="the server")
        os.kill(int(said[1]), signal.SIGKILL)
        up.wait_until_ready()
        wait_until_searchable(up, publish(up, 3))
        assert "valkey        answers again" in up.said()


def test_neither_a_stop_nor_a_kill_amid_the_work_loses_an_article(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, "--scale", "extraction=2") as stopped:
        stopped.wait_until_ready()
        submitted = publish(stopped, 150)
        assert stopped.end(signal.SIGINT) == 0
        said = stopped.said()
        assert said.index("workers stopped after") < said.index("Valkey stopped"), said
        assert "killed" not in said, said
        assert processes_of(data) == []

    with running(data) as killed:
        killed.wait_until_ready()
        redis_url = killed.redis_url
        submitted += publish(killed, 150)
        killed.end(signal.SIGKILL)
        with running(data) as last:
            last.wait_until_ready()
            assert "still runs on" in last.said()
            assert last.redis_url == redis_url
            wait_until_searchable(last, submitted)
            assert last.end(signal.SIGTERM) == 0
            assert processes_of(data) == []
