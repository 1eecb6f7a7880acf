import json

import pytest
from wiredesk import keys
from wiredesk.errors import NotFound
from wiredesk.events import Stream, revision_of
from wiredesk.journey import JourneyStep, journey
from wiredesk.submissions import submit

SUBMISSION = "1700000000000-3"


def step(outcome="published", *, at=0, **fields):
    arrived = 1_700_000_000_000 + at
    record = {
        "stream": "articles.submitted",
        "entry_id": f"{arrived}-0",
        "started_ms": arrived + 5,
        "finished_ms": arrived + 25,
        "attempts": 1,
        "outcome": outcome,
        "reason": None,
        "worker": "w",
        "version": "1",
        "article_id": "a",
        **fields,
    }
    return json.dumps(record)


def record(client, **steps):
    client.hset(keys.journey(SUBMISSION), mapping=steps)


def test_steps_come_in_the_order_of_the_flow_with_their_times(redis_client):
    record(redis_client, indexing=step("done", at=200), ingest=step(), extraction=step(at=100))
    found = journey(redis_client, SUBMISSION)
    assert [step.stage for step in found.steps] == ["ingest", "extraction", "indexing"]
    assert (found.steps[1].waited_ms, found.steps[1].worked_ms) == (5, 20)
    assert (found.state, found.total_ms, found.article_id) == ("searchable", 225, "a")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("published", "under way"),
        ("duplicate", "duplicate"),
        ("superseded", "superseded"),
        ("dead_lettered", "dead-lettered"),
        ("retried", "retrying"),
    ],
)
def test_the_last_outcome_says_where_it_stands(redis_client, outcome, state):
    record(redis_client, ingest=step(), extraction=step(outcome, at=100))
    found = journey(redis_client, SUBMISSION)
    assert found.state == state
    assert (found.finished_at is None) == (state in ("under way", "retrying"))


def test_a_replayed_submission_is_under_way_again_from_its_latest_step(redis_client):
    record(redis_client, ingest=step(at=1000), extraction=step("dead_lettered", at=100))
    assert journey(redis_client, SUBMISSION).state == "under way"


def test_an_article_id_leads_to_its_current_submission(redis_client):
    record(redis_client, ingest=step())
    redis_client.hset(keys.article("example.org/a"), "revision", str(revision_of(SUBMISSION)))
    found = journey(redis_client, "example.org/a")
    assert (found.submission_id, found.article_id) == (SUBMISSION, "example.org/a")


def test_a_submission_nobody_has_read_yet_is_waiting(redis_client):
    (id,) = submit(redis_client, [b"{}"])
    found = journey(redis_client, id)
    assert (found.state, found.steps, found.article_id) == ("waiting", (), None)


@pytest.mark.parametrize("id", ["1-1", "no-such-article", "1-1\n", ""])
def test_what_nothing_is_known_of_is_not_found(redis_client, id):
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", mkstream=True)
    with pytest.raises(NotFound):
        journey(redis_client, id)


def test_a_record_of_another_version_is_left_out(redis_client):
    record(redis_client, ingest=step(), extraction="not JSON", enrichment=step(at=50, future_field=1))
    assert [step.stage for step in journey(redis_client, SUBMISSION).steps] == ["ingest", "enrichment"]


def test_the_stored_form_is_the_step():
    assert JourneyStep.model_validate_json(step(reason="x")).reason == "x"
