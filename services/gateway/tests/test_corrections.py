"""Corrections of entities over a real index: by the API and by the pages' forms, sent, applied, shown, taken back.

The indexing worker's part is played by the test: it hands what stands on `articles.changes` to the index's writer.
"""

import html
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import redis
from wiredesk import wire
from wiredesk.events import ArticleRetracted, EntityCorrected, Stream, revision_of
from wiredesk.index import open_reader, open_writer
from wiredesk.index.corrections import Correction
from wiredesk.index.protocol import IndexWriter
from wiredesk.testing import RedisServer, wait_until

PERSON = "person:mara-ilves"
OTHER = "person:m-ilves"
ATTACK = '"><img src=x onerror=alert(1)>'


@dataclass
class Newsroom:
    """A gateway on an index whose writer the test holds."""

    client: httpx.Client
    writer: IndexWriter
    redis: redis.Redis

    def changes(self) -> list[tuple[str, EntityCorrected]]:
        return [
            (id.decode(), EntityCorrected.model_validate_json(wire.decode(fields[b"__data__"]).body))
            for id, fields in self.redis.xrange(Stream.CHANGES)
        ]

    def apply(self) -> None:
        """What the indexing worker does, until the gateway shows it."""
        for id, event in self.changes():
            self.writer.correct([Correction(revision_of(id), event)])
        while self.writer.settle():
            pass
        last = self.changes()[-1][0]
        waiting = "The correction is on its way"
        wait_until(lambda: waiting not in self._page(last), what="the corrected index")

    def _page(self, change_id: str) -> str:
        return self.client.get(f"/entities/{PERSON}", params={"change": change_id}).text


@pytest.fixture
def room(tmp_path: Path, redis_server: RedisServer, redis_client: redis.Redis, request: Any) -> Iterator[Newsroom]:
    """Mara Ilves in one article of her own and one beside M. Ilves, whom another speaks of alone."""
    conftest: ModuleType = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    url = f"tantivy://{tmp_path}/index"
    writer = open_writer(url)

    def entity(text: str, id: str, type: str, name: str) -> dict[str, Any]:
        return {"id": id, "type": type, "name": name, "mentions": [conftest.spans(text, name)]}

    both = "M. Ilves met Mara Ilves at the Harbour Office in Port Arven."
    alone = "Fog is near, said M. Ilves."
    speaker = {**conftest.spans(alone, "M. Ilves"), "entity_id": OTHER, "name": "M. Ilves"}
    writer.upsert([
        conftest._plain_article(),
        conftest.extracted("both", both, title="A meeting", published_at="2024-01-05", entities=[
            entity(both, PERSON, "Person", "Mara Ilves"),
            entity(both, OTHER, "Person", "M. Ilves"),
            entity(both, "organization:harbour-office", "Organization", "Harbour Office"),
        ]),
        conftest.extracted("alone", alone, title="Fog", published_at="2024-03-09", entities=[
            entity(alone, OTHER, "Person", "M. Ilves")
        ], quotes=[{**conftest.spans(alone, "Fog is near"), "speaker": speaker}]),
    ])  # fmt: skip
    with ExitStack() as stack:
        client = conftest.start_gateway(stack, lambda: open_reader(url), redis_server.url)
        yield Newsroom(client, writer, redis_client)
        writer.close()


@pytest.fixture
def here(room: Newsroom) -> dict[str, str]:
    """What a browser says of a form of our own."""
    return {"Origin": str(room.client.base_url).rstrip("/")}


def hidden(page: str, action: str) -> dict[str, str | list[str]]:
    """The hidden fields of the last form of a page with that action."""
    form = re.findall(rf'<form[^>]*action="{action}"[^>]*>(.*?)</form>', page, re.DOTALL)[-1]
    fields: dict[str, str | list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form):
        known = fields.get(name)
        said = html.unescape(value)
        fields[name] = said if known is None else [*([known] if isinstance(known, str) else known), said]
    return fields


