import base64
from datetime import UTC, datetime, timedelta

import pytest
import redis
from wiredesk import dead, wire
from wiredesk.errors import NotFound, Unavailable, UsageError
from wiredesk.events import DeadLetter, Stream

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def bury(client, *, original=b"{}", stream=Stream.SUBMITTED, stage="ingest", reason="not_json", **fields):
    letter = DeadLetter(
        original=base64.b64encode(original).decode(),
        stream=stream,
        stage=stage,
        reason=reason,
        message=fields.pop("message", "it is not JSON"),
        attempts=1,
        first_seen=WHEN,
        last_seen=WHEN,
        submission_id="1700000000000-5",
    )
    data = wire.encode(letter.model_dump_json().encode(), {"correlation_id": letter.submission_id})
    return client.xadd(Stream.DEAD, {wire.FIELD: data}, **fields).decode()


def test_the_list_is_newest_first_and_tells_the_size_of_the_original(redis_client):
    first = bury(redis_client, original=b"x" * 1000)
    second = bury(redis_client, message='a message with "original":"trap"')
    listed = dead.list_dead(redis_client)
    assert [letter.id for letter in listed] == [second, first]
    assert listed[0].message == 'a message with "original":"trap"'
    assert abs(listed[1].size_bytes - 1000) <= 2
    assert listed[1].submission_id == "1700000000000-5"


def test_filters_look_through_everything_not_only_the_first_page(redis_client):
    rare = [bury(redis_client, reason="rare") for _ in range(3)]
    for n in range(1500):
        bury(redis_client, stage="extraction" if n % 2 else "ingest")
    assert [letter.id for letter in dead.list_dead(redis_client, reason="rare", limit=2)] == rare[:0:-1]
    assert len(dead.list_dead(redis_client, stage="extraction", limit=None)) == 750
    assert len(dead.list_dead(redis_client)) == 100
    assert len({letter.id for letter in dead.list_dead(redis_client, limit=None)}) == 1503


def test_since_leaves_out_what_died_before(redis_client):
    now_ms = int(WHEN.timestamp() * 1000)
    bury(redis_client, id=f"{now_ms - 1}-0")
    later = bury(redis_client, id=f"{now_ms}-0")
    assert [letter.id for letter in dead.list_dead(redis_client, since=WHEN)] == [later]
    assert dead.list_dead(redis_client, since=WHEN + timedelta(days=1)) == []


def test_a_letter_of_many_megabytes_costs_the_list_nothing(redis_client):
    bury(redis_client, original=b"\x00" * 20_000_000)
    sent_before = redis_client.info("stats")["total_net_output_bytes"]
    (letter,) = dead.list_dead(redis_client)
    assert redis_client.info("stats")["total_net_output_bytes"] - sent_before < 50_000
    assert abs(letter.size_bytes - 20_000_000) <= 2


def test_a_letter_is_shown_with_its_unmodified_bytes_and_without_the_envelope(redis_client):
    original = wire.encode(b"\xff{broken", {"correlation_id": "1-1"})
    letter = dead.show(redis_client, bury(redis_client, original=original))
    assert letter.original == original
    assert letter.body == b"\xff{broken"


def test_a_letter_that_is_not_there_is_not_found(redis_client):
    with pytest.raises(NotFound, match="dead list"):
        dead.show(redis_client, "1-1")


@pytest.mark.parametrize("id", ["", "x", "1", "-", "+", "1-1\n", "*"])
def test_what_is_no_id_is_refused_before_anything_moves(redis_client, id):
    letter = bury(redis_client)
    for act in (lambda: dead.show(redis_client, id), lambda: dead.replay(redis_client, [letter, id]),
                lambda: dead.drop(redis_client, [letter, id])):  # fmt: skip
        with pytest.raises(UsageError):
            act()
    assert redis_client.xlen(Stream.DEAD) == 1


def test_an_entry_that_is_no_dead_letter_is_listed_shown_and_droppable_but_not_replayed(redis_client):
    strange = redis_client.xadd(Stream.DEAD, {"other": "field"}).decode()
    garbage = redis_client.xadd(Stream.DEAD, {wire.FIELD: b"\xff\xfe"}).decode()
    assert [letter.reason for letter in dead.list_dead(redis_client)] == [dead.UNREADABLE] * 2
    assert dead.show(redis_client, garbage).original == b"\xff\xfe"
    assert [result.outcome for result in dead.replay(redis_client, [strange, garbage])] == ["failed"] * 2
    assert dead.drop(redis_client, [strange, garbage]) == 2


