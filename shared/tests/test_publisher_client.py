import http.server
import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from wiredesk import http_api
from wiredesk.client import Client, HttpClient, batches, document
from wiredesk.errors import NotFound, Unavailable, UsageError
from wiredesk.events import ArticleSubmitted, Stream
from wiredesk.http_api import HttpApi
from wiredesk.testing import free_port


def test_articles_are_published_over_redis_in_order(redis_client, redis_url):
    with Client.connect(redis_url) as wiredesk:
        first = wiredesk.publish(ArticleSubmitted(text="one", authors=("A",)))
        rest = list(wiredesk.publish_many({"text": f"{n}"} for n in range(450)))
    entries = redis_client.xrange(Stream.SUBMITTED)
    assert [id.decode() for id, _ in entries] == [first, *rest]
    assert json.loads(entries[0][1][b"__data__"]) == {"text": "one", "authors": ["A"]}
    assert json.loads(entries[450][1][b"__data__"]) == {"text": "449"}


def test_ids_come_while_articles_are_still_being_made(redis_client, redis_url):
    made = 0

    def articles():
        nonlocal made
        for n in range(1000):
            made = n
            yield {"text": "x"}

    with Client.connect(redis_url) as wiredesk:
        next(iter(wiredesk.publish_many(articles())))
    assert made < 500


@pytest.mark.parametrize(
    "article",
    [
        {},
        {"text": ""},
        {"title": "t"},
        {"text": 5},
        {"text": "t", "authors": "one name"},
        {"text": "t", "when": object()},
    ],
)
def test_what_is_no_article_is_refused_before_it_is_sent(redis_client, redis_url, article):
    with Client.connect(redis_url) as wiredesk, pytest.raises(UsageError):
        wiredesk.publish(article)
    assert redis_client.dbsize() == 0


def test_a_mapping_keeps_the_fields_this_version_does_not_know():
    assert json.loads(document({"text": "t", "desk": "sports"})) == {"text": "t", "desk": "sports"}


def test_a_lone_surrogate_is_a_clear_refusal():
    with pytest.raises(UsageError):
        document(ArticleSubmitted.model_construct(text="\ud800"))
    with pytest.raises(UsageError):
        document({"text": "ok", "x": "\ud800"})


def test_batches_are_bounded_in_number_and_in_bytes():
    assert [len(b) for b in batches([b"x"] * 5, articles=2)] == [2, 2, 1]
    assert [len(b) for b in batches([b"xxx", b"xxxxxxxxxxxx", b"x", b"x"], size_bytes=4)] == [1, 1, 2]
    assert list(batches([])) == []


class Gateway:
    """A scripted HTTP server: each request is answered by the next of `answers`, the last one for ever."""

    def __init__(self):
        self.answers, self.requests = [], []
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                gateway.requests.append((self.command, self.path, dict(self.headers), body))
                answers = gateway.answers
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                status, headers, content = answer(body) if callable(answer) else answer
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = answer  # noqa: N815

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def gateway():
    server = Gateway()
    yield server
    server.close()


def accept(body):
    lines = body.split(b"\n")
    if len(lines) == 1:
        return 202, {}, {"submission_id": "1-0"}
    return 202, {}, {"submission_ids": [f"1-{n}" for n in range(len(lines))]}


def refuse_bad(body):
    if b"bad" in body:
        return 422, {}, {"title": "Unprocessable Content", "detail": "not JSON"}
    return accept(body)


