"""The HTTP API, on a real socket and a real Redis."""

import gzip
import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import redis
from wiredesk import keys, wire
from wiredesk.client import HttpClient
from wiredesk.events import ArticleExtracted, Stream
from wiredesk.http_api import HttpApi
from wiredesk.testing import PATIENCE_S

ARTICLE = {"title": "T", "text": "Words."}


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert told["status"] == status
    assert told["title"]
    assert told["type"] == "about:blank"
    return told


def submitted(client: redis.Redis) -> list[tuple[str, bytes]]:
    return [(id.decode(), fields[wire.FIELD.encode()]) for id, fields in client.xrange(Stream.SUBMITTED)]


class TestPublishing:
    def test_an_article_goes_on_the_stream_as_it_came(self, gateway: httpx.Client, redis_client: redis.Redis) -> None:
        body = b'{"title": "T",\n "text": "Words."}'
        response = gateway.post("/api/v1/articles", content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 202
        id = response.json()["submission_id"]
        assert submitted(redis_client) == [(id, body)]
        assert response.headers["location"] == f"/api/v1/articles/{id}/journey"
        journey = gateway.get(response.headers["location"]).json()
        assert (journey["submission_id"], journey["state"]) == (id, "waiting")

    def test_json_lines_are_answered_in_order(self, gateway: httpx.Client, redis_client: redis.Redis) -> None:
        lines = [json.dumps({"text": f"Words {n}."}).encode() for n in range(3)]
        response = gateway.post(
            "/api/v1/articles", content=b"\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
        )
        assert response.status_code == 202
        assert list(zip(response.json()["submission_ids"], lines, strict=True)) == submitted(redis_client)

    def test_curls_own_content_type_is_taken(self, gateway: httpx.Client) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert gateway.post("/api/v1/articles", content=json.dumps(ARTICLE), headers=headers).status_code == 202

    def test_one_bad_line_stops_all_and_is_named(self, gateway: httpx.Client, redis_client: redis.Redis) -> None:
        told = problem(gateway.post("/api/v1/articles", content=b'{"text": "ok"}\n{"title": "no text"}'), 422)
        assert told["errors"] == [{"line": 2, "field": "text", "detail": told["errors"][0]["detail"]}]
        assert "line 2" in told["detail"]
        assert submitted(redis_client) == []

    def test_repeating_with_an_idempotency_key_answers_the_same(
        self, gateway: httpx.Client, redis_client: redis.Redis
    ) -> None:
        headers = {"Idempotency-Key": "k1"}
        first, again = (gateway.post("/api/v1/articles", json=ARTICLE, headers=headers) for _ in range(2))
        assert first.json() == again.json()
        assert len(submitted(redis_client)) == 1
        told = problem(gateway.post("/api/v1/articles", json={"text": "Other."}, headers=headers), 409)
        assert "k1" in told["detail"]

    def test_the_publishers_client_gets_through(self, gateway: httpx.Client, redis_client: redis.Redis) -> None:
        with HttpClient(HttpApi(str(gateway.base_url), patience_s=1)) as client:
            ids = client.send([b'{"text": "One."}', b'{"text": "Two."}'])
        assert ids == [id for id, _ in submitted(redis_client)]

    def test_a_compressed_body_and_a_form_are_told_apart_from_articles(self, gateway: httpx.Client) -> None:
        body = gzip.compress(json.dumps(ARTICLE).encode())
        problem(gateway.post("/api/v1/articles", content=body, headers={"Content-Encoding": "gzip"}), 415)
        problem(gateway.post("/api/v1/articles", files={"article": b"{}"}), 415)

    def test_a_retraction_goes_on_the_stream_of_changes(self, gateway: httpx.Client, redis_client: redis.Redis) -> None:
        response = gateway.delete("/api/v1/articles/a1", params={"reason": "wrong"})
        assert response.status_code == 202
        ((id, fields),) = redis_client.xrange(Stream.CHANGES)
        assert response.json() == {"change_id": id.decode(), "article_id": "a1"}
        event = json.loads(wire.decode(fields[wire.FIELD.encode()]).body)
        assert (event["article_id"], event["reason"]) == ("a1", "wrong")


class TestLimits:
    @pytest.fixture
    def small(self, serve: Any, redis_url: str) -> httpx.Client:
        client: httpx.Client = serve([], redis_url, max_body_bytes=2048, max_article_bytes=1024, max_articles=3)
        return client

    def test_a_declared_length_over_the_limit_is_refused(self, small: httpx.Client) -> None:
        told = problem(small.post("/api/v1/articles", content=b"x" * 500_000), 413)
        assert "2,048" in told["detail"]

    def test_a_stream_without_a_length_is_refused_at_the_limit(
        self, small: httpx.Client, redis_client: redis.Redis
    ) -> None:
        def chunks() -> Iterator[bytes]:
            for _ in range(100):
                yield b"x" * 1000

        problem(small.post("/api/v1/articles", content=chunks()), 413)
        assert submitted(redis_client) == []

    def test_a_stream_that_comes_all_at_once_is_refused_too(self, small: httpx.Client) -> None:
        head = b"POST /api/v1/articles HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        with socket.create_connection(
            (small.base_url.host, small.base_url.port or 0), timeout=PATIENCE_S
        ) as connection:
            connection.sendall(head + b"%x\r\n%s\r\n0\r\n\r\n" % (4000, b"x" * 4000))
            assert connection.recv(100).startswith(b"HTTP/1.1 413 ")

    def test_an_enormous_declared_length_is_answered_before_the_body_comes(self, small: httpx.Client) -> None:
        address = (small.base_url.host, small.base_url.port or 0)
        with socket.create_connection(address, timeout=PATIENCE_S) as connection:
            head = b"POST /api/v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n"
            connection.sendall(head)
            assert connection.recv(100).startswith(b"HTTP/1.1 413 ")

    def test_an_article_over_its_limit_and_too_many_articles_are_refused(self, small: httpx.Client) -> None:
        problem(small.post("/api/v1/articles", json={"text": "x" * 1500}), 413)
        problem(small.post("/api/v1/articles", content=b'{"text": "x"}\n' * 4), 413)

    def test_a_body_that_does_not_come_is_given_up(self, serve: Any, redis_url: str) -> None:
        client = serve([], redis_url, body_timeout_s=0.05)
        with socket.create_connection((client.base_url.host, client.base_url.port), timeout=PATIENCE_S) as connection:
            connection.sendall(b"POST /api/v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{")
            assert connection.recv(100).startswith(b"HTTP/1.1 408 ")

    def test_bodies_together_over_their_bound_wait_for_later(self, serve: Any, redis_url: str) -> None:
        client = serve([], redis_url, bodies_bytes=1024)
        response = client.post("/api/v1/articles", json={"text": "x" * 2000})
        assert "later" in problem(response, 503)["detail"] or "moment" in response.json()["detail"]
        assert response.headers["retry-after"]
        assert client.post("/api/v1/articles", json={"text": "x"}).status_code == 202  # nothing stays counted


