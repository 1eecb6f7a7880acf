"""The pipeline over HTTP, live: events, their bounds, and one set of numbers wherever they are shown."""

import html
import itertools
import json
import signal
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import httpx
import pytest
import redis
from rich.console import Console
from wiredesk import pipeline
from wiredesk.cli.status_view import view
from wiredesk.events import Stream
from wiredesk.sizing import rate
from wiredesk.testing import PATIENCE_S, free_port, valkey_server, wait_until

EVENTS = "/api/v1/pipeline/events"


def lines(answer: httpx.Response) -> Iterator[str]:
    """Lines as the protocol has them; httpx would break them at more characters."""
    rest = ""
    for piece in answer.iter_text():
        *whole, rest = (rest + piece).split("\n")
        yield from whole


def events(answer: httpx.Response) -> Iterator[tuple[str, str]]:
    """Name and data of each event."""
    name, data = "", []
    for line in lines(answer):
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data.append(line.removeprefix("data: "))
        elif not line and data:
            yield name, "\n".join(data)
            name, data = "", []


def test_an_event_is_what_the_api_answers_and_changes_with_the_pipeline(
    gateway: httpx.Client, redis_client: redis.Redis
) -> None:
    with gateway.stream("GET", EVENTS) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        assert "content-encoding" not in answer.headers
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        seen = events(answer)
        name, data = next(seen)
        assert name == "state"
        assert json.loads(data).keys() == gateway.get("/api/v1/pipeline").json().keys()
        for _ in range(3):
            redis_client.xadd(Stream.SUBMITTED, {"a": "b"})
        waiting = (json.loads(data)["sizing"]["waiting"] for _, data in seen)
        assert next(number for number in waiting if number) == 3


def test_it_ends_after_as_many_looks_as_asked_for(gateway: httpx.Client) -> None:
    answer = gateway.get(EVENTS, params={"looks": 2})
    assert answer.text.startswith("retry: ")
    assert [name for name, _ in events(answer)] == ["state", "state"]


@pytest.mark.parametrize("looks", [0, 901, "x"])
def test_it_never_goes_on_for_ever(gateway: httpx.Client, looks: Any) -> None:
    assert gateway.get(EVENTS, params={"looks": looks}).status_code == 422


def test_the_head_of_the_events_is_answered_at_once(gateway: httpx.Client) -> None:
    answer = gateway.head(EVENTS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


def test_one_too_many_is_sent_away_until_another_leaves(serve: Callable[..., httpx.Client], redis_url: str) -> None:
    client = serve([], redis_url, viewers=1)
    for path in (EVENTS, "/pipeline/events"):
        with client.stream("GET", path) as answer:
            seen = events(answer)  # kept: the connection ends with it
            next(seen)
            refused = client.get(EVENTS)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert "as many as may" in refused.json()["detail"]
        wait_until(lambda: client.get(EVENTS, params={"looks": 1}).status_code == 200, what="a place")


def test_events_tell_that_redis_is_away_and_go_on_when_it_is_back(serve: Callable[..., httpx.Client]) -> None:
    with valkey_server() as server, serve([], server.url).stream("GET", EVENTS) as answer:
        seen = events(answer)
        assert next(seen)[0] == "state"
        server.kill()
        detail = next(json.loads(data)["detail"] for name, data in seen if name == "problem")
        assert f"127.0.0.1:{server.port}" in detail
        server.start()
        assert any(name == "state" for name, _ in itertools.islice(seen, 60))


def test_a_gateway_that_ends_lets_its_viewers_go_at_once(
    start: Callable[..., Any], redis_url: str, redis_client: redis.Redis
) -> None:
    process = start(redis_url, WIREDESK_DRAIN_S="600")
    report = wait_until(lambda: next(iter(pipeline.workers(redis_client, stage="gateway")), None), what="the gateway")
    with (
        httpx.Client(base_url=f"http://{report.address}", timeout=PATIENCE_S) as client,
        client.stream("GET", EVENTS) as answer,
    ):
        seen = events(answer)
        next(seen)
        process.send_signal(signal.SIGTERM)
        for _ in seen:  # ends in good order: else httpx raises
            pass
    assert process.wait(timeout=PATIENCE_S) == 0


def test_the_page_its_events_the_api_and_status_have_one_set_of_numbers(
    gateway: httpx.Client, redis_client: redis.Redis, pace: Callable[..., None]
) -> None:
    pace("ingest", finished=1200, busy_s=12.0, stream=Stream.SUBMITTED, arrivals_per_s=4.0)
    pace("extraction", finished=1200, busy_s=60.0)
    pace("indexing", finished=1200, busy_s=6.0, alone=True)
    redis_client.xgroup_create(Stream.INGESTED, "extraction", "0", mkstream=True)
    for _ in range(2000):
        redis_client.xadd(Stream.INGESTED, {"a": "b"})
    asked = {"drain_in_s": 10}
    told = gateway.get("/api/v1/pipeline", params=asked).json()["sizing"]
    assert told["says"].startswith("extraction is the bottleneck: 2,000 articles have to pass it")
    assert told["scale"] == {"extraction": 11}
    assert told == pipeline.read(redis_client, drain_in_s=10).sizing.model_dump(mode="json")
    with gateway.stream("GET", EVENTS, params=asked) as answer:  # the first may be of a second ago
        assert any(json.loads(data)["sizing"] == told for _, data in itertools.islice(events(answer), 5))
    page = html.unescape(gateway.get("/pipeline", params={"drain_in": "10s"}).text)
    terminal = Console(width=200, file=StringIO(), record=True)
    terminal.print(view(pipeline.read(redis_client, drain_in_s=10), columns=200))
    shown = terminal.export_text()
    for words in (told["says"][1:], *told["commands"], "20.0/s"):
        assert words in page
        assert words in shown
    stages = gateway.get("/api/v1/pipeline", params=asked).json()["stages"]
    assert [stage["name"] for stage in stages] == ["ingest", "extraction", "indexing"]
    for stage in stages:
        row = next(line for line in shown.splitlines() if line.split()[:1] == [stage["name"]] and "%" in line)
        for number in (f"{stage['waiting']:,}", rate(stage["worker_per_s"]), f"{stage['busy']:.0%}"):
            assert number in row
            assert number in page


def test_a_time_that_is_none_is_refused_on_the_page_and_in_its_events(gateway: httpx.Client) -> None:
    for path in ("/pipeline", "/pipeline/events"):
        answer = gateway.get(path, params={"drain_in": "soon"})
        assert (answer.status_code, "10m" in answer.text) == (400, True)
    assert gateway.get("/api/v1/pipeline", params={"drain_in_s": "soon"}).status_code == 422


def test_an_events_line_ends_are_those_of_the_protocol_alone(gateway: httpx.Client, pace: Callable[..., None]) -> None:
    pace("ingest", finished=1, busy_s=1.0, state="paused", why="one\u2028two\rthree\nfour\x85five")
    with gateway.stream("GET", EVENTS) as answer:
        reasons = ([worker["why"] for worker in json.loads(data)["workers"]] for _, data in events(answer))
        assert ["one\u2028two\rthree\nfour\x85five"] in itertools.islice(reasons, 5)


def test_without_redis_the_page_says_so_and_its_events_as_well(serve: Callable[..., httpx.Client]) -> None:
    client = serve([], f"redis://127.0.0.1:{free_port()}/0")
    assert client.get("/pipeline").status_code == 503
    with client.stream("GET", "/pipeline/events") as answer:
        assert "Redis cannot be reached" in next(events(answer))[1]
