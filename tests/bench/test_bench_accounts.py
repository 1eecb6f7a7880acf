"""The account of what became of every submission, on a real server."""

import base64
import time
from datetime import UTC, datetime

import pytest
import redis
from bench import accounts
from bench.accounts import Account, Follower
from bench.errors import BenchError
from wiredesk import journey_steps, keys, wire
from wiredesk.events import ArticleIndexed, DeadLetter, Stream, revision_of
from wiredesk.submissions import submit

NOW = datetime.now(UTC)


def _index(client: "redis.Redis", submission_id: str) -> None:
    event = ArticleIndexed(
        article_id=submission_id,
        revision=revision_of(submission_id),
        submission_id=submission_id,
        submitted_at=NOW,
        indexed_at=NOW,
    )
    client.xadd(Stream.INDEXED, {wire.FIELD: wire.encode(event.model_dump_json().encode(), {})})


def _bury(client: "redis.Redis", submission_id: str) -> None:
    letter = DeadLetter(
        original=base64.b64encode(b"{}").decode(),
        stream=Stream.SUBMITTED,
        stage="ingest",
        reason="no_text",
        message="there is no text",
        attempts=1,
        first_seen=NOW,
        last_seen=NOW,
        submission_id=submission_id,
    )
    client.xadd(Stream.DEAD, {wire.FIELD: wire.encode(letter.model_dump_json().encode(), {})})


def _hold_back(client: "redis.Redis", submission_id: str, outcome: str) -> None:
    milliseconds = int(time.time() * 1000)
    head = journey_steps.head(
        Stream.SUBMITTED, submission_id, started_ms=milliseconds, finished_ms=milliseconds, attempts=1, signature="w"
    )
    client.hset(keys.journey(submission_id), "ingest", head + outcome)


def test_every_end_an_article_can_come_to_is_found(redis_client: "redis.Redis") -> None:
    indexed, dead, duplicate, superseded = submit(redis_client, [b"{}"] * 4)
    _index(redis_client, indexed)
    _bury(redis_client, dead)
    _hold_back(redis_client, duplicate, "duplicate")
    _hold_back(redis_client, superseded, "superseded")
    account = Account(submitted={indexed, dead, duplicate, superseded})
    Follower(redis_client, account).wait(account.submitted, lambda: None)
    counts = account.counts()
    assert counts == {
        "submitted": 4,
        "indexed": 1,
        "duplicate": 1,
        "superseded": 1,
        "dead_lettered": 1,
        "missing": 0,
        "indexed_again": 0,
    }


def test_an_article_indexed_twice_is_noticed(redis_client: "redis.Redis") -> None:
    (submission_id,) = submit(redis_client, [b"{}"])
    _index(redis_client, submission_id)
    _index(redis_client, submission_id)
    account = Account(submitted={submission_id})
    Follower(redis_client, account).wait([submission_id], lambda: None)
    assert account.indexed_again == 1


def test_a_lost_article_is_named(redis_client: "redis.Redis", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_STUCK_S", 0.1)
    (submission_id,) = submit(redis_client, [b"{}"])
    with pytest.raises(BenchError, match=f"1 of 1 articles have not arrived.*{submission_id}"):
        Follower(redis_client, Account(submitted={submission_id})).wait([submission_id], lambda: None)


def test_accounts_of_several_pipelines_add_up() -> None:
    one, two = Account(submitted={"1-0"}, dead={"1-0": "no_text"}), Account(submitted={"1-0", "2-0"})
    counts = accounts.total([one, two])
    assert (counts["submitted"], counts["dead_lettered"], counts["missing"]) == (3, 1, 2)