class TestReading:
    def test_search_gives_hits_with_highlights_and_facets(self, gateway: httpx.Client) -> None:
        page = gateway.get("/api/v1/search", params={"q": "ferry"}).json()
        assert page["total"] == 2
        hit = page["hits"][0]
        assert [hit["snippet"][start:end] for start, end in hit["highlights"]] == ["ferry"]
        assert page["facets"]["people"] == [{"value": "person:mara-ilves", "label": "Mara Ilves", "count": 1}]

    def test_filters_may_be_repeated_and_empty_ones_do_nothing(self, gateway: httpx.Client) -> None:
        query = "people=person:mara-ilves&people=person:other&source=&from=&to="
        assert gateway.get(f"/api/v1/search?{query}").json()["total"] == 1

    def test_an_article_is_given_whole(self, gateway: httpx.Client, plain_article: ArticleExtracted) -> None:
        body = gateway.get("/api/v1/articles/a1").text
        assert ArticleExtracted.model_validate_json(body) == plain_article

    def test_quotes_entities_suggestions_and_similar_articles(self, gateway: httpx.Client) -> None:
        (quote,) = gateway.get("/api/v1/quotes", params={"speaker": "person:mara-ilves"}).json()["hits"]
        assert quote["text"].startswith("We sail")
        assert gateway.get("/api/v1/entities", params={"type": "Place"}).json()["total"] == 1
        assert [e["name"] for e in gateway.get("/api/v1/suggest", params={"q": "mar"}).json()] == ["Mara Ilves"]
        assert gateway.get("/api/v1/suggest").json() == []
        assert [h["article_id"] for h in gateway.get("/api/v1/articles/a1/similar").json()] == ["a2"]

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/api/v1/articles/none", 404),
            ("/api/v1/articles/none/similar", 404),
            ("/api/v1/articles/none/journey", 404),
            ("/api/v1/nothing", 404),
            ("/api/v1/search?limit=101", 422),
            ("/api/v1/search?sort=best", 422),
            ("/api/v1/search?from=yesterday", 400),
            ('/api/v1/search?q="open', 400),
            ("/api/v1/quotes?limit=0", 422),
        ],
    )
    def test_every_error_is_a_problem_document(self, gateway: httpx.Client, path: str, status: int) -> None:
        problem(gateway.get(path), status)

    def test_a_broken_query_names_its_column(self, gateway: httpx.Client) -> None:
        assert problem(gateway.get("/api/v1/search", params={"q": 'ab "cd'}), 400)["column"] == 4

    def test_a_wrong_method_is_a_problem_too(self, gateway: httpx.Client) -> None:
        problem(gateway.put("/api/v1/search"), 405)

    def test_an_index_that_cannot_be_read_is_unavailable_and_its_error_stays_in_the_log(
        self, serve: Any, redis_url: str
    ) -> None:
        class Broken(list[ArticleExtracted]):
            def __iter__(self) -> Iterator[ArticleExtracted]:
                return iter([None])  # type: ignore[list-item]  # not an article: the reader breaks on it

        client = serve(Broken(), redis_url)
        told = problem(client.get("/api/v1/search"), 503)
        assert "NoneType" not in json.dumps(told)