def test_articles_are_posted_as_json_lines_under_an_idempotency_key(gateway):
    gateway.answers = [accept]
    with HttpClient.connect(gateway.url + "/") as wiredesk:
        assert list(wiredesk.publish_many([{"text": "a"}, {"text": "b"}])) == ["1-0", "1-1"]
        assert wiredesk.publish({"text": "c"}) == "1-0"
    (method, path, headers, body), (_, _, single, _) = gateway.requests
    assert (method, path) == ("POST", "/api/v1/articles")
    assert headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line)["text"] for line in body.splitlines()] == ["a", "b"]
    assert single["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] != single["Idempotency-Key"]


def test_of_a_batch_the_gateway_refuses_only_the_bad_ones_are_left_out(gateway):
    gateway.answers = [refuse_bad]
    documents = [b"%d" % n for n in range(20)]
    documents[3] = documents[17] = b"bad"
    results = HttpClient.connect(gateway.url).send(documents)
    assert [n for n, result in enumerate(results) if isinstance(result, UsageError)] == [3, 17]
    assert "not JSON" in str(results[3])
    assert len(gateway.requests) < 20


def test_a_pretty_printed_article_is_posted_on_one_line(gateway):
    gateway.answers = [accept]
    HttpClient.connect(gateway.url).send([b'{\r\n "text": "a"\n}', b'{"text": "b"}'])
    assert len(gateway.requests[0][3].split(b"\n")) == 2


@pytest.mark.parametrize("header", [{"Retry-After": "0"}, {}, {"Retry-After": "nonsense"}])
def test_a_busy_gateway_is_asked_again_with_the_same_key(gateway, header, monkeypatch):
    monkeypatch.setattr(http_api, "_FIRST_WAIT_S", 0.01)
    gateway.answers = [(429, header, {"title": "Too Many Requests"}), (503, header, b"not JSON"), accept]
    assert HttpClient.connect(gateway.url).publish({"text": "a"}) == "1-0"
    assert len(gateway.requests) == 3
    assert len({headers["Idempotency-Key"] for _, _, headers, _ in gateway.requests}) == 1


_IN_AN_HOUR = format_datetime(datetime.now(UTC) + timedelta(hours=1))


@pytest.mark.parametrize("wait", ["3600", _IN_AN_HOUR], ids=["seconds", "a date"])
def test_a_wait_beyond_patience_is_unavailable_at_once(gateway, wait):
    gateway.answers = [(503, {"Retry-After": wait}, {"title": "Service Unavailable", "detail": "Redis is full"})]
    with pytest.raises(Unavailable, match="Redis is full"):
        HttpClient.connect(gateway.url, patience_s=5).publish({"text": "a"})
    assert len(gateway.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(404, NotFound), (400, UsageError), (413, UsageError), (500, Unavailable), (502, Unavailable)]
)
def test_each_status_is_an_error_with_the_gateways_own_words(gateway, status, error):
    gateway.answers = [(status, {}, {"title": "A title", "detail": "and a detail"})]
    with pytest.raises(error, match="A title: and a detail"):
        HttpApi(gateway.url).get("/api/v1/search", q="x")


def test_what_is_no_gateway_is_said(gateway):
    gateway.answers = [(200, {}, b"<html>hello</html>")]
    with pytest.raises(Unavailable, match="no Wiredesk gateway"):
        HttpApi(gateway.url).get("/api/v1/search")
    gateway.answers = [(202, {}, {"unexpected": True})]
    with pytest.raises(Unavailable, match="0 submission ids for 1"):
        HttpClient.connect(gateway.url).publish({"text": "a"})


def test_a_gateway_that_is_not_there_is_unavailable_without_credentials():
    with pytest.raises(Unavailable, match="Connection refused") as caught:
        HttpApi(f"http://someone:s3cret@127.0.0.1:{free_port()}").get("/api/v1/search")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://host", "file:///etc/passwd", "http://", ""])
def test_what_is_no_gateway_address_is_refused(url):
    with pytest.raises(UsageError, match="http://HOST:8080"):
        HttpApi(url)


def test_parameters_are_quoted_and_absent_ones_left_out(gateway):
    gateway.answers = [(200, {}, {})]
    HttpApi(gateway.url).get("/api/v1/search", q="a&b=ü", limit=3, cursor=None)
    assert gateway.requests[0][1] == "/api/v1/search?q=a%26b%3D%C3%BC&limit=3"


def test_credentials_in_the_address_are_sent_as_basic_authentication(gateway):
    gateway.answers = [(200, {}, {})]
    HttpApi(gateway.url.replace("http://", "http://me:p%40ss@")).get("/api/v1/search")
    assert gateway.requests[0][2]["Authorization"] == "Basic bWU6cEBzcw=="


def test_the_name_of_a_status_adds_nothing_to_its_detail(gateway):
    gateway.answers = [(400, {}, {"title": "Bad Request", "detail": "a bracket is open"})]
    with pytest.raises(UsageError, match=r"refuses: a bracket is open$"):
        HttpApi(gateway.url).get("/api/v1/search")


def test_a_busy_gateway_is_said_with_its_own_words_and_waited_for(gateway, monkeypatch):
    monkeypatch.setattr(http_api, "_FIRST_WAIT_S", 0.01)
    told = []
    gateway.answers = [(429, {}, {"detail": "extraction is behind"}), (503, {}, {"detail": "Redis is full"}), accept]
    with HttpClient.connect(gateway.url, patience_s=None, on_wait=told.append) as wiredesk:
        wiredesk.publish({"text": "a"})
    assert [holdup and holdup.kind for holdup in told] == ["gateway", "gateway", None]
    assert "asks to come back later: extraction is behind" in told[0].why
    assert "Redis is full" in told[1].why


