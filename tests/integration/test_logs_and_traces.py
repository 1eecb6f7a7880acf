"""One trace from the request to the index, and logs that tell of it without a word of an article or a secret."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import redis
from wiredesk import wire
from wiredesk.api_keys import new_key
from wiredesk.dead import replay
from wiredesk.events import Stream
from wiredesk.journey import journey
from wiredesk.testing import PATIENCE_S, RedisServer, valkey_server, wait_until

from tests.integration.pipeline_processes import STAGES, Stack, running

pytestmark = pytest.mark.timeout(600)

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACE = {"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01", "tracestate": "desk=1"}
PASSWORD, BODY = "cinnabar-password", "VERMILION"
"""Marks: a secret, and a word of every article here."""


class Marked:
    """The pipeline with a password to its Redis and an API key, saying all it can."""

    def __init__(self, stack: Stack, server: RedisServer, api_key: str) -> None:
        self.stack, self.server, self.api_key = stack, server, api_key

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, object]]:
        given = {"authorization": f"Bearer {self.api_key}", "content-type": "application/json", **headers}
        request = urllib.request.Request(f"{self.stack.gateway_url}{path}", data=body, headers=given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def published(self, body: bytes, **headers: str) -> str:
        status, answer = self.ask("POST", "/api/v1/articles", body, **headers)
        assert status == 202
        return str(answer["submission_id"])

    def state(self, submission_id: str) -> str:
        return journey(self.stack.client, submission_id).state

    def lines(self) -> list[dict[str, object]]:
        """Every line of every process. Fails for one that is no JSON object."""
        found = []
        for stage in STAGES:
            for line in (self.stack.folder / f"{stage}.log").read_text().splitlines():
                said = json.loads(line)
                assert said["service"] == stage
                found.append(said)
        return found

    def about(self, submission_id: str) -> list[dict[str, object]]:
        return [line for line in self.lines() if line.get("submission_id") == submission_id]


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marked]:
    folder = tmp_path_factory.mktemp("marked")
    api_key, kept = new_key("desk", frozenset({"publish", "retract", "correct"}))
    (folder / "keys").write_text(kept.line() + "\n")
    with valkey_server(appendonly="yes") as server, contextlib.ExitStack() as cleanup:
        with contextlib.closing(server_client(server)) as admin:
            admin.execute_command("ACL", "SETUSER", "desk", "on", f">{PASSWORD}", "~*", "&*", "+@all")
        url = server.url.replace("redis://", f"redis://desk:{PASSWORD}@")
        variables = {
            "WIREDESK_LOG_FORMAT": "json",
            "WIREDESK_LOG_LEVEL": "debug",
            "WIREDESK_API_KEYS_FILE": str(folder / "keys"),
            "WIREDESK_MESSAGE_LIMIT_BYTES": "50000",
        }
        yield Marked(cleanup.enter_context(running(folder, url, **variables)), server, api_key)


def server_client(server: RedisServer) -> "redis.Redis":
    return redis.Redis.from_url(server.url)


def article(name: str, **more: object) -> bytes:
    text = f"{BODY} is a colour, said Ada Holmgren, the mayor of Bergen, on Friday. It was used for {name}."
    return json.dumps({"title": f"{BODY} {name}", "text": text, "external_id": name, "source": "desk", **more}).encode()


def headers_of(marked: Marked, stream: Stream, submission_id: str) -> dict[str, str]:
    """Of the entry of a submission on a stream."""
    for entry_id, fields in marked.stack.client.xrange(stream):
        headers = wire.decode(fields[b"__data__"]).headers
        if submission_id in (headers.get("correlation_id"), entry_id.decode()):
            return {name: value for name, value in headers.items() if name.startswith("trace")}
    return {}


def test_a_trace_goes_from_the_request_through_every_hop(marked: Marked) -> None:
    submission_id = marked.published(article("a bridge"), **TRACE)
    wait_until(lambda: marked.state(submission_id) == "searchable", what="the article to be indexed")
    for stream in (Stream.SUBMITTED, Stream.INGESTED, Stream.EXTRACTED, Stream.INDEXED):
        assert headers_of(marked, stream, submission_id) == TRACE, stream
    status, told = marked.ask("GET", f"/api/v1/articles/{submission_id}/journey")
    assert (status, told["trace_id"]) == (200, TRACE_ID)


def test_every_process_logs_an_article_of_a_sampled_trace_with_its_ids(marked: Marked) -> None:
    submission_id = marked.published(article("a tower"), **TRACE)
    wait_until(lambda: marked.state(submission_id) == "searchable", what="the article to be indexed")
    wait_until(lambda: len(marked.about(submission_id)) == len(STAGES), what="a line of each process")
    about = marked.about(submission_id)
    assert {line["service"] for line in about} == set(STAGES)
    assert {line["trace_id"] for line in about} == {TRACE_ID}
    ids = {line["article_id"] for line in about if line["service"] != "gateway"}
    assert ids == {journey(marked.stack.client, submission_id).article_id}


def test_an_article_whose_trace_nobody_keeps_or_that_has_none_costs_no_line(marked: Marked) -> None:
    unsampled = TRACE["traceparent"].removesuffix("01") + "00"
    ids = [marked.published(article("a mill"), traceparent=unsampled), marked.published(article("a barn"))]
    ids.append(marked.published(article("a quay"), traceparent="00-not-a-trace-01"))
    wait_until(lambda: {marked.state(id) for id in ids} == {"searchable"}, what="three indexed articles")
    assert [marked.about(id) for id in ids] == [[], [], []]
    assert [journey(marked.stack.client, id).trace_id for id in ids] == [TRACE_ID, None, None]


def test_a_dead_letter_keeps_its_trace_also_when_it_is_sent_again(marked: Marked) -> None:
    client = marked.stack.client
    data = wire.encode(f'{{"text": "{BODY}'.encode(), TRACE)
    submission_id = client.xadd(Stream.SUBMITTED, {wire.FIELD: data}).decode()
    wait_until(lambda: headers_of(marked, Stream.DEAD, submission_id), what="a dead letter")
    assert headers_of(marked, Stream.DEAD, submission_id) == TRACE
    (letter,) = [id for id, fields in client.xrange(Stream.DEAD) if submission_id.encode() in fields[b"__data__"]]
    (result,) = replay(client, [letter.decode()])
    assert headers_of(marked, Stream.SUBMITTED, result.entry_id) == TRACE
    wait_until(lambda: headers_of(marked, Stream.DEAD, submission_id), what="another dead letter")
    assert headers_of(marked, Stream.DEAD, submission_id) == TRACE
    wait_until(lambda: len(marked.about(submission_id)) == 2, what="a line of each of the two")
    dead = [line for line in marked.about(submission_id) if line["event"] == "entry.dead"]
    assert [(line["why"], line["trace_id"]) for line in dead] == [("not_json", TRACE_ID)] * 2


def test_a_retraction_carries_its_trace_and_is_told(marked: Marked) -> None:
    status, told = marked.ask("DELETE", "/api/v1/articles/desk:nothing", **TRACE)
    assert status == 202
    assert headers_of(marked, Stream.CHANGES, str(told["change_id"])) == TRACE
    (line,) = wait_until(
        lambda: [line for line in marked.lines() if line.get("change_id") == told["change_id"]], what="its line"
    )
    assert (line["event"], line["article_id"], line["trace_id"]) == ("article.retracted", "desk:nothing", TRACE_ID)


def trace_of_its_own() -> dict[str, str]:
    return {"traceparent": f"00-{secrets.token_hex(16)}-00f067aa0ba902b7-01", "tracestate": "desk=2"}


def assert_it_is_carried(marked: Marked, change_id: str, trace: dict[str, str]) -> None:
    """By the event, to the worker that applies it and says so."""
    assert headers_of(marked, Stream.CHANGES, change_id) == trace
    lines = wait_until(
        lambda: [
            line
            for line in marked.lines()
            if line["service"] == "indexing" and line.get("trace_id") == trace["traceparent"][3:35]
        ],
        what="the line of the worker that applied the change",
    )
    assert {line["event"] for line in lines} == {"entry.finished"}


@pytest.fixture
def person(marked: Marked) -> str:
    """An entity that the gateway shows."""
    submission_id = marked.published(article("a person"))
    ended = ("searchable", "duplicate")
    wait_until(lambda: marked.state(submission_id) in ended, what="an article of her")
    wait_until(lambda: marked.ask("GET", "/api/v1/entities/person:ada-holmgren")[0] == 200, what="her entity")
    return "person:ada-holmgren"


def test_what_the_command_line_retracts_and_corrects_belongs_to_its_trace(marked: Marked, person: str) -> None:
    def changed(*arguments: str) -> None:
        trace = trace_of_its_own()
        environment = {name.upper(): value for name, value in trace.items()} | {"WIREDESK_API_KEY": marked.api_key}
        command = [Path(sys.executable).with_name("wiredesk"), *arguments]
        done = subprocess.run(
            command, env=os.environ | environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, done.stderr
        assert_it_is_carried(marked, done.stdout.strip(), trace)

    gateway, server = ("--url", marked.stack.gateway_url), ("--redis-url", marked.stack.redis_url)
    changed("retract", "desk:nothing-1", *gateway)
    changed("retract", "desk:nothing-2", *server)
    changed("entity", "rename", person, "Dame Ada Holmgren", *gateway)
    # The gateway sees a commit a moment after the worker's line.
    made = f"/api/v1/entities/{person}/corrections"
    (found,) = wait_until(lambda: marked.ask("GET", made)[1], what="the correction to be shown")
    changed("entity", "undo", person, str(found["id"]), *gateway)


def test_what_the_pages_forms_correct_belongs_to_the_trace_of_the_request(marked: Marked, person: str) -> None:
    with httpx.Client(
        base_url=marked.stack.gateway_url, headers={"Origin": marked.stack.gateway_url}, timeout=PATIENCE_S
    ) as browser:
        assert browser.post("/sign-in", data={"key": marked.api_key}).status_code == 303

        def changed(path: str, **fields: str) -> str:
            trace = trace_of_its_own()
            form = {"entity_id": person, "confirmed": "yes", **fields}
            answer = browser.post(path, data=form, headers=trace)
            assert answer.status_code == 303, answer.text
            change_id = answer.headers["location"].rpartition("change=")[2]
            assert_it_is_carried(marked, change_id, trace)
            return change_id

        change_id = changed("/entities/correct", name="Lady Ada Holmgren")
        changed("/entities/undo", change_id=change_id)


def test_whatever_fails_no_line_holds_a_word_of_an_article_or_a_secret(marked: Marked) -> None:
    client = marked.stack.client
    for data in (
        f'{{"text": "{BODY}',
        f'{{"text": ["{BODY}"], "published_at": "{BODY}"}}',
        f'{{"text": "{BODY} {"x" * 60_000}"}}',
        f'{{"html": "<html><body>{BODY}"}}',
        json.dumps({"text": f"{BODY}. " * 20, "published_at": BODY, "url": f"https://a:{PASSWORD}@{BODY}/"}),
        json.dumps({"html": f"<p>{BODY} <script type=application/ld+json>{{{BODY}</script>" * 20}),
    ):
        client.xadd(Stream.SUBMITTED, {wire.FIELD: data})
    for stream in (Stream.INGESTED, Stream.EXTRACTED, Stream.CHANGES):
        client.xadd(stream, {wire.FIELD: f'{{"text": "{BODY}", "article_id": 7}}'})
    assert marked.ask("POST", "/api/v1/articles", f'{{"text": "{BODY}'.encode())[0] == 422
    assert marked.ask("POST", "/api/v1/articles", article("a key"), authorization=f"Bearer {PASSWORD}")[0] == 401
    admin = server_client(marked.server)
    admin.config_set("maxmemory", "1mb")
    wait_until(lambda: marked.ask("POST", "/api/v1/articles", article("full"))[0] == 503, what="a full Redis")
    client.connection_pool.disconnect()
    admin.config_set("maxmemory", "0")
    marked.server.kill()
    assert marked.ask("POST", "/api/v1/articles", article("away"))[0] == 503
    marked.server.start()
    with contextlib.closing(server_client(marked.server)) as again:
        again.execute_command("ACL", "SETUSER", "desk", "on", f">{PASSWORD}", "~*", "&*", "+@all")
    last = wait_until(lambda: accepted(marked), what="the gateway to take articles again")
    wait_until(lambda: marked.state(last) == "searchable", what="the pipeline to go on")
    lines = marked.lines()
    assert {"entry.dead", "worker.state", "batch.held"} & {line["event"] for line in lines}
    told = json.dumps(lines)
    assert [mark for mark in (BODY, PASSWORD, marked.api_key) if mark in told] == []


def accepted(marked: Marked) -> str | None:
    status, answer = marked.ask("POST", "/api/v1/articles", article("a return"))
    return str(answer["submission_id"]) if status == 202 else None
