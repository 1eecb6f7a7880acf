"""Each service has a user of its own in Redis: all it needs is allowed, and what another does is refused."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError
from wiredesk.events import Stream
from wiredesk.stage.failures import Failures, Tries
from wiredesk.testing import PATIENCE_S, wait_until

from tests.integration.pipeline_processes import Stack, running
from tests.integration.redis_users import SERVICES, USERS, GuardedServer, guarded_server, make_users

RULES = Path(__file__).resolve().parents[2] / "deploy" / "redis" / "users.acl"
STORY = '"The pier will be mended by autumn," said Nils Torvund, the harbour master of Molde.'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedServer]:
    with guarded_server(tmp_path_factory.mktemp("users")) as running:
        yield running


def client_of(server: GuardedServer, user: str) -> "redis.Redis":
    return redis.Redis.from_url(server.url(user), decode_responses=True)


def wiredesk(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from wiredesk.cli import main; main()", *arguments]
    environment = {**os.environ, "WIREDESK_REDIS_URL": url}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)


def story(number: int, **fields: str) -> dict[str, str]:
    return {"url": f"https://pier.example/{number}", "title": f"The pier, part {number}", "text": STORY} | fields


def indexed(stack: Stack) -> int:
    return stack.client.xlen(Stream.INDEXED)


def calls(stack: Stack, command: str) -> int:
    return stack.client.info("commandstats").get(f"cmdstat_{command}", {}).get("calls", 0)


def test_the_whole_pipeline_works_by_users_that_may_no_more_than_they_need(tmp_path: Path) -> None:
    (tmp_path / "users").mkdir()
    with guarded_server(tmp_path / "users") as server:
        folder = tmp_path / "stack"
        folder.mkdir()
        admin = redis.Redis.from_url(server.url("admin"))
        admin.acl_log_reset()
        stage_urls = {stage: server.url(stage) for stage in SERVICES}
        with running(folder, server.url("admin"), url_of=stage_urls.__getitem__, WIREDESK_RETRY_AFTER_S="1") as stack:
            publish_in_every_way(server, stack, tmp_path)
            use_the_gateway(stack)
            take_over_from_the_dead(stack)
            look_at_everything(server)
            tidied, trimmed = calls(stack, "memory|usage"), calls(stack, "xtrim")
            wait_until(
                lambda: calls(stack, "memory|usage") >= tidied + 6 and calls(stack, "xtrim") >= trimmed + 6,
                what="every worker to tidy up",
            )
        assert [(entry["username"], entry["reason"], entry["object"]) for entry in admin.acl_log()] == []
        admin.close()


def publish_in_every_way(server: GuardedServer, stack: Stack, folder: Path) -> None:
    for number in (1, 2):
        (folder / f"{number}.json").write_text(json.dumps(story(number)))
    (folder / "empty.json").write_text(json.dumps({"title": "No words", "text": " "}))
    names = [str(folder / name) for name in ("1.json", "2.json", "1.json")]
    done = wiredesk(server.url("publisher"), "publish", *names)
    assert done.returncode == 0, done.stderr
    with client_of(server, "publisher") as publisher:
        publisher.xadd(Stream.SUBMITTED, {"__data__": (folder / "empty.json").read_text()})
        publisher.xadd(Stream.SUBMITTED, {"__data__": "no article"})
    wait_until(lambda: indexed(stack) == 2 and stack.client.xlen(Stream.DEAD) == 2, what="two of four articles")


def read(gateway: httpx.Client, path: str, **asked: str) -> Any:
    answer = gateway.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def use_the_gateway(stack: Stack) -> None:
    with httpx.Client(base_url=stack.gateway_url, timeout=PATIENCE_S) as gateway:
        for _ in range(2):
            answer = gateway.post("/api/v1/articles", json=story(3), headers={"Idempotency-Key": "pier-3"})
            assert answer.status_code == 202
        wait_until(lambda: indexed(stack) == 3, what="the article sent through the gateway")
        assert read(gateway, f"/api/v1/articles/{answer.json()['submission_id']}/journey")["steps"]
        found = wait_until(lambda: read(gateway, "/api/v1/search", q="pier")["hits"], what="a hit")
        article_id = found[0]["article_id"]
        assert read(gateway, "/api/v1/pipeline")["workers"]
        letters = read(gateway, "/api/v1/dead-letters")["hits"]
        assert gateway.post(f"/api/v1/dead-letters/{letters[0]['id']}/replay").status_code == 200
        wait_until(lambda: stack.client.xlen(Stream.DEAD) == 2, what="the letter to come back")
        letters = read(gateway, "/api/v1/dead-letters")["hits"]
        assert gateway.delete(f"/api/v1/dead-letters/{letters[0]['id']}").status_code == 204
        people = read(gateway, "/api/v1/entities", q="Torvund")["hits"]
        corrected = gateway.post(
            f"/api/v1/entities/{people[0]['entity_id']}/corrections", json={"name": "Nils A. Torvund"}
        )
        assert corrected.status_code in (200, 202), corrected.text
        assert gateway.delete(f"/api/v1/articles/{article_id}").status_code in (200, 202)
        wait_until(
            lambda: gateway.get(f"/api/v1/articles/{article_id}").status_code == 404, what="the article to be gone"
        )
        assert "wiredesk_dead_letters" in gateway.get("/metrics").text
        assert gateway.get("/pipeline").status_code == 200


def take_over_from_the_dead(stack: Stack) -> None:
    """A consumer that nobody runs has an entry of each work stream, and a worker is killed and started again."""
    before = indexed(stack)
    ingest = stack.processes["ingest"]
    ingest.send_signal(signal.SIGSTOP)
    stack.client.xadd(Stream.SUBMITTED, {"__data__": json.dumps(story(4))})
    stack.client.xreadgroup("ingest", "nobody", {Stream.SUBMITTED: ">"}, count=10)
    ingest.kill()
    ingest.wait()
    stack.start("ingest")
    stack.wait_until_consuming()
    wait_until(lambda: indexed(stack) == before + 1, what="what nobody finished")


def look_at_everything(server: GuardedServer) -> None:
    for command in (["status"], ["dead", "list"], ["journey", "0-1"]):
        done = wiredesk(server.url("observer"), *command, "--json")
        assert "NOPERM" not in done.stderr, done.stderr
        assert "ACL" not in done.stderr, done.stderr


def granted(user: str) -> list[tuple[list[str], list[str]]]:
    """The rules of a user as users.acl has them: keys and commands."""
    rules: list[tuple[list[str], list[str]]] = []
    mine = False
    for line in RULES.read_text().splitlines():
        words = line.partition("#")[0].split()
        if words[:1] == ["user"]:
            mine = words[1] == user
        elif mine:
            for rule in " ".join(words).strip("()").split(") ("):
                parts = rule.split()
                rules.append(([p for p in parts if p[0] in "~%"], [p[1:] for p in parts if p[0] == "+"]))
    return rules


def attempts_of(user: str) -> set[tuple[str, ...]]:
    """One command line for every command and key of a user's rules that changes something, except scripts."""
    forms: dict[str, list[str]] = {
        "xadd": ["*", "__data__", "{}"],
        "xack": [user, "1-1"],
        "xclaim": [user, "thief", "0", "1-1"],
        "xtrim": ["MAXLEN", "0"],
        "xdel": ["1-1"],
        "set": ["x"],
        "hset": ["a", "x"],
        "hdel": ["a"],
        "del": [],
        "unlink": [],
        "hincrby": ["a", "1"],
        "zadd": ["1", "x"],
        "zrem": ["x"],
    }
    found = set()
    for patterns, commands in granted(user):
        for pattern in patterns:
            key = pattern.removeprefix("%W").removeprefix("%R").removeprefix("~").replace("*", "x")
            for command in commands:
                if command in forms:
                    found.add((command, key, *forms[command]))
                elif command == "xreadgroup":
                    found.add(("xreadgroup", "GROUP", user, "thief", "STREAMS", key, ">"))
                elif command.startswith("xgroup"):
                    found.add(("xgroup", command.partition("|")[2], key, user, "0"))
    return found


