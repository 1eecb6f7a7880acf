"""API keys: what is shut without one, what each opens, and that the file may change while the gateway runs."""

import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import redis
from structlog.testing import capture_logs
from wiredesk.api_keys import SCOPES, new_key
from wiredesk.client import HttpClient
from wiredesk.errors import UsageError
from wiredesk.events import ArticleExtracted, Stream
from wiredesk.testing import PATIENCE_S
from wiredesk_gateway.keyring import Keyring
from wiredesk_gateway.permissions import needed_scope

ARTICLE = {"text": "Words."}
PAGE = {"Origin": "http://127.0.0.1", "Content-Type": "application/x-www-form-urlencoded"}
CHANGES = [
    ("POST", "/api/v1/articles"),
    ("DELETE", "/api/v1/articles/a1"),
    ("POST", "/api/v1/dead-letters/replay"),
    ("POST", "/api/v1/dead-letters/drop"),
    ("POST", "/api/v1/dead-letters/1-1/replay"),
    ("DELETE", "/api/v1/dead-letters/1-1"),
    ("POST", "/dead-letters/replay"),
    ("POST", "/dead-letters/drop"),
    ("PUT", "/api/v1/something/new"),
    ("POST", "/entities/person:x/something"),
]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def from_page(client: httpx.Client) -> dict[str, str]:
    return {**PAGE, "Origin": str(client.base_url).rstrip("/")}


class Locked(NamedTuple):
    client: httpx.Client
    file: Path
    keys: dict[str, str]


@pytest.fixture
def locked(serve: Any, redis_url: str, tmp_path: Path, articles: list[ArticleExtracted]) -> Locked:
    """A gateway with a key for each scope, by the scope's name."""
    made = {scope: new_key(scope, frozenset([scope])) for scope in SCOPES}
    file = tmp_path / "keys"
    file.write_text("".join(f"{kept.line()}\n" for _, kept in made.values()))
    file.chmod(0o600)
    client = serve(articles, redis_url, api_keys_file=str(file))
    return Locked(client, file, {scope: key for scope, (key, _) in made.items()})


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_without_a_key_nothing_changes(locked: Locked, redis_client: redis.Redis, method: str, path: str) -> None:
    for headers in ({}, bearer("wiredesk_guessed"), {"X-API-Key": ""}, {"Authorization": "Basic eDp5"}):
        response = locked.client.request(
            method, path, json=ARTICLE, headers={"Origin": str(locked.client.base_url).rstrip("/"), **headers}
        )
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == 'Bearer realm="wiredesk"'
    assert redis_client.xlen(Stream.SUBMITTED) == redis_client.xlen(Stream.CHANGES) == 0


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_key_opens_its_scope_and_no_other(locked: Locked, method: str, path: str) -> None:
    needed = needed_scope(method, path)
    for scope in SCOPES:
        headers = {"Origin": str(locked.client.base_url).rstrip("/"), **bearer(locked.keys[scope])}
        status = locked.client.request(method, path, json=ARTICLE, headers=headers).status_code
        assert (status == 403) == (scope != needed), (scope, status)
        assert status != 401


def test_reading_is_open_to_all_with_any_key_or_none(locked: Locked) -> None:
    for path in ("/", "/api/v1/search", "/articles/a1", "/pipeline", "/api/v1/dead-letters", "/metrics", "/health"):
        for headers in ({}, bearer("nonsense")):
            assert locked.client.get(path, headers=headers).status_code == 200, path


def test_a_body_is_not_waited_for_before_the_key(locked: Locked) -> None:
    host, port = str(locked.client.base_url.host), locked.client.base_url.port
    head = b"POST /api/v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{"
    with socket.create_connection((host, port), timeout=PATIENCE_S) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 401")


def test_the_key_may_come_in_a_header_of_its_own(locked: Locked) -> None:
    headers = {"Authorization": "Basic eDp5", "X-API-Key": locked.keys["publish"]}
    assert locked.client.post("/api/v1/articles", json=ARTICLE, headers=headers).status_code == 202


def test_the_publishers_client_gets_through_with_its_key(locked: Locked) -> None:
    url = str(locked.client.base_url)
    with HttpClient.connect(url, api_key=locked.keys["publish"]) as client:
        assert client.publish(ARTICLE)
    with HttpClient.connect(url) as client, pytest.raises(UsageError, match="API key"):
        client.publish(ARTICLE)


