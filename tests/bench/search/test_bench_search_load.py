"""The load that is put on a server, against a real one."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from bench.errors import BenchError
from bench.search.load import as_fast_as_possible, at_a_rate


class _Server(ThreadingHTTPServer):
    """Remembers what was asked; answers to /hold wait until another path is asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.others = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/hold":
            self.server.others.wait(30)
        else:
            self.server.others.set()
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server() as running:
        serving = threading.Thread(target=running.serve_forever)
        serving.start()
        yield running
        running.shutdown()
        serving.join()


def _address(server: _Server) -> str:
    return f"127.0.0.1:{server.server_address[1]}"


def test_each_path_is_asked_for_once_at_a_rate(server: _Server) -> None:
    paths = [f"/{number}" for number in range(20)]
    answers = at_a_rate(_address(server), paths, per_second=1000)
    assert sorted(server.asked) == sorted(paths)
    assert len(answers.took_ms) == 20
    assert all(took > 0 for took in answers.took_ms)


def test_an_answer_that_takes_long_does_not_keep_the_next_from_being_asked_for(server: _Server) -> None:
    answers = at_a_rate(_address(server), ["/hold", "/next"], per_second=1000)
    assert len(answers.took_ms) == 2


def test_so_many_are_asked_for_as_fast_as_possible(server: _Server) -> None:
    answers = as_fast_as_possible(_address(server), ["/a"] * 30)
    assert len(server.asked) == len(answers.took_ms) == 30
    assert answers.seconds > 0


def test_an_answer_that_is_no_page_ends_the_measurement(server: _Server) -> None:
    with pytest.raises(BenchError, match="/missing was answered 404"):
        as_fast_as_possible(_address(server), ["/missing"])
