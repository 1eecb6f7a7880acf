import base64
import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import redis
from wiredesk import dead, journey_steps, keys, wire
from wiredesk.connection import connect
from wiredesk.errors import NotFound, Unavailable, UsageError
from wiredesk.events import DeadLetter, Stream, submitted_at
from wiredesk.journey import journey
from wiredesk.testing_network import Network

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


def bury_many(client, count, **fields):
    return [bury(client, reason=fields.get("reason", f"r{n % 3}"), **fields) for n in range(count)]


def replay_everything(client, selection, **options):
    """Every portion until none is ahead; the results, and how many portions it took."""
    span, results, portions = dead.whole(client, selection), [], 0
    while span is not None:
        portion = dead.replay_some(client, selection, span, **options)
        results += portion.results
        span = portion.ahead
        portions += 1
    return results, portions


def test_a_look_goes_on_from_where_the_last_one_reached(redis_client):
    letters = bury_many(redis_client, 25)
    for oldest_first in (False, True):
        seen, after = [], None
        while True:
            look = dead.look(redis_client, dead.Selection(), limit=10, after=after, oldest_first=oldest_first)
            seen += [letter.id for letter in look.letters]
            after = look.reached
            if after is None:
                break
        assert seen == (letters if oldest_first else letters[::-1])


def test_a_look_that_ends_with_the_last_letter_promises_nothing_more(redis_client):
    bury_many(redis_client, 10)
    assert dead.look(redis_client, dead.Selection(), limit=10).reached is None


def test_a_filter_few_pass_reads_a_bounded_number_and_says_where_to_go_on(redis_client, monkeypatch):
    monkeypatch.setattr("wiredesk.dead.letters.LOOKED_AT", 40)
    rare = bury(redis_client, reason="rare")
    for _ in range(100):
        bury(redis_client)
    looks, after = [], None
    while not looks or after:
        look = dead.look(redis_client, dead.Selection(reason="rare"), limit=5, after=after)
        looks.append([letter.id for letter in look.letters])
        after = look.reached
    assert looks == [[], [], [rare]]


def test_a_page_of_large_letters_is_cut_short_by_its_bytes(redis_client):
    letters = [bury(redis_client, original=b"x" * 3_000_000) for _ in range(5)]
    assert [letter.id for letter in dead.list_dead(redis_client)] == letters[::-1]


def test_replaying_a_selection_goes_oldest_first_in_portions(redis_client):
    letters = bury_many(redis_client, 30)
    results, portions = replay_everything(redis_client, dead.Selection(reason="r1"), limit=4)
    assert [result.id for result in results] == letters[1::3]
    assert {result.outcome for result in results} == {"replayed"}
    assert portions == 3
    assert redis_client.xlen(Stream.DEAD) == 20
    assert [id.decode() for id, _ in redis_client.xrange(Stream.SUBMITTED)] == [r.entry_id for r in results]


def test_a_portion_out_of_time_leaves_the_rest_ahead(redis_client):
    letters = bury_many(redis_client, 5)
    span = dead.whole(redis_client, dead.Selection())
    portion = dead.replay_some(redis_client, dead.Selection(), span, seconds=0)
    assert [result.id for result in portion.results] == letters[:1]
    assert portion.ahead == dead.Span(after=letters[0], until=letters[-1])


def test_what_dies_again_while_everything_is_replayed_is_not_replayed_for_ever(redis_client):
    first = bury(redis_client)
    span = dead.whole(redis_client, dead.Selection())
    again = bury(redis_client)
    portion = dead.replay_some(redis_client, dead.Selection(), span)
    assert ([result.id for result in portion.results], portion.ahead) == ([first], None)
    assert [letter.id for letter in dead.list_dead(redis_client)] == [again]