def test_keys_are_changed_while_the_gateway_runs(locked: Locked) -> None:
    def status(key: str) -> int:
        return locked.client.post("/api/v1/articles", json=ARTICLE, headers=bearer(key)).status_code

    old = locked.keys["publish"]
    key, kept = new_key("publish-2", frozenset({"publish"}))
    assert (status(old), status(key)) == (202, 401)
    with locked.file.open("a") as file:
        file.write(kept.line() + "\n")
    assert (status(old), status(key)) == (202, 202)
    replaced = locked.file.with_suffix(".new")
    replaced.write_text(kept.line() + "\n")
    replaced.chmod(0o600)
    replaced.replace(locked.file)
    assert (status(old), status(key)) == (401, 202)


def test_a_broken_line_shuts_out_itself_alone_and_is_logged_without_its_words(locked: Locked) -> None:
    with locked.file.open("a") as file:
        file.write("wiredesk_pasted-by-mistake\n")
    with capture_logs() as logs:
        response = locked.client.post("/api/v1/articles", json=ARTICLE, headers=bearer(locked.keys["publish"]))
    assert response.status_code == 202
    (told,) = [line for line in logs if line["event"] == "keys.bad_line"]
    assert told["line"] == len(SCOPES) + 1
    assert "pasted" not in str(logs)


def test_while_the_file_cannot_be_read_nobody_is_let_in_and_reading_goes_on(locked: Locked) -> None:
    text = locked.file.read_text()
    locked.file.unlink()
    with capture_logs():
        response = locked.client.post("/api/v1/articles", json=ARTICLE, headers=bearer(locked.keys["publish"]))
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
        assert locked.client.get("/api/v1/search").status_code == 200
    locked.file.write_text(text)
    locked.file.chmod(0o600)
    response = locked.client.post("/api/v1/articles", json=ARTICLE, headers=bearer(locked.keys["publish"]))
    assert response.status_code == 202


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_to_opens_nothing(locked: Locked, mode: int) -> None:
    locked.file.chmod(mode)
    with pytest.raises(UsageError, match="chmod go-w"):
        Keyring(str(locked.file))
    headers = bearer(locked.keys["publish"])
    with capture_logs() as logs:
        assert locked.client.post("/api/v1/articles", json=ARTICLE, headers=headers).status_code == 503
    assert "chmod go-w" in str(logs)
    locked.file.chmod(0o600)
    assert locked.client.post("/api/v1/articles", json=ARTICLE, headers=headers).status_code == 202


@pytest.mark.parametrize("content", [None, "nonsense\n", "a:fly:sha256=" + "0" * 64])
def test_a_gateway_does_not_start_with_a_file_it_cannot_use(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "keys").write_text(content)
        (tmp_path / "keys").chmod(0o600)
    with pytest.raises(UsageError, match="keys"):
        Keyring(str(tmp_path / "keys"))


def test_the_log_and_the_metrics_tell_the_name_and_never_the_key(locked: Locked) -> None:
    key = locked.keys["publish"]
    with capture_logs() as logs:
        locked.client.post("/api/v1/articles", json=ARTICLE, headers=bearer(key))
        locked.client.post("/api/v1/articles", json=ARTICLE, headers=bearer("wiredesk_wrong"))
        locked.client.delete("/api/v1/articles/a1", headers=bearer(key))
    (let_in,) = [line for line in logs if line["event"] == "request.let_in"]
    assert (let_in["key"], let_in["path"]) == ("publish", "/api/v1/articles")
    text = locked.client.get("/metrics").text
    assert 'wiredesk_http_key_requests_total{key="publish"} 2.0' in text
    assert 'wiredesk_http_refused_total{reason="key"} 1.0' in text
    assert 'wiredesk_http_refused_total{reason="scope"} 1.0' in text
    for told in (str(logs), text):
        assert key not in told
        assert "wiredesk_wrong" not in told


