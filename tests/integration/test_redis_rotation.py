"""Passwords of Redis are replaced while everything runs: whoever reads an address is let in at every moment of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.exceptions import AuthenticationError, RedisError
from wiredesk.testing import PATIENCE_S

from tests.integration.redis_users import SCRIPT, GuardedServer, guarded_server, make_users

STEPS = ("--rotate", "--switch", "--end")


def load(server: GuardedServer) -> None:
    """ACL LOAD by whoever reads the administrator's address now."""
    with redis.Redis.from_url(server.url("admin")) as admin:
        admin.acl_load()


def welcome(server: GuardedServer, url: str) -> bool:
    with redis.Redis.from_url(url.replace("@ADDRESS/", f"@127.0.0.1:{server.port}/")) as client:
        try:
            return bool(client.ping())
        except AuthenticationError:
            return False


def addresses(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text().strip() for path in folder.glob("*.url")}


def unfinished(folder: Path) -> list[str]:
    """What a rotation that is not done leaves beside the addresses."""
    return [path.name for path in folder.iterdir() if path.suffix in (".next", ".before")]


def strangers(server: GuardedServer, urls: dict[str, str]) -> list[str]:
    """The users whose address opens nothing."""
    return [user for user, url in urls.items() if not welcome(server, url)]


def test_passwords_are_rotated_while_the_old_ones_still_work(tmp_path: Path) -> None:
    with guarded_server(tmp_path) as server:
        old = addresses(tmp_path)
        make_users(tmp_path, "--rotate")
        assert addresses(tmp_path) == old, "Redis does not know the new ones yet"
        load(server)
        make_users(tmp_path, "--switch")
        new = addresses(tmp_path)
        assert not set(new.values()) & set(old.values())
        assert strangers(server, old) == strangers(server, new) == []
        make_users(tmp_path, "--end")
        load(server)
        assert strangers(server, new) == []
        assert strangers(server, old) == list(old)
        assert unfinished(tmp_path) == []


def test_steps_of_a_rotation_that_are_repeated_or_out_of_turn_lock_nobody_out(tmp_path: Path) -> None:
    with guarded_server(tmp_path) as server:
        old = addresses(tmp_path)
        for step in ("--rotate", "", "--rotate"):
            make_users(tmp_path, step)
            assert strangers(server, addresses(tmp_path)) == []
        refused = make_users(tmp_path, "--end", check=False)
        assert (refused.returncode, "nothing ended" in refused.stderr) == (1, True)
        load(server)
        make_users(tmp_path, "--rotate")
        for step in ("--switch", "", "--switch", "--rotate", "--switch"):
            told = make_users(tmp_path, step).stderr
            assert ("have not ended" in told) is (step == "--rotate"), told
            assert strangers(server, addresses(tmp_path)) == []
            load(server)
            assert strangers(server, old) == []
        for step in ("--end", "--switch", "--end", ""):
            make_users(tmp_path, step)
            assert strangers(server, addresses(tmp_path)) == []
            load(server)
        assert strangers(server, old) == list(old)


INTERRUPTING = """#!/bin/sh
left=$(cat "$LEFT")
echo $((left - 1)) >"$LEFT"
[ "$left" != 0 ] || { kill -9 "$(cat "$LEFT.pid")"; exit 1; }
exec "/bin/${0##*/}" "$@"
"""


def interrupted(folder: Path, step: str, after: int, *, tools: Path, script: Path) -> bool:
    """Whether a step was killed before it had changed so many files and one more."""
    (tools / "left").write_text(str(after))
    run = f'echo $$ >"$LEFT.pid"; . {script}'
    named = tools / "users.sh"
    named.write_text(run)
    path = f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin"
    return make_users(folder, step, script=named, check=False, PATH=path, LEFT=str(tools / "left")).returncode != 0


@pytest.mark.parametrize("step", STEPS)
def test_a_rotation_that_is_killed_anywhere_locks_nobody_out_and_goes_on(tmp_path: Path, step: str) -> None:
    """Killed before each change of a file in turn: every address still opens, and the steps from the first end well."""
    users, tools = tmp_path / "users", tmp_path / "tools"
    users.mkdir()
    tools.mkdir()
    for name in ("mv", "rm"):
        (tools / name).write_text(INTERRUPTING)
        (tools / name).chmod(0o755)
    (tools / "users.acl").write_text("user ingest\n  (+ping)\nuser admin\n  ~* &* +@all\n")
    script = tools / "original.sh"
    script.write_text(SCRIPT.read_text())
    with guarded_server(users) as server:
        for path in users.glob("*.url"):
            if path.stem not in ("ingest", "admin"):
                path.unlink()
        make_users(users, script=script)
        load(server)
        for after in range(100):
            old = addresses(users)
            for before in STEPS[: STEPS.index(step)]:
                make_users(users, before, script=script)
                load(server)
            killed = interrupted(users, step, after, tools=tools, script=script)
            assert strangers(server, addresses(users)) == [], after
            # Redis itself may start anew in that moment; services still have what they read before.
            load(server)
            assert strangers(server, addresses(users)) == [], after
            for again in ("", *STEPS):
                make_users(users, again, script=script)
                load(server)
                assert strangers(server, addresses(users)) == [], (after, again)
                assert again == "--end" or step == "--end" or strangers(server, old) == [], (after, again)
            assert strangers(server, old) == list(old), after
            assert unfinished(users) == []
            if not killed:
                break
        assert after > 6


