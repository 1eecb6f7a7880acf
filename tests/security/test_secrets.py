"""Keys and passwords stay where they are: not in logs, errors, metrics or pages, and in no file that others change."""

import subprocess
import sys
from pathlib import Path

import pytest
import redis
from typer.testing import CliRunner
from wiredesk.cli.app import app
from wiredesk.testing import PATIENCE_S

from tests.security.conftest import HARM
from tests.security.door import ARTICLE, Door, request

PASSWORD = "hunter2-do-not-tell"


def test_no_key_is_told_by_any_log_answer_or_metric(locked_door: Door) -> None:
    key = locked_door.keys["publish"]
    wrong = "wiredesk_wrong-do-not-tell"
    told = []
    for shown in (key, wrong):
        for headers in ([f"Authorization: Bearer {shown}"], [f"X-API-Key: {shown}"]):
            for line in ("POST /api/v1/articles", "DELETE /api/v1/articles/h1", "GET /api/v1/none"):
                told += locked_door.say(request(line, *headers, f"Content-Length: {len(ARTICLE)}", body=ARTICLE))
    with locked_door.client() as client:
        for shown in (key, wrong):
            form = client.post("/sign-in", data={"key": shown}, headers={"Origin": locked_door.url})
            told.append(form)
        everything = client.get("/metrics").text + client.get("/sign-in").text + client.get("/pipeline").text
    everything += "".join(str(getattr(answer, "headers", "")) + str(getattr(answer, "body", "")) for answer in told)
    everything += locked_door.log.read_text()
    assert key not in everything
    assert wrong not in everything
    assert "request.let_in" in everything


def test_a_line_of_the_log_cannot_be_forged_nor_command_a_terminal(locked_door: Door) -> None:
    path = "/api/v1/articles/%0a%7b%22event%22%3a%22forged%22%7d%1b%5d0%3bx%07%c2%9b31m%e2%80%ae"
    locked_door.say(request(f"DELETE {path}", f"Authorization: Bearer {locked_door.keys['retract']}"))
    lines = locked_door.log.read_text()
    assert "forged" in lines
    assert not any(line.startswith('{"event":"forged"') for line in lines.splitlines())
    assert lines.isascii()
    assert "\x1b" not in lines


@pytest.mark.parametrize("variable", ["WIREDESK_REDIS_URL", "WIREDESK_INDEX_URL"])
def test_a_password_in_an_address_is_not_told_when_the_address_fails(tmp_path: Path, variable: str) -> None:
    for address in (f"nonsense://desk:{PASSWORD}@127.0.0.1:1/x", f"redis://desk:{PASSWORD}@127.0.0.1:bad/0"):
        done = subprocess.run(
            [sys.executable, "-m", "wiredesk_gateway"],
            env={variable: address, "PATH": "/usr/bin:/bin", "WIREDESK_HTTP_PORT": "0"},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 2
        assert PASSWORD not in done.stdout + done.stderr


def test_the_command_line_shows_a_hostile_article_without_obeying_it(open_door: Door) -> None:
    for command in (["search", "said"], ["search", "said", "--json"], ["search", "said", "--export", "-"]):
        done = CliRunner().invoke(app, [*command, "--url", open_door.url])
        assert done.exit_code == 0, done.output
        assert "Ada Holm" in done.stdout or "title" in done.stdout
        if "--export" not in command:  # those are the bytes for a file
            assert not any(character in done.stdout for character in "\x1b\x07\u202e\x9b")


def test_what_a_hostile_gateway_says_is_shown_without_obeying_it(redis_client: redis.Redis) -> None:
    from wiredesk.cli.output import printable

    assert not any(character in printable(f"{HARM}\x9b\u2066\u061c") for character in "\x1b\x07\u202e\x9b\u2066\u061c")
