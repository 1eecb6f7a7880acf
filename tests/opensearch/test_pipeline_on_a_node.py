"""Workers and the gateway as processes on a node that comes late, is killed and comes back: all once, nothing lost."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import redis
from wiredesk import pipeline
from wiredesk.events import ArticleIndexed, Stream, revision_of
from wiredesk.testing import free_port, valkey_server, wait_until
from wiredesk.wire import FIELD, decode

from tests.opensearch.news import varied
from tests.opensearch.server import OpenSearchServer

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(600)]
PATIENCE_S = 180.0


@dataclass
class Desk:
    """Two indexing workers and a gateway on a node that is not there yet."""

    node: OpenSearchServer
    client: "redis.Redis"
    http: httpx.Client
    folder: Path
    published: list[str] = field(default_factory=list)

    def publish(self, count: int) -> None:
        for number in range(len(self.published), len(self.published) + count):
            submission = f"{1_006_502_400_000 + number}-0"
            event = varied(number, words=80).model_copy(
                update={"submission_id": submission, "revision": revision_of(submission)}
            )
            self.client.xadd(Stream.EXTRACTED, {FIELD: event.model_dump_json()})
            self.published.append(submission)

    def states(self) -> list[str]:
        return [report.state for report in pipeline.workers(self.client, stage="indexing")]

    def indexed(self) -> Counter[str]:
        return Counter(
            ArticleIndexed.model_validate_json(decode(fields[FIELD.encode()]).body).submission_id
            for _, fields in self.client.xrange(Stream.INDEXED)
        )

    def found(self) -> int:
        answer = self.http.get("/api/v1/search", params={"q": "harbour OR council OR storm OR NOT harbour"})
        return answer.json()["total"] if answer.status_code == 200 else -answer.status_code

    def logs(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in self.folder.glob("*.log") if path.name != "node.log")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    node, port = OpenSearchServer(tmp_path), free_port()
    with valkey_server(appendonly="yes") as server, redis.Redis.from_url(server.url) as client:
        environment = {
            **os.environ,
            "WIREDESK_REDIS_URL": server.url,
            "WIREDESK_INDEX_URL": node.url("news"),
            "WIREDESK_DATA": str(tmp_path),
            "WIREDESK_PORT": "0",
            "WIREDESK_HTTP_PORT": str(port),
            "WIREDESK_RETRY_AFTER_S": "1",
        }
        processes = []
        for number, stage in enumerate(("indexing", "indexing", "gateway")):
            with (tmp_path / f"{stage}-{number}.log").open("wb") as log:
                command = [sys.executable, "-m", f"wiredesk_{stage}"]
                processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
                yield Desk(node, client, http, tmp_path)
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            statuses = [process.wait(60) for process in processes]
            node.kill()
        assert statuses == [0, 0, 0]


def test_a_node_that_comes_late_and_is_killed_costs_nothing_and_doubles_nothing(desk: Desk) -> None:
    wait_until(
        lambda: desk.states() == ["disconnected"] * 2, timeout_s=PATIENCE_S, what="two workers that wait for the node"
    )
    desk.publish(40)
    assert desk.found() == -503
    desk.node.start()
    wait_until(lambda: desk.states() == ["consuming"] * 2, timeout_s=PATIENCE_S, what="two workers that write")
    wait_until(lambda: desk.found() == 40, timeout_s=PATIENCE_S, what="what was published before the node was there")

    desk.publish(20)
    desk.node.kill()
    desk.publish(40)
    wait_until(lambda: desk.found() == -503, timeout_s=PATIENCE_S, what="a gateway that says the index is away")
    desk.node.start()
    wait_until(lambda: desk.found() == 100, timeout_s=PATIENCE_S, what="every article")
    wait_until(lambda: len(desk.indexed()) == 100, timeout_s=PATIENCE_S, what="every article's event")
    assert desk.indexed() == Counter(desk.published), desk.logs()

    quotes = desk.http.get("/api/v1/quotes", params={"speaker": "person:ada-moor", "limit": 100}).json()
    people = desk.http.get("/api/v1/entities", params={"q": "ada moor"}).json()["hits"]
    assert quotes["total"] == len(quotes["hits"]) == people[0]["quotes"] > 0
    assert {hit["speaker_name"] for hit in quotes["hits"]} == {"Ada Moor"}
    assert desk.http.get("/articles/article-7").status_code == 200
    assert desk.client.xlen(Stream.DEAD) == 0
