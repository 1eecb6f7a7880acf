"""In containers, too, each service is somebody of its own in Redis, and knows nobody else's password."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from wiredesk.testing import wait_until

from tests.compose.stack import WORKERS, Stack

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "deploy/redis/users.acl").read_text()
LONG_AGO = datetime.min.replace(tzinfo=UTC)
USERS = re.findall(r"^user (\w+)", RULES, re.MULTILINE)

pytestmark = [pytest.mark.compose, pytest.mark.timeout(900)]

_READ = "import pathlib, sys; sys.stdout.write(pathlib.Path(sys.argv[1]).read_text())"


def read_in(stack: Stack, service: str, path: str) -> str:
    """A file as the service's own process can read it; empty where it may not."""
    done = stack.attempt("exec", "-T", service, "python", "-ISc", _READ, path)
    return done.stdout.strip()


@pytest.mark.parametrize("service", WORKERS)
def test_a_service_can_read_its_own_password_and_no_others(stack: Stack, service: str) -> None:
    others = set(USERS) - {service}
    assert read_in(stack, service, f"/run/wiredesk/{service}.url").startswith(f"redis://{service}:")
    assert {other: read_in(stack, service, f"/run/wiredesk/{other}.url") for other in others} == dict.fromkeys(
        others, ""
    )
    assert read_in(stack, service, "/run/wiredesk/users.acl") == ""


def test_nobody_without_a_name_may_do_anything(stack: Stack) -> None:
    for command in ("FLUSHALL", "CONFIG GET *", "XADD articles.submitted * __data__ x", "PING", "KEYS *", "ACL LIST"):
        told = stack.attempt("exec", "-T", "redis", "redis-cli", *command.split())
        assert "NOAUTH" in told.stdout + told.stderr, command


def as_user(stack: Stack, user: str, *command: str) -> str:
    """What redis-cli prints when it runs as docs/operations.md has it."""
    done = stack.attempt("exec", "-T", "redis", "sh", "/opt/wiredesk/as.sh", user, *command)
    return done.stdout + done.stderr


def test_every_service_is_connected_under_its_own_name(stack: Stack) -> None:
    clients = as_user(stack, "admin", "CLIENT", "LIST")
    users = {word.partition("=")[2] for word in clients.split() if word.startswith("user=")}
    assert set(WORKERS) <= users


def test_the_health_check_is_a_user_that_may_do_nothing_else(stack: Stack) -> None:
    assert as_user(stack, "health", "PING").strip() == "PONG"
    for command in ("FLUSHALL", "INFO", "XLEN articles.submitted", "ACL LIST", "CLIENT LIST"):
        assert "NOPERM" in as_user(stack, "health", *command.split()), command
    assert "NOPERM" not in "".join(outputs(stack))


def outputs(stack: Stack, since: datetime = LONG_AGO) -> list[str]:
    """What Redis's health checks printed that began at a time or later, of the last five."""
    (found,) = stack.inspected("redis")
    checks = found["State"]["Health"]["Log"]
    return [check["Output"] for check in checks if datetime.fromisoformat(check["Start"]) >= since]


def arguments(stack: Stack) -> Iterator[str]:
    """The command line of every process in Redis's container, as the host sees it, and of all that are seen here."""
    (container,) = stack.containers("redis")
    yield from stack.docker("top", container, "-eo", "pid,args").splitlines()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended
            continue


def test_no_password_of_redis_is_seen_in_a_list_of_processes(stack: Stack) -> None:
    """Redis answers nobody for a while, so that its health check and an administrator's command stay to be seen."""
    passwords = {user: redis.connection.parse_url(stack.address(user))["password"] for user in USERS}
    assert len(set(passwords.values())) == len(USERS)
    as_user(stack, "admin", "CLIENT", "PAUSE", "8000", "ALL")
    asking = threading.Thread(target=as_user, args=(stack, "admin", "DBSIZE"))
    asking.start()
    seen: set[str] = set()

    def both_seen() -> bool:
        seen.update(arguments(stack))
        asked = [line for line in seen if "redis-cli -e" in line]
        return all(any(f"--user {user} " in line for line in asked) for user in ("health", "admin"))

    wait_until(both_seen, timeout_s=30, interval_s=0.05, what="both to ask")
    asking.join()
    assert [line for line in seen if any(password in line for password in passwords.values())] == []
    stack.wait_until_healthy("redis", *WORKERS)
