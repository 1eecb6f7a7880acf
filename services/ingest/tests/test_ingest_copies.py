"""Near copies through whole ingest workers: processes on a real server."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator

import pytest
import redis
from wiredesk import keys, pipeline, wire
from wiredesk.events import ArticleIngested, Stream
from wiredesk.testing import PATIENCE_S, wait_until

WIRE = """The evening ferry to Inishmore turned back on Thursday after its steering failed two miles out of Rossaveel.

None of the 84 passengers was hurt. They were brought ashore by the lifeboat and by two fishing boats, whose crews had
heard the captain's call and were on the spot within twenty minutes.

"It was calm, thank God, and nobody panicked," said Bríd Ní Fhlatharta, who teaches at the island's school. "The crew
handed out blankets and tea."

The company said that the vessel, built in {year}, had passed its yearly inspection in March. It will be towed to Galway
on Friday, and a smaller boat will sail in its place until further notice."""

OTHER = """Councillors in Galway voted on Monday to plant four hundred trees along the canal, against the advice of
engineers who fear for its banks. The planting starts in November with alders and willows, and schools will look after
a stretch each. The opposition called the plan a costly ornament, but abstained in the end."""


def publish(client: "redis.Redis", outlet: str, text: str) -> str:
    event = {"url": f"https://{outlet}.example/ferry", "title": f"As told by {outlet}", "text": text}
    return client.xadd(Stream.SUBMITTED, {wire.FIELD: json.dumps(event)}).decode()


def ingested(client: "redis.Redis") -> dict[str, ArticleIngested]:
    events = (
        ArticleIngested.model_validate_json(wire.decode(fields[wire.FIELD.encode()]).body)
        for _, fields in client.xrange(Stream.INGESTED)
    )
    return {event.submission_id: event for event in events}


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(redis_url: str) -> Iterator[Start]:
    """Starts ingest workers; whatever still runs at the end of the test is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def worker(**settings: str) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "WIREDESK_REDIS_URL": redis_url, "WIREDESK_RETRY_AFTER_S": "0.3", **settings}
        started.append(subprocess.Popen([sys.executable, "-m", "wiredesk_ingest"], env=environment))
        return started[-1]

    yield worker
    for process in started:
        process.kill()
        process.wait()


def address(client: "redis.Redis", process: "subprocess.Popen[bytes]") -> str:
    def consuming() -> str | None:
        reports = pipeline.workers(client)
        return next((each.address for each in reports if each.pid == process.pid and each.state == "consuming"), None)

    return wait_until(consuming, what="a worker that reads")


def copies_counted(client: "redis.Redis", process: "subprocess.Popen[bytes]", outcome: str) -> float:
    with urllib.request.urlopen(f"http://{address(client, process)}/metrics", timeout=PATIENCE_S) as answer:
        lines = answer.read().decode().splitlines()
    name = f'wiredesk_copies_total{{outcome="{outcome}"}} '
    return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), 0.0)


def test_copies_that_two_workers_read_share_a_cluster(redis_client: "redis.Redis", start: Start) -> None:
    wire_copy = WIRE.format(year=1998)
    texts = [wire_copy, wire_copy.rpartition("\n\n")[0], WIRE.format(year=1999), "Our reporter writes:\n\n" + wire_copy]
    workers = [start(WIREDESK_BATCH_SIZE="1") for _ in range(2)]
    for worker in workers:
        address(redis_client, worker)
    ids = [publish(redis_client, f"outlet-{n}", texts[n % len(texts)]) for n in range(40)]
    other = publish(redis_client, "other", OTHER)
    wait_until(lambda: len(ingested(redis_client)) == 41, what="41 ingested articles")
    found = ingested(redis_client)
    assert len({found[each].cluster_id for each in ids}) == 1
    assert found[other].cluster_id != found[ids[0]].cluster_id
    assert len({each.article_id for each in found.values()}) == 41
    wait_until(
        lambda: sum(copies_counted(redis_client, worker, "founded") for worker in workers) == 2,
        what="two founders in the metrics",
    )
    assert sum(copies_counted(redis_client, worker, "joined") for worker in workers) > 0
    assert redis_client.hget(keys.copy_founders(), "next") == b"2"


def test_a_corrected_article_stays_in_its_cluster(redis_client: "redis.Redis", start: Start) -> None:
    start()
    first, copy = publish(redis_client, "a", WIRE.format(year=1998)), publish(redis_client, "b", WIRE.format(year=1997))
    corrected = publish(redis_client, "a", WIRE.format(year=1996).replace("84", "86"))
    wait_until(lambda: len(ingested(redis_client)) == 3, what="three ingested articles")
    found = ingested(redis_client)
    assert found[first].article_id == found[corrected].article_id
    assert len({found[each].cluster_id for each in (first, copy, corrected)}) == 1


def test_with_the_keys_refused_articles_go_on_in_the_cluster_of_exact_copies(
    redis_client: "redis.Redis", start: Start
) -> None:
    redis_client.set(keys.copy_founders(), "no hash")
    worker = start()
    texts = [WIRE.format(year=1998), WIRE.format(year=1998).upper(), WIRE.format(year=1999)]
    ids = [publish(redis_client, f"outlet-{n}", text) for n, text in enumerate(texts)]
    wait_until(lambda: len(ingested(redis_client)) == 3, what="three ingested articles")
    found = ingested(redis_client)
    assert found[ids[0]].cluster_id == found[ids[1]].cluster_id != found[ids[2]].cluster_id
    wait_until(lambda: copies_counted(redis_client, worker, "failed") == 3, what="three failures in the metrics")


def test_a_batch_that_is_held_keeps_the_clusters_it_has(redis_client: "redis.Redis", start: Start) -> None:
    redis_client.set(Stream.INGESTED, "no stream")
    ids = [publish(redis_client, f"outlet-{n}", WIRE.format(year=1990 + n)) for n in range(3)]
    worker = start()
    wait_until(lambda: redis_client.hget(keys.copy_founders(), "next") == b"1", what="a founder")
    redis_client.delete(Stream.INGESTED)
    wait_until(lambda: len(ingested(redis_client)) == 3, what="three ingested articles")
    assert len({ingested(redis_client)[each].cluster_id for each in ids}) == 1
    wait_until(lambda: copies_counted(redis_client, worker, "joined") == 2, what="two copies in the metrics")
    assert copies_counted(redis_client, worker, "known") == 0


def test_what_a_killed_worker_leaves_behind_comes_to_the_same_cluster(
    redis_client: "redis.Redis", start: Start
) -> None:
    redis_client.set(Stream.INGESTED, "no stream")
    ids = [publish(redis_client, f"outlet-{n}", WIRE.format(year=1990 + n)) for n in range(3)]
    first = start()
    wait_until(lambda: redis_client.hget(keys.copy_founders(), "next") == b"1", what="a founder")
    founder = redis_client.hget(keys.copy_founders(), "1")
    first.kill()
    first.wait()
    redis_client.delete(Stream.INGESTED)
    start()
    wait_until(lambda: len(ingested(redis_client)) == 3, what="three ingested articles")
    assert {ingested(redis_client)[each].cluster_id for each in ids} == {founder[4:28].decode()}
    assert redis_client.hget(keys.copy_founders(), "next") == b"1"