def test_a_gateway_that_restarts_is_waited_for_and_gets_the_same_key(gateway, monkeypatch):
    monkeypatch.setattr(http_api, "_FIRST_WAIT_S", 0.01)
    told = []
    gateway.answers = [accept]
    with HttpClient.connect(gateway.url, on_wait=told.append) as wiredesk:
        wiredesk.publish({"text": "a"})
        gateway.answers = [(202, {"Content-Length": "500"}, {}), accept]  # it ends in the midst of an answer
        assert wiredesk.publish({"text": "b"}) == "1-0"
    assert told[0].kind == "server"
    assert told[-1] is None
    keys = [headers["Idempotency-Key"] for _, _, headers, _ in gateway.requests]
    assert keys[1] == keys[2] != keys[0]


def test_what_may_not_be_asked_twice_is_not(gateway):
    gateway.answers = [(200, {}, {}), (200, {"Content-Length": "500"}, {}), (200, {}, {})]
    api = HttpApi(gateway.url)
    api.get("/")
    with pytest.raises(Unavailable, match="does not answer"):
        api.post("/", b"", headers={})
    assert len(gateway.requests) == 2


def test_the_key_is_sent_with_every_request(gateway):
    gateway.answers = [(200, {}, {})]
    HttpApi(gateway.url, api_key="wiredesk_k").get("/api/v1/search")
    assert gateway.requests[-1][2]["Authorization"] == "Bearer wiredesk_k"


def test_beside_a_password_for_a_proxy_the_key_has_a_header_of_its_own(gateway):
    gateway.answers = [(200, {}, {})]
    HttpApi(gateway.url.replace("//", "//user:word@"), api_key="wiredesk_k").get("/api/v1/search")
    headers = gateway.requests[-1][2]
    assert headers["Authorization"].startswith("Basic ")
    # urllib writes only the first letter large
    assert {name.lower(): value for name, value in headers.items()}["x-api-key"] == "wiredesk_k"


def test_neither_goes_to_where_an_answer_redirects(gateway):
    gateway.answers = [(302, {"Location": f"{gateway.url}/elsewhere"}, {}), (200, {}, {"found": 1})]
    assert HttpApi(gateway.url.replace("//", "//user:word@"), api_key="wiredesk_k").get("/x") == {"found": 1}
    first, second = ({name.lower() for name in headers} for _, _, headers, _ in gateway.requests)
    assert {"authorization", "x-api-key"} <= first
    assert not {"authorization", "x-api-key"} & second


@pytest.mark.parametrize("key", ["a\nb", "schlüssel"])
def test_what_cannot_be_a_key_is_refused_without_being_told(key):
    with pytest.raises(UsageError) as refused:
        HttpApi("http://127.0.0.1:1", api_key=key)
    assert key not in str(refused.value)


def test_a_refused_key_is_told_in_the_gateways_words(gateway):
    gateway.answers = [(401, {}, {"title": "Unauthorized", "detail": "This takes an API key."})]
    with pytest.raises(UsageError, match="takes an API key"):
        HttpApi(gateway.url).post("/api/v1/articles", b"{}", headers={})


def test_a_large_answer_is_handed_on_in_pieces(gateway):
    gateway.answers = [(200, {}, b"x" * 1_000_000)]
    pieces = []
    HttpApi(gateway.url).save("/api/v1/search/export", pieces.append, q="a b", fields=None)
    assert gateway.requests[-1][1] == "/api/v1/search/export?q=a+b"
    assert len(pieces) > 5
    assert sum(map(len, pieces)) == 1_000_000


def test_an_answer_that_breaks_off_is_no_whole_one(gateway):
    gateway.answers = [(200, {"Content-Length": "2000000", "Connection": "close"}, b"x" * 1_000_000)]
    with pytest.raises(Unavailable):
        HttpApi(gateway.url, patience_s=0).save("/api/v1/search/export", lambda piece: None)


def test_trouble_with_writing_is_not_the_gateways(gateway):
    gateway.answers = [(200, {}, b"x")]

    def full(piece):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        HttpApi(gateway.url).save("/api/v1/search/export", full)
