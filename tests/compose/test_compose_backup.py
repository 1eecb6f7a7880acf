"""A backup from containers that run, all volumes lost, and the way back by the commands of docs/operations.md."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import redis
from wiredesk import wire
from wiredesk.events import Stream
from wiredesk.http_api import HttpApi, path_of
from wiredesk.testing import wait_until

from tests.compose.stack import WORKERS, Stack

ROOT = Path(__file__).resolve().parents[2]
WIREDESK = Path(sys.executable).with_name("wiredesk")
OWNER = (4321, 4322)

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200)]


@pytest.fixture
def own(engine_with_images: Mapping[str, str]) -> Iterator[Stack]:
    """Redis and the four services, whose volumes may be lost."""
    own = Stack(engine_with_images)
    os.chown(own.backups, *OWNER)
    try:
        started(own)
        yield own
    finally:
        own.down()


def started(own: Stack) -> None:
    own.up(**dict.fromkeys(WORKERS, 1))


def publish(own: Stack, *paths: Path) -> list[str]:
    """Published from the host; an article that is none is told and left out."""
    command = [WIREDESK, "publish", *paths, "--url", own.gateway_url]
    done = subprocess.run(command, cwd=own.home, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout, done.stderr
    return done.stdout.split()


def held(own: Stack) -> dict[str, str]:
    """The text of every article that the gateway finds, by id."""
    lines = bytearray()
    wanted = {"q": "", "format": "jsonl", "fields": "article_id,text"}
    HttpApi(own.gateway_url).save(path_of("search", "export"), lines.extend, **wanted)
    return {one["article_id"]: one["text"] for one in map(json.loads, lines.splitlines())}


def indexed(own: Stack) -> set[str]:
    """The ids of the articles that the indexing worker says it committed."""
    with redis.Redis.from_url(own.redis_url) as client:
        entries = client.xrange(Stream.INDEXED)
    return {json.loads(wire.decode(fields[wire.FIELD.encode()]).body)["article_id"] for _, fields in entries}


def all_ended(own: Stack) -> bool:
    with redis.Redis.from_url(own.redis_url) as client:
        read = {Stream.SUBMITTED: "ingest", Stream.INGESTED: "extraction", Stream.EXTRACTED: "indexing"}
        for stream, group in read.items():
            found = {told["name"].decode(): told for told in client.xinfo_groups(stream)}
            if found[group]["lag"] != 0 or found[group]["pending"]:
                return False
    return True


def dead(own: Stack) -> list[str]:
    return [letter["id"] for letter in HttpApi(own.gateway_url).get("/api/v1/dead-letters")["hits"]]


def test_everything_is_searchable_again_after_all_volumes_were_lost(own: Stack, tmp_path: Path) -> None:
    publish(own, ROOT / "seeds")
    wait_until(lambda: all_ended(own), timeout_s=300, what="the seeds to come to their ends")
    late = tmp_path / "late.txt"
    late.write_text("Mayor Ada Holm opened the last lock of Varnholm.")
    # The gateway sees a commit a moment later, and may see one of several first.
    wait_until(lambda: held(own).keys() == indexed(own), interval_s=0.2, what="the gateway to look again")
    before, letters = held(own), dead(own)

    own.compose("run", "--rm", "backup", "/backups/monday")
    whole = [path.lstat() for path in (own.backups / "monday", *(own.backups / "monday").rglob("*"))]
    assert {(found.st_uid, found.st_gid) for found in whole} == {OWNER}
    publish(own, late)

    own.compose("down", "--volumes")
    own.compose("run", "--rm", "restore", "/backups/monday")
    started(own)
    wait_until(lambda: held(own) == before, timeout_s=120, interval_s=0.5, what="everything to be searchable again")
    assert dead(own) == letters
    # What was put in place is the services' own: they go on writing to it.
    publish(own, late)
    wait_until(lambda: len(held(own)) == len(before) + 1, timeout_s=120, interval_s=0.5, what="another article")

    # Back on purpose: nothing is put over a Redis that is there.
    running = own.attempt("run", "--rm", "restore", "/backups/monday")
    assert (running.returncode, "still runs" in running.stderr) == (2, True), running.stderr
    own.compose("down")
    refused = own.attempt("run", "--rm", "restore", "/backups/monday")
    assert (refused.returncode, "is there already" in refused.stderr) == (2, True), refused.stderr
    moved = ("--entrypoint", "mv", "restore", "/redis/appendonlydir", "/redis/appendonlydir.before")
    own.compose("run", "--rm", *moved)
    own.compose("run", "--rm", "restore", "/backups/monday")
    started(own)
    wait_until(lambda: held(own) == before, timeout_s=120, interval_s=0.5, what="the state of the backup")
