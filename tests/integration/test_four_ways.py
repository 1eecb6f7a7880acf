"""Four ways to publish lead to the same facts, and any FastStream app can read what the workers write."""

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from faststream.redis import RedisBroker, StreamSub
from faststream.redis.annotations import RedisStreamMessage
from wiredesk import wire
from wiredesk.events import ArticleExtracted, ArticleIndexed, ArticleIngested, ArticleSubmitted, Stream
from wiredesk.testing import PATIENCE_S, wait_until

STORY = (
    '"The lock gates will open on Monday," said Ada Holmgren, the mayor of Bergen.\n\n'
    "Ms Holmgren told reporters in Oslo that the canal had been closed since 12 March."
)

TRACEPARENT = f"00-{'ab' * 16}-{'cd' * 8}-01"


def submission(way: str) -> dict[str, str]:
    return {
        "url": f"https://{way}.example/canal",
        "title": "Canal to open again",
        "text": STORY,
        "published_at": "2024-05-03",
    }


def indexed(stack) -> dict[str, ArticleIndexed]:
    entries = stack.client.xrange(Stream.INDEXED)
    events = [ArticleIndexed.model_validate_json(wire.decode(fields[b"__data__"]).body) for _, fields in entries]
    return {event.submission_id: event for event in events}


def article(stack, article_id: str) -> dict[str, object]:
    with urllib.request.urlopen(f"{stack.gateway_url}/api/v1/articles/{article_id}", timeout=PATIENCE_S) as answer:
        return json.load(answer)


def by_xadd(stack) -> str:
    return stack.client.xadd(Stream.SUBMITTED, {wire.FIELD: json.dumps(submission("xadd"))}).decode()


def by_faststream(stack) -> str:
    async def publish() -> None:
        async with RedisBroker(stack.redis_url) as broker:
            await broker.publish(ArticleSubmitted.model_validate(submission("faststream")), stream=Stream.SUBMITTED)

    asyncio.run(publish())
    ((entry_id, _),) = stack.client.xrevrange(Stream.SUBMITTED, count=1)
    return entry_id.decode()


def by_command_line(stack, folder: Path) -> str:
    path = folder / "canal.json"
    path.write_text(json.dumps(submission("shell")))
    command = [sys.executable, "-c", "from wiredesk.cli import main; main()", "publish", "--json", str(path)]
    environment = {**os.environ, "WIREDESK_REDIS_URL": stack.redis_url}
    subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    ((entry_id, _),) = stack.client.xrevrange(Stream.SUBMITTED, count=1)
    return entry_id.decode()


def by_http(stack) -> str:
    body = json.dumps(submission("http")).encode()
    request = urllib.request.Request(
        f"{stack.gateway_url}/api/v1/articles", data=body, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        assert answer.status == 202
        return json.load(answer)["submission_id"]


def test_four_ways_to_publish_give_the_same_facts(stack, tmp_path: Path) -> None:
    ids = [by_xadd(stack), by_faststream(stack), by_command_line(stack, tmp_path), by_http(stack)]
    wait_until(lambda: set(ids) <= set(indexed(stack)), what="four indexed articles")

    def found(submission_id: str) -> dict[str, object]:
        try:
            return article(stack, indexed(stack)[submission_id].article_id)
        except urllib.error.HTTPError:
            return {}

    articles = [wait_until(lambda each=each: found(each), what="the article at the gateway") for each in ids]
    own = {"article_id", "revision", "submission_id", "url"}
    first, *others = [{name: value for name, value in each.items() if name not in own} for each in articles]
    assert others == [first] * 3
    assert len({each["article_id"] for each in articles}) == 4
    assert len({each["cluster_id"] for each in articles}) == 1
    facts = ArticleExtracted.model_validate(articles[0])
    (quote,) = [quote for quote in facts.quotes if quote.kind == "direct"]
    assert quote.text.startswith("The lock gates will open on Monday")
    assert quote.speaker is not None
    assert quote.speaker.name == "Ada Holmgren"
    assert {date.value for date in facts.dates} >= {"2024-05-06", "2024-03-12"}


def test_a_faststream_subscriber_reads_what_the_workers_write(stack) -> None:
    submission_id = stack.client.xadd(
        Stream.SUBMITTED,
        {wire.FIELD: wire.encode(json.dumps(submission("traced")).encode(), {"traceparent": TRACEPARENT})},
    ).decode()

    async def read() -> list[tuple[ArticleIngested, str, str]]:
        broker = RedisBroker(stack.redis_url)
        got: asyncio.Queue[tuple[ArticleIngested, str, str]] = asyncio.Queue()

        @broker.subscriber(stream=StreamSub(Stream.EXTRACTED, last_id="0", polling_interval=200))
        async def facts(event: ArticleExtracted, message: RedisStreamMessage) -> None:
            await got.put((event, message.correlation_id, message.headers.get("traceparent")))

        async with broker:
            await broker.start()
            while True:
                item = await asyncio.wait_for(got.get(), timeout=PATIENCE_S)
                if item[0].submission_id == submission_id:
                    return item

    event, correlation_id, traceparent = asyncio.run(read())
    assert event.title == "Canal to open again"
    assert correlation_id == submission_id
    assert traceparent == TRACEPARENT


def test_status_names_every_worker_with_stage_pid_host_version_and_what_it_holds(stack) -> None:
    command = [sys.executable, "-c", "from wiredesk.cli import main; main()", "status", "--json"]
    environment = {**os.environ, "WIREDESK_REDIS_URL": stack.redis_url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    workers = json.loads(done.stdout)["workers"]
    assert {worker["stage"] for worker in workers} == {"ingest", "extraction", "indexing", "gateway"}
    for worker in workers:
        assert worker["pid"] > 0
        assert worker["host"]
        assert worker["version"]
        assert "pending" in worker
        assert worker["in_flight"] >= 0
