"""In containers, too, each service is somebody of its own in Redis, and knows nobody else's password."""

import pytest

from tests.compose.stack import WORKERS, Stack

pytestmark = [pytest.mark.compose, pytest.mark.timeout(900)]

_READ = "import pathlib, sys; sys.stdout.write(pathlib.Path(sys.argv[1]).read_text())"


def read_in(stack: Stack, service: str, path: str) -> str:
    """A file as the service's own process can read it; empty where it may not."""
    done = stack.attempt("exec", "-T", service, "python", "-ISc", _READ, path)
    return done.stdout.strip()


@pytest.mark.parametrize("service", WORKERS)
def test_a_service_can_read_its_own_password_and_no_others(stack: Stack, service: str) -> None:
    others = {*WORKERS, "admin", "publisher", "observer"} - {service}
    assert read_in(stack, service, f"/run/wiredesk/{service}.url").startswith(f"redis://{service}:")
    assert {other: read_in(stack, service, f"/run/wiredesk/{other}.url") for other in others} == dict.fromkeys(
        others, ""
    )
    assert read_in(stack, service, "/run/wiredesk/users.acl") == ""


def test_nobody_without_a_name_may_do_anything(stack: Stack) -> None:
    for command in ("FLUSHALL", "CONFIG GET *", "XADD articles.submitted * __data__ x", "PING", "KEYS *", "ACL LIST"):
        told = stack.attempt("exec", "-T", "redis", "redis-cli", *command.split())
        assert "NOAUTH" in told.stdout + told.stderr, command


def test_every_service_is_connected_under_its_own_name(stack: Stack) -> None:
    asked = 'redis-cli -u "$(cat /run/wiredesk/admin.url)" --no-auth-warning CLIENT LIST'
    clients = stack.compose("exec", "-T", "redis", "sh", "-c", asked)
    users = {word.partition("=")[2] for word in clients.split() if word.startswith("user=")}
    assert set(WORKERS) <= users
