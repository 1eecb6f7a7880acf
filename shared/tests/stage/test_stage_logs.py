"""What a worker and its child log: JSON lines that name the article and quote none of it."""

import json
from collections.abc import Callable

import pytest
import redis
from wiredesk import wire
from wiredesk.events import Stream
from wiredesk.testing import PATIENCE_S, wait_until

Start = Callable[..., "WorkerProcess"]  # noqa: F821 - conftest's class

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
BODY = "VERMILION"


def submit(client: "redis.Redis", title: str) -> str:
    body = json.dumps({"title": title, "text": f"{BODY} {title}"}).encode()
    data = wire.encode(body, {"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"})
    return client.xadd(Stream.SUBMITTED, {wire.FIELD: data}).decode()


@pytest.mark.parametrize(
    ("title", "event", "why"),
    [
        ("quote", "stage.failed", None),
        ("crash", "child.died", "crashed"),
        ("loop", "child.died", "timeout"),
        ("hoard", "child.died", "out_of_memory"),
        ("later", "entry.left", "busy"),
        ("refuse", "entry.dead", "no_story"),
        ("warn", "python.warned", None),
        ("print", "entry.finished", None),
    ],
)
def test_every_way_an_article_fares_is_told_with_its_ids_and_without_its_words(
    worker: Start, redis_client: "redis.Redis", title: str, event: str, why: str | None
) -> None:
    submission_id = submit(redis_client, title)
    limit_s = 1 if why == "timeout" else PATIENCE_S
    started = worker(
        WIREDESK_ITEM_TIME_LIMIT_S=str(limit_s), WIREDESK_ITEM_MEMORY_LIMIT_MB="200", WIREDESK_MAX_ATTEMPTS="2"
    )
    wait_until(
        lambda: redis_client.xlen(Stream.INGESTED) + redis_client.xlen(Stream.DEAD) == 1,
        what="an article that is done with",
    )
    _, logged = started.stop()
    assert BODY not in logged
    lines = [json.loads(line) for line in logged.splitlines()]
    told = next(line for line in lines if line["event"] == event)
    assert (told["service"], told["submission_id"], told["trace_id"]) == ("ingest", submission_id, TRACE_ID)
    assert told.get("why") == why