def test_replay_moves_the_original_bytes_under_the_old_submission_id(redis_client):
    original = b"\x00\xffbytes"
    letter = bury(redis_client, original=original, stream=Stream.EXTRACTED, stage="indexing")
    (result,) = dead.replay(redis_client, [letter])
    assert (result.outcome, result.stream) == ("replayed", Stream.EXTRACTED)
    ((entry_id, fields),) = redis_client.xrange(Stream.EXTRACTED)
    assert entry_id.decode() == result.entry_id
    assert fields == {wire.FIELD.encode(): original, b"submission_id": b"1700000000000-5"}
    assert redis_client.xlen(Stream.DEAD) == 0


def test_replaying_twice_moves_once(redis_client):
    letter = bury(redis_client)
    assert [result.outcome for result in dead.replay(redis_client, [letter, letter])] == ["replayed", "gone"]
    assert redis_client.xlen(Stream.SUBMITTED) == 1


def test_a_letter_from_no_stream_of_work_is_not_replayed(redis_client):
    letters = [bury(redis_client, stream=stream) for stream in ("elsewhere", Stream.DEAD, "")]
    assert [result.outcome for result in dead.replay(redis_client, letters)] == ["failed"] * 3
    assert redis_client.xlen(Stream.DEAD) == 3
    assert not redis_client.exists("elsewhere")


def test_a_letter_whose_stream_refuses_it_stays_and_the_others_move(redis_client):
    redis_client.set(Stream.INGESTED, "not a stream")
    stuck, free = bury(redis_client, stream=Stream.INGESTED), bury(redis_client)
    results = dead.replay(redis_client, [stuck, free])
    assert [result.outcome for result in results] == ["failed", "replayed"]
    assert "WRONGTYPE" in results[0].message
    assert [letter.id for letter in dead.list_dead(redis_client)] == [stuck]


@pytest.fixture
def limited(redis_client):
    """Makes clients that may do everything but the commands named."""
    kwargs = redis_client.connection_pool.connection_kwargs
    made = []

    def make(*denied):
        redis_client.acl_setuser(
            "limited", enabled=True, nopass=True, reset=True, keys=["*"], commands=["+@all", *(f"-{c}" for c in denied)]
        )
        client = redis.Redis(host=kwargs["host"], port=kwargs["port"], username="limited", password="x")
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
    redis_client.acl_deluser("limited")


@pytest.mark.parametrize("denied", ["xadd", "xdel"])
def test_a_user_who_may_do_only_half_moves_nothing(redis_client, limited, denied):
    letter = bury(redis_client)
    (result,) = dead.replay(limited(denied), [letter])
    assert result.outcome == "failed"
    assert redis_client.xlen(Stream.DEAD) == 1
    assert redis_client.xlen(Stream.SUBMITTED) == 0


def test_on_a_full_server_a_letter_can_still_move_as_that_frees_memory(redis_client):
    letter = bury(redis_client)
    redis_client.config_set("maxmemory", "1")
    try:
        (result,) = dead.replay(redis_client, [letter])
    finally:
        redis_client.config_set("maxmemory", "0")
    left, moved = redis_client.xlen(Stream.DEAD), redis_client.xlen(Stream.SUBMITTED)
    assert (result.outcome, left, moved) in (("replayed", 0, 1), ("failed", 1, 0))


def test_drop_counts_what_was_there(redis_client):
    letters = [bury(redis_client) for _ in range(3)]
    assert dead.drop(redis_client, [*letters[:2], "1-1"]) == 2
    assert [letter.id for letter in dead.list_dead(redis_client)] == letters[2:]
    assert dead.drop(redis_client, []) == 0


def test_a_stream_of_a_wrong_type_is_said(redis_client):
    redis_client.set(Stream.DEAD, "not a stream")
    with pytest.raises(Unavailable, match="WRONGTYPE"):
        dead.list_dead(redis_client)
