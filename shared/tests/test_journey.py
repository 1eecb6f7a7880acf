import pytest
from wiredesk import journey_steps, keys
from wiredesk.errors import NotFound
from wiredesk.events import Stream, revision_of
from wiredesk.journey import journey
from wiredesk.submissions import submit
from wiredesk.workers import sign, signature_of

SUBMISSION = "1700000000000-3"


def step(outcome="published", *, at=0, reason=None):
    arrived = 1_700_000_000_000 + at
    head = journey_steps.head(
        Stream.SUBMITTED,
        f"{arrived}-0",
        started_ms=arrived + 5,
        finished_ms=arrived + 25,
        attempts=1,
        signature="a1b2c3",
    )
    return head + outcome + journey_steps.tail(reason)


def record(client, **steps):
    client.hset(keys.journey(SUBMISSION), mapping={**steps, "article": "a"})


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


def test_a_line_of_another_version_is_left_out(redis_client):
    record(redis_client, ingest=step(), extraction="9 nonsense", indexing="", enrichment=step(at=50))
    assert [step.stage for step in journey(redis_client, SUBMISSION).steps] == ["ingest", "enrichment"]


def test_a_signature_is_told_as_the_worker_and_its_version(redis_client):
    record(redis_client, ingest=step())
    (unknown,) = journey(redis_client, SUBMISSION).steps
    assert (unknown.worker, unknown.version) == ("a1b2c3", "")
    name = "host-17-a1b2c3"
    sign(redis_client, name, "1.2.3", 60)
    assert signature_of(name) == "a1b2c3"
    (known,) = journey(redis_client, SUBMISSION).steps
    assert (known.worker, known.version) == (name, "1.2.3")


def test_a_reason_is_told(redis_client):
    record(redis_client, ingest=step("dead_lettered", reason="not_json"))
    (died,) = journey(redis_client, SUBMISSION).steps
    assert (died.outcome, died.reason, died.attempts, died.worked_ms) == ("dead_lettered", "not_json", 1, 20)
