"""Reading is open, writing takes a key; the operator's is there after `docker compose up`, and only the operator's."""

import http.client
import json
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
import redis
from wiredesk.cli.key_here import PLACE
from wiredesk.events import Stream

from tests.compose.stack import SERVICES, Stack
from tests.compose.test_compose_users import read_in
from tests.compose.traffic import Traffic
from tests.security.ways_in import ways_to_write

pytestmark = [pytest.mark.compose, pytest.mark.timeout(300)]

ARTICLE = b'{"text": "Mayor Ada Holm spoke at the quay of Varnholm."}'


def asked(stack: Stack, method: str, path: str, body: bytes = ARTICLE, **headers: str) -> tuple[int, dict[str, object]]:
    """Status and JSON of an answer; a redirect is not followed."""
    here = http.client.HTTPConnection(stack.gateway_url.removeprefix("http://"), timeout=30)
    try:
        here.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = here.getresponse()
        text = answer.read()
    finally:
        here.close()
    told = json.loads(text) if "json" in answer.headers.get("content-type", "") else dict(answer.headers)
    return answer.status, told


def opens(stack: Stack, key: str) -> bool:
    return asked(stack, "DELETE", "/api/v1/dead-letters/1-1", Authorization=f"Bearer {key}")[0] != 401


def test_without_a_key_nothing_is_written(stack: Stack) -> None:
    with redis.Redis.from_url(stack.redis_url) as client:

        def added() -> list[int]:
            there = [stream for stream in (Stream.SUBMITTED, Stream.CHANGES, Stream.DEAD) if client.exists(stream)]
            return [client.xinfo_stream(stream)["entries-added"] for stream in there]

        before = added()
        tried = {}
        for method, path in ways_to_write():
            for key in ("", "Bearer wiredesk_guessed"):
                given = {"Authorization": key} if key else {}
                tried[method, path, key] = asked(stack, method, path, Origin=stack.gateway_url, **given)[0]
        assert set(tried.values()) == {401}, tried
        assert len(tried) >= 24
        assert added() == before


def test_the_documents_own_list_of_what_changes_something_is_shut(stack: Stack) -> None:
    with urllib.request.urlopen(f"{stack.gateway_url}/openapi.json", timeout=30) as answer:
        paths = json.load(answer)["paths"]
    writes = [(method, path) for path, operations in paths.items() for method in operations if method != "get"]
    assert len(writes) >= 8
    for method, path in writes:
        request = urllib.request.Request(f"{stack.gateway_url}{path.replace('{', '').replace('}', '')}", ARTICLE)
        request.method = method.upper()
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30)
        assert refused.value.code == 401, (method, path)
        refused.value.close()


def test_the_operators_key_is_in_no_other_container_and_in_no_log(stack: Stack) -> None:
    for service in ("ingest", "extraction", "indexing", "gateway"):
        assert read_in(stack, service, "/run/keys/operator.key") == ""
    assert stack.api_key.startswith("wiredesk_")
    assert stack.api_key not in stack.logs(*SERVICES, "keys", lines=10_000)
    assert stack.api_key not in stack.api_keys.read_text()


def test_a_key_for_a_program_is_made_while_everything_runs_and_opens_its_scope_alone(
    stack: Stack, traffic: Traffic
) -> None:
    made = ("new", "newsroom", "--scope", "publish", "--to", "/run/keys/api-keys")
    key = stack.compose("run", "--rm", "--no-deps", "keys", *made).strip()
    status, told = asked(stack, "POST", "/api/v1/articles", Authorization=f"Bearer {key}")
    assert status == 202
    assert asked(stack, "DELETE", "/api/v1/articles/none", Authorization=f"Bearer {key}")[0] == 403
    traffic.adopt([str(told["submission_id"])])
    lines = [line for line in stack.api_keys.read_text().splitlines() if not line.startswith("newsroom:")]
    stack.api_keys.write_text("\n".join(lines) + "\n")
    assert not opens(stack, key)
    traffic.wait_until_ended()
    assert traffic.wrong() == []


def test_the_pages_buttons_open_with_the_operators_key(stack: Stack) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded", "Origin": stack.gateway_url}
    replay = urlencode({"stage": "ingest", "reason": "none", "all": "yes"}).encode()
    assert asked(stack, "POST", "/dead-letters/replay", replay, **form)[0] == 401
    status, headers = asked(stack, "POST", "/sign-in", urlencode({"key": stack.api_key}).encode(), **form)
    assert status == 303
    session = str(headers["set-cookie"]).partition(";")[0]
    assert asked(stack, "POST", "/dead-letters/replay", replay, Cookie=session, **form)[0] == 303


def test_the_next_start_keeps_the_key_and_one_that_was_deleted_is_replaced(stack: Stack) -> None:
    first, file = stack.api_key, stack.home / PLACE
    stack.compose("run", "--rm", "keys")
    assert stack.api_key == first
    file.rename(file.with_suffix(".old"))
    stack.compose("run", "--rm", "keys")
    second = stack.api_key
    assert {first: opens(stack, first), second: opens(stack, second)} == {first: False, second: True}
    file.with_suffix(".old").replace(file)
    stack.compose("run", "--rm", "keys")
    assert (opens(stack, first), opens(stack, second)) == (True, False)
