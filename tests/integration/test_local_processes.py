"""The pieces of the runner without containers, on real processes, ports, locks and a real server."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from wiredesk.errors import Unavailable, UsageError
from wiredesk.testing import free_port, wait_until
from wiredesk.workers import WorkerReport

from deploy.local import server
from deploy.local.folder import DataFolder
from deploy.local.ports import choose
from deploy.local.processes import Identity, end, identify, is_alive, recorded, start
from deploy.local.services import Service
from deploy.local.supervisor import Supervisor, end_leftovers

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    made = DataFolder(tmp_path / "data")
    with made.claim():
        yield made


Launch = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    started: list[subprocess.Popen[bytes]] = []

    def launched(command: list[str], record: str = "process.json") -> subprocess.Popen[bytes]:
        log = tmp_path / "process.log"
        process = start(command, environment=os.environ, log=log, record=tmp_path / record, with_parent=True)
        started.append(process)
        return process

    yield launched
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def never() -> bool:
    return False


def test_a_recorded_process_is_found_again_while_it_lives(launch: Launch, tmp_path: Path) -> None:
    process = launch(SLEEP)
    assert recorded(tmp_path / "process.json") == identify(process.pid)
    process.kill()
    process.wait()
    assert recorded(tmp_path / "process.json") is None
    assert not (tmp_path / "process.json").exists()


def test_another_process_of_the_same_number_is_not_ours(tmp_path: Path) -> None:
    mine = Identity(pid=os.getpid(), started="another time")
    (tmp_path / "process.json").write_text(mine.model_dump_json())
    assert recorded(tmp_path / "process.json") is None
    assert end([mine], grace_s=1, hurry=never) == []


@pytest.mark.parametrize("content", ["", "{}", "123", '{"pid": "x"}'])
def test_a_record_that_cannot_be_read_names_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "process.json").write_text(content)
    assert recorded(tmp_path / "process.json") is None


def test_a_process_that_ended_and_was_not_collected_does_not_live(launch: Launch) -> None:
    process = launch(SLEEP)
    identity = identify(process.pid)
    assert identity is not None
    process.kill()
    wait_until(lambda: not is_alive(identity), what="the killed process to count as dead")


def test_a_process_that_does_not_listen_is_killed_in_the_end(launch: Launch, tmp_path: Path) -> None:
    process = launch(DEAF)
    wait_until(lambda: (tmp_path / "process.log").read_text(), what="the process to be deaf")
    identity = identify(process.pid)
    assert identity is not None
    assert end([identity], grace_s=0.2, hurry=never) == [identity]
    assert not is_alive(identity)


def test_haste_does_not_wait_for_the_grace_period(launch: Launch, tmp_path: Path) -> None:
    process = launch(DEAF)
    wait_until(lambda: (tmp_path / "process.log").read_text(), what="the process to be deaf")
    identity = identify(process.pid)
    assert identity is not None
    assert end([identity], grace_s=3600, hurry=lambda: True) == [identity]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_worker_stops_by_itself_when_its_runner_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, sys, time; from pathlib import Path; from deploy.local.processes import start;"
        f"start({SLEEP!r}, environment=os.environ, log=Path('log'), record=Path('worker.json'), with_parent=True);"
        "print('started', flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        assert runner.stdout.readline() == b"started\n"
        worker = recorded(tmp_path / "worker.json")
        assert worker is not None
        runner.kill()
    wait_until(lambda: not is_alive(worker), what="the worker to stop")


def test_a_port_asked_for_and_taken_is_an_error_that_names_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=rf"REDIS_PORT={port} is taken: another program listens"):
            choose("REDIS_PORT", asked=port, usual=[])


def test_a_usual_port_that_is_taken_is_replaced_and_said_so() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        choice = choose("HTTP_PORT", asked=None, usual=[taken])
        assert choice.instead_of == taken
        assert choice.port != taken
    assert choose("HTTP_PORT", asked=None, usual=[taken]).instead_of is None


def test_one_port_is_not_given_twice() -> None:
    port = free_port()
    assert choose("HTTP_PORT", asked=None, usual=[port], avoid=frozenset({port})).port != port
    with pytest.raises(UsageError, match="asked for twice"):
        choose("HTTP_PORT", asked=port, usual=[], avoid=frozenset({port}))


def test_the_second_runner_in_a_folder_is_told_who_runs_there(folder: DataFolder) -> None:
    folder.sign(redis_port=1, http_port=2)
    with pytest.raises(UsageError, match=rf"process {os.getpid()}, pages at http://127\.0\.0\.1:2/; stop it there"):
        folder.claim()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"DATA=.*/file/data cannot be used: Not a directory"):
        DataFolder(tmp_path / "file" / "data").claim()


def test_what_the_server_answered_is_there_after_a_stop_and_after_a_kill(folder: DataFolder) -> None:
    port = free_port()
    valkey = server.launch(folder, port)
    redis.Redis.from_url(valkey.url).xadd("s", {"first": 1})
    assert valkey.stop()
    valkey = server.launch(folder, port)
    redis.Redis.from_url(valkey.url).xadd("s", {"second": 2})
    os.kill(valkey.identity.pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(valkey.identity), what="the server to be dead")
    assert server.running(folder, port) is None
    valkey.stop()
    valkey = server.launch(folder, port)
    try:
        assert redis.Redis.from_url(valkey.url).xlen("s") == 2
    finally:
        assert valkey.stop()


def test_a_server_left_behind_is_found_again(folder: DataFolder) -> None:
    port = free_port()
    valkey = server.launch(folder, port)
    try:
        assert server.running(folder, port) == valkey
    finally:
        assert valkey.stop()
    assert server.running(folder, port) is None


def test_a_server_that_cannot_start_says_why(folder: DataFolder) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Unavailable, match=rf"did not start on port {port}: .*listening on port"):
            server.launch(folder, port)


def service(*command: str) -> Service:
    return Service(
        name="thing",
        command=command,
        environment={"WIREDESK_DATA": "{data}"},
        ready=frozenset({"consuming"}),
        scale=1,
        most=4,
        stop_grace_s=10,
    )


@contextlib.contextmanager
def supervised(folder: DataFolder, one: Service, count: int = 1) -> Iterator[tuple[Supervisor, list[str]]]:
    said: list[str] = []
    supervisor = Supervisor([one], {one.name: count}, folder=folder, values={"data": "/x"}, say=said.append)
    try:
        yield supervisor, said
    finally:
        supervisor.stop(hurry=lambda: True)


def report(supervisor: Supervisor, state: str) -> list[WorkerReport]:
    """The report that each worker running now would write."""
    now = "2026-03-01T00:00:00Z"
    return [
        WorkerReport.model_validate(
            {
                "stage": "thing",
                "name": "n",
                "pid": view.pid,
                "host": socket.gethostname(),
                "version": "1",
                "state": state,
                "started_at": now,
                "reported_at": now,
            }
        )
        for view in supervisor.views([])
        if view.pid
    ]


def test_a_worker_that_never_starts_is_given_up_with_its_last_words(folder: DataFolder) -> None:
    with supervised(folder, service("python", "-c", "raise SystemExit('no such pipeline')")) as (supervisor, said):

        def given_up() -> str:
            try:
                supervisor.tick()
            except Unavailable as error:
                return str(error)
            return ""

        message = wait_until(given_up, what="the supervisor to give up")
        assert "thing-1 does not start: it ended with status 1: no such pipeline" in message
        assert "thing-1 ended with status 1: no such pipeline" in said


def test_a_worker_that_was_ready_is_started_again_however_often_it_dies(folder: DataFolder) -> None:
    with supervised(folder, service(*SLEEP)) as (supervisor, said):
        pids = set()
        for _ in range(4):

            def started() -> list[WorkerReport]:
                supervisor.tick()
                return report(supervisor, "consuming")

            (found,) = wait_until(started, what="the worker to be started")
            (view,) = supervisor.views([found])
            assert view.ready
            pids.add(found.pid)
            os.kill(found.pid, signal.SIGKILL)

            def noticed(pid: int = found.pid) -> bool:
                supervisor.tick()
                return supervisor.views([])[0].pid != pid

            wait_until(noticed, what="the death to be noticed")
        assert len(pids) == 4
        assert [line for line in said if "again" in line] == [
            f"thing-1 is started again in {delay:g} s" for delay in (0.5, 1, 2, 4)
        ]


def test_only_a_report_of_its_own_in_a_good_state_makes_a_worker_ready(folder: DataFolder) -> None:
    with supervised(folder, service(*SLEEP), 2) as (supervisor, _):
        supervisor.tick()
        assert [view.state for view in supervisor.views([])] == ["starting", "starting"]
        reports = report(supervisor, "disconnected")
        assert [view.ready for view in supervisor.views(reports)] == [False, False]
        elsewhere = [one.model_copy(update={"host": "elsewhere", "state": "consuming"}) for one in reports]
        assert [view.ready for view in supervisor.views(elsewhere)] == [False, False]
        assert [view.ready for view in supervisor.views(report(supervisor, "consuming"))] == [True, True]


def test_workers_of_a_killed_runner_are_ended_and_nobody_else(folder: DataFolder) -> None:
    with supervised(folder, service(*SLEEP), 2) as (supervisor, _):
        supervisor.tick()
        (folder.run / "worker-thing-9.json").write_text(Identity(pid=os.getpid(), started="no").model_dump_json())
        pids = [view.pid for view in supervisor.views([]) if view.pid]
        assert end_leftovers(folder, grace_s=10, hurry=never) == 2
        assert [identify(pid) for pid in pids] == [None, None]
        assert end_leftovers(folder, grace_s=10, hurry=never) == 0


def test_the_user_s_own_variables_do_not_reach_a_worker_by_another_way(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREDESK_DATA", "elsewhere")
    monkeypatch.setenv("WIREDESK_DATA_FILE", "elsewhere")
    monkeypatch.setenv("WIREDESK_LOG_LEVEL", "debug")
    print_them = (
        "import os, time; print({k: v for k, v in os.environ.items() if 'WIREDESK' in k}, flush=True); time.sleep(60)"
    )
    with supervised(folder, service("python", "-c", print_them)) as (supervisor, _):
        supervisor.tick()
        told = wait_until((folder.logs / "thing-1.log").read_text, what="the worker to speak")
        assert told.strip() == str({"WIREDESK_LOG_LEVEL": "debug", "WIREDESK_DATA": "/x"})