@pytest.mark.parametrize("user", USERS)
def test_no_command_of_another_service_works(server: GuardedServer, user: str) -> None:
    foreign = {attempt for other in USERS for attempt in attempts_of(other)} - attempts_of(user)
    assert len(foreign) > 10
    with client_of(server, user) as client:
        allowed = []
        for attempt in sorted(foreign):
            try:
                client.execute_command(*attempt)
            except NoPermissionError:
                continue
            except ResponseError as error:
                allowed.append((*attempt, str(error)))
            else:
                allowed.append(attempt)
        assert allowed == []


@pytest.mark.parametrize(
    ("user", "stream"), [("ingest", Stream.SUBMITTED), ("extraction", Stream.INGESTED), ("indexing", Stream.CHANGES)]
)
async def test_a_stage_counts_what_failed_in_it(server: GuardedServer, user: str, stream: Stream) -> None:
    async with AsyncRedis.from_url(server.url(user)) as client:
        failures = Failures(client, group=user)
        await failures.count(stream, {"1-1": False, "1-2": True})
        assert await failures.of(stream, ["1-1", "1-2", "1-3"]) == [Tries(1, 0), Tries(0, 1), Tries(0, 0)]
        await failures.forget(stream, ["1-1", "1-2"])
        assert not any(map(any, await failures.of(stream, ["1-1", "1-2"])))


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize(
    "command",
    [
        "FLUSHALL",
        "FLUSHDB",
        "KEYS *",
        "SCAN 0",
        "CONFIG GET *",
        "CONFIG SET dir /tmp",
        "ACL LIST",
        "ACL SETUSER x on nopass ~* +@all",
        "SHUTDOWN NOSAVE",
        "MONITOR",
        "REPLICAOF 127.0.0.1 1",
        "MODULE LIST",
        "SCRIPT FLUSH",
        "FUNCTION LIST",
        "CLIENT LIST",
        "CLIENT KILL TYPE normal",
        "BGREWRITEAOF",
        "SAVE",
        "PUBLISH anything x",
        "SUBSCRIBE anything",
        "GET other",
        "SET other x",
        "DEL articles.submitted",
        "DEL articles.changes",
        "XDEL articles.indexed 1-1",
        "XGROUP DESTROY articles.submitted ingest",
        "XGROUP SETID articles.submitted ingest $",
        "RENAME articles.dead other",
        "COPY articles.dead other",
        "MIGRATE 127.0.0.1 1 articles.dead 0 1",
        "DUMP articles.dead",
        "SORT articles.dead",
    ],
)
def test_no_service_may_do_what_is_the_administrators(server: GuardedServer, user: str, command: str) -> None:
    with client_of(server, user) as client, pytest.raises(NoPermissionError):
        client.execute_command(*command.split())