def post(room: Newsroom, id: str, **wish: Any) -> httpx.Response:
    query = {"dry_run": "true"} if wish.pop("dry_run", False) else {}
    return room.client.post(f"/api/v1/entities/{id}/corrections", json=wish, params=query)


# the API


def test_a_merge_is_sent_applied_listed_and_taken_back(room: Newsroom) -> None:
    answer = post(room, OTHER, same_as=PERSON, by="ann", reason="the same")
    assert answer.status_code == 202
    ((change_id, event),) = room.changes()
    assert answer.json() == {
        "change_ids": [change_id], "entity_id": OTHER, "leads_to": PERSON, "name": "Mara Ilves",
        "articles": 2, "quotes": 1,
    }  # fmt: skip
    assert (event.same_as, event.name, event.by, event.reason) == (PERSON, "Mara Ilves", "ann", "the same")
    room.apply()
    client = room.client
    for id in (OTHER, PERSON):
        entity = client.get(f"/api/v1/entities/{id}").json()
        assert (entity["entity_id"], entity["articles"], entity["quotes"]) == (PERSON, 3, 2)
        assert [member["entity_id"] for member in entity["members"]] == [PERSON, OTHER]
        assert client.get("/api/v1/search", params={"people": id}).json()["total"] == 3
        (told,) = client.get(f"/api/v1/entities/{id}/corrections").json()
        assert (told["id"], told["entity_id"], told["same_as"], told["by"]) == (change_id, OTHER, PERSON, "ann")
    (quote,) = client.get("/api/v1/quotes", params={"article_id": "alone"}).json()["hits"]
    assert (quote["speaker_id"], quote["speaker_name"], quote["corrected"]) == (PERSON, "Mara Ilves", True)
    (entity,) = client.get("/api/v1/articles/alone").json()["entities"]
    assert (entity["id"], entity["extracted_as"]) == (PERSON, [{"id": OTHER, "name": "M. Ilves"}])

    gone = client.delete(f"/api/v1/entities/{PERSON}/corrections/{change_id}")
    assert gone.status_code == 202
    room.apply()
    assert client.get(f"/api/v1/entities/{OTHER}").json()["articles"] == 2
    assert client.get(f"/api/v1/entities/{OTHER}/corrections").json() == []
    assert client.delete(f"/api/v1/entities/{PERSON}/corrections/{change_id}").status_code == 404


def test_a_dry_run_tells_and_sends_nothing(room: Newsroom) -> None:
    answer = post(room, OTHER, same_as=PERSON, dry_run=True)
    assert (answer.status_code, answer.json()["articles"], answer.json()["change_ids"]) == (200, 2, [])
    assert room.changes() == []


def test_a_rename_and_a_split(room: Newsroom) -> None:
    assert post(room, PERSON, name="  Captain Ilves ").status_code == 202
    answer = post(room, OTHER, name="M. Ilves (pilot)", articles=["alone"])
    assert answer.json() | {"change_ids": []} == {
        "change_ids": [], "entity_id": OTHER, "leads_to": "person:m-ilves-pilot", "name": "M. Ilves (pilot)",
        "articles": 1, "quotes": 1,
    }  # fmt: skip
    room.apply()
    names = {hit["entity_id"]: hit["name"] for hit in room.client.get("/api/v1/entities?type=Person").json()["hits"]}
    assert names == {PERSON: "Captain Ilves", OTHER: "M. Ilves", "person:m-ilves-pilot": "M. Ilves (pilot)"}


