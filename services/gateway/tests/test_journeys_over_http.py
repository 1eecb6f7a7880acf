"""Journeys over HTTP, by submission id and by article id, whatever became of the article."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import redis
import redis.asyncio
from wiredesk import keys
from wiredesk.events import Stream, revision_of
from wiredesk.stage.finish import Finisher, Worked
from wiredesk.stage.outcomes import Claim, Dead, Delivery, Done, Outcome, Publish, Retry
from wiredesk.submissions import submit

Finish = Callable[..., str]
WORKER, VERSION = "host-1-abcdef", "9.8.7"


@pytest.fixture
def finish(redis_client: redis.Redis, redis_url: str) -> Finish:
    """Lets a stage finish what it reads next; answers what the finish script made of it."""
    redis_client.set(keys.signature("abcdef"), f"{WORKER} {VERSION}")

    def act(stage: str, source: Stream, target: Stream | None, submission_id: str, outcome: Outcome) -> str:
        if not any(group["name"] == stage.encode() for group in _groups(redis_client, source)):
            redis_client.xgroup_create(source, stage, "0", mkstream=True)
        ((_, ((entry_id, fields),)),) = redis_client.xreadgroup(stage, "w", {source: ">"}, count=1)
        arrived = int(entry_id.partition(b"-")[0])
        delivery = Delivery(
            stream=source,
            entry_id=entry_id.decode(),
            data=fields[b"__data__"],
            attempts=1,
            submission_id=submission_id,
        )

        async def finished() -> str:
            async with redis.asyncio.Redis.from_url(redis_url) as client:
                finisher = Finisher(
                    redis=client, stage=stage, signature="abcdef", target=target, article_ttl_s=60, journey_ttl_s=60
                )
                (done,) = await finisher.finish([Worked(delivery, outcome, arrived + 5, arrived + 25)])
                return str(done.outcome)

        return asyncio.run(finished())

    return act


def _groups(client: redis.Redis, stream: Stream) -> Any:
    return client.xinfo_groups(stream) if client.exists(stream) else []


def ingested(article_id: str, submission_id: str, content: str) -> Publish:
    claim = Claim(article_id=article_id, revision=revision_of(submission_id), content_hash=content)
    return Publish(payload=b"{}", article_id=article_id, claim=claim)


def told(gateway: httpx.Client, id: str) -> dict[str, Any]:
    response = gateway.get(f"/api/v1/articles/{id}/journey")
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


INGEST = ("ingest", Stream.SUBMITTED, Stream.INGESTED)
EXTRACTION = ("extraction", Stream.INGESTED, Stream.EXTRACTED)
INDEXING = ("indexing", Stream.EXTRACTED, Stream.INDEXED)


def test_one_that_arrived_is_told_by_both_its_ids(
    gateway: httpx.Client, redis_client: redis.Redis, finish: Finish
) -> None:
    (id,) = submit(redis_client, [b"{}"])
    assert told(gateway, id)["state"] == "waiting"
    finish(*INGEST, id, ingested("a1", id, "h"))
    assert told(gateway, id)["state"] == "under way"
    finish(*EXTRACTION, id, Publish(payload=b"{}", article_id="a1"))
    finish(*INDEXING, id, Publish(payload=b"{}", article_id="a1"))
    way = told(gateway, id)
    assert way == told(gateway, "a1")
    assert (way["state"], way["article_id"], way["submission_id"]) == ("searchable", "a1", id)
    assert [step["stage"] for step in way["steps"]] == ["ingest", "extraction", "indexing"]
    for step in way["steps"]:
        assert (step["waited_ms"], step["worked_ms"], step["attempts"]) == (5, 20, 1)
        assert (step["worker"], step["version"]) == (WORKER, VERSION)
        assert step["arrived_at"]


def test_one_that_died_at_once_and_one_that_died_later(
    gateway: httpx.Client, redis_client: redis.Redis, finish: Finish
) -> None:
    first, second = submit(redis_client, [b"{", b"{}"])
    finish(*INGEST, first, Dead(reason="not_json", message="m"))
    finish(*INGEST, second, ingested("a1", second, "h"))
    finish(*EXTRACTION, second, Dead(reason="timeout", message="m", article_id="a1", revision=revision_of(second)))
    assert told(gateway, first)["state"] == "dead-lettered"
    assert told(gateway, first)["steps"][0]["reason"] == "not_json"
    assert told(gateway, second)["state"] == "dead-lettered"
    assert told(gateway, "a1")["submission_id"] == second
    page = gateway.get(f"/journeys/{second}").text
    (dead_id,) = [
        id.decode() for id, fields in redis_client.xrange(Stream.DEAD) if second.encode() in fields[b"__data__"]
    ]
    assert f'href="/dead-letters/{dead_id}"' in page
    for words in ("dead-lettered", "timeout", WORKER, VERSION, "extraction"):
        assert words in page
    redis_client.delete(Stream.DEAD)
    assert "not among the dead letters any more" in gateway.get(f"/journeys/{second}").text


def test_a_duplicate_and_a_superseded_one(gateway: httpx.Client, redis_client: redis.Redis, finish: Finish) -> None:
    older, first, again = submit(redis_client, [b"{}"] * 3)
    # The older one is worked on last: it was retried meanwhile.
    finish(*INGEST, older, Retry(reason="unavailable", message="m"))
    assert told(gateway, older)["state"] == "retrying"
    assert finish(*INGEST, first, ingested("a1", first, "h")) == "published"
    assert finish(*INGEST, again, ingested("a1", again, "h")) == "duplicate"
    assert told(gateway, again)["state"] == "duplicate"
    assert told(gateway, again)["article_id"] == "a1"
    assert told(gateway, "a1")["submission_id"] == first
    late = redis_client.xadd(Stream.SUBMITTED, {"__data__": b"{}", "submission_id": older}).decode()
    assert late
    assert finish(*INGEST, older, ingested("a1", older, "other")) == "superseded"
    assert told(gateway, older)["state"] == "superseded"


def test_one_that_is_done_without_an_event_and_one_nobody_knows(
    gateway: httpx.Client, redis_client: redis.Redis, finish: Finish
) -> None:
    (id,) = submit(redis_client, [b"{}"])
    finish("ingest", Stream.SUBMITTED, None, id, Done())
    assert told(gateway, id)["steps"][0]["outcome"] == "done"
    for unknown in ("1-1", "nobody"):
        assert gateway.get(f"/api/v1/articles/{unknown}/journey").status_code == 404
        page = gateway.get(f"/journeys/{unknown}")
        assert (page.status_code, "nothing is known" in page.text) == (404, True)


def test_the_box_for_an_id_leads_to_its_page(gateway: httpx.Client, redis_client: redis.Redis, finish: Finish) -> None:
    (id,) = submit(redis_client, [b"{}"])
    found = gateway.get("/journeys", params={"id": f" {id} "})
    assert (found.status_code, found.headers["location"]) == (303, f"/journeys/{id}")
    assert gateway.get("/journeys", params={"id": "a/b?c"}).headers["location"] == "/journeys/a%2Fb%3Fc"
    assert gateway.get("/journeys").headers["location"] == "/pipeline"
    assert "No stage has finished with it yet" in gateway.get(f"/journeys/{id}").text
    assert 'action="/journeys"' in gateway.get("/pipeline").text
