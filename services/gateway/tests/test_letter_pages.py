"""The pages of the dead letters as forms use them: nothing here needs JavaScript."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import redis
from wiredesk.events import Stream
from wiredesk.workers import WorkerReport, announce

Bury = Callable[..., str]
ATTACK = """<script>alert(1)</script>"><img src=x onerror=alert(1)>"""


@pytest.fixture
def here(gateway: httpx.Client) -> dict[str, str]:
    """What a browser says of a form of our own."""
    return {"Origin": str(gateway.base_url).rstrip("/")}


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the last form of a page with that action."""
    form = re.findall(rf'<form[^>]*action="{action}"[^>]*>(.*?)</form>', page, re.DOTALL)[-1]
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in fields}


def test_without_letters_the_page_says_so(gateway: httpx.Client) -> None:
    assert "There are no dead letters" in gateway.get("/dead-letters").text
    assert "No dead letter passes this filter" in gateway.get("/dead-letters?stage=ingest").text


def test_letters_are_listed_with_everything_and_paged(gateway: httpx.Client, buried: Bury) -> None:
    ids = [buried(reason="timeout", message=f"message {n}", attempts=7) for n in range(60)]
    page = gateway.get("/dead-letters?reason=timeout&stage=&since=").text
    assert page.count('type="checkbox"') == 50
    for words in (
        ids[-1],
        "message 59",
        "ingest",
        "timeout",
        "Replay selected",
        "Drop selected",
        "that pass this filter",
    ):
        assert words in page
    (next_path,) = re.findall(r'<a href="([^"]*)" rel="next">', page)
    second = gateway.get(html.unescape(next_path)).text
    assert second.count('type="checkbox"') == 10
    assert ids[0] in second


def test_a_filter_that_cannot_be_read_is_told_on_the_page(gateway: httpx.Client) -> None:
    response = gateway.get("/dead-letters?since=yesterday")
    assert response.status_code == 400
    assert "This filter cannot be used" in response.text
    assert 'value="yesterday"' in response.text


def test_selected_letters_go_back_and_the_next_page_tells_of_it(
    gateway: httpx.Client, buried: Bury, redis_client: redis.Redis, here: dict[str, str]
) -> None:
    first, second, third = buried(), buried(), buried()
    sent = gateway.post("/dead-letters/replay", data={"id": [first, second, "1-1"]}, headers=here)
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/dead-letters?")
    told = gateway.get(sent.headers["location"]).text
    assert "2 dead letters sent again" in told
    assert "1 was not there any more" in told
    assert [id.decode() for id, _ in redis_client.xrange(Stream.DEAD)] == [third]
    assert redis_client.xlen(Stream.SUBMITTED) == 2


def test_all_that_pass_the_filter_go_back_but_not_what_died_since_the_page_was_shown(
    gateway: httpx.Client, buried: Bury, redis_client: redis.Redis, here: dict[str, str]
) -> None:
    buried(stage="extraction")
    for _ in range(3):
        buried()
    fields = hidden(gateway.get("/dead-letters?stage=ingest").text, "/dead-letters/replay")
    assert (fields["stage"], fields["all"]) == ("ingest", "yes")
    later = buried()
    sent = gateway.post("/dead-letters/replay", data=fields, headers=here)
    assert "3 dead letters sent again" in gateway.get(sent.headers["location"]).text
    assert "stage=ingest" in sent.headers["location"]
    assert later in {id.decode() for id, _ in redis_client.xrange(Stream.DEAD)}
    assert redis_client.xlen(Stream.DEAD) == 2


def test_more_than_one_request_may_do_is_gone_on_with_by_a_button(
    gateway: httpx.Client,
    buried: Bury,
    redis_client: redis.Redis,
    here: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wiredesk_gateway.letter_work.LETTERS_AT_ONCE", 2)
    for _ in range(5):
        buried()
    fields = hidden(gateway.get("/dead-letters").text, "/dead-letters/replay")
    counts = []
    while fields:
        sent = gateway.post("/dead-letters/replay", data=fields, headers=here)
        told = gateway.get(sent.headers["location"]).text
        counts.append(redis_client.xlen(Stream.SUBMITTED))
        fields = hidden(told, "/dead-letters/replay") if "Go on" in told else {}
    assert counts == [2, 4, 5]


@pytest.mark.parametrize("choose", ["ids", "all"])
def test_dropping_asks_first(
    gateway: httpx.Client, buried: Bury, redis_client: redis.Redis, here: dict[str, str], choose: str
) -> None:
    ids = [buried(), buried()]
    fields: Any = {"id": ids} if choose == "ids" else hidden(gateway.get("/dead-letters").text, "/dead-letters/replay")
    asked = gateway.post("/dead-letters/drop", data=fields, headers=here)
    assert asked.status_code == 200
    assert "Drop 2 dead letters for good?" in asked.text
    assert redis_client.xlen(Stream.DEAD) == 2
    fields = {**fields, **hidden(asked.text, "/dead-letters/drop"), **({"id": ids} if choose == "ids" else {})}
    assert fields["confirmed"] == "yes"
    done = gateway.post("/dead-letters/drop", data=fields, headers=here)
    assert "2 dead letters dropped" in gateway.get(done.headers["location"]).text
    assert redis_client.xlen(Stream.DEAD) == 0


def test_letters_that_cannot_go_back_are_named_with_the_reason(
    gateway: httpx.Client, buried: Bury, redis_client: redis.Redis, here: dict[str, str]
) -> None:
    stuck, free = buried(stream=""), buried()
    response = gateway.post("/dead-letters/replay", data={"id": [stuck, free]}, headers=here)
    assert response.status_code == 409
    for words in (stuck, "it came from nowhere", "1 dead letter could not be sent again; 1 could"):
        assert words in response.text
    assert free not in response.text


@pytest.mark.parametrize("path", ["/dead-letters/replay", "/dead-letters/drop"])
@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_or_of_none_changes_nothing(
    gateway: httpx.Client, buried: Bury, redis_client: redis.Redis, path: str, headers: dict[str, str]
) -> None:
    id = buried()
    response = gateway.post(path, data={"id": id, "all": "yes", "confirmed": "yes"}, headers=headers)
    assert response.status_code == 403
    assert response.headers["content-type"].startswith("text/html")
    assert redis_client.xlen(Stream.DEAD) == 1


@pytest.mark.parametrize(
    ("content", "status"), [(b"", 400), (b"id=x", 400), (b"id=%ff", 400), (b"all=no", 400), (b"\xff", 400)]
)
def test_a_form_that_chooses_nothing_is_told_so(
    gateway: httpx.Client, buried: Bury, redis_client: redis.Redis, here: dict[str, str], content: bytes, status: int
) -> None:
    buried()
    headers = {**here, "Content-Type": "application/x-www-form-urlencoded"}
    response = gateway.post("/dead-letters/replay", content=content, headers=headers)
    assert (response.status_code, redis_client.xlen(Stream.DEAD)) == (status, 1)
    assert gateway.post("/dead-letters/replay", json={"all": True}, headers=here).status_code == 415


def test_a_letter_has_a_page_of_its_own(gateway: httpx.Client, buried: Bury) -> None:
    id = buried(original=b"{broken" + b"x" * 30_000, reason="not_json", stage="ingest")
    page = gateway.get(f"/dead-letters/{id}").text
    for words in (id, "it is not JSON", "ingest: not_json", "articles.submitted", "{brokenx", "30,007 bytes"):
        assert words in page
    for path in (
        f"/api/v1/dead-letters/{id}/original",
        "/journeys/1700000000000-5",
        "/dead-letters?stage=ingest&amp;reason=not_json",
    ):
        assert f'href="{path}"' in page
    assert "The first 20,000 of 30,007 bytes" in page
    assert gateway.get("/dead-letters/1-1").status_code == 404
    assert gateway.get("/dead-letters/x").status_code == 400


def test_everything_in_a_letter_is_escaped(gateway: httpx.Client, buried: Bury, here: dict[str, str]) -> None:
    fields = {"stage": ATTACK, "reason": ATTACK, "message": f"{ATTACK}\x1b\u202e", "stream": ATTACK}
    id = buried(original=ATTACK.encode(), **fields)
    pages = [
        gateway.get("/dead-letters"),
        gateway.get("/dead-letters", params={"stage": ATTACK, "reason": ATTACK, "since": "1h"}),
        gateway.get("/dead-letters", params={"since": ATTACK}),
        gateway.get(f"/dead-letters/{id}"),
        gateway.get("/pipeline"),
        gateway.post("/dead-letters/replay", data={"id": id}, headers=here),
        gateway.post("/dead-letters/drop", data={"all": "yes", "stage": ATTACK}, headers=here),
        gateway.get("/journeys/" + "%3Cscript%3E"),
    ]
    for page in pages:
        assert "<script>" not in page.text
        assert "<img" not in page.text
        assert "\u202e" not in page.text
        assert "\x1b" not in page.text


def test_the_pipeline_page_leads_to_the_letters_and_says_why_a_worker_waits(
    gateway: httpx.Client, buried: Bury, redis_client: redis.Redis
) -> None:
    id = buried(stage="extraction", reason="timeout")
    now = datetime.now(UTC)
    report = WorkerReport(
        stage="ingest", name="w", pid=1, host="h", version="1", state="paused", why="extraction has 5,000 waiting",
        started_at=now, reported_at=now,
    )  # fmt: skip
    with redis_client.pipeline() as commands:
        announce(commands, report)
        commands.execute()
    page = gateway.get("/pipeline").text
    for words in (
        'href="/dead-letters?stage=extraction&amp;reason=timeout"',
        f'href="/dead-letters/{id}"',
        "extraction has 5,000 waiting",
        'href="/dead-letters"',
    ):
        assert words in page


def test_without_redis_the_pages_say_so(serve: Any, no_redis_url: str) -> None:
    client = serve([], no_redis_url)
    for path in ("/dead-letters", "/dead-letters/1-1", "/journeys/1-1"):
        response = client.get(path)
        assert (response.status_code, "does not answer" in response.text) == (503, True)