@pytest.mark.parametrize(("id", "wish", "status", "words"), [
    ("person:nobody", {"name": "x"}, 404, "no article speaks of"),
    (OTHER, {"same_as": "person:nobody"}, 404, "no article speaks of"),
    (OTHER, {"same_as": "place:port-arven"}, 409, "force"),
    (OTHER, {"same_as": OTHER}, 409, "already"),
    (OTHER, {"name": "M. Ilves"}, 409, "already"),
    (OTHER, {}, 400, "say what"),
    (OTHER, {"name": " \t"}, 400, "say what"),
    (OTHER, {"name": "a\u202eb"}, 400, "cannot be seen"),
    (OTHER, {"rename": "x"}, 400, "rename"),
    (OTHER, {"name": "x", "articles": ["a1"]}, 404, "a1 does not speak of"),
    (OTHER, {"name": "x", "articles": ["nowhere"]}, 404, "nowhere"),
    (OTHER, {"articles": ["alone"]}, 400, "whose these articles are"),
    (OTHER, {"same_as": "person:new", "articles": ["alone"]}, 404, "name"),
    (OTHER, {"same_as": OTHER, "articles": ["alone"]}, 409, "itself"),
    (OTHER, {"same_as": "the pilot", "name": "x", "articles": ["alone"]}, 400, "no id"),
    (OTHER, {"same_as": "person:" + "x" * 600, "name": "x", "articles": ["alone"]}, 400, "512 bytes"),
    (OTHER, {"name": "x" * 501}, 400, "500"),
])  # fmt: skip
def test_what_cannot_be_corrected_is_told_with_the_cure(
    room: Newsroom, id: str, wish: dict[str, Any], status: int, words: str
) -> None:
    answer = post(room, id, **wish)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]
    assert room.changes() == []


def test_types_that_differ_are_merged_by_force(room: Newsroom) -> None:
    assert post(room, OTHER, same_as="place:port-arven", force=True).status_code == 202


def test_the_other_way_round_is_a_circle_and_refused(room: Newsroom) -> None:
    post(room, OTHER, same_as=PERSON)
    room.apply()
    for answer in (post(room, PERSON, same_as=OTHER), post(room, OTHER, same_as=PERSON), post(room, OTHER, name="x")):
        assert answer.status_code == 409
        assert "take" in answer.json()["detail"]


def test_only_json_is_taken(room: Newsroom) -> None:
    answer = room.client.post(f"/api/v1/entities/{OTHER}/corrections", data={"name": "x"})
    assert answer.status_code == 415


def test_what_was_said_of_an_entity_is_taken_back_when_no_article_speaks_of_it_any_more(room: Newsroom) -> None:
    (change_id,) = post(room, PERSON, name="Captain Ilves").json()["change_ids"]
    room.apply()
    room.writer.retract([ArticleRetracted(article_id=id, revision=1) for id in ("a1", "both")])
    address = f"/api/v1/entities/{PERSON}"
    wait_until(lambda: room.client.get(address).status_code == 404, what="the retraction")
    assert [each["id"] for each in room.client.get(f"{address}/corrections").json()] == [change_id]
    assert room.client.delete(f"{address}/corrections/{change_id}").status_code == 202


# the pages


def test_a_merge_by_form_shows_what_changes_and_is_seen_on_the_next_page(room: Newsroom, here: dict[str, str]) -> None:
    page = room.client.get(f"/entities/{OTHER}").text
    assert f'name="alike" value="{PERSON}"' in page
    form = {"entity_id": OTHER, "alike": PERSON, "same_as": ""}
    asked = room.client.post("/entities/correct", data=form, headers=here)
    assert asked.status_code == 200
    for words in ("<strong>2 articles</strong>", "<strong>1 quote</strong>", OTHER, PERSON):
        assert words in asked.text
    assert room.changes() == []
    applying = threading.Thread(target=lambda: (wait_until(room.changes, what="a change"), room.apply()))
    applying.start()
    sent = room.client.post("/entities/correct", data=hidden(asked.text, "/entities/correct"), headers=here)
    applying.join()
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/entities/person:mara-ilves?change=")
    told = room.client.get(sent.headers["location"]).text
    assert ">Corrected<" in told
    assert 'title="Extracted as M. Ilves">corrected<' in room.client.get("/articles/alone").text
    assert ">corrected</span>" in room.client.get(f"/quotes?speaker={PERSON}").text
    assert 'M. Ilves</bdi> <span class="count">merged, 2 articles' in told
    moved = room.client.get(f"/entities/{OTHER}")
    assert (moved.status_code, moved.headers["location"]) == (302, "/entities/person:mara-ilves")

    asked = room.client.post("/entities/undo", data=hidden(told, "/entities/undo"), headers=here)
    assert "Take this correction back?" in asked.text
    room.client.post("/entities/undo", data=hidden(asked.text, "/entities/undo"), headers=here)
    room.apply()
    assert "Corrections in force" not in room.client.get(f"/entities/{PERSON}").text