ROTATE = SCRIPT.with_name("rotate.sh")

DOCKER = f"""#!{sys.executable}
import os, pathlib, subprocess, sys
folder, left = pathlib.Path(os.environ["FOLDER"]), pathlib.Path(os.environ["LEFT"])
left.write_text(str(int(left.read_text()) - 1))
if left.read_text() == "-1":
    sys.exit("interrupted")
match sys.argv[1:]:
    case ["compose", "run", "--rm", "-T", "redis-users", *step]:
        sys.exit(subprocess.run(["sh", {str(SCRIPT)!r}, folder, *step]).returncode)
    case ["compose", "exec", "-T", "redis", "sh", "/opt/wiredesk/as.sh", user, *command]:
        import redis

        with redis.Redis.from_url((folder / (user + ".url")).read_text().strip()) as client:
            client.execute_command(*command)
    case ["compose", "ps", "--services", "--status", "running"]:
        print("redis", "ingest", "gateway", "prometheus", sep="\\n")
    case ["compose", "restart", *services]:
        (folder / "restarted").write_text(" ".join(services))
    case other:
        sys.exit("not known here: " + " ".join(other))
"""
"""What rotate.sh asks of compose, done by the same scripts on a server of the test's: so many times, then it fails."""


class Desk:
    """Where rotate.sh is run."""

    def __init__(self, folder: Path, server: GuardedServer) -> None:
        self.folder, self._server = folder, server
        (folder / "docker").write_text(DOCKER)
        (folder / "docker").chmod(0o755)
        self.rotated = folder / "restarted"

    def rotate(self, *options: str, commands: int = 100) -> "subprocess.CompletedProcess[str]":
        (self.folder / "left").write_text(str(commands))
        known = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "FOLDER": str(self.folder),
            "LEFT": str(self.folder / "left"),
            "ADDRESS": f"127.0.0.1:{self._server.port}",
        }
        command = ["sh", str(ROTATE), *options]
        return subprocess.run(command, env=known, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Desk, GuardedServer]]:
    with guarded_server(tmp_path) as server:
        make_users(tmp_path, ADDRESS=f"127.0.0.1:{server.port}")
        yield Desk(tmp_path, server), server


def test_two_commands_rotate_the_passwords_and_the_second_cuts_off_who_came_by_an_old_one(
    desk: tuple[Desk, GuardedServer],
) -> None:
    here, server = desk
    old = addresses(here.folder)
    with redis.Redis.from_url(old["observer"]) as thief:
        assert thief.ping()
        assert here.rotate().returncode == 0
        assert here.rotated.read_text() == "ingest gateway", "the services that run, and no others"
        new = addresses(here.folder)
        assert not set(new.values()) & set(old.values())
        assert strangers(server, old | new) == strangers(server, old) == []
        again = here.rotate()
        assert "have not ended" in again.stderr
        assert addresses(here.folder) == new
        assert thief.ping()
        assert here.rotate("--end").returncode == 0
        assert strangers(server, new) == []
        assert strangers(server, old) == list(old)
        with pytest.raises(RedisError):
            thief.ping()


@pytest.mark.parametrize("commands", range(5))
def test_a_rotation_that_breaks_off_between_its_commands_says_so_and_goes_on(
    desk: tuple[Desk, GuardedServer], commands: int
) -> None:
    here, server = desk
    old = addresses(here.folder)
    broken = here.rotate(commands=commands)
    assert broken.returncode != 0
    assert broken.stdout == ""
    assert strangers(server, addresses(here.folder)) == strangers(server, old) == []
    if commands in (1, 2):  # Redis may know the new ones and nobody uses them: nothing is to be ended
        refused = here.rotate("--end")
        assert (refused.returncode, "nothing ended" in refused.stderr) == (1, True)
    done = here.rotate()
    assert "new passwords are in use" in done.stdout
    assert here.rotated.exists()
    assert not set(addresses(here.folder).values()) & set(old.values())
    assert strangers(server, addresses(here.folder)) == strangers(server, old) == []


@pytest.mark.parametrize("commands", range(3))
def test_an_end_that_breaks_off_between_its_commands_says_so_and_goes_on(
    desk: tuple[Desk, GuardedServer], commands: int
) -> None:
    here, server = desk
    old = addresses(here.folder)
    here.rotate()
    broken = here.rotate("--end", commands=commands)
    assert broken.returncode != 0
    assert broken.stdout == ""
    assert strangers(server, addresses(here.folder)) == []
    assert "have ended" in here.rotate("--end").stdout
    assert strangers(server, addresses(here.folder)) == []
    assert strangers(server, old) == list(old)


def test_an_option_that_there_is_not_changes_nothing(desk: tuple[Desk, GuardedServer]) -> None:
    here, _ = desk
    old = addresses(here.folder)
    done = here.rotate("--finish")
    assert (done.returncode, "[--end]" in done.stderr) == (2, True)
    assert addresses(here.folder) == old
