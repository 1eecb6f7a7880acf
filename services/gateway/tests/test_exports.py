"""Whole result sets: complete, in order, harmless in a spreadsheet, and never silently short."""

import csv
import io
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner
from wiredesk.cli.app import app
from wiredesk.errors import Unavailable
from wiredesk.events import Entity, Mention, Quote
from wiredesk.http_api import HttpApi
from wiredesk.index import open_reader, open_writer
from wiredesk.index.tantivy.reader import TantivyReader
from wiredesk.testing import PATIENCE_S, RedisServer, wait_until
from wiredesk_gateway.export_rows import beginning, lines

ARTICLES = "/api/v1/search/export"
QUOTES = "/api/v1/quotes/export"
NUMBER = 250


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer, request: Any) -> Iterator[httpx.Client]:
    """A gateway over three pages of articles, each with a quote."""
    conftest: ModuleType = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    url = f"tantivy://{tmp_path_factory.mktemp('index')}/index"
    text = '"We sail," said Mara Ilves.'
    person = Entity(
        id="person:mara-ilves",
        type="Person",
        name="Mara Ilves",
        mentions=(Mention.model_validate(conftest.spans(text, "Mara Ilves")),),
    )
    quote = Quote(**conftest.spans(text, "We sail,"))
    writer = open_writer(url)
    writer.upsert(
        [
            conftest.extracted(
                f"a{n:03}",
                text,
                title=f'=HYPERLINK("http://evil.example?{n}")' if n % 2 else f"Ferry {n}",
                published_at=f"20{n % 25:02}-02-01",
                entities=[person],
                quotes=[quote],
            )
            for n in range(NUMBER)
        ]
    )
    writer.close()
    with ExitStack() as stack:
        yield conftest.start_gateway(stack, lambda: open_reader(url), redis_server.url, exports=1)


def rows(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200
    return [json.loads(line) for line in response.text.splitlines()]


def table(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def test_every_article_is_there_once_newest_first(full: httpx.Client) -> None:
    found = rows(full.get(ARTICLES))
    assert len({row["article_id"] for row in found}) == len(found) == NUMBER
    days = [row["published_at"] for row in found]
    assert days == sorted(days, reverse=True)
    oldest = rows(full.get(ARTICLES, params={"sort": "oldest"}))
    assert [row["published_at"] for row in oldest] == sorted(days)


def test_it_is_the_search_that_was_asked_for(full: httpx.Client) -> None:
    asked = {"q": "title:ferry", "from": "2010-01-01", "to": "2014-12-31", "people": "person:mara-ilves"}
    total = full.get("/api/v1/search", params=asked).json()["total"]
    assert 0 < total < NUMBER
    assert len(rows(full.get(ARTICLES, params=asked))) == total
    assert rows(full.get(ARTICLES, params={"q": "nothing"})) == []


def test_it_is_a_file_of_its_kind(full: httpx.Client) -> None:
    for form, media_type in (("jsonl", "application/x-ndjson"), ("csv", "text/csv; charset=utf-8")):
        headers = full.get(ARTICLES, params={"format": form}).headers
        assert headers["content-type"] == media_type
        assert headers["content-disposition"] == f'attachment; filename="wiredesk-articles.{form}"'
        headed = full.head(ARTICLES, params={"format": form})
        assert (headed.content, headed.headers["content-type"]) == (b"", media_type)


def test_fields_are_those_chosen_in_that_order(full: httpx.Client) -> None:
    asked = {"fields": "people,title,text,places,title", "q": "title:ferry"}
    assert next(iter(rows(full.get(ARTICLES, params=asked))[0].items())) == ("people", ["Mara Ilves"])
    first = table(full.get(ARTICLES, params={**asked, "format": "csv"}))[0]
    assert list(first) == ["people", "title", "text", "places"]
    assert (first["people"], first["text"], first["places"]) == ("Mara Ilves", '"We sail," said Mara Ilves.', "")
    for wrong in ("nonsense", "title,", "", "title, url"):
        assert full.get(ARTICLES, params={"fields": wrong}).status_code == 422


def test_no_cell_is_a_formula(full: httpx.Client) -> None:
    found = table(full.get(ARTICLES, params={"format": "csv", "fields": "title"}))
    hostile = [row["title"] for row in found if "HYPERLINK" in row["title"]]
    assert len(hostile) == NUMBER // 2
    assert all(title.startswith("'=") for title in hostile)
    (whole,) = {row["title"][0] for row in rows(full.get(ARTICLES)) if "HYPERLINK" in row["title"]}
    assert whole == "="  # a program gets what was published


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "  ="])
def test_every_beginning_of_a_formula_is_taken_for_text(start: str) -> None:
    (row,) = csv.reader(io.StringIO(lines([{"a": f"{start}1+1"}], "csv").decode(), newline=""))
    assert row == [f"'{start}1+1"]