def test_before_the_index_has_it_the_page_says_that_it_waits(room: Newsroom, here: dict[str, str]) -> None:
    form = {"entity_id": OTHER, "name": "Pilot Ilves", "confirmed": "yes"}
    sent = room.client.post("/entities/correct", data=form, headers=here)
    page = room.client.get(sent.headers["location"]).text
    assert "The correction is on its way" in page
    assert 'http-equiv="refresh"' in page


def test_a_split_by_form_needs_its_articles(room: Newsroom, here: dict[str, str]) -> None:
    form = {"entity_id": OTHER, "name": "The Pilot", "split": "yes"}
    refused = room.client.post("/entities/correct", data=form, headers=here)
    assert (refused.status_code, "choose the articles" in refused.text) == (400, True)
    asked = room.client.post("/entities/correct", data=form | {"article": ["alone", "both"]}, headers=here)
    assert "In 2 articles" in asked.text
    assert hidden(asked.text, "/entities/correct")["article"] == ["alone", "both"]
    assert "person:the-pilot" in asked.text


def test_a_name_is_looked_up_and_offered_when_it_is_not_one_alone(room: Newsroom, here: dict[str, str]) -> None:
    def ask(name: str) -> httpx.Response:
        return room.client.post("/entities/correct", data={"entity_id": OTHER, "same_as": name}, headers=here)

    assert "<bdi>Mara Ilves</bdi>?</h1>" in ask("mara ilves").text
    assert "<bdi>Port Arven</bdi>?</h1>" in ask("Arven").text
    assert "Look twice" in ask("Arven").text
    assert (ask("nobody at all").status_code, "Nobody is called" in ask("nobody at all").text) == (404, True)


def test_what_users_write_is_shown_as_text(room: Newsroom, here: dict[str, str]) -> None:
    form = {"entity_id": OTHER, "name": ATTACK, "by": ATTACK, "reason": ATTACK}
    asked = room.client.post("/entities/correct", data=form, headers=here)
    assert "<img" not in asked.text
    room.client.post("/entities/correct", data=hidden(asked.text, "/entities/correct"), headers=here)
    room.apply()
    page = room.client.get(f"/entities/{OTHER}").text
    assert "&lt;img src=x" in page
    assert "<img" not in page


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_other_sites_correct_nothing(room: Newsroom, headers: dict[str, str]) -> None:
    for address in ("/entities/correct", "/entities/undo"):
        form = {"entity_id": OTHER, "name": "x", "confirmed": "yes"}
        assert room.client.post(address, data=form, headers=headers).status_code == 403
    assert room.changes() == []


def test_an_entitys_page_draws_when_it_was_in_the_news_and_names_its_roles(room: Newsroom) -> None:
    page = room.client.get(f"/entities/{PERSON}").text
    assert page.count('class="bar"') == 2
    assert 'aria-label="5 January 2024: 1 article"' in page
    assert "<bdi>harbour master</bdi>" in page
    links = re.findall(r'<a href="([^"]*)" aria-label="5 January', page)
    assert "1 article found" in room.client.get(html.unescape(links[0])).text
