"""ETags: what the client has is not sent again, and never kept when the index has moved on."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import httpx
import pytest
from wiredesk.events import ArticleRetracted
from wiredesk.index import open_reader, open_writer
from wiredesk.index.protocol import IndexWriter
from wiredesk.testing import wait_until

PATHS = (
    "/api/v1/search?q=ferry",
    "/api/v1/quotes",
    "/api/v1/entities",
    "/api/v1/suggest?q=ma",
    "/api/v1/articles/a1",
    "/api/v1/articles/a1/similar",
    "/api/v1/search/export?format=csv",
    "/api/v1/quotes/export",
)


class Indexed(NamedTuple):
    client: httpx.Client
    writer: IndexWriter


@pytest.fixture
def indexed(tmp_path: Path, redis_url: str, request: Any) -> Iterator[Indexed]:
    """A gateway on a real index, and its writer."""
    conftest: ModuleType = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    url = f"tantivy://{tmp_path}/index"
    writer = open_writer(url)
    writer.upsert(conftest._articles())
    with ExitStack() as stack:
        stack.callback(writer.close)
        yield Indexed(conftest.start_gateway(stack, lambda: open_reader(url), redis_url), writer)


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_the_client_has_is_not_sent_again(indexed: Indexed, path: str) -> None:
    first = indexed.client.get(path)
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/")):
        again = indexed.client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == "no-cache"
        assert "accept" in again.headers["vary"].lower()
    assert indexed.client.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_a_commit_makes_every_answer_another(indexed: Indexed) -> None:
    path = "/api/v1/articles/a1"
    known = {"If-None-Match": indexed.client.get(path).headers["etag"]}
    assert indexed.client.get(path, headers=known).status_code == 304
    indexed.writer.retract([ArticleRetracted(article_id="a1", revision=99)])
    wait_until(lambda: indexed.client.get(path, headers=known).status_code == 404, what="the retraction")


def test_what_an_answer_varies_by_is_said_once(indexed: Indexed) -> None:
    for path in PATHS:
        varies = [name.strip().lower() for name in indexed.client.get(path).headers["vary"].split(",")]
        assert varies.count("accept") == 1, path
        assert len(varies) == len(set(varies)), path


def test_another_question_is_another_answer(indexed: Indexed) -> None:
    tags = {indexed.client.get(f"/api/v1/search?q={q}&limit={n}").headers["etag"] for q in "ab" for n in (1, 2)}
    assert len(tags) == 4
    kinds = [indexed.client.get("/api/v1/articles/a1", headers={"Accept": one}) for one in ("*/*", "application/x")]
    assert kinds[0].headers["etag"] != kinds[1].headers["etag"]


def test_two_readers_of_one_index_agree(indexed: Indexed, tmp_path: Path) -> None:
    one, other = (open_reader(f"tantivy://{tmp_path}/index") for _ in range(2))
    assert one.state() == other.state()  # type: ignore[attr-defined]
    before = one.state()  # type: ignore[attr-defined]
    indexed.writer.retract([ArticleRetracted(article_id="a2", revision=99)])
    one.reload()
    assert before == other.state() != one.state()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path",
    ["/api/v1/pipeline", "/api/v1/dead-letters", "/api/v1/articles/none", "/api/v1/search?q=%22", "/api/v1/none"],
)
def test_what_changes_without_the_index_and_what_went_wrong_is_not_kept(indexed: Indexed, path: str) -> None:
    headers = indexed.client.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert "etag" not in headers


@pytest.mark.parametrize("path", [path for path in PATHS if "export" not in path])
def test_where_an_index_cannot_tell_its_state_the_answer_tells_its_own(gateway: httpx.Client, path: str) -> None:
    first = gateway.get(path, headers={"If-None-Match": '"x"'})
    tag = first.headers["etag"]
    assert (first.status_code, first.headers["cache-control"], tag[:3]) == (200, "no-cache", 'W/"')
    again = gateway.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert {"content-length", "content-type"}.isdisjoint(again.headers)
    assert "accept" in again.headers["vary"].lower()


def test_what_is_streamed_from_an_index_that_cannot_tell_its_state_is_not_kept(gateway: httpx.Client) -> None:
    answer = gateway.get("/api/v1/search/export?format=csv")
    assert (answer.status_code, answer.headers["cache-control"], "etag" in answer.headers) == (200, "no-store", False)
    assert answer.text.count("\n") > 1


def test_another_answer_of_an_index_that_cannot_tell_its_state_has_another_tag(gateway: httpx.Client) -> None:
    tags = {gateway.get(f"/api/v1/search?limit={n}").headers["etag"] for n in (1, 2)}
    assert len(tags) == 2
    assert "etag" not in gateway.get("/api/v1/articles/none").headers


def test_small_answers_are_sent_as_they_are_and_large_ones_compressed(indexed: Indexed) -> None:
    asked = {"Accept-Encoding": "gzip"}
    assert "content-encoding" not in indexed.client.get("/api/v1/suggest?q=ma", headers=asked).headers
    large = indexed.client.get("/api/v1/articles/a1", headers=asked)
    assert large.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in large.headers["vary"].lower()