def test_what_is_within_a_cell_stays_within_it() -> None:
    value = 'a";=1+1,"\nb;c\0\ud800'
    text = (beginning(["x", "y"], "csv") + lines([{"x": value, "y": 1}], "csv")).decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text, newline=""))
    assert (head, row[1:]) == (["x", "y"], ["1"])
    assert row[0] == 'a";=1+1,"\nb;c�?'


def test_a_line_of_json_stays_one_line() -> None:
    line = lines([{"x": "a\n\u2028b\ud800", "y": None, "z": True}], "jsonl")
    assert line.count(b"\n") == 1
    assert json.loads(line) == {"x": "a\n\u2028b\ud800", "y": None, "z": True}


def test_quotes_are_exported_alike(full: httpx.Client) -> None:
    found = rows(full.get(QUOTES))
    assert len({row["article_id"] for row in found}) == len(found) == NUMBER
    assert found[0]["text"] == "We sail,"
    assert table(full.get(QUOTES, params={"format": "csv", "fields": "start,unsure", "article_id": "a001"})) == [
        {"start": "1", "unsure": "false"}
    ]


@pytest.mark.parametrize("path", [ARTICLES, QUOTES])
def test_a_query_that_cannot_be_read_is_a_problem_and_no_file(full: httpx.Client, path: str) -> None:
    response = full.get(path, params={"q": '"open'})
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert "content-disposition" not in response.headers


def test_only_so_many_are_sent_at_once_and_room_is_made_again(
    full: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, go_on = TantivyReader.search, threading.Event()

    def stops_at_the_second_page(self: TantivyReader, request: Any) -> Any:
        if request.cursor:
            go_on.wait(PATIENCE_S)
        return search(self, request)

    monkeypatch.setattr(TantivyReader, "search", stops_at_the_second_page)
    with full.stream("GET", ARTICLES) as first:
        assert first.status_code == 200
        refused = full.get(ARTICLES)
        assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (503, True)
        go_on.set()
        assert len(list(first.iter_lines())) == NUMBER
    wait_until(lambda: full.get(ARTICLES, params={"q": "nothing"}).status_code == 200, what="room")
    # What is left half way, or never begins, takes no room.
    with full.stream("GET", ARTICLES):
        pass
    wait_until(lambda: full.get(ARTICLES, params={"q": '"open'}).status_code == 400, what="room")
    wait_until(lambda: full.get(ARTICLES).status_code == 200, what="room")


def test_one_that_breaks_off_is_not_taken_for_a_whole_one(
    full: httpx.Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    search, asked = TantivyReader.search, 0

    def lost_later(self: TantivyReader, request: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise Unavailable("the index is gone")
        return search(self, request)

    monkeypatch.setattr(TantivyReader, "search", lost_later)
    with capture_logs():
        with pytest.raises(httpx.RemoteProtocolError):
            full.get(ARTICLES)
        asked = 0
        with pytest.raises(Unavailable):
            HttpApi(str(full.base_url), patience_s=0).save(ARTICLES, lambda piece: None)
        asked = 0
        done = CliRunner().invoke(app, ["search", "", "--export", str(tmp_path / "x"), "--url", str(full.base_url)])
    assert isinstance(done.exception, Unavailable)
    assert list(tmp_path.iterdir()) == []


class TestCommand:
    def test_a_file_is_written_by_its_name(self, full: httpx.Client, tmp_path: Path) -> None:
        to, url = tmp_path / "ferry.csv", str(full.base_url)
        done = CliRunner().invoke(
            app, ["search", "title:ferry", "--export", str(to), "--fields", "title", "--url", url]
        )
        assert (done.exit_code, done.stdout) == (0, "")
        assert to.read_text("utf-8-sig").splitlines()[0] == '"title"'
        assert len(to.read_text().splitlines()) == 1 + NUMBER // 2
        assert [one.name for one in tmp_path.iterdir()] == ["ferry.csv"]

    def test_lines_go_to_stdout(self, full: httpx.Client) -> None:
        done = CliRunner().invoke(app, ["search", "", "--export", "-", "--url", str(full.base_url)])
        assert len([json.loads(line) for line in done.stdout.splitlines()]) == NUMBER

    def test_a_place_that_cannot_be_written_is_named(self, full: httpx.Client, tmp_path: Path) -> None:
        to = str(tmp_path / "none" / "x.csv")
        done = CliRunner().invoke(app, ["search", "", "--export", to, "--url", str(full.base_url)])
        assert to in str(done.exception)


def test_the_pages_lead_to_their_files(full: httpx.Client) -> None:
    for page in ("/?q=title%3Aferry&sort=oldest&people=person%3Amara-ilves", "/quotes?q=sail"):
        text = full.get(page).text
        links = [one.split('"')[0].replace("&amp;", "&") for one in text.split('href="/api/v1/')[1:]]
        files = [one for one in links if "/export" in one or "export?" in one]
        assert len(files) == 2
        for file in files:
            assert full.get(f"/api/v1/{file}").status_code == 200
    assert "sort=oldest" in full.get("/?sort=oldest").text.split("/api/v1/search/export")[1].split('"')[0]
