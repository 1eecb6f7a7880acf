import json
import time

import pytest
from wiredesk import keys, wire
from wiredesk.errors import Unavailable, UsageError
from wiredesk.events import ArticleRetracted, Stream, revision_of
from wiredesk.submissions import IdempotencyConflict, forget_publisher, retract, submit, submit_in_turn


def test_documents_go_on_the_stream_unchanged_and_in_order(redis_client):
    documents = [b'{"text": "one"}', b"\xff\x00 not JSON", b""]
    ids = submit(redis_client, documents)
    entries = redis_client.xrange(Stream.SUBMITTED)
    assert [id.decode() for id, _ in entries] == ids
    assert [fields for _, fields in entries] == [{wire.FIELD.encode(): document} for document in documents]


def test_nothing_to_submit_is_nothing_done(redis_client):
    assert submit(redis_client, []) == []
    assert redis_client.dbsize() == 0


def test_of_a_batch_all_are_added_or_none(redis_client):
    redis_client.set(Stream.SUBMITTED, "not a stream")
    with pytest.raises(Unavailable, match="WRONGTYPE"):
        submit(redis_client, [b"1", b"2"])
    with pytest.raises(Unavailable, match="WRONGTYPE"):
        submit(redis_client, [b"1", b"2"], idempotency_key="k")
    assert not redis_client.exists(keys.idempotency("k"))


def test_repeating_a_request_under_its_key_answers_the_same_ids(redis_client):
    first = submit(redis_client, [b"1", b"2"], idempotency_key="k", expires_s=100)
    assert submit(redis_client, [b"1", b"2"], idempotency_key="k") == first
    assert redis_client.xlen(Stream.SUBMITTED) == 2
    assert 0 < redis_client.ttl(keys.idempotency("k")) <= 100


@pytest.mark.parametrize("other", [[b"12"], [b"1"], [b"2", b"1"], [b"1", b"2", b""]])
def test_a_key_used_for_other_documents_is_a_conflict(redis_client, other):
    submit(redis_client, [b"1", b"2"], idempotency_key="k")
    with pytest.raises(IdempotencyConflict):
        submit(redis_client, other, idempotency_key="k")
    assert redis_client.xlen(Stream.SUBMITTED) == 2


def test_a_key_of_a_wrong_type_adds_nothing(redis_client):
    redis_client.set(keys.idempotency("k"), "something else")
    with pytest.raises(Unavailable):
        submit(redis_client, [b"1"], idempotency_key="k")
    assert redis_client.xlen(Stream.SUBMITTED) == 0


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_an_idempotency_key_has_a_sane_length(redis_client, key):
    with pytest.raises(UsageError):
        submit(redis_client, [b"1"], idempotency_key=key)


def change(client, entry_id):
    fields = client.xrange(Stream.CHANGES, entry_id, entry_id)[0][1]
    return ArticleRetracted.model_validate_json(wire.decode(fields[wire.FIELD.encode()]).body)


def test_a_retraction_covers_every_submission_before_and_none_after(redis_client):
    before = submit(redis_client, [b"1"] * 50)
    event = change(redis_client, retract(redis_client, "a", reason='because of "it" \\'))
    after = submit(redis_client, [b"1"] * 50)
    assert event.article_id == "a"
    assert event.reason == 'because of "it" \\'
    assert max(map(revision_of, before)) <= event.revision < min(map(revision_of, after))


def test_a_retraction_is_made_even_where_the_articles_entry_is_of_a_wrong_type(redis_client):
    redis_client.set(keys.article("a"), "in the way")
    id = retract(redis_client, "a")
    assert [entry_id.decode() for entry_id, _ in redis_client.xrange(Stream.CHANGES)] == [id]


def test_a_retraction_covers_submissions_of_a_clock_ahead(redis_client):
    ahead = f"{int(time.time() * 1000) + 3_600_000}-7"
    redis_client.xadd(Stream.SUBMITTED, {wire.FIELD: b"1"}, id=ahead)
    redis_client.xtrim(Stream.SUBMITTED, maxlen=0)
    event = change(redis_client, retract(redis_client, "a"))
    assert event.revision == revision_of(ahead)
    assert revision_of(submit(redis_client, [b"2"])[0]) > event.revision


def test_a_retraction_without_a_stream_covers_everything_up_to_now(redis_client):
    seconds, micros = redis_client.time()
    event = change(redis_client, retract(redis_client, "a"))
    assert event.revision >= revision_of(f"{seconds * 1000 + micros // 1000 - 1}-4095")
    assert event.revision < revision_of(submit(redis_client, [b"2"])[0])


