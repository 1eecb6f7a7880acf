"""Which gateway is shown the key of the stack in this folder, and which is not."""

import sys

import pytest
from wiredesk.cli.key_here import PLACE, key_here

HERE = "http://127.0.0.1:8080"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "none/.venv"))
    (tmp_path / PLACE).parent.mkdir(parents=True)
    (tmp_path / PLACE).write_text("wiredesk_key\n")
    return tmp_path


@pytest.mark.parametrize(
    "url", [HERE, "http://localhost:8080/", "http://[::1]:8080", "http://127.1.2.3", "HTTP://LOCALHOST"]
)
def test_a_gateway_of_this_machine_is_shown_it(checkout, url):
    assert key_here(url) == "wiredesk_key"


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example:8080",
        "http://10.0.0.1",
        "http://localhost.news.example",
        "http://127.0.0.1@news.example",
        "http://127.0.0.1.news.example",
        "http://[::1",
        "127.0.0.1:8080",
        "",
    ],
)
def test_nobody_else_is(checkout, url):
    assert key_here(url) is None


def test_it_is_found_from_a_folder_within(checkout, monkeypatch):
    (checkout / "seeds/today").mkdir(parents=True)
    monkeypatch.chdir(checkout / "seeds/today")
    assert key_here(HERE) == "wiredesk_key"


def test_it_is_found_beside_the_environment_that_the_command_runs_from(checkout, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert key_here(HERE) is None
    monkeypatch.setattr(sys, "prefix", str(checkout / ".venv"))
    assert key_here(HERE) == "wiredesk_key"


@pytest.mark.parametrize("content", [None, "", "\n", b"\xff\xfe"])
def test_without_one_there_is_none(checkout, content):
    (checkout / PLACE).unlink()
    if content is not None:
        (checkout / PLACE).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert key_here(HERE) is None


def test_a_folder_that_is_gone_has_none(checkout, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert key_here(HERE) is None