def test_one_that_fails_is_tried_once_and_stays(redis_client):
    redis_client.set(Stream.INGESTED, "not a stream")
    stuck = bury_many(redis_client, 5, stream=Stream.INGESTED)
    results, _ = replay_everything(redis_client, dead.Selection(), limit=2)
    assert [(result.id, result.outcome) for result in results] == [(id, "failed") for id in stuck]
    assert redis_client.xlen(Stream.DEAD) == 5


def test_a_selection_since_a_time_leaves_older_letters_alone(redis_client):
    now_ms = int(WHEN.timestamp() * 1000)
    older, later = bury(redis_client, id=f"{now_ms - 1}-7"), bury(redis_client, id=f"{now_ms}-0")
    results, _ = replay_everything(redis_client, dead.Selection(since=WHEN))
    assert [result.id for result in results] == [later]
    assert [letter.id for letter in dead.list_dead(redis_client)] == [older]


def test_where_nothing_is_dead_there_is_no_span(redis_client):
    assert dead.whole(redis_client, dead.Selection()) is None


def test_dropping_a_selection_in_portions_counts_them(redis_client):
    bury_many(redis_client, 30)
    selection = dead.Selection(reason="r2")
    dropped, ahead = dead.drop_some(redis_client, selection, dead.whole(redis_client, selection), limit=6)
    assert (dropped, ahead is not None) == (6, True)
    assert dead.drop_some(redis_client, selection, ahead) == (4, None)
    assert redis_client.xlen(Stream.DEAD) == 20


def test_two_who_replay_everything_at_once_move_each_letter_once(redis_client, redis_url):
    letters = bury_many(redis_client, 200)

    def replay_all(_):
        with redis.Redis.from_url(redis_url) as client:
            return dead.replay(client, letters)

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(replay_all, range(2)))
    outcomes = [sorted((mine.outcome, yours.outcome)) for mine, yours in zip(*both, strict=True)]
    assert outcomes == [["gone", "replayed"]] * len(letters)
    assert redis_client.xlen(Stream.SUBMITTED) == len(letters)
    assert redis_client.xlen(Stream.DEAD) == 0


def test_a_letter_trimmed_before_its_script_runs_is_gone(redis_client):
    letter = bury(redis_client)

    class Trimming(redis.Redis):
        def eval(self, *arguments):
            redis_client.xtrim(Stream.DEAD, maxlen=0)
            return super().eval(*arguments)

    with Trimming(connection_pool=redis_client.connection_pool) as client:
        (result,) = dead.replay(client, [letter])
    assert (result.outcome, redis_client.exists(Stream.SUBMITTED)) == ("gone", 0)


def test_a_letter_replayed_before_is_gone_and_says_as_what(redis_client):
    letter = bury(redis_client)
    (moved,) = dead.replay(redis_client, [letter])
    (again,) = dead.replay(redis_client, [letter])
    assert (again.outcome, again.stream, again.entry_id) == ("gone", Stream.SUBMITTED, moved.entry_id)
    assert 0 < redis_client.ttl(keys.replayed(letter)) <= 600


def test_answers_lost_with_their_connections_neither_double_a_letter_nor_tell_of_it_wrongly(redis_client, redis_server):
    letters = [bury(redis_client, original=b"%d" % n) for n in range(60)]
    with Network(redis_server.port) as network:
        cuts = {0: "to_client", 1: "to_server", 2: None}
        scripts = itertools.count()

        class Cutting(redis.Redis):
            def eval(self, *arguments):
                direction = cuts[next(scripts) % 3]
                if direction:
                    network.halve(direction)
                return super().eval(*arguments)

        with connect(network.url) as patient, Cutting(connection_pool=patient.connection_pool) as client:
            results = dead.replay(client, letters)
        assert network.halved == 40
    moved = {entry.decode(): fields[wire.FIELD.encode()] for entry, fields in redis_client.xrange(Stream.SUBMITTED)}
    assert [result.outcome for result in results] == ["replayed"] * 60
    assert [moved[result.entry_id] for result in results] == [b"%d" % n for n in range(60)]
    assert len(moved) == 60
    assert redis_client.xlen(Stream.DEAD) == 0