class TestOpenApi:
    def test_the_description_is_served_and_no_page_of_another_host(self, gateway: httpx.Client) -> None:
        described = gateway.get("/openapi.json").json()
        assert described["openapi"].startswith("3.")
        assert set(described["paths"]) >= {
            "/api/v1/articles",
            "/api/v1/search",
            "/api/v1/articles/{article_id}/journey",
        }
        assert "application/x-ndjson" in described["paths"]["/api/v1/articles"]["post"]["requestBody"]["content"]
        assert gateway.get("/docs").status_code == 404
        assert gateway.get("/redoc").status_code == 404


class TestAway:
    def test_without_an_index_searches_are_503_and_publishing_goes_on(
        self, serve: Any, redis_url: str, redis_client: redis.Redis
    ) -> None:
        client = serve(None, redis_url)
        response = client.get("/api/v1/search")
        assert "not there yet" in problem(response, 503)["detail"]
        assert response.headers["retry-after"] == "5"
        assert client.post("/api/v1/articles", json=ARTICLE).status_code == 202
        health = client.get("/health")
        assert (health.status_code, health.json()["state"]) == (200, "consuming")
        assert health.json()["index"]["documents"] is None

    def test_without_redis_publishing_is_503_and_searches_go_on(
        self, serve: Any, no_redis_url: str, articles: list[ArticleExtracted]
    ) -> None:
        client = serve(articles, no_redis_url)
        problem(client.post("/api/v1/articles", json=ARTICLE), 503)
        problem(client.get("/api/v1/pipeline"), 503)
        assert client.get("/api/v1/search").status_code == 200
        health = client.get("/health")
        assert (health.status_code, health.json()["state"]) == (503, "disconnected")
        assert client.get("/pipeline").status_code == 503
        assert "Redis cannot be reached" in client.get("/pipeline").text