@pytest.mark.parametrize("user", [*SERVICES, "publisher", "observer"])
def test_a_script_opens_no_other_door(server: GuardedServer, user: str) -> None:
    """EVAL is allowed for keys that scripts name; the commands inside are checked each by itself."""
    forbidden = {
        "ingest": "articles.extracted",
        "extraction": "articles.submitted",
        "indexing": "articles.submitted",
        "gateway": "articles.indexed",
        "publisher": "articles.changes",
        "observer": "articles.submitted",
    }[user]
    sources = ("redis.call('XADD', ARGV[1], '*', '__data__', 'x')", "redis.call('FLUSHALL')", "redis.call('KEYS', '*')")
    with client_of(server, user) as client:
        for source in sources:
            with pytest.raises((NoPermissionError, ResponseError), match=r"ACL failure|[Pp]ermission"):
                client.eval(source, 0, forbidden)
    with redis.Redis.from_url(server.url("admin")) as admin:
        assert not [entry for entry in admin.xrange(forbidden) if entry[1] == {b"__data__": b"x"}]


@pytest.mark.parametrize(
    "command", ["PING", "XADD articles.submitted * __data__ x", "INFO", "ACL WHOAMI", "AUTH default x"]
)
def test_a_client_without_a_name_may_do_nothing(server: GuardedServer, command: str) -> None:
    with redis.Redis.from_url(server.address) as client, pytest.raises((AuthenticationError, ResponseError)):
        client.execute_command(*command.split())


def test_a_wrong_password_is_told_in_one_line_that_names_the_setting(server: GuardedServer) -> None:
    done = wiredesk(f"redis://ingest:wrong@127.0.0.1:{server.port}/0", "status")
    assert done.returncode != 0
    assert "refuses the user name or password; check WIREDESK_REDIS_URL" in done.stderr
    assert "wrong@" not in done.stderr
    assert "Traceback" not in done.stderr


def test_passwords_are_kept_between_runs_and_told_to_nobody_else(tmp_path: Path) -> None:
    make_users(tmp_path)
    first = {path.name: path.read_text() for path in tmp_path.iterdir()}
    make_users(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == first
    passwords = [text.partition("://")[2].partition("@")[0].partition(":")[2] for text in first.values()]
    urls = [password for password in passwords if password]
    assert len(set(urls)) == len(USERS) + 1
    assert all(len(password) == 48 and password not in first["users.acl"] for password in urls)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_the_health_check_may_ask_whether_redis_answers_and_no_more(server: GuardedServer) -> None:
    with client_of(server, "health") as client:
        assert client.ping()
        for command in ("DBSIZE", "INFO", "XLEN articles.submitted", "CLIENT LIST", "ACL WHOAMI"):
            with pytest.raises(NoPermissionError):
                client.execute_command(*command.split())