def test_a_server_that_goes_away_in_the_midst_is_told_with_what_was_done(redis_client, redis_server):
    letters = bury_many(redis_client, 5)
    with Network(redis_server.port) as network:

        class Leaving(redis.Redis):
            def eval(self, *arguments):
                answer = super().eval(*arguments)
                if redis_client.xlen(Stream.DEAD) == 3:
                    network.refuse()
                    network.cut()
                return answer

        with connect(network.url, retries=0) as hasty, Leaving(connection_pool=hasty.connection_pool) as client:
            results = dead.replay(client, letters)
            assert [result.outcome for result in results] == ["replayed"] * 2 + ["unknown"] + ["failed"] * 2
            network.heal()
            span = dead.whole(client, dead.Selection())
            network.refuse()
            network.cut()
            with pytest.raises(Unavailable):
                dead.replay_some(client, dead.Selection(), span)
    assert [letter.id for letter in dead.list_dead(redis_client)] == letters[:1:-1]


def test_a_user_who_may_not_write_to_the_stream_moves_nothing(redis_client, redis_url, limited):
    letter = bury(redis_client)
    client = limited()
    redis_client.acl_setuser("limited", keys=[Stream.DEAD, keys.replayed("*")], enabled=True, reset_keys=True)
    (result,) = dead.replay(client, [letter])
    assert (result.outcome, "NOPERM" in result.message or "permission" in result.message.lower()) == ("failed", True)
    assert redis_client.xlen(Stream.DEAD) == 1
    assert not redis_client.exists(Stream.SUBMITTED)


def test_the_letter_of_a_submission_is_found_by_when_it_died(redis_client):
    bury(redis_client)
    (wanted,) = [letter.id for letter in dead.list_dead(redis_client)]
    died_at = submitted_at(wanted)
    found = dead.of_submission(redis_client, "1700000000000-5", died_at=died_at)
    assert found.id == wanted
    assert dead.of_submission(redis_client, "1-1", died_at=died_at) is None
    assert dead.of_submission(redis_client, "1700000000000-5", died_at=died_at + timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", WHEN - timedelta(minutes=30)),
        (" 7d ", WHEN - timedelta(days=7)),
        ("2025-12-31", datetime(2025, 12, 31, tzinfo=UTC)),
        ("2025-12-31T10:00:00+02:00", datetime(2025, 12, 31, 8, tzinfo=UTC)),
        ("999999d", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_time_ago_or_iso_8601(text, expected):
    assert dead.moment(text, now=WHEN) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "-2h", "2 h", "1e9"])
def test_what_is_no_moment_is_said(text):
    with pytest.raises(UsageError, match="2h"):
        dead.moment(text, now=WHEN)


def test_a_replayed_submission_is_under_way_until_its_stage_is_done_with_it_again(redis_client):
    submission_id = "1700000000000-5"
    arrived = {"started_ms": 1_700_000_000_005, "finished_ms": 1_700_000_000_006, "attempts": 1, "signature": "w"}
    step = journey_steps.head(Stream.SUBMITTED, submission_id, **arrived) + "dead_lettered not_json"
    redis_client.hset(keys.journey(submission_id), "ingest", step)
    assert journey(redis_client, submission_id).state == "dead-lettered"
    (result,) = dead.replay(redis_client, [bury(redis_client)])
    assert journey(redis_client, submission_id).state == "under way"
    now_ms = int(result.entry_id.partition("-")[0])
    again = {**arrived, "started_ms": now_ms, "finished_ms": now_ms}
    redis_client.hset(
        keys.journey(submission_id),
        "ingest",
        journey_steps.head(Stream.SUBMITTED, result.entry_id, **again) + "dead_lettered not_json",
    )
    assert journey(redis_client, submission_id).state == "dead-lettered"