class TestMetrics:
    def test_requests_are_counted_by_route_not_by_address(
        self, serve: Any, articles: list[ArticleExtracted], redis_url: str
    ) -> None:
        gateway = serve(articles, redis_url)
        for id in ("a1", "a2", "secret-id"):
            gateway.get(f"/api/v1/articles/{id}")
        gateway.get("/made-up/address")
        text = gateway.get("/metrics").text
        route = 'method="GET",route="/api/v1/articles/{article_id}"'
        assert f'wiredesk_http_requests_total{{{route},status="200"}} 2.0' in text
        assert f'wiredesk_http_requests_total{{{route},status="404"}} 1.0' in text
        assert f"wiredesk_http_request_duration_seconds_count{{{route}}} 3.0" in text
        assert "secret-id" not in text
        assert "made-up" not in text

    def test_streams_and_index_are_told_as_they_are(self, gateway: httpx.Client, redis_client: redis.Redis) -> None:
        gateway.post("/api/v1/articles", content=b'{"text": "x"}\n' * 3)
        redis_client.xgroup_create(Stream.SUBMITTED, "ingest", id="0")
        redis_client.xreadgroup("ingest", "w", {Stream.SUBMITTED: ">"}, count=1)
        text = gateway.get("/metrics").text
        labels = 'group="ingest",stream="articles.submitted"'
        for line in (
            'wiredesk_stream_length{stream="articles.submitted"} 3.0',
            f"wiredesk_stream_lag{{{labels}}} 2.0",
            f"wiredesk_stream_pending{{{labels}}} 1.0",
            f"wiredesk_stream_oldest_seconds{{{labels}}} ",
            "wiredesk_index_documents 2.0",
        ):
            assert line in text

    def test_what_is_unknown_is_absent(self, gateway: httpx.Client, redis_client: redis.Redis) -> None:
        ids = [redis_client.xadd(Stream.SUBMITTED, {"a": "b"}) for _ in range(3)]
        redis_client.xgroup_create(Stream.SUBMITTED, "ingest", id="0")
        redis_client.xdel(Stream.SUBMITTED, ids[1])
        text = gateway.get("/metrics").text
        assert 'wiredesk_stream_pending{group="ingest"' in text
        assert 'wiredesk_stream_lag{group="ingest"' not in text
        assert 'wiredesk_stream_oldest_seconds{group="ingest"' in text  # told by ids, not by the lag

    def test_without_redis_and_index_there_are_still_metrics(self, serve: Any, no_redis_url: str) -> None:
        text = serve(None, no_redis_url).get("/metrics").text
        assert "wiredesk_http_requests_total" in text or "wiredesk_in_flight" in text
        assert "wiredesk_stream_length" not in text
        assert "wiredesk_index_documents" not in text


def test_json_and_pages_are_compressed_for_those_who_ask(gateway: httpx.Client) -> None:
    for path in ("/openapi.json", "/", "/static/wiredesk.css"):
        assert gateway.get(path, headers={"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"
        assert "content-encoding" not in gateway.get(path, headers={"Accept-Encoding": "identity"}).headers


def test_no_worker_is_registered_by_the_application_alone(gateway: httpx.Client, redis_client: redis.Redis) -> None:
    gateway.get("/health")
    assert redis_client.zcard(keys.workers()) == 0


def test_head_is_answered_like_get_without_a_body(gateway: httpx.Client) -> None:
    for path in ("/", "/health", "/api/v1/search", "/articles/none"):
        got, headed = gateway.get(path), gateway.head(path)
        assert (headed.status_code, headed.content) == (got.status_code, b"")
        assert headed.headers["content-type"] == got.headers["content-type"]