@pytest.mark.parametrize(
    "entry_id", ["9007199254740-4095", "4398046511104-4095", "2199023255551-4095", "99999999999999-1"]
)
def test_revisions_are_exact_beyond_the_precision_of_doubles(redis_client, entry_id):
    redis_client.xadd(Stream.SUBMITTED, {wire.FIELD: b"1"}, id=entry_id)
    assert change(redis_client, retract(redis_client, "a")).revision == revision_of(entry_id)


def test_a_retraction_lets_the_same_content_be_submitted_again(redis_client):
    redis_client.hset(keys.article("a"), mapping={"content": "hash", "revision": "5"})
    retract(redis_client, "a")
    assert redis_client.hgetall(keys.article("a")) == {b"revision": b"5"}


def test_a_retraction_that_cannot_be_added_releases_nothing(redis_client):
    redis_client.hset(keys.article("a"), mapping={"content": "hash", "revision": "5"})
    redis_client.set(Stream.CHANGES, "not a stream")
    with pytest.raises(Unavailable):
        retract(redis_client, "a")
    assert redis_client.hget(keys.article("a"), "content") == b"hash"


def test_a_retraction_is_one_json_object_in_the_envelope(redis_client):
    fields = redis_client.xrange(Stream.CHANGES, *[retract(redis_client, "ä")] * 2)[0][1]
    body = json.loads(wire.decode(fields[wire.FIELD.encode()]).body)
    assert set(body) == {"version", "kind", "article_id", "revision", "reason"}


@pytest.mark.parametrize("article_id", ["", "  ", "x" * 1025])
def test_what_cannot_be_an_article_id_is_refused(redis_client, article_id):
    with pytest.raises(UsageError):
        retract(redis_client, article_id)


def test_a_publishers_turn_answers_the_same_ids_and_its_next_one_new_ids(redis_client):
    first = submit_in_turn(redis_client, [b"1", b"2"], publisher="p", turn=1)
    assert submit_in_turn(redis_client, [b"1", b"2"], publisher="p", turn=1) == first
    second = submit_in_turn(redis_client, [b"3"], publisher="p", turn=2)
    others = submit_in_turn(redis_client, [b"3"], publisher="q", turn=2)
    assert [id.decode() for id, _ in redis_client.xrange(Stream.SUBMITTED)] == first + second + others
    assert redis_client.ttl(keys.idempotency("p")) > 0
    forget_publisher(redis_client, "p")
    assert not redis_client.exists(keys.idempotency("p"))


def test_a_turn_that_cannot_be_added_leaves_no_answer_behind(redis_client):
    redis_client.set(Stream.SUBMITTED, "not a stream")
    with pytest.raises(Unavailable, match="WRONGTYPE"):
        submit_in_turn(redis_client, [b"1"], publisher="p", turn=1)
    redis_client.delete(Stream.SUBMITTED)
    assert len(submit_in_turn(redis_client, [b"1"], publisher="p", turn=1)) == 1
    assert redis_client.xlen(Stream.SUBMITTED) == 1


def test_a_turn_that_arrives_after_the_next_one_adds_nothing(redis_client):
    submit_in_turn(redis_client, [b"1"], publisher="p", turn=9)
    submit_in_turn(redis_client, [b"2"], publisher="p", turn=10)
    assert submit_in_turn(redis_client, [b"1"], publisher="p", turn=9) == []
    assert redis_client.xlen(Stream.SUBMITTED) == 2


def test_a_turn_of_many_parts_is_one_and_its_late_twin_adds_nothing(redis_client):
    documents = [b"%d" % n for n in range(130)] + [b"x" * 300_000, b"y" * 300_000]
    ids = submit_in_turn(redis_client, documents, publisher="p", turn=1)
    assert submit_in_turn(redis_client, documents, publisher="p", turn=1) == ids
    entries = redis_client.xrange(Stream.SUBMITTED)
    assert [id.decode() for id, _ in entries] == ids
    assert [fields[wire.FIELD.encode()] for _, fields in entries] == documents


def test_of_a_turn_of_many_parts_a_full_server_takes_none(redis_client):
    redis_client.config_set("maxmemory", 1)
    try:
        with pytest.raises(Unavailable, match="is full"):
            submit_in_turn(redis_client, [b"1"] * 130, publisher="p", turn=1)
    finally:
        redis_client.config_set("maxmemory", 0)
    assert redis_client.dbsize() == 0