class TestSigningIn:
    def sign_in(self, locked: Locked, key: str, to: str = "/dead-letters") -> httpx.Response:
        form = {"key": key, "to": to}
        return locked.client.post("/sign-in", data=form, headers=from_page(locked.client))

    def drop(self, locked: Locked) -> httpx.Response:
        form = {"all": "yes", "confirmed": "yes"}
        return locked.client.post("/dead-letters/drop", data=form, headers=from_page(locked.client))

    def test_a_form_asks_for_the_key_once(self, locked: Locked, buried: Callable[..., str]) -> None:
        buried()
        asked = self.drop(locked)
        assert asked.status_code == 401
        assert 'action="/sign-in"' in asked.text
        assert 'name="to" value="/dead-letters"' in asked.text
        done = self.sign_in(locked, locked.keys["replay"])
        assert (done.status_code, done.headers["location"]) == (303, "/dead-letters")
        assert self.drop(locked).headers["location"] == "/dead-letters?dropped=1&gone=0&left=0"
        assert "replay" in locked.client.get("/sign-in").text

    def test_the_cookie_is_not_the_key_and_no_script_or_other_site_has_it(self, locked: Locked) -> None:
        cookie = self.sign_in(locked, locked.keys["replay"]).headers["set-cookie"]
        assert locked.keys["replay"] not in cookie
        assert {"httponly", "samesite=strict", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
        assert "Max-Age=43200" in cookie
        assert locked.client.get("/sign-in").headers["cache-control"] == "no-store"
        assert "secure" not in cookie.lower()

    def test_it_opens_nothing_of_the_api(self, locked: Locked) -> None:
        self.sign_in(locked, locked.keys["replay"])
        response = locked.client.post("/api/v1/dead-letters/drop", json={"all": True})
        assert response.status_code == 401

    def test_it_opens_no_other_scope(self, locked: Locked) -> None:
        self.sign_in(locked, locked.keys["publish"])
        assert self.drop(locked).status_code == 403

    def test_another_sites_form_is_refused_although_signed_in(self, locked: Locked) -> None:
        self.sign_in(locked, locked.keys["replay"])
        headers = {**PAGE, "Origin": "https://evil.example"}
        assert locked.client.post("/dead-letters/drop", data={"all": "yes"}, headers=headers).status_code == 403
        assert locked.client.post("/sign-in", data={"key": "x"}, headers=headers).status_code == 403

    def test_it_ends_with_the_key(self, locked: Locked) -> None:
        self.sign_in(locked, locked.keys["replay"])
        assert self.drop(locked).status_code == 303
        lines = locked.file.read_text().splitlines()
        locked.file.write_text("\n".join(line for line in lines if not line.startswith("replay:")))
        assert self.drop(locked).status_code == 401
        _, kept = new_key("replay", frozenset({"replay"}))  # the name alone is not enough
        with locked.file.open("a") as file:
            file.write(f"\n{kept.line()}\n")
        assert self.drop(locked).status_code == 401

    def test_signing_out_forgets_it(self, locked: Locked) -> None:
        self.sign_in(locked, locked.keys["replay"])
        assert locked.client.post("/sign-out", data={"x": "y"}, headers=from_page(locked.client)).status_code == 303
        assert self.drop(locked).status_code == 401

    def test_a_wrong_key_is_told_and_begins_nothing(self, locked: Locked) -> None:
        response = self.sign_in(locked, "wiredesk_wrong")
        assert (response.status_code, "set-cookie" in response.headers) == (401, False)
        assert "wiredesk_wrong" not in response.text

    @pytest.mark.parametrize(
        "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb", "/%0d\r", "x"]
    )
    def test_nobody_is_led_away(self, locked: Locked, to: str) -> None:
        assert self.sign_in(locked, locked.keys["replay"], to).headers["location"] == "/"
        assert "evil" not in locked.client.get("/sign-in", params={"to": to}).text

    def test_without_keys_there_is_nothing_to_sign_in_to(self, gateway: httpx.Client) -> None:
        assert "asks nobody for a key" in gateway.get("/sign-in").text


def test_every_endpoint_that_changes_something_is_shut(locked: Locked) -> None:
    document = locked.client.get("/openapi.json").json()
    tried = 0
    for path, operations in document["paths"].items():
        for method in set(operations) - {"get"}:
            tried += 1
            address = re.sub(r"\{\w+\}", "1-1", path)
            assert locked.client.request(method.upper(), address, json={}).status_code == 401, (method, path)
    assert tried >= 6
