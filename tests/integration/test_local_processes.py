"""The pieces of the runner without containers, on real processes, ports, locks and a real server."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from wiredesk.errors import Unavailable, UsageError
from wiredesk.testing import free_port, wait_until
from wiredesk.workers import WorkerReport, announce

from deploy.local import memory, server
from deploy.local.folder import DataFolder
from deploy.local.keeper import Keeper
from deploy.local.liveness import Register, Sight
from deploy.local.ports import choose
from deploy.local.processes import Identity, end, identify, is_alive, recorded, start
from deploy.local.services import Service
from deploy.local.supervisor import Supervisor, end_leftovers

MEMORY = 64 << 20
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
    valkey = server.launch(folder, port, maxmemory_bytes=MEMORY)
    redis.Redis.from_url(valkey.url).xadd("s", {"first": 1})
    assert valkey.stop()
    valkey = server.launch(folder, port, maxmemory_bytes=MEMORY)
    redis.Redis.from_url(valkey.url).xadd("s", {"second": 2})
    os.kill(valkey.identity.pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(valkey.identity), what="the server to be dead")
    assert server.running(folder, port) is None
    valkey.stop()
    valkey = server.launch(folder, port, maxmemory_bytes=MEMORY)
    try:
        assert redis.Redis.from_url(valkey.url).xlen("s") == 2
    finally:
        assert valkey.stop()


def test_a_server_left_behind_is_found_again(folder: DataFolder) -> None:
    port = free_port()
    valkey = server.launch(folder, port, maxmemory_bytes=MEMORY)
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
            server.launch(folder, port, maxmemory_bytes=MEMORY)


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


def reported(supervisor: Supervisor, state: str, *, host: str | None = None) -> tuple[WorkerReport, ...]:
    """The report that each worker running now would write."""
    now = datetime.now(UTC)
    return tuple(
        WorkerReport(
            stage="thing",
            name=f"n-{view.pid}",
            pid=view.pid,
            host=host or socket.gethostname(),
            version="1",
            state=state,
            started_at=now,
            reported_at=now,
        )
        for view in supervisor.views()
        if view.pid
    )


def see(supervisor: Supervisor, state: str | None, *, at: float | None = None, since: float = 0.0) -> None:
    """Show the supervisor a register that the server has answered for since `since`, with each worker in `state`."""
    reports = reported(supervisor, state) if state else ()
    supervisor.see(Sight(at=time.monotonic() if at is None else at, since=since, reports=reports))


def started(supervisor: Supervisor, *, after: int | None = None) -> int:
    """Tick until the first worker runs as another process than `after`; its pid."""

    def running() -> int | None:
        supervisor.tick()
        pid = supervisor.views()[0].pid
        return pid if pid != after else None

    return wait_until(running, what="the worker to be started") or 0


def test_a_worker_that_never_starts_is_hopeless_with_its_last_words(folder: DataFolder) -> None:
    with supervised(folder, service("python", "-c", "raise SystemExit('no such pipeline')")) as (supervisor, said):

        def given_up() -> str | None:
            see(supervisor, None)
            supervisor.tick()
            return supervisor.hopeless()

        message = wait_until(given_up, what="the supervisor to give up")
        assert "thing-1 does not start: it ended with status 1 before it was ready: no such pipeline" in message
        assert said[0] == "thing-1 ended with status 1 before it was ready: no such pipeline; trying again in 0.5 s"


def test_a_worker_that_does_not_start_while_the_server_is_away_is_tried_for_ever(folder: DataFolder) -> None:
    with supervised(folder, service("python", "-c", "raise SystemExit('no Redis')")) as (supervisor, said):

        def tried(times: int) -> bool:
            supervisor.see(Sight(at=time.monotonic()))
            supervisor.tick()
            return len(said) >= times

        wait_until(lambda: tried(4), what="four failures")
        assert supervisor.hopeless() is None
        assert [line.rpartition("in ")[2] for line in said] == ["0.5 s", "1 s", "2 s", "4 s"]
        # The server is there again: nobody waits on, and nothing is held against anybody.
        see(supervisor, None, since=time.monotonic())
        supervisor.tick()
        assert supervisor.views()[0].pid
        wait_until(lambda: tried(5), what="the next failure")
        assert said[-1].endswith("in 0.5 s")


def test_a_worker_that_was_ready_is_started_again_at_once_however_often_it_dies(folder: DataFolder) -> None:
    with supervised(folder, service(*SLEEP)) as (supervisor, said):
        pid = None
        for number in [signal.SIGKILL, signal.SIGTERM] * 3:
            pid = started(supervisor, after=pid)
            see(supervisor, "consuming")
            assert supervisor.views()[0].ready
            os.kill(pid, number)
            identity_is_gone(pid)
            # The look that notices the death starts the next.
            supervisor.tick()
            assert supervisor.views()[0].pid not in (None, pid)
        assert len(said) == 6
        assert said[0].startswith("thing-1 was killed by signal 9; starting it again")


def identity_is_gone(pid: int) -> None:
    wait_until(lambda: identify(pid) is None, what="the process to be dead")


def test_a_worker_whose_report_is_gone_while_the_server_answers_is_killed_and_replaced(folder: DataFolder) -> None:
    with supervised(folder, service(*SLEEP)) as (supervisor, said):
        pid = started(supervisor)
        now = time.monotonic()
        see(supervisor, "consuming", at=now)
        os.kill(pid, signal.SIGSTOP)
        see(supervisor, None, at=now + 10)
        see(supervisor, None, at=now + 24.9)
        assert supervisor.views()[0].state == "silent"
        assert identify(pid)
        see(supervisor, None, at=now + 25.1)
        assert started(supervisor, after=pid)
        (line,) = said
        assert line.startswith("thing-1 has not reported itself for 15 s although Redis answers: killed; starting it")


def test_a_stop_shorter_than_the_life_of_a_report_has_no_consequences(folder: DataFolder) -> None:
    with supervised(folder, service(*SLEEP)) as (supervisor, said):
        pid = started(supervisor)
        now = time.monotonic()
        for seconds in range(0, 200, 5):
            # Absent for ten seconds out of fifteen.
            see(supervisor, None if seconds % 15 else "consuming", at=now + seconds)
            supervisor.tick()
        assert (supervisor.views()[0].pid, said) == (pid, [])


def test_nobody_is_judged_by_the_silence_of_the_server(folder: DataFolder) -> None:
    with supervised(folder, service(*SLEEP)) as (supervisor, said):
        pid = started(supervisor)
        now = time.monotonic()
        see(supervisor, "consuming", at=now)
        for seconds in range(1, 100):
            supervisor.see(Sight(at=now + seconds))
        # It has lost the reports, and each worker has fifteen seconds to renew its own.
        see(supervisor, None, at=now + 100, since=now + 100)
        see(supervisor, None, at=now + 114, since=now + 100)
        supervisor.tick()
        assert (supervisor.views()[0].pid, said) == (pid, [])
        see(supervisor, None, at=now + 116, since=now + 100)
        assert started(supervisor, after=pid)


@pytest.mark.parametrize(("state", "patience_s"), [("disconnected", 120), ("stopped", 120), ("starting", 300)])
def test_a_worker_that_cannot_work_for_minutes_while_the_server_answers_is_replaced(
    folder: DataFolder, state: str, patience_s: float
) -> None:
    with supervised(folder, service(*SLEEP)) as (supervisor, said):
        pid = started(supervisor)
        now = time.monotonic()
        see(supervisor, "consuming", at=now)
        see(supervisor, state, at=now + 1)
        see(supervisor, state, at=now + patience_s)
        supervisor.tick()
        assert (supervisor.views()[0].pid, said) == (pid, [])
        see(supervisor, state, at=now + 1 + patience_s)
        assert started(supervisor, after=pid)


@pytest.mark.parametrize("state", ["paused", "standby", "consuming"])
def test_a_worker_that_waits_for_a_good_reason_is_left_alone(folder: DataFolder, state: str) -> None:
    with supervised(folder, service(*SLEEP)) as (supervisor, said):
        pid = started(supervisor)
        now = time.monotonic()
        for hours in range(10):
            see(supervisor, state, at=now + 3600 * hours)
        supervisor.tick()
        assert (supervisor.views()[0].pid, said) == (pid, [])


def test_only_a_report_of_its_own_in_a_good_state_makes_a_worker_ready(folder: DataFolder) -> None:
    with supervised(folder, service(*SLEEP), 2) as (supervisor, _):
        supervisor.tick()
        assert [view.state for view in supervisor.views()] == ["starting", "starting"]
        see(supervisor, "disconnected")
        assert [view.ready for view in supervisor.views()] == [False, False]
        elsewhere = reported(supervisor, "consuming", host="elsewhere")
        supervisor.see(Sight(at=time.monotonic(), since=0.0, reports=elsewhere))
        assert [view.ready for view in supervisor.views()] == [False, False]
        see(supervisor, "consuming")
        assert [view.ready for view in supervisor.views()] == [True, True]


def test_the_register_tells_since_when_the_server_answers(redis_url: str, redis_client: "redis.Redis") -> None:
    now = datetime.now(UTC)
    written = WorkerReport(
        stage="thing", name="n", pid=1, host="h", version="1", state="paused", started_at=now, reported_at=now
    )
    with redis_client.pipeline() as commands:
        announce(commands, written)
        commands.execute()
    register = Register(redis_url)
    first, second = register.look(), register.look()
    register.close()
    assert first.reports == second.reports == (written,)
    assert first.since == second.since is not None
    nobody = Register(f"redis://127.0.0.1:{free_port()}/0")
    assert nobody.look().since is None


def test_a_server_that_was_killed_is_started_again_and_waited_for(folder: DataFolder) -> None:
    said: list[str] = []
    keeper = Keeper(
        server.launch(folder, free_port(), maxmemory_bytes=MEMORY),
        folder=folder,
        maxmemory_bytes=MEMORY,
        say=said.append,
    )
    try:
        first = keeper.server
        with redis.Redis.from_url(first.url) as client:
            client.xadd("s", {"first": 1})
            assert client.config_get("maxmemory") == {"maxmemory": str(MEMORY)}
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        os.kill(first.identity.pid, signal.SIGKILL)
        identity_is_gone(first.identity.pid)
        wait_until(
            lambda: keeper.tick() or any("answers again" in line for line in said), what="the server to answer again"
        )
        assert keeper.server.port == first.port
        with redis.Redis.from_url(first.url) as client:
            assert client.xlen("s") == 1
    finally:
        assert keeper.server.stop()


def test_a_server_that_cannot_be_started_again_is_told_and_tried_until_it_can(folder: DataFolder) -> None:
    said: list[str] = []
    first = server.launch(folder, free_port(), maxmemory_bytes=MEMORY)
    keeper = Keeper(first, folder=folder, maxmemory_bytes=MEMORY, say=said.append)
    try:
        os.kill(first.identity.pid, signal.SIGKILL)
        # Collected, not just dead: its threads may hold the port a little longer.
        wait_until(lambda: not first.is_alive(), what="the server to be gone")
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", first.port))
            other.listen()
            wait_until(lambda: keeper.tick() or len(said) >= 3, what="two failures to be told")
        assert said[0] == "the embedded Valkey ended; starting it again"
        assert "ended before it answered" in said[1]
        assert "listening on port" in said[1]
        assert said[1].endswith("trying again in 0.5 s")
        assert said[2].endswith("trying again in 1 s")
        wait_until(
            lambda: keeper.tick() or any("answers again" in line for line in said), what="the server to answer again"
        )
    finally:
        assert keeper.server.stop()


def test_a_server_that_dies_again_and_again_is_not_started_in_a_hot_loop(folder: DataFolder) -> None:
    said: list[str] = []
    first = server.launch(folder, free_port(), maxmemory_bytes=MEMORY)
    keeper = Keeper(first, folder=folder, maxmemory_bytes=MEMORY, say=said.append)
    try:
        for times in range(1, 4):
            os.kill(keeper.server.identity.pid, signal.SIGKILL)
            wait_until(
                lambda times=times: keeper.tick() or sum("answers again" in line for line in said) == times,
                what="the server to answer again",
            )
        deaths = [line for line in said if "ended" in line]
        assert deaths[0] == "the embedded Valkey ended; starting it again"
        assert [line.rpartition("; ")[2] for line in deaths[1:]] == ["trying again in 0.5 s", "trying again in 1 s"]
    finally:
        assert keeper.server.stop()


def test_a_process_that_cannot_be_written_down_is_not_left_running(tmp_path: Path) -> None:
    (tmp_path / "record").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        start(
            SLEEP,
            environment={"MARK": str(tmp_path)},
            log=tmp_path / "log",
            record=tmp_path / "record",
            with_parent=True,
        )
    if sys.platform == "linux":
        assert not any(
            os.fsencode(tmp_path) in environment for environment in map(environment_of, Path("/proc").glob("[0-9]*"))
        )


def environment_of(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("text", "size"), [("512mb", 512 << 20), ("2GB", 2 << 30), ("100m", 10**8), ("67108864", 64 << 20)]
)
def test_a_memory_limit_is_read_as_valkey_reads_it(text: str, size: int) -> None:
    assert memory.parse(text) == size


@pytest.mark.parametrize("text", ["", "much", "1tb", "-1", "1.5gb", "0", "1mb"])
def test_a_memory_limit_that_cannot_be_had_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match=f"MAXMEMORY={text} is"):
        memory.parse(text)


def test_without_a_limit_asked_for_the_server_gets_a_part_of_the_memory_there_is() -> None:
    assert 16 << 20 <= memory.default_limit_bytes() <= 4 << 30


def test_workers_of_a_killed_runner_are_ended_and_nobody_else(folder: DataFolder) -> None:
    with supervised(folder, service(*SLEEP), 2) as (supervisor, _):
        supervisor.tick()
        (folder.run / "worker-thing-9.json").write_text(Identity(pid=os.getpid(), started="no").model_dump_json())
        pids = [view.pid for view in supervisor.views() if view.pid]
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
