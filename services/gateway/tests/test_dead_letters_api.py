"""The dead letters over HTTP, on a real Redis: list, read, replay, drop."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import redis
from typer.testing import CliRunner
from wiredesk import wire
from wiredesk.cli.app import app
from wiredesk.dead import Selection
from wiredesk.dead.office import HttpOffice
from wiredesk.errors import NotFound, UsageError
from wiredesk.events import Stream
from wiredesk.http_api import HttpApi

LETTERS = "/api/v1/dead-letters"
Bury = Callable[..., str]


def problem(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    detail: str = response.json()["detail"]
    return detail


class TestReading:
    def test_the_list_is_newest_first_and_paged_by_a_cursor(self, gateway: httpx.Client, buried: Bury) -> None:
        ids = [buried() for _ in range(7)]
        seen: list[str] = []
        cursor = None
        for size in (3, 3, 1):
            page = gateway.get(LETTERS, params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
            assert (len(page["hits"]), page["total"]) == (size, 7)
            seen += [hit["id"] for hit in page["hits"]]
            cursor = page["next_cursor"]
        assert cursor is None
        assert seen == ids[::-1]

    def test_filters_narrow_it_and_a_total_nobody_counted_is_null(self, gateway: httpx.Client, buried: Bury) -> None:
        wanted = buried(stage="extraction", reason="timeout")
        buried(stage="extraction")
        buried(reason="timeout")
        asked = {"stage": "extraction", "reason": "timeout", "since": "2h"}
        page = gateway.get(LETTERS, params=asked).json()
        assert ([hit["id"] for hit in page["hits"]], page["total"]) == ([wanted], None)
        assert gateway.get(LETTERS, params={"since": "2999-01-01T00:00:00Z"}).json()["hits"] == []
        assert len(gateway.get(LETTERS, params={"stage": "", "reason": "", "since": ""}).json()["hits"]) == 3

    def test_letters_that_die_meanwhile_do_not_shift_the_pages(self, gateway: httpx.Client, buried: Bury) -> None:
        ids = [buried() for _ in range(4)]
        first = gateway.get(LETTERS, params={"limit": 2}).json()
        buried()
        second = gateway.get(LETTERS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
        assert [hit["id"] for hit in first["hits"] + second["hits"]] == ids[::-1]

    @pytest.mark.parametrize(
        ("query", "status", "words"),
        [
            ("since=yesterday", 400, "2h"),
            ("cursor=nonsense", 400, "cursor"),
            ("limit=0", 422, "limit"),
            ("limit=101", 422, "limit"),
        ],
    )
    def test_what_cannot_be_read_is_a_problem(self, gateway: httpx.Client, query: str, status: int, words: str) -> None:
        assert words in problem(gateway.get(f"{LETTERS}?{query}"), status)

    def test_a_cursor_of_another_filter_is_refused(self, gateway: httpx.Client, buried: Bury) -> None:
        for _ in range(3):
            buried()
        cursor = gateway.get(LETTERS, params={"limit": 1}).json()["next_cursor"]
        assert "another" in problem(gateway.get(LETTERS, params={"cursor": cursor, "stage": "ingest"}), 400)

    def test_one_is_read_with_the_beginning_of_its_body_and_its_bytes_can_be_kept(
        self, gateway: httpx.Client, buried: Bury
    ) -> None:
        original = wire.encode(b"{\x00\xff", {"correlation_id": "1-1"})
        id = buried(original=original)
        told = gateway.get(f"{LETTERS}/{id}").json()
        assert (told["body"], told["truncated"], told["original"]) == ("{��", False, None)
        assert base64.b64decode(gateway.get(f"{LETTERS}/{id}?original=true").json()["original"]) == original
        kept = gateway.get(f"{LETTERS}/{id}/original")
        assert kept.content == original
        assert kept.headers["content-type"] == "application/octet-stream"
        assert kept.headers["content-disposition"] == f'attachment; filename="dead-letter-{id}.bin"'

    def test_the_pipeline_counts_them(self, gateway: httpx.Client, buried: Bury) -> None:
        buried()
        assert gateway.get("/api/v1/pipeline").json()["dead_letters"]["total"] == 1


@pytest.mark.parametrize(("id", "status"), [("1-1", 404), ("x", 400), ("1-1x", 400)])
def test_ids_that_are_unknown_or_none_are_problems(gateway: httpx.Client, id: str, status: int) -> None:
    for method, path in (("GET", ""), ("GET", "/original"), ("POST", "/replay"), ("DELETE", "")):
        problem(gateway.request(method, f"{LETTERS}/{id}{path}"), status)


class TestOne:
    def test_a_letter_goes_back_once(self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis) -> None:
        id = buried(original=b"\xff", stream=Stream.EXTRACTED)
        result = gateway.post(f"{LETTERS}/{id}/replay").json()
        assert (result["outcome"], result["stream"]) == ("replayed", Stream.EXTRACTED)
        ((entry, fields),) = redis_client.xrange(Stream.EXTRACTED)
        assert entry.decode() == result["entry_id"]
        assert fields == {b"__data__": b"\xff", b"submission_id": b"1700000000000-5"}
        assert "replayed already" in problem(gateway.post(f"{LETTERS}/{id}/replay"), 404)
        assert redis_client.xlen(Stream.EXTRACTED) == 1

    def test_one_that_cannot_go_back_stays_and_says_why(
        self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis
    ) -> None:
        redis_client.set(Stream.SUBMITTED, "no stream")
        assert "WRONGTYPE" in problem(gateway.post(f"{LETTERS}/{buried()}/replay"), 409)
        assert "nowhere" in problem(gateway.post(f"{LETTERS}/{buried(stream='')}/replay"), 409)
        assert redis_client.xlen(Stream.DEAD) == 2

    def test_a_letter_is_dropped(self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis) -> None:
        response = gateway.delete(f"{LETTERS}/{buried()}")
        assert (response.status_code, response.content) == (204, b"")
        assert redis_client.xlen(Stream.DEAD) == 0


class TestMany:
    def test_ids_are_replayed_each_with_its_result(
        self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis
    ) -> None:
        first, second = buried(), buried(stream="")
        told = gateway.post(f"{LETTERS}/replay", json={"ids": [first, second, "1-1"]}).json()
        assert [result["outcome"] for result in told["results"]] == ["replayed", "failed", "gone"]
        assert (told["replayed"], told["failed"], told["gone"], told["left"]) == (1, 1, 1, 0)
        assert redis_client.xlen(Stream.DEAD) == 1

    @pytest.mark.parametrize("choice", [{"reason": "timeout"}, {"reason": "timeout", "all": True}, {"since": "1h"}])
    def test_a_filter_replays_those_that_pass_oldest_first(
        self, gateway: httpx.Client, buried: Bury, choice: dict[str, Any], redis_client: redis.Redis
    ) -> None:
        ids = [buried(reason="timeout", submission_id=f"1700000000000-{n}") for n in range(3)]
        told = gateway.post(f"{LETTERS}/replay", json=choice).json()
        assert [result["id"] for result in told["results"]] == ids
        assert (told["left"], told["left_is_exact"], told["next_cursor"]) == (0, True, None)

    def test_more_than_a_request_may_do_is_left_and_told(
        self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("wiredesk_gateway.letter_work.LETTERS_AT_ONCE", 4)
        for _ in range(10):
            buried()
        body: dict[str, Any] = {"all": True}
        lefts = []
        while body:
            told = gateway.post(f"{LETTERS}/replay", json=body).json()
            lefts.append((told["replayed"], told["left"]))
            body = {"all": True, "cursor": told["next_cursor"]} if told["next_cursor"] else {}
            buried()  # what dies meanwhile is not part of it
        assert lefts == [(4, 6), (4, 2), (2, 0)]
        assert redis_client.xlen(Stream.DEAD) == 3

    def test_letters_newer_than_until_are_left_alone(
        self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis
    ) -> None:
        shown, later = buried(), buried()
        assert gateway.post(f"{LETTERS}/drop", json={"all": True, "until": shown}).json()["dropped"] == 1
        assert [id.decode() for id, _ in redis_client.xrange(Stream.DEAD)] == [later]

    def test_drop_counts_what_was_there(self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis) -> None:
        told = gateway.post(f"{LETTERS}/drop", json={"ids": [buried(), "1-1"]}).json()
        assert (told["dropped"], told["gone"], told["left"]) == (1, 1, 0)
        buried(reason="timeout")
        buried()
        assert gateway.post(f"{LETTERS}/drop", json={"reason": "timeout"}).json()["dropped"] == 1
        assert redis_client.xlen(Stream.DEAD) == 1

    def test_with_nothing_dead_all_is_none(self, gateway: httpx.Client) -> None:
        assert gateway.post(f"{LETTERS}/replay", json={"all": True}).json()["results"] == []
        assert gateway.post(f"{LETTERS}/drop", json={"all": True}).json()["dropped"] == 0

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ({}, "nothing is chosen"),
            ({"ids": []}, "nothing is chosen"),
            ({"all": False}, "nothing is chosen"),
            ({"stage": ""}, "nothing is chosen"),
            ({"since": " "}, "nothing is chosen"),
            ({"ids": ["x"]}, "'x' is no id"),
            ({"ids": ["1-1"], "all": True}, "not by both"),
            ({"ids": ["1-1"], "reason": "x"}, "not by both"),
            ({"reson": "timeout", "all": True}, "reson"),
            ({"all": "yes"}, "all"),
            ({"since": "yesterday"}, "2h"),
            ({"all": True, "cursor": "x"}, "cursor"),
            ({"all": True, "until": "x"}, "'x' is no id"),
            ({"ids": ["1-1"] * 1001}, "1000"),
            ([], "object"),
        ],
    )
    def test_what_chooses_nothing_or_cannot_be_read_moves_nothing(
        self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis, body: Any, words: str
    ) -> None:
        buried()
        for verb in ("replay", "drop"):
            assert words in problem(gateway.post(f"{LETTERS}/{verb}", json=body), 400)
        assert redis_client.xlen(Stream.DEAD) == 1

    def test_a_body_another_sites_form_could_send_is_refused(
        self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis
    ) -> None:
        buried()
        for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
            response = gateway.post(f"{LETTERS}/drop", content=b'{"all": true}', headers={"Content-Type": kind})
            assert "application/json" in problem(response, 415)
        assert redis_client.xlen(Stream.DEAD) == 1

    def test_two_who_replay_everything_at_once_move_each_letter_once(
        self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis
    ) -> None:
        for _ in range(100):
            buried()

        def replay_all(_: int) -> int:
            """To the end: what seconds do not suffice for is left to a next request."""
            replayed, body = 0, {"all": True}
            while body:
                told = gateway.post(f"{LETTERS}/replay", json=body).json()
                replayed += told["replayed"]
                body = {"all": True, "cursor": told["next_cursor"]} if told["next_cursor"] else {}
            return replayed

        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(replay_all, range(2))) == 100
        assert redis_client.xlen(Stream.SUBMITTED) == 100
        assert redis_client.xlen(Stream.DEAD) == 0

    def test_without_redis_it_is_503(self, serve: Any, no_redis_url: str) -> None:
        client = serve([], no_redis_url)
        problem(client.get(LETTERS), 503)
        problem(client.post(f"{LETTERS}/replay", json={"all": True}), 503)
        problem(client.post(f"{LETTERS}/1-1/replay"), 503)


class TestTools:
    """What the command line does with `--url`."""

    @pytest.fixture
    def office(self, gateway: httpx.Client) -> HttpOffice:
        return HttpOffice(HttpApi(str(gateway.base_url), patience_s=1))

    def test_the_office_behind_a_gateway_lists_shows_replays_and_drops(
        self, office: HttpOffice, buried: Bury, redis_client: redis.Redis
    ) -> None:
        ids = [buried(original=b"\xff", reason="timeout") for _ in range(230)]
        listed = list(office.listed(Selection(reason="timeout"), None))
        assert [letter.id for letter in listed] == ids[::-1]
        assert len(list(office.listed(Selection(), 5))) == 5
        assert office.show(ids[0]).original == b"\xff"
        assert [result.id for result in office.replay(ids[:120])] == ids[:120]
        assert [result.id for result in office.replay_all(Selection(reason="timeout"))] == ids[120:]
        assert redis_client.xlen(Stream.SUBMITTED) == 230
        more = [buried() for _ in range(3)]
        assert sum(office.drop(more[:1])) == 1
        assert sum(office.drop_all(Selection(), until=more[1])) == 1
        assert redis_client.xlen(Stream.DEAD) == 1
        with pytest.raises(NotFound):
            office.show("1-1")
        with pytest.raises(UsageError):
            list(office.replay(["x"]))

    def test_the_command_line_reaches_them_through_the_gateway(
        self, gateway: httpx.Client, buried: Bury, redis_client: redis.Redis, no_redis_url: str
    ) -> None:
        first, second, third = buried(), buried(original=b"\xff{"), buried()
        environment = {"WIREDESK_REDIS_URL": no_redis_url, "WIREDESK_URL": str(gateway.base_url)}

        def wiredesk(*arguments: str) -> Any:
            return CliRunner().invoke(app, ["dead", *arguments], env=environment, catch_exceptions=False)

        assert first in wiredesk("list").stdout
        assert wiredesk("show", "--raw", second).stdout_bytes == b"\xff{"
        assert wiredesk("replay", first).stdout.startswith(f"{first} -> articles.submitted ")
        assert wiredesk("drop", second, "--yes").exit_code == 0
        assert wiredesk("replay", "--all").exit_code == 0
        assert wiredesk("drop", "--all", "--yes").exit_code == 0
        assert redis_client.xlen(Stream.SUBMITTED) == 2
        assert redis_client.xlen(Stream.DEAD) == 0
        assert third
