"""In containers, too, each service is somebody of its own in Redis, and knows nobody else's password."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from redis.exceptions import AuthenticationError, RedisError
from wiredesk.testing import wait_until

from tests.compose.stack import WORKERS, Stack
from tests.compose.traffic import Traffic

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
        return all(any("redis-cli " in line and word in line.split() for line in seen) for word in ("ping", "DBSIZE"))

    wait_until(both_seen, timeout_s=30, interval_s=0.05, what="both to ask")
    asking.join()
    assert [line for line in seen if any(password in line for password in passwords.values())] == []
    stack.wait_until_healthy("redis", *WORKERS)


def documented(to: str) -> list[str]:
    """The commands of a row of docs/operations.md about the users of Redis."""
    section = (ROOT / "docs/operations.md").read_text().partition("## Redis: who may what")[2].partition("\n## ")[0]
    (row,) = (line for line in section.splitlines() if line.startswith(f"| {to}"))
    return re.findall(r"`((?:docker|sh) [^`]+)`", row)


def check_health(stack: Stack) -> None:
    """A health check that began after this found Redis well."""
    now = datetime.now(UTC)
    wait_until(lambda: outputs(stack, now), timeout_s=30, interval_s=0.2, what="another health check")
    (found,) = stack.inspected("redis")
    assert found["State"]["Health"]["Status"] == "healthy", outputs(stack)
    assert outputs(stack, now)[0].strip() == "PONG"


def test_the_passwords_are_rotated_as_documented_while_articles_flow(stack: Stack, traffic: Traffic) -> None:
    begin, end = documented("rotate the passwords")
    (publishers,) = documented("publish straight to Redis")
    (by_hand,) = documented("do what only `admin` may")
    old = {user: stack.address(user) for user in USERS}
    (redis_container,) = stack.containers("redis")
    thief = redis.Redis.from_url(old["observer"])
    assert thief.ping()

    traffic.let_go(150)
    # A second time changes nothing more, nor does a start of everything in between.
    for command in (begin, "docker compose up -d --no-build --wait", begin):
        stack.sh(command)
        check_health(stack)
    new = {user: stack.address(user) for user in USERS}
    assert not set(new.values()) & set(old.values())
    assert new["publisher"].partition("@")[0] in stack.sh(publishers)
    for url in (*old.values(), *new.values()):
        with redis.Redis.from_url(url) as client:
            assert client.ping()
    assert "pending" in stack.sh(by_hand)

    traffic.connect_by(new["admin"])
    traffic.let_go(150)
    stack.sh(end)
    check_health(stack)
    assert {user: stack.address(user) for user in USERS} == new
    assert "pending" in stack.sh(by_hand)
    for url in old.values():
        with redis.Redis.from_url(url) as client, pytest.raises(AuthenticationError):
            client.ping()
    with pytest.raises(RedisError):
        thief.ping()
    thief.close()

    traffic.let_go(50)
    traffic.wait_until_ended()
    assert traffic.wrong() == []
    stack.wait_until_healthy("redis", *WORKERS)
    assert stack.containers("redis") == [redis_container]
    clients = as_user(stack, "admin", "CLIENT", "LIST")
    assert {word for word in clients.split() if word.startswith("user=")} >= {f"user={service}" for service in WORKERS}
