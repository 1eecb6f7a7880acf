"""The gateway as a process of its own: a real index, a real Redis, signals."""

import json
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import redis
from wiredesk import keys, pipeline
from wiredesk.api_keys import new_key
from wiredesk.events import ArticleExtracted, ArticleRetracted, Stream
from wiredesk.index import open_writer
from wiredesk.testing import PATIENCE_S, RedisServer, free_port, wait_until
from wiredesk.workers import WorkerReport

Start = Callable[..., "subprocess.Popen[bytes]"]


def announced(client: redis.Redis) -> WorkerReport | None:
    return next(iter(pipeline.workers(client, stage="gateway")), None)


def reached(client: redis.Redis) -> httpx.Client:
    report = wait_until(lambda: announced(client), what="the gateway to announce itself")
    return httpx.Client(base_url=f"http://{report.address}", timeout=PATIENCE_S)


def logged(tmp_path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (tmp_path / "gateway-0.log").read_text().splitlines()]


def test_it_waits_for_the_index_and_finds_what_is_indexed_and_retracted(
    start: Start, redis_url: str, redis_client: redis.Redis, index_url: str, plain_article: ArticleExtracted
) -> None:
    start(redis_url)
    with reached(redis_client) as client:
        assert client.get("/api/v1/search").status_code == 503
        page = client.get("/")
        assert (page.status_code, "not there yet" in page.text) == (503, True)
        health = client.get("/health").json()
        assert (health["state"], health["index"]["open"]) == ("consuming", False)
        writer = open_writer(index_url)
        try:
            writer.upsert([plain_article])
            wait_until(lambda: client.get("/api/v1/search?q=ferry").status_code == 200, what="the index to open")
            wait_until(lambda: client.get("/health").json()["index"]["documents"] == 1, what="the article")
            assert client.get("/articles/a1").status_code == 200
            writer.retract([ArticleRetracted(article_id="a1", revision=plain_article.revision)])
            wait_until(lambda: client.get("/articles/a1").status_code == 404, what="the retraction to be seen")
        finally:
            writer.close()
        assert "Nothing is indexed yet" in client.get("/").text


def test_it_announces_itself_and_leaves_the_register_at_sigterm(
    start: Start, redis_url: str, redis_client: redis.Redis, tmp_path: Path
) -> None:
    process = start(redis_url)
    report = wait_until(lambda: announced(redis_client), what="the gateway to announce itself")
    assert (report.stage, report.pid, report.state) == ("gateway", process.pid, "consuming")
    assert 0 < redis_client.ttl(keys.worker("gateway", report.name)) <= 10
    wait_until(lambda: (announced(redis_client) or report).reported_at > report.reported_at, what="a fresh report")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE_S) == 0
    assert announced(redis_client) is None
    events = [line["event"] for line in logged(tmp_path)]
    assert events[-1] == "gateway.stopped"
    assert not any("Traceback" in json.dumps(line) for line in logged(tmp_path))


def test_being_told_again_and_again_to_end_is_no_other_end(
    start: Start, redis_url: str, redis_client: redis.Redis
) -> None:
    process = start(redis_url)
    wait_until(lambda: announced(redis_client), what="the gateway to announce itself")

    def told_and_gone() -> bool:
        process.send_signal(signal.SIGTERM)
        return process.poll() is not None

    wait_until(told_and_gone, interval_s=0.001, what="its end")
    assert process.returncode == 0


def test_a_request_under_way_is_finished_before_the_end(
    start: Start, redis_url: str, redis_client: redis.Redis
) -> None:
    process = start(redis_url)
    with reached(redis_client) as client:
        host, port = str(client.base_url.host), int(client.base_url.port or 0)
    body = b'{"text": "Words."}'
    head = b"POST /api/v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    with socket.create_connection((host, port), timeout=PATIENCE_S) as connection:
        connection.sendall(head + body[:5])
        wait_until(lambda: (report := announced(redis_client)) and report.in_flight, what="the request")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: _refuses(host, port), what="the gateway to stop listening")
        connection.sendall(body[5:])
        assert connection.recv(100).startswith(b"HTTP/1.1 202 ")
    assert process.wait(timeout=PATIENCE_S) == 0
    assert redis_client.xlen(Stream.SUBMITTED) == 1


def _refuses(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=PATIENCE_S).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_taken_port_is_one_clear_line(start: Start, redis_url: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = start(redis_url, WIREDESK_HTTP_PORT=port)
        assert process.wait(timeout=PATIENCE_S) == 2
    (line,) = (tmp_path / "gateway-0.log").read_text().splitlines()
    assert line.startswith(f"wiredesk gateway: cannot listen on 127.0.0.1:{port}: Address already in use")
    assert "WIREDESK_HTTP_PORT" in line


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WIREDESK_INDEX_URL", "nosuch:///index"),
        ("WIREDESK_REDIS_URL", "http://127.0.0.1"),
        ("WIREDESK_HTTP_PORT", "many"),
    ],
)
def test_a_setting_that_cannot_work_is_one_clear_line(
    start: Start, redis_url: str, tmp_path: Path, variable: str, value: str
) -> None:
    process = start(redis_url, **{variable: value})
    assert process.wait(timeout=PATIENCE_S) == 2
    (line,) = (tmp_path / "gateway-0.log").read_text().splitlines()
    assert line.startswith("wiredesk gateway: ")
    assert value in line or variable in line


def test_redis_may_come_later_go_and_come_back(start: Start, tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.port = free_port()
    port = free_port()
    process = start(server.url, WIREDESK_HTTP_PORT=str(port))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
        wait_until(lambda: not _refuses("127.0.0.1", port), what="the gateway to listen")

        def state(wanted: str) -> None:
            wait_until(lambda: client.get("/health").json()["state"] == wanted, what=f"the state {wanted}")

        state("disconnected")
        assert client.get("/pipeline").status_code == 503
        try:
            server.start()
            state("consuming")
            assert client.post("/api/v1/articles", json={"text": "Words."}).status_code == 202
            server.kill()
            state("disconnected")
            assert client.post("/api/v1/articles", json={"text": "Words."}).status_code == 503
            server.start()
            state("consuming")
            with redis.Redis.from_url(server.url) as direct:
                assert wait_until(lambda: announced(direct), what="the gateway to announce itself").pid == process.pid
        finally:
            server.stop()


def test_it_does_not_open_itself_to_others_without_keys_unless_told(
    start: Start, redis_url: str, redis_client: redis.Redis, tmp_path: Path
) -> None:
    refused = start(redis_url, WIREDESK_HOST="0.0.0.0")
    assert refused.wait(timeout=PATIENCE_S) == 2
    told = (tmp_path / "gateway-0.log").read_text()
    assert "WIREDESK_API_KEYS_FILE" in told
    assert "WIREDESK_WITHOUT_KEYS" in told
    assert told.count("\n") == 1
    told_to = start(redis_url, WIREDESK_HOST="0.0.0.0", WIREDESK_WITHOUT_KEYS="true")
    wait_until(lambda: announced(redis_client), what="the gateway that was told to")
    told_to.send_signal(signal.SIGTERM)
    assert told_to.wait(timeout=PATIENCE_S) == 0
    _, kept = new_key("desk", frozenset({"publish"}))
    (tmp_path / "keys").write_text(kept.line())
    (tmp_path / "keys").chmod(0o600)
    start(redis_url, WIREDESK_HOST="0.0.0.0", WIREDESK_API_KEYS_FILE=str(tmp_path / "keys"))
    wait_until(lambda: announced(redis_client), what="the gateway with keys")
