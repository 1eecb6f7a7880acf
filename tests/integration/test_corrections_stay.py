"""A correction through the real services: seen within a second, and still there whatever happens to the index.

The test plays extraction's part: it puts extracted articles on the stream, anew under another revision each time.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis
from wiredesk import pipeline
from wiredesk.errors import Unavailable
from wiredesk.events import ArticleExtracted, Entity, Mention, Quote, Speaker, Stream, revision_of
from wiredesk.http_api import HttpApi, path_of
from wiredesk.testing import PATIENCE_S, free_port, valkey_server, wait_until
from wiredesk.wire import FIELD

WRONG, RIGHT = "person:maara-ilves", "person:mara-ilves"
NAMES = {RIGHT: "Mara Ilves", WRONG: "Maara Ilves"}

APART = {id: (name, 1, 1) for id, name in NAMES.items()}

pytestmark = pytest.mark.timeout(600)


@dataclass
class Newsroom:
    """One process a stage, on a server and an index of their own."""

    environment: dict[str, str]
    client: "redis.Redis"
    folder: Path
    api: HttpApi
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, *stages: str) -> None:
        for stage in stages:
            with (self.folder / f"{stage}.log").open("ab") as log:
                command = [sys.executable, "-m", f"wiredesk_{stage}"]
                self.processes[stage] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        wait_until(self._consuming, interval_s=0.1, what="consuming workers")

    def stop(self, stage: str) -> None:
        process = self.processes.pop(stage)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0

    def _consuming(self) -> bool:
        states = {report.pid: report.state for report in pipeline.workers(self.client)}
        return all(states.get(process.pid) == "consuming" for process in self.processes.values())

    def extract(self, second: int) -> None:
        """An article for each name, as extracted from what was submitted in this second."""
        for id, name in NAMES.items():
            event = _extracted(id, name, f"{1_700_000_000 + second}000-0")
            self.client.xadd(Stream.EXTRACTED, {FIELD: event.model_dump_json()})

    def total(self, id: str) -> int:
        return int(self.api.get("/api/v1/search", people=id)["total"])

    def people(self) -> dict[str, tuple[str, int, int]]:
        hits = self.api.get("/api/v1/entities", type="Person")["hits"]
        return {hit["entity_id"]: (hit["name"], hit["articles"], hit["quotes"]) for hit in hits}

    def command(self, *arguments: str) -> Any:
        done = subprocess.run(
            [Path(sys.executable).with_name("wiredesk"), "entity", *arguments, "--json"],
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    port = free_port()
    with valkey_server(appendonly="yes") as server, contextlib.closing(redis.Redis.from_url(server.url)) as client:
        environment = {
            **os.environ,
            "WIREDESK_REDIS_URL": server.url,
            "WIREDESK_INDEX_URL": f"tantivy://{tmp_path}/index",
            "WIREDESK_DATA": str(tmp_path),
            "WIREDESK_PORT": "0",
            "WIREDESK_HTTP_PORT": str(port),
        }
        made = Newsroom(environment, client, tmp_path, HttpApi(f"http://127.0.0.1:{port}"))
        try:
            yield made
        finally:
            for process in made.processes.values():
                process.kill()
                process.wait()


def test_a_correction_is_seen_within_a_second_and_survives_whatever_happens_to_the_index(room: Newsroom) -> None:
    room.start("indexing", "gateway")
    room.extract(1)
    wait_until(lambda: _people(room) == APART, what="both articles")

    planned = room.command("merge", WRONG, RIGHT, "--dry-run")
    assert (planned["articles"], planned["leads_to"], planned["change_ids"]) == (1, RIGHT, [])
    sent = time.monotonic()
    wish = json.dumps({"same_as": RIGHT, "reason": "misspelt"}).encode()
    room.api.post(path_of("entities", WRONG, "corrections"), wish, headers={"Content-Type": "application/json"})
    wait_until(lambda: room.total(RIGHT) == room.total(WRONG) == 2, what="the merge")
    took_s = time.monotonic() - sent
    print(f"seen {took_s * 1000:.0f} ms after it was sent")
    assert took_s < 30  # within a second, but for a machine that has much else to do; and not at the next start
    merged = {RIGHT: ("Mara Ilves", 2, 2)}
    assert room.people() == merged

    room.stop("indexing")
    room.start("indexing")
    room.extract(2)
    wait_until(lambda: room.client.xlen(Stream.INDEXED) == 4, what="the articles once more")
    assert room.people() == merged

    room.stop("indexing")
    room.stop("gateway")
    shutil.rmtree(room.folder / "index")
    room.start("indexing", "gateway")
    room.extract(3)
    wait_until(lambda: _people(room) == merged, what="an index made anew")
    (change,) = room.command("corrections", RIGHT)
    assert change["reason"] == "misspelt"

    room.command("undo", RIGHT, change["id"])
    wait_until(lambda: room.people() == APART, what="the merge taken back")


def _extracted(id: str, name: str, submission_id: str) -> ArticleExtracted:
    text = f"“We waited long,” {name} said."
    start = text.index(name)
    where = {"start": start, "end": start + len(name), "text": name}
    return ArticleExtracted(
        article_id=id.replace(":", "-"),
        revision=revision_of(submission_id),
        submission_id=submission_id,
        text=text,
        content_hash="0" * 64,
        cluster_id=id,
        extractor="tests/1",
        entities=(Entity(id=id, type="Person", name=name, mentions=(Mention.model_validate(where),)),),
        quotes=(
            Quote(
                start=1,
                end=15,
                text=text[1:15],
                speaker=Speaker.model_validate(where | {"entity_id": id, "name": name}),
            ),
        ),
    )


def _people(room: Newsroom) -> dict[str, tuple[str, int, int]] | None:
    """None while the gateway has no index."""
    try:
        return room.people()
    except Unavailable:
        return None
