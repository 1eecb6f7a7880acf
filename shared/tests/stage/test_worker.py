"""A worker's life, as a real process on a real server."""

import base64
import json
import os
import signal
import urllib.request
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path

import pytest
import redis
from wiredesk import keys, pipeline, wire
from wiredesk.events import ArticleIngested, DeadLetter, Stream
from wiredesk.testing import PATIENCE_S, RedisServer, free_port, valkey_server, wait_until
from wiredesk.workers import Pace

Start = Callable[..., "WorkerProcess"]  # noqa: F821 - conftest's class


def submit(client: "redis.Redis", **article: object) -> str:
    body = json.dumps({"text": "Some text.", **article}).encode()
    return client.xadd(Stream.SUBMITTED, {wire.FIELD: body}).decode()


def published(client: "redis.Redis") -> list[ArticleIngested]:
    return [
        ArticleIngested.model_validate_json(wire.decode(fields[b"__data__"]).body)
        for _, fields in client.xrange(Stream.INGESTED)
    ]


def dead(client: "redis.Redis") -> list[DeadLetter]:
    return [
        DeadLetter.model_validate_json(wire.decode(fields[b"__data__"]).body)
        for _, fields in client.xrange(Stream.DEAD)
    ]


def pending(client: "redis.Redis") -> int:
    try:
        return client.xpending(Stream.SUBMITTED, "ingest")["pending"]
    except redis.ResponseError:  # no worker has made the group yet
        return 0


def finished(client: "redis.Redis", count: int) -> bool:
    return client.xlen(Stream.INGESTED) + client.xlen(Stream.DEAD) == count and pending(client) == 0


def test_articles_published_before_the_first_worker_are_processed(worker: Start, redis_client: "redis.Redis") -> None:
    ids = [submit(redis_client, text=f"Story {n}.") for n in range(30)]
    worker()
    wait_until(lambda: finished(redis_client, 30), what="30 finished articles")
    assert [article.submission_id for article in published(redis_client)] == ids


