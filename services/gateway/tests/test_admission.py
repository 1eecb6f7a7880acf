"""Backpressure at the door: 429 and 503 with an honest Retry-After, over HTTP on a real server."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import redis
from wiredesk.client import HttpClient
from wiredesk.connection import connect
from wiredesk.errors import Unavailable
from wiredesk.events import Stream
from wiredesk.http_api import HttpApi
from wiredesk.pressure import Limits
from wiredesk.testing import PATIENCE_S, RedisServer, valkey_server, wait_until
from wiredesk.testing_network import Network
from wiredesk_gateway.admission import Admission

ARTICLES = "/api/v1/articles"
ARTICLE = {"text": "Words."}


@pytest.fixture(scope="module")
def own_server() -> Iterator[RedisServer]:
    """A server whose memory these tests may limit."""
    with valkey_server() as server:
        yield server


@pytest.fixture
def own_client(own_server: RedisServer) -> Iterator[redis.Redis]:
    with connect(own_server.url) as client:
        client.config_set("maxmemory", 0)
        client.flushall()
        yield client
        client.config_set("maxmemory", 0)


def refused(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert 1 <= int(response.headers["retry-after"]) <= 60
    told: dict[str, Any] = response.json()
    return told


def test_with_too_many_articles_waiting_it_is_429_and_says_why_and_what_to_do(
    serve: Any, redis_url: str, redis_client: redis.Redis
) -> None:
    client = serve([], redis_url, backlog_limit=3)
    for _ in range(3):
        redis_client.xadd(Stream.SUBMITTED, {"a": "b"})
    response = client.post(ARTICLES, json=ARTICLE)
    told = refused(response, 429)
    assert response.headers["retry-after"] == "5"
    assert (told["reason"], told["backlog"], told["backlog_limit"], told["retry_after_s"]) == ("backlog", 3, 3, 5)
    for words in ("ingest has 3 articles waiting", "Nothing of this request was taken", "WIREDESK_BACKLOG_LIMIT"):
        assert words in told["detail"]
    assert redis_client.xlen(Stream.SUBMITTED) == 3


def test_it_takes_articles_again_when_the_stage_has_caught_up(
    serve: Any, redis_url: str, redis_client: redis.Redis
) -> None:
    client = serve([], redis_url, backlog_limit=2)
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0", mkstream=True)
    for _ in range(2):
        redis_client.xadd(Stream.SUBMITTED, {"a": "b"})
    refused(client.post(ARTICLES, json=ARTICLE), 429)
    ((_, entries),) = redis_client.xreadgroup("ingest", "w", {Stream.SUBMITTED: ">"})
    redis_client.xack(Stream.SUBMITTED, "ingest", *(id for id, _ in entries))
    wait_until(lambda: client.post(ARTICLES, json=ARTICLE).status_code == 202, what="publishing to open again")


def test_a_publisher_that_waits_as_told_gets_its_article_in(
    serve: Any, redis_url: str, redis_client: redis.Redis
) -> None:
    client = serve([], redis_url, backlog_limit=1)
    blocking = redis_client.xadd(Stream.SUBMITTED, {"a": "b"})
    ids: list[str] = []

    def publish() -> None:
        with HttpClient(HttpApi(str(client.base_url), patience_s=PATIENCE_S)) as publisher:
            ids.extend(publisher.send([json.dumps(ARTICLE).encode()]))

    thread = threading.Thread(target=publish)
    refused(client.post(ARTICLES, json=ARTICLE), 429)
    thread.start()
    redis_client.xdel(Stream.SUBMITTED, blocking)
    thread.join(PATIENCE_S)
    assert len(ids) == 1
    assert redis_client.xlen(Stream.SUBMITTED) == 1


def test_an_answered_idempotency_key_gets_its_old_answer_under_pressure(
    serve: Any, redis_url: str, redis_client: redis.Redis
) -> None:
    open_, shut = serve([], redis_url), serve([], redis_url, backlog_limit=1)
    headers = {"Idempotency-Key": "k"}
    first = open_.post(ARTICLES, json=ARTICLE, headers=headers)
    again = shut.post(ARTICLES, json=ARTICLE, headers=headers)
    assert (again.status_code, again.json()) == (202, first.json())
    assert shut.post(ARTICLES, json={"text": "Other."}, headers=headers).status_code == 409
    refused(shut.post(ARTICLES, json=ARTICLE, headers={"Idempotency-Key": "new"}), 429)
    assert redis_client.xlen(Stream.SUBMITTED) == 1


def test_with_memory_nearly_full_it_is_503(serve: Any, own_server: RedisServer, own_client: redis.Redis) -> None:
    client = serve([], own_server.url, memory_share=0.8)
    own_client.config_set("maxmemory", int(own_client.info("memory")["used_memory"] * 1.1))
    told = refused(client.post(ARTICLES, json=ARTICLE), 503)
    assert told["reason"] == "memory"
    assert "maxmemory" in told["detail"]
    assert own_client.xlen(Stream.SUBMITTED) == 0


def test_a_server_that_refuses_for_want_of_memory_is_503_and_old_answers_are_still_given(
    serve: Any, own_server: RedisServer, own_client: redis.Redis
) -> None:
    client = serve([], own_server.url)
    first = client.post(ARTICLES, json=ARTICLE, headers={"Idempotency-Key": "k"})
    assert first.status_code == 202  # and nothing is looked at for the next second
    own_client.config_set("maxmemory", 1)
    for headers in ({}, {"Idempotency-Key": "new"}):
        told = refused(client.post(ARTICLES, json=ARTICLE, headers=headers), 503)
        assert "memory" in told["detail"]
    again = client.post(ARTICLES, json=ARTICLE, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.json()) == (202, first.json())
    assert own_client.xlen(Stream.SUBMITTED) == 1


def test_a_stream_of_a_wrong_type_is_503_and_the_answer_does_not_repeat_the_article(
    serve: Any, redis_url: str, redis_client: redis.Redis
) -> None:
    client = serve([], redis_url)
    redis_client.set(Stream.SUBMITTED, "no stream")
    for headers in ({}, {"Idempotency-Key": "k"}):
        told = refused(client.post(ARTICLES, json={"text": "secret words"}, headers=headers), 503)
        assert "WRONGTYPE" in told["detail"]
        assert "secret" not in told["detail"]


def test_health_stays_200_and_tells_of_the_pressure(serve: Any, redis_url: str, redis_client: redis.Redis) -> None:
    room = serve([], redis_url).get("/health")
    assert (room.status_code, room.json()["state"], room.json()["why"]) == (200, "consuming", None)
    assert room.json()["publishing"]["open"] is True
    redis_client.xadd(Stream.SUBMITTED, {"a": "b"})
    health = serve([], redis_url, backlog_limit=1).get("/health")
    told = health.json()
    assert (health.status_code, told["state"]) == (200, "paused")
    assert "1 article waiting" in told["why"]
    assert (told["publishing"]["open"], told["publishing"]["backlog"]) == (False, 1)
    assert told["publishing"]["backlog_limit"] == 1


def test_the_pipeline_page_says_that_no_articles_are_taken(
    serve: Any, redis_url: str, redis_client: redis.Redis
) -> None:
    redis_client.xadd(Stream.SUBMITTED, {"a": "b"})
    text = serve([], redis_url, backlog_limit=1).get("/pipeline").text
    assert "No articles are taken now" in text
    assert text.count("ingest has 1 article waiting") == 1
    assert "no ingest worker is running, and 1 on articles.submitted wait" in text


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_server_is_looked_at_once_a_second_whoever_asks(redis_client: redis.Redis) -> None:
    clock = Clock()
    admission = Admission(redis_client, Limits(backlog=10, memory=0.99), clock=clock)

    def looks() -> int:
        return int(redis_client.info("commandstats").get("cmdstat_xinfo|groups", {"calls": 0})["calls"])

    redis_client.config_resetstat()
    threads = [threading.Thread(target=admission.look) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert looks() == 1
    clock.now += 0.9
    admission.look()
    assert looks() == 1
    clock.now += 0.2
    admission.look()
    assert looks() == 2


def test_a_look_that_hangs_holds_up_nobody_else(redis_server: RedisServer, redis_client: redis.Redis) -> None:
    clock = Clock()
    with Network(redis_server.port) as network, connect(network.url, retries=0) as client:
        admission = Admission(client, Limits(backlog=10, memory=0.99), clock=clock)
        seen = admission.look()
        network.hang()
        clock.now += 2
        looking = threading.Thread(target=admission.look)
        looking.start()
        wait_until(admission._turn.locked, what="a thread to look")
        assert admission.look() == seen  # the last thing known, at once
        network.heal()
        looking.join(PATIENCE_S)
        assert not looking.is_alive()


def test_a_server_that_is_away_is_asked_again_after_a_second(
    redis_server: RedisServer, redis_client: redis.Redis
) -> None:
    clock = Clock()
    with Network(redis_server.port) as network, connect(network.url, retries=0) as client:
        admission = Admission(client, Limits(backlog=10, memory=0.99), clock=clock)
        network.refuse()
        with pytest.raises(Unavailable):
            admission.look()
        network.heal()
        with pytest.raises(Unavailable, match="does not answer"):
            admission.look()
        clock.now += 1.1
        assert admission.look().message is None


def test_the_wait_follows_how_fast_the_backlog_falls(redis_client: redis.Redis) -> None:
    clock = Clock()
    admission = Admission(redis_client, Limits(backlog=10, memory=0.99), clock=clock)
    ids = [redis_client.xadd(Stream.SUBMITTED, {"a": "b"}) for _ in range(100)]
    waits = []
    for at in range(4):
        refusal = admission.refusal(None)
        assert refusal
        waits.append(refusal.headers["Retry-After"])
        redis_client.xdel(Stream.SUBMITTED, *ids[at * 5 : at * 5 + 5])
        clock.now += 1.1
    # 85 left, 75 over the limit, at 5 each 1.1 s
    assert waits == ["5", "19", "18", "17"]
