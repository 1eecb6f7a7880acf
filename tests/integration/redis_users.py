"""A server that knows Wiredesk's users, made by `deploy/redis/users.sh` as an operator makes it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from wiredesk.testing import valkey_server

__all__ = ["SCRIPT", "SERVICES", "USERS", "GuardedServer", "guarded_server", "make_users"]

SERVICES = ("ingest", "extraction", "indexing", "gateway")
USERS = (*SERVICES, "publisher", "observer", "health")

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "redis" / "users.sh"


@dataclass(frozen=True, slots=True)
class GuardedServer:
    """A running server; `folder` holds what users.sh made."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        """Of nobody in particular: what a client without a name uses."""
        return f"redis://127.0.0.1:{self.port}/0"

    def url(self, user: str) -> str:
        """What is set as WIREDESK_REDIS_URL of a service."""
        made = (self.folder / f"{user}.url").read_text().strip()
        return made.replace("@ADDRESS/", f"@127.0.0.1:{self.port}/")


def make_users(
    folder: Path, *options: str, script: Path = SCRIPT, check: bool = True, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run users.sh, or a copy of it, as an operator does."""
    known = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "ADDRESS": "ADDRESS"}
    command = ["sh", str(script), str(folder), *options]
    return subprocess.run(command, env=known | environment, check=check, capture_output=True, text=True)


@contextmanager
def guarded_server(folder: Path) -> Iterator[GuardedServer]:
    """Until the block ends."""
    # The server is known to be up when it answers a client without a name; then it learns its users.
    (folder / "users.acl").write_text("user default on nopass allkeys allchannels allcommands\n")
    with valkey_server(appendonly="yes", aclfile=str(folder / "users.acl")) as server:
        make_users(folder)
        with redis.Redis.from_url(server.url) as client:
            client.acl_load()
        yield GuardedServer(folder, server.port)