def test_plain_json_and_an_envelope_are_the_same_to_a_worker(worker: Start, redis_client: "redis.Redis") -> None:
    body = json.dumps({"text": "One story.", "external_id": "a", "data": "not an envelope"}).encode()
    redis_client.xadd(Stream.SUBMITTED, {wire.FIELD: body})
    traced = {"correlation_id": "whatever", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    redis_client.xadd(Stream.SUBMITTED, {wire.FIELD: wire.encode(body.replace(b'"a"', b'"b"'), traced)})
    worker()
    wait_until(lambda: finished(redis_client, 2), what="two finished articles")
    assert [article.text for article in published(redis_client)] == ["One story."] * 2
    headers = [wire.decode(fields[b"__data__"]).headers for _, fields in redis_client.xrange(Stream.INGESTED)]
    assert [h["correlation_id"] for h in headers] == [article.submission_id for article in published(redis_client)]
    assert [h.get("traceparent") for h in headers] == [None, traced["traceparent"]]


def test_bad_input_ends_as_dead_letters_with_its_original_bytes_and_holds_up_nothing(
    worker: Start, redis_client: "redis.Redis"
) -> None:
    bad = {
        b"not json": "not_json",
        b'{"title": 7, "text": "x"}': "invalid_field",
        b'["a list"]': "invalid_field",
        b'{"text": "\xff\xfe"}': "invalid_utf8",
        b'{"text": "\\ud800"}': "lone_surrogate",
        b"": "no_data",
        b'{"text": "' + b"x" * 20_000 + b'"}': "too_large",
        b"[" * 10_000: "not_json",
    }
    for data in bad:
        redis_client.xadd(Stream.SUBMITTED, {wire.FIELD: data})
    redis_client.xadd(Stream.SUBMITTED, {"something": "else"})
    good = submit(redis_client, text="A good one.")
    worker(WIREDESK_MESSAGE_LIMIT_BYTES="15000")
    wait_until(lambda: finished(redis_client, len(bad) + 2), what="all of them finished")
    letters = dead(redis_client)
    assert {base64.b64decode(letter.original): letter.reason for letter in letters} == bad
    assert [letter.reason for letter in letters].count("no_data") == 2
    assert {letter.attempts for letter in letters} == {1}
    assert [article.submission_id for article in published(redis_client)] == [good]


@pytest.mark.parametrize(
    ("title", "reason"),
    [("crash", "crashed"), ("loop", "timeout"), ("hoard", "out_of_memory"), ("bug", "unexpected_error")],
)
def test_an_article_that_ruins_its_process_is_dead_lettered_and_its_neighbours_flow(
    worker: Start, redis_client: "redis.Redis", title: str, reason: str
) -> None:
    neighbours = [submit(redis_client, text=f"Before {n}.") for n in range(3)]
    culprit = submit(redis_client, title=title)
    neighbours += [submit(redis_client, text=f"After {n}.") for n in range(3)]
    # Three seconds are for the one that never ends: on a busy machine others could take as long.
    limit_s = 3 if reason == "timeout" else PATIENCE_S
    worker(WIREDESK_ITEM_TIME_LIMIT_S=str(limit_s), WIREDESK_ITEM_MEMORY_LIMIT_MB="200", WIREDESK_MAX_ATTEMPTS="2")
    wait_until(lambda: finished(redis_client, 7), what="all seven finished")
    assert sorted(article.submission_id for article in published(redis_client)) == neighbours
    (letter,) = dead(redis_client)
    # It failed twice alone: of the batch it ruined before, nobody could tell which article was to blame.
    assert (letter.submission_id, letter.reason, letter.attempts) == (culprit, reason, 3)
    assert letter.message.endswith("(failed 2 times)")


def test_a_transient_failure_is_tried_again_and_dies_at_its_limit(worker: Start, redis_client: "redis.Redis") -> None:
    submit(redis_client, title="later")
    worker(WIREDESK_MAX_ATTEMPTS="3")
    wait_until(lambda: dead(redis_client), what="a dead letter")
    (letter,) = dead(redis_client)
    assert (letter.reason, letter.attempts) == ("busy", 3)


def test_a_stage_that_prints_does_not_garble_its_answers(worker: Start, redis_client: "redis.Redis") -> None:
    submit(redis_client, title="print")
    worker()
    wait_until(lambda: finished(redis_client, 1), what="one finished article")
    assert [article.title for article in published(redis_client)] == ["print"]


def test_sigterm_finishes_the_batch_in_work_and_leaves_nothing_behind(
    worker: Start, redis_client: "redis.Redis"
) -> None:
    for n in range(8):
        submit(redis_client, title="slow", text=f"Slow story {n}.")
    busy = worker()
    wait_until(lambda: (r := busy.report(redis_client)) and r.in_flight, what="a busy worker")
    status, _ = busy.stop()
    assert status == 0
    assert pending(redis_client) == 0
    assert len(published(redis_client)) == 8
    assert busy.report(redis_client) is None
    assert redis_client.xinfo_consumers(Stream.SUBMITTED, "ingest") == []


def test_what_a_killed_worker_held_is_taken_over(worker: Start, redis_client: "redis.Redis") -> None:
    ids = [submit(redis_client, title="slow", text=f"Slow story {n}.") for n in range(8)]
    doomed = worker()
    wait_until(lambda: pending(redis_client), what="entries in work")
    doomed.process.kill()
    worker()
    wait_until(lambda: finished(redis_client, 8), what="all finished")
    assert sorted(article.submission_id for article in published(redis_client)) == ids


def test_articles_that_come_at_once_are_shared_among_idle_workers(worker: Start, redis_client: "redis.Redis") -> None:
    for each in (worker(), worker()):
        each.wait_for(redis_client, "consuming")
    numbers = count()

    def shared() -> bool:
        """Eight at a time until both work: a read that began before the other worker came may take all of them."""
        in_hand = _in_hand(redis_client)
        if not any(in_hand):
            with redis_client.pipeline(transaction=True) as at_once:
                for number in islice(numbers, 8):
                    body = json.dumps({"title": "slow", "text": f"Slow story {number}."})
                    at_once.xadd(Stream.SUBMITTED, {wire.FIELD: body})
                at_once.execute()
        return len(in_hand) > 1 and all(in_hand)

    wait_until(shared, what="two workers that have something in hand")


def _in_hand(client: "redis.Redis") -> list[int]:
    """Pending entries of each worker that has read."""
    return [consumer["pending"] for consumer in client.xinfo_consumers(Stream.SUBMITTED, "ingest")]


def test_the_child_dies_with_a_killed_worker(worker: Start, redis_client: "redis.Redis") -> None:
    stuck = worker()
    stuck.wait_for(redis_client, "consuming")
    submit(redis_client, title="loop")
    wait_until(lambda: pending(redis_client), what="an entry in work")
    children = _children(stuck.process.pid)
    assert children
    stuck.process.kill()
    wait_until(lambda: not any(_alive(pid) for pid in children), what="the child's end")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_health_is_red_until_redis_answers_and_green_while_consuming(worker: Start, tmp_path: object) -> None:
    port, health_port = free_port(), free_port()
    waiting = worker(f"redis://127.0.0.1:{port}/0", WIREDESK_PORT=str(health_port))
    address = f"127.0.0.1:{health_port}"
    status, said = wait_until(lambda: _try(waiting.health, address), what="an answer")
    assert (status, said["state"]) == (503, "starting")
    server = RedisServer(tmp_path, config={"appendonly": "yes"})
    server.port = port
    server.start()
    try:
        wait_until(lambda: waiting.health(address)[0] == 200, what="green health")
        assert waiting.health(address)[1]["state"] == "consuming"
        server.stop()
        wait_until(lambda: waiting.health(address)[0] == 503, what="red health")
        assert waiting.health(address)[1]["state"] == "disconnected"
        server.start()
        wait_until(lambda: waiting.health(address)[0] == 200, what="green health again")
    finally:
        waiting.process.kill()
        server.stop()


def _try(ask: Callable[[str], object], address: str) -> object:
    try:
        return ask(address)
    except OSError:
        return None


def test_a_group_that_vanished_is_created_anew_by_the_same_process(worker: Start, redis_client: "redis.Redis") -> None:
    lasting = worker()
    lasting.wait_for(redis_client, "consuming")
    redis_client.flushall()
    again = submit(redis_client)
    wait_until(lambda: finished(redis_client, 1), what="the article after the flush")
    redis_client.xgroup_destroy(Stream.SUBMITTED, "ingest")
    last = submit(redis_client, text="Another.")
    wait_until(lambda: finished(redis_client, 2), what="the article after the group's end")
    assert [article.submission_id for article in published(redis_client)] == [again, last]
    lasting.wait_for(redis_client, "consuming")
    status, logged = lasting.stop()
    assert status == 0
    assert logged.count('"group.vanished"') == 2
    assert "Traceback" not in logged


def test_a_taken_port_is_one_clear_line(worker: Start, redis_client: "redis.Redis") -> None:
    first = worker()
    address = first.wait_for(redis_client, "consuming").address or ""
    second = worker(WIREDESK_PORT=address.rpartition(":")[2])
    wait_until(lambda: second.process.poll() is not None, what="the second worker's end")
    status, logged = second.stop()
    assert status == 1
    assert "WIREDESK_PORT" in logged
    assert "Traceback" not in logged


def test_metrics_count_each_delivery_once_by_outcome(worker: Start, redis_client: "redis.Redis") -> None:
    for text in ("One.", "Two.", "Two."):
        submit(redis_client, text=text)
    submit(redis_client, title="refuse")
    counting = worker()
    address = counting.wait_for(redis_client, "consuming").address
    wait_until(lambda: finished(redis_client, 3), what="all finished")
    wait_until(lambda: 'outcome="dead_lettered",stage="ingest"} 1.0' in counting.metrics(address), what="the counts")
    page = counting.metrics(address)
    assert 'wiredesk_events_total{outcome="published",stage="ingest"} 2.0' in page
    assert 'wiredesk_events_total{outcome="duplicate",stage="ingest"} 1.0' in page
    assert 'wiredesk_event_age_seconds_count{stage="ingest"} 4.0' in page
    assert 'wiredesk_stage_duration_seconds_count{stage="ingest"} 4.0' in page


def test_the_register_names_stage_pid_host_version_and_state(worker: Start, redis_client: "redis.Redis") -> None:
    running = worker()
    report = running.wait_for(redis_client, "consuming")
    assert (report.stage, report.pid) == ("ingest", running.process.pid)
    assert report.host
    assert report.version
    with urllib.request.urlopen(f"http://{report.address}/health", timeout=PATIENCE_S) as answer:
        assert json.load(answer)["name"] == report.name
    assert 0 < redis_client.ttl(keys.worker("ingest", report.name)) <= 10


def test_a_refused_write_is_held_until_it_can_be_finished_without_working_twice(
    worker: Start, redis_client: "redis.Redis"
) -> None:
    redis_client.set(Stream.INGESTED, "in the way")
    running = worker(WIREDESK_MAX_ATTEMPTS="2", WIREDESK_RETRY_AFTER_S="0.1")
    address = running.wait_for(redis_client, "consuming").address
    article = submit(redis_client)
    wait_until(lambda: running.health(address)[0] == 503, what="red health")
    said = running.health(address)[1]
    assert said["state"] == "disconnected"
    assert "WRONGTYPE" in said["why"]
    (held,) = redis_client.xpending_range(Stream.SUBMITTED, "ingest", "-", "+", 9)
    wait_until(
        lambda: redis_client.info("commandstats")["cmdstat_xclaim"]["calls"] > 20, what="many heartbeats meanwhile"
    )
    redis_client.delete(Stream.INGESTED)
    wait_until(lambda: finished(redis_client, 1), what="the article's end")
    assert [found.submission_id for found in published(redis_client)] == [article]
    assert held["times_delivered"] == 1
    wait_until(lambda: running.health(address)[0] == 200, what="green health")
    assert running.process.poll() is None


def test_a_restarted_server_is_found_again_and_nothing_is_lost(worker: Start) -> None:
    with valkey_server(appendonly="yes") as server:
        worker(server.url)
        with redis.Redis.from_url(server.url) as client:
            first = submit(client, text="Before.")
            wait_until(lambda: finished(client, 1), what="the first article")
            server.kill()
            server.start()
            second = submit(client, text="After.")
            wait_until(lambda: finished(client, 2), what="the second article")
            assert [article.submission_id for article in published(client)] == [first, second]


def test_a_second_signal_does_not_cut_a_drain_short(worker: Start, redis_client: "redis.Redis") -> None:
    submit(redis_client, title="slow")
    busy = worker()
    wait_until(lambda: pending(redis_client), what="an entry in work")
    busy.process.send_signal(signal.SIGINT)
    status, _ = busy.stop()
    assert status == 0
    assert finished(redis_client, 1)


def test_being_told_again_and_again_to_end_is_no_other_end(worker: Start, redis_client: "redis.Redis") -> None:
    told = worker()
    told.wait_for(redis_client, "consuming")

    def told_and_gone() -> bool:
        told.process.send_signal(signal.SIGTERM)
        return told.process.poll() is not None

    wait_until(told_and_gone, interval_s=0.001, what="its end")
    assert told.stop()[0] == 0


def test_a_refused_password_is_one_clear_line_that_does_not_tell_it(worker: Start) -> None:
    with valkey_server() as server, redis.Redis.from_url(server.url) as client:
        client.config_set("requirepass", "right")
        refused = worker(server.url.replace("redis://", "redis://:wrong-secret@"))
        wait_until(lambda: refused.process.poll() is not None, what="the worker's end")
        client.config_set("requirepass", "")
        status, logged = refused.stop()
    assert status == 1
    assert "Redis refuses this worker" in logged
    assert "wrong-secret" not in logged
    assert "Traceback" not in logged


def test_a_stage_that_takes_long_to_load_is_no_sign_of_a_worker_that_does_not_read(
    worker: Start, redis_client: "redis.Redis"
) -> None:
    submit(redis_client)
    slow = worker(SAMPLE_STAGE="SLOW_TO_LOAD", SAMPLE_UNREAD_S="8")
    wait_until(lambda: finished(redis_client, 1) or slow.process.poll() is not None, what="the article")
    status, logged = slow.stop()
    assert status == 0, logged


def test_a_stage_that_cannot_load_ends_the_worker_with_its_reason(worker: Start, redis_client: "redis.Redis") -> None:
    unusable = worker(SAMPLE_STAGE="UNUSABLE")
    wait_until(lambda: unusable.process.poll() is not None, what="the worker's end")
    status, logged = unusable.stop()
    assert status == 1
    assert "en_core_web_none is not installed" in logged
    assert "Traceback" not in logged


@pytest.mark.parametrize("address", ["nonsense", "redis://:hidden@127.0.0.1:not-a-port/0", "http://127.0.0.1"])
def test_an_address_that_is_none_is_one_clear_line(worker: Start, address: str) -> None:
    lost = worker(address)
    wait_until(lambda: lost.process.poll() is not None, what="the worker's end")
    status, logged = lost.stop()
    assert status == 1
    assert "is no Redis address" in logged
    assert "hidden" not in logged
    assert "Traceback" not in logged


def break_stream(client: "redis.Redis") -> None:
    with client.pipeline(transaction=True) as at_once:
        at_once.delete(Stream.SUBMITTED).set(Stream.SUBMITTED, "in the way").execute()


def test_a_stream_of_the_wrong_type_is_waited_out_with_red_health(worker: Start, redis_client: "redis.Redis") -> None:
    blocked = worker()
    address = blocked.wait_for(redis_client, "consuming").address
    break_stream(redis_client)
    wait_until(lambda: blocked.health(address)[0] == 503, what="red health")
    assert "WRONGTYPE" in blocked.health(address)[1]["why"]
    redis_client.delete(Stream.SUBMITTED)
    article = submit(redis_client)
    wait_until(lambda: finished(redis_client, 1), what="the article")
    assert [found.submission_id for found in published(redis_client)] == [article]
    wait_until(lambda: blocked.health(address)[0] == 200, what="green health")


def test_a_refusal_that_lasts_ends_the_worker_with_one_clear_line(worker: Start, redis_client: "redis.Redis") -> None:
    blocked = worker(WIREDESK_REFUSAL_PATIENCE_S="1")
    blocked.wait_for(redis_client, "consuming")
    break_stream(redis_client)
    wait_until(lambda: blocked.process.poll() is not None, what="the worker's end")
    status, logged = blocked.stop()
    assert status == 1
    assert logged.count('"worker.failed"') == 1
    assert "Redis refuses this worker" in logged
    assert "WRONGTYPE" in logged
    assert "Traceback" not in logged


def test_a_server_that_became_read_only_is_waited_out(worker: Start) -> None:
    with valkey_server() as server, redis.Redis.from_url(server.url) as client:
        refused = worker(server.url)
        address = refused.wait_for(client, "consuming").address
        client.replicaof("127.0.0.1", free_port())
        wait_until(lambda: refused.health(address)[0] == 503, what="red health")
        assert refused.health(address)[1]["state"] == "disconnected"
        client.replicaof("NO", "ONE")
        submit(client)
        wait_until(lambda: finished(client, 1), what="an article after its return")
        wait_until(lambda: refused.health(address)[0] == 200, what="green health")
        status, logged = refused.stop()
    assert status == 0
    assert len(logged.splitlines()) < 60  # and no hot loop of complaints


def test_a_changed_password_ends_the_worker_with_one_clear_line(worker: Start) -> None:
    with valkey_server() as server, redis.Redis.from_url(server.url) as client:
        rejected = worker(server.url)
        rejected.wait_for(client, "consuming")
        client.config_set("requirepass", "changed")
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        wait_until(lambda: rejected.process.poll() is not None, what="the worker's end")
        client.config_set("requirepass", "")
        status, logged = rejected.stop()
    assert status == 1
    assert logged.count('"worker.failed"') == 1
    assert "Redis refuses this worker" in logged
    assert "Traceback" not in logged


def test_a_full_server_pauses_the_worker_and_loses_nothing(worker: Start, redis_client: "redis.Redis") -> None:
    paused = worker(WIREDESK_MAX_ATTEMPTS="50")
    address = paused.wait_for(redis_client, "consuming").address
    article = submit(redis_client)
    wait_until(lambda: finished(redis_client, 1), what="the first article")
    redis_client.config_set("maxmemory", "1")
    try:
        wait_until(lambda: paused.health(address)[1]["state"] == "paused", what="a paused worker")
        assert paused.health(address)[0] == 200
    finally:
        redis_client.config_set("maxmemory", "0")
    wait_until(lambda: paused.health(address)[1]["state"] == "consuming", what="a consuming worker")
    again = submit(redis_client, text="Another.")
    wait_until(lambda: finished(redis_client, 2), what="the second article")
    assert [found.submission_id for found in published(redis_client)] == [article, again]


def test_a_stage_pauses_while_the_next_one_has_too_much_to_do_and_says_why(
    worker: Start, redis_client: "redis.Redis"
) -> None:
    redis_client.xgroup_create(Stream.INGESTED, "extraction", id="0", mkstream=True)
    upstream = worker(WIREDESK_DOWNSTREAM_LIMIT="10", WIREDESK_BATCH_SIZE="5")
    address = upstream.wait_for(redis_client, "consuming").address
    for n in range(10):
        submit(redis_client, text=f"Story {n}.")
    wait_until(lambda: upstream.health(address)[1]["state"] == "paused", what="a paused worker")
    status, said = upstream.health(address)
    assert status == 200
    assert "extraction has 10 articles waiting on articles.ingested" in said["why"]
    later = [submit(redis_client, text=f"Later story {n}.") for n in range(30)]
    # A read that waited at the server when the gate shut may still bring one batch of five.
    wait_until(lambda: redis_client.xinfo_groups(Stream.SUBMITTED)[0]["lag"] >= 25, what="articles that are left")
    assert len(published(redis_client)) <= 15
    ((_, entries),) = redis_client.xreadgroup("extraction", "c", {Stream.INGESTED: ">"}, count=20)
    redis_client.xack(Stream.INGESTED, "extraction", *[entry_id for entry_id, _ in entries])
    wait_until(lambda: len(published(redis_client)) >= 20, what="more")
    published_ids = [article.submission_id for article in published(redis_client)]
    assert published_ids[10:] == later[: len(published_ids) - 10]


def test_articles_in_hand_are_put_down_on_a_full_server_and_nothing_is_lost(
    worker: Start, redis_client: "redis.Redis"
) -> None:
    running = worker()
    address = running.wait_for(redis_client, "consuming").address
    article = submit(redis_client, title="slow")
    wait_until(lambda: pending(redis_client), what="an article in work")
    redis_client.config_set("maxmemory", "1")
    try:
        wait_until(lambda: finished(redis_client, 1), what="the article's end")
        wait_until(lambda: running.health(address)[1]["state"] == "paused", what="a paused worker")
    finally:
        redis_client.config_set("maxmemory", "0")
    assert [found.submission_id for found in published(redis_client)] == [article]


def test_an_entry_whose_workers_all_died_is_a_dead_letter_in_the_end(
    worker: Start, redis_client: "redis.Redis"
) -> None:
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", id="0", mkstream=True)
    deadly = submit(redis_client, title="never worked on")
    redis_client.xreadgroup("ingest", "gone", {Stream.SUBMITTED: ">"})
    redis_client.xclaim(Stream.SUBMITTED, "ingest", "gone", 0, [deadly], idle=3_600_000, retrycount=4, justid=True)
    worker(WIREDESK_MAX_DELIVERIES="4")
    wait_until(lambda: dead(redis_client), what="a dead letter")
    (letter,) = dead(redis_client)
    assert (letter.reason, letter.attempts, letter.submission_id) == ("crashed", 5, deadly)
    assert "its worker ended before it was done" in letter.message
    assert published(redis_client) == []


def test_work_is_trimmed_once_it_is_acknowledged(worker: Start, redis_client: "redis.Redis") -> None:
    for n in range(20):
        submit(redis_client, text=f"Story {n}.")
    worker()
    wait_until(lambda: finished(redis_client, 20), what="20 finished articles")
    wait_until(lambda: redis_client.xlen(Stream.SUBMITTED) == 0, what="an empty stream")
    assert redis_client.xlen(Stream.INGESTED) == 20


def test_a_neighbour_of_a_stuck_article_is_done_while_that_is_still_tried(
    worker: Start, redis_client: "redis.Redis"
) -> None:
    culprits = [submit(redis_client, title="loop", text=f"Stuck {n}.") for n in range(2)]
    neighbours = [submit(redis_client, text=f"Good {n}.") for n in range(4)]
    worker(WIREDESK_ITEM_TIME_LIMIT_S="0.5", WIREDESK_RETRY_AFTER_S="2")
    wait_until(lambda: len(published(redis_client)) == 4, what="the neighbours")
    assert sorted(article.submission_id for article in published(redis_client)) == neighbours
    assert dead(redis_client) == []
    left = {
        found["message_id"].decode() for found in redis_client.xpending_range(Stream.SUBMITTED, "ingest", "-", "+", 9)
    }
    assert left == set(culprits)


def test_a_worker_starts_and_is_seen_on_a_full_server(worker: Start, redis_client: "redis.Redis") -> None:
    redis_client.xgroup_create(Stream.SUBMITTED, "ingest", id="0", mkstream=True)
    article = submit(redis_client)
    redis_client.config_set("maxmemory", "1")
    try:
        started = worker()
        report = started.wait_for(redis_client, "paused")
        assert "used all of" in (report.why or "")
        wait_until(lambda: finished(redis_client, 1), what="the article's end")
    finally:
        redis_client.config_set("maxmemory", "0")
    started.wait_for(redis_client, "consuming")
    assert [found.submission_id for found in published(redis_client)] == [article]


def test_a_worker_reports_how_fast_it_is(worker: Start, redis_client: "redis.Redis") -> None:
    started = worker()
    report = started.wait_for(redis_client, "consuming")
    assert (report.alone, report.cores) == (False, len(os.sched_getaffinity(0)))

    def measured(finished: int) -> Pace | None:
        pace = (started.report(redis_client) or report).pace
        return pace if pace and pace.finished == finished and pace.arrivals_per_s else None

    submit(redis_client, title="refuse")
    wait_until(lambda: measured(1), what="an article in the worker's report")
    for n in range(19):
        submit(redis_client, text=f"Story {n}.")
    pace = wait_until(lambda: measured(20), what="20 articles in the worker's report")
    assert pace.passed_on == 19
    assert 0 < pace.busy_s <= pace.window_s <= 60
    wait_until(lambda: measured(20).arrivals_per_s["articles.submitted"] > 0, what="what arrived in the report")
    (stage, *_) = pipeline.read(redis_client).stages
    assert (stage.name, stage.workers, stage.unmeasured) == ("ingest", 1, None)
    assert stage.worker_per_s == pytest.approx(pace.finished / pace.busy_s, rel=0.5)
