"""Questions to the index: bounded in number and time, whatever a search does."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from wiredesk.errors import NotFound, Unavailable
from wiredesk.events import ArticleExtracted
from wiredesk.testing import wait_until
from wiredesk_gateway.metrics import QueryTimes
from wiredesk_gateway.problems import Problem
from wiredesk_gateway.queries import WAITING, Queries

Make = Callable[..., Queries]


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def make(registry: CollectorRegistry) -> Make:
    return lambda **options: Queries(QueryTimes(registry), **{"at_once": 2, "timeout_s": 30.0, **options})


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Holds questions up until it is set; set after the test in any case."""
    event = threading.Event()
    yield event
    event.set()


def test_an_answer_and_an_error_come_back_to_who_asked(make: Make) -> None:
    queries = make()
    assert queries.ask("search", lambda: 7) == 7

    def missing() -> None:
        raise NotFound("no such article")

    with pytest.raises(NotFound):
        queries.ask("article", missing)


def test_a_timeout_of_the_questions_own_is_not_ours(make: Make) -> None:
    def late() -> None:
        raise TimeoutError("the node did not answer")

    with pytest.raises(TimeoutError, match="the node"):
        make().ask("search", late)


def test_a_question_that_takes_too_long_lets_who_asked_go(make: Make, gate: threading.Event) -> None:
    queries = make(timeout_s=0.05)
    with pytest.raises(Problem) as refused:
        queries.ask("search", gate.wait)
    assert refused.value.status == 504
    wait_until(lambda: _asked(queries), what="an answer by the other place, which is free")


def test_only_so_many_run_and_one_that_gave_up_waiting_never_runs(make: Make, gate: threading.Event) -> None:
    queries, ran = make(at_once=1, timeout_s=0.2), []
    with pytest.raises(Problem):
        queries.ask("search", gate.wait)
    with pytest.raises(Problem):
        queries.ask("search", lambda: ran.append("late"))
    gate.set()
    wait_until(lambda: _asked(queries), what="the place to be free again")
    assert ran == []


def _asked(queries: Queries) -> bool:
    try:
        return queries.ask("search", lambda: True)
    except Problem:
        return False


def test_when_too_many_wait_the_next_is_sent_away_at_once(
    make: Make, gate: threading.Event, registry: CollectorRegistry
) -> None:
    queries, most = make(at_once=1), 1 + WAITING
    with ThreadPoolExecutor(most) as threads:
        asked = [threads.submit(queries.ask, "search", gate.wait) for _ in range(most)]
        wait_until(lambda: queries._room._value == 0, what="all places to be taken")
        with pytest.raises(Unavailable, match="too many"):
            queries.ask("search", lambda: 7)
        gate.set()
        assert all(one.result() for one in asked)
    assert queries.ask("search", lambda: 7) == 7
    assert registry.get_sample_value("wiredesk_queries_refused_total", {"reason": "busy"}) == 1


def test_a_stuck_search_is_answered_and_holds_up_nothing_else(
    serve: Any,
    redis_url: str,
    articles: list[ArticleExtracted],
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    request: Any,
) -> None:
    conftest: ModuleType = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    client: httpx.Client = serve(articles, redis_url, query_timeout_s=0.2, queries=1)
    wait_until(lambda: client.get("/api/v1/search").status_code == 200, what="an answer in time")

    def stuck(*_: object, **__: object) -> None:
        gate.wait()

    monkeypatch.setattr(conftest.MemoryReader, "search", stuck)
    answer = client.get("/api/v1/search?q=x")
    assert (answer.status_code, answer.headers["content-type"]) == (504, "application/problem+json")
    assert client.get("/").status_code == 504
    assert client.get("/health").status_code == 200
    assert client.post("/api/v1/articles", json={"text": "a"}).status_code == 202
    gate.set()
    wait_until(lambda: client.get("/api/v1/entities").status_code == 200, what="the place to be free again")
    assert 'wiredesk_queries_refused_total{reason="timeout"}' in client.get("/metrics").text


async def test_what_is_made_of_an_answer_is_made_in_the_same_thread(make: Make, registry: CollectorRegistry) -> None:
    names = await make().answer("page", _thread, lambda asked: (asked, _thread()))
    assert names == ("query", "query")
    assert registry.get_sample_value("wiredesk_query_duration_seconds_count", {"kind": "page"}) == 1


def _thread() -> str:
    return threading.current_thread().name


async def test_who_awaits_an_answer_is_told_what_a_thread_would_be(make: Make, gate: threading.Event) -> None:
    queries = make(timeout_s=0.05)

    def late() -> None:
        raise TimeoutError("the node did not answer")

    with pytest.raises(TimeoutError, match="the node"):
        await queries.answer("search", late, str)
    with pytest.raises(Problem) as refused:
        await queries.answer("search", gate.wait, str)
    assert refused.value.status == 504
    wait_until(lambda: _asked(queries), what="an answer by the other place, which is free")


async def test_one_that_gave_up_waiting_in_the_loop_never_runs(make: Make, gate: threading.Event) -> None:
    queries, ran = make(at_once=1, timeout_s=0.05), []
    for question in (gate.wait, lambda: ran.append("late")):
        with pytest.raises(Problem):
            await queries.answer("search", question, str)
    gate.set()
    wait_until(lambda: _asked(queries), what="the place to be free again")
    assert ran == []


def test_times_are_told_by_kind(gateway: httpx.Client) -> None:
    def counts() -> dict[str, float]:
        prefix = 'wiredesk_query_duration_seconds_count{kind="'
        lines = [line for line in gateway.get("/metrics").text.splitlines() if line.startswith(prefix)]
        return {line.removeprefix(prefix).split('"')[0]: float(line.split()[-1]) for line in lines}

    before = counts()
    asked = {
        "search": "/api/v1/search",
        "quotes": "/api/v1/quotes",
        "entities": "/api/v1/entities",
        "suggest": "/api/v1/suggest?q=ma",
        "similar": "/api/v1/articles/a1/similar",
        "article": "/api/v1/articles/a1",
        "export": "/api/v1/search/export",
        "page": "/",
    }
    for path in asked.values():
        assert gateway.get(path).status_code == 200
    after = counts()
    assert {kind: after[kind] - before[kind] for kind in asked} == dict.fromkeys(asked, 1)
