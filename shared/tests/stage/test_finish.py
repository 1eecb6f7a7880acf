"""The finish script on a real server: what is fenced, held back, buried, and what a refused write must not lose."""

import base64
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from wiredesk import journey_steps, keys, wire
from wiredesk.events import DeadLetter, Stream, revision_of
from wiredesk.stage import finish
from wiredesk.stage.finish import Finisher, Worked
from wiredesk.stage.outcomes import Claim, Dead, Delivery, Done, Outcome, Publish, Retry, Superseded

SOURCE, TARGET, GROUP = Stream.SUBMITTED, Stream.INGESTED, "ingest"


@pytest.fixture
async def server(redis_url: str) -> AsyncIterator["Redis"]:
    client = Redis.from_url(redis_url)
    await client.xgroup_create(SOURCE, GROUP, id="0", mkstream=True)
    yield client
    await client.config_set("maxmemory", "0")
    await client.aclose()


def finisher(client: "Redis") -> Finisher:
    return Finisher(redis=client, stage=GROUP, signature="w", target=TARGET, article_ttl_s=60, journey_ttl_s=60)


async def deliver(client: "Redis", *data: bytes) -> list[Delivery]:
    """Add entries and read them as the group's consumer, so that they are pending."""
    for each in data:
        await client.xadd(SOURCE, {wire.FIELD: each})
    (_, entries), *_ = await client.xreadgroup(GROUP, "w", {SOURCE: ">"})
    return [
        Delivery(
            stream=SOURCE,
            entry_id=entry_id.decode(),
            data=fields[b"__data__"],
            attempts=1,
            submission_id=entry_id.decode(),
        )
        for entry_id, fields in entries
    ]


def worked(delivery: Delivery, outcome: Outcome) -> Worked:
    return Worked(delivery, outcome, started_ms=1_700_000_000_000, finished_ms=1_700_000_000_010)


def article(delivery: Delivery, *, article_id: str = "a", content: str = "c", force: bool = False) -> Publish:
    claim = Claim(
        article_id=article_id, revision=revision_of(delivery.submission_id), content_hash=content, force=force
    )
    return Publish(payload=b"result of " + delivery.data, article_id=article_id, claim=claim)


async def pending(client: "Redis") -> int:
    return (await client.xpending(SOURCE, GROUP))["pending"]


async def run(client: "Redis", *items: Worked) -> list[str]:
    return [finished.outcome for finished in await finisher(client).finish(items)]


async def test_a_result_is_published_and_its_entry_acknowledged(server: "Redis") -> None:
    (one,) = await deliver(server, b"1")
    assert await run(server, worked(one, article(one))) == ["published"]
    assert [fields for _, fields in await server.xrange(TARGET)] == [{b"__data__": b"result of 1"}]
    assert await pending(server) == 0


async def test_what_another_worker_finished_is_fenced_off(server: "Redis") -> None:
    (one,) = await deliver(server, b"1")
    late = worked(one, article(one))
    assert await run(server, late) == ["published"]
    assert await run(server, late) == ["fenced"]
    assert await server.xlen(TARGET) == 1


async def test_an_exact_duplicate_is_counted_and_not_passed_on(server: "Redis") -> None:
    one, two = await deliver(server, b"1", b"2")
    assert await run(server, worked(one, article(one)), worked(two, article(two))) == ["published", "duplicate"]
    assert await server.xlen(TARGET) == 1
    assert await pending(server) == 0


async def test_changed_content_and_a_return_to_old_content_are_new_revisions(server: "Redis") -> None:
    batch = await deliver(server, b"1", b"2", b"3")
    contents = ["old", "new", "old"]
    items = [worked(each, article(each, content=content)) for each, content in zip(batch, contents, strict=True)]
    assert await run(server, *items) == ["published"] * 3


async def test_force_passes_a_duplicate(server: "Redis") -> None:
    one, two = await deliver(server, b"1", b"2")
    items = (worked(one, article(one)), worked(two, article(two, force=True)))
    assert await run(server, *items) == ["published", "published"]


async def test_an_older_submission_that_arrives_late_is_superseded(server: "Redis") -> None:
    older, newer = await deliver(server, b"1", b"2")
    assert await run(server, worked(newer, article(newer))) == ["published"]
    assert await run(server, worked(older, article(older, content="other"))) == ["superseded"]
    assert await run(server, worked(older, article(older, content="other", force=True))) == ["fenced"]


async def test_the_same_submission_again_is_not_its_own_duplicate(server: "Redis") -> None:
    (one,) = await deliver(server, b"1")
    assert await run(server, worked(one, article(one))) == ["published"]
    await server.delete(keys.journey(one.submission_id))
    await server.xgroup_destroy(SOURCE, GROUP)
    await server.xgroup_create(SOURCE, GROUP, id="0")
    (again,) = await deliver(server)
    assert await run(server, worked(again, article(again))) == ["published"]


@pytest.mark.parametrize("outcome", [None, Dead(reason="r", message="m"), Done()])
async def test_what_a_lost_group_delivers_again_is_acknowledged_and_not_repeated(
    server: "Redis", outcome: Outcome | None
) -> None:
    (one,) = await deliver(server, b"1")
    (first,) = await run(server, worked(one, outcome or article(one)))
    before = await server.hgetall(keys.journey(one.submission_id))
    await server.xgroup_destroy(SOURCE, GROUP)
    await server.xgroup_create(SOURCE, GROUP, id="0")
    (again,) = await deliver(server)
    assert await run(server, worked(again, outcome or article(again))) == ["repeated"]
    assert await pending(server) == 0
    assert await server.xlen(TARGET) + await server.xlen(Stream.DEAD) == (0 if first == "done" else 1)
    assert await server.hgetall(keys.journey(one.submission_id)) == before


async def test_an_earlier_entry_of_a_replayed_submission_is_not_worked_on_again(server: "Redis") -> None:
    (first,) = await deliver(server, b"1")
    died = Dead(reason="r", message="m")
    assert await run(server, worked(first, died)) == ["dead_lettered"]
    (entry,) = await deliver(server, b"1")
    replayed = entry._replace(submission_id=first.submission_id)
    assert await run(server, worked(replayed, article(replayed))) == ["published"]
    await server.xgroup_destroy(SOURCE, GROUP)
    await server.xgroup_create(SOURCE, GROUP, id="0")
    again, last = await deliver(server)
    assert await run(server, worked(again, died)) == ["repeated"]
    assert await run(server, worked(last._replace(submission_id=first.submission_id), article(replayed))) == [
        "repeated"
    ]
    assert (await server.xlen(TARGET), await server.xlen(Stream.DEAD)) == (1, 1)


async def test_entries_that_are_pending_between_those_of_a_batch_change_nothing(server: "Redis") -> None:
    batch = await deliver(server, *(str(number).encode() for number in range(8)))
    apart = batch[::3]
    outcomes = await run(server, *[worked(each, article(each, article_id=each.entry_id)) for each in apart])
    assert outcomes == ["published"] * 3
    assert await pending(server) == 5
    late = await run(server, *[worked(each, article(each, article_id=each.entry_id)) for each in batch])
    assert late == ["fenced" if each in apart else "published" for each in batch]
    assert (await pending(server), await server.xlen(TARGET)) == (0, 8)


async def test_a_batch_in_another_order_is_finished_all_the_same(server: "Redis") -> None:
    batch = await deliver(server, b"1", b"2", b"3")
    assert await run(server, *[worked(each, Done()) for each in batch[::-1]]) == ["done"] * 3
    assert await pending(server) == 0


async def test_an_entry_that_is_named_twice_is_finished_once(server: "Redis") -> None:
    one, other = await deliver(server, b"1", b"2")
    twice = [worked(each, article(each, article_id=each.entry_id, force=True)) for each in (one, one, other)]
    assert await run(server, *twice) == ["published", "fenced", "published"]
    assert (await pending(server), await server.xlen(TARGET)) == (0, 2)


async def test_an_article_that_was_repeated_goes_on_through_the_next_stage(server: "Redis") -> None:
    one, two = await deliver(server, b"1", b"2")
    assert await run(server, worked(one, article(one)), worked(two, article(two))) == ["published", "duplicate"]
    await server.xgroup_create(TARGET, "extraction", id="0")
    ((_, [(entry_id, fields)]),) = await server.xreadgroup("extraction", "w", {TARGET: ">"})
    passed_on = one._replace(stream=TARGET, entry_id=entry_id.decode(), data=fields[b"__data__"])
    extraction = finisher(server)
    extraction.stage, extraction.target = "extraction", Stream.EXTRACTED
    assert [item.outcome for item in await extraction.finish([worked(passed_on, article(one))])] == ["published"]


@pytest.mark.parametrize("before", [[], ["old"]])
async def test_what_could_not_be_published_is_nothing_to_be_a_duplicate_of(server: "Redis", before: list[str]) -> None:
    earlier = [(each, content) for content in before for each in await deliver(server, b"0")]
    assert await run(server, *[worked(each, article(each, content=content)) for each, content in earlier]) == [
        "published" for _ in earlier
    ]
    await server.rename(TARGET, "aside") if earlier else None
    await server.set(TARGET, "in the way")
    (one,) = await deliver(server, b"1")
    known = await server.hgetall(keys.article("a"))
    assert await run(server, worked(one, article(one, content="new"))) == ["failed"]
    assert await server.hgetall(keys.article("a")) == known
    await server.delete(TARGET)
    assert await run(server, worked(one, Dead(reason="crashed", message="m"))) == ["dead_lettered"]
    (again,) = await deliver(server, b"1")
    assert await run(server, worked(again, article(again, content="new"))) == ["published"]


async def test_what_is_said_again_is_newer_than_what_came_between(server: "Redis") -> None:
    one, two, three, four = await deliver(server, b"1", b"2", b"3", b"4")
    old, new = article(one, content="old"), article(two, content="new")
    assert await run(server, worked(one, old), worked(two, new)) == ["published", "published"]
    assert await run(server, worked(four, article(four, content="new"))) == ["duplicate"]
    assert await run(server, worked(three, article(three, content="old"))) == ["superseded"]
    assert await server.hget(keys.article("a"), "revision") == str(revision_of(two.submission_id)).encode()


async def test_what_was_left_for_retry_is_no_repetition(server: "Redis") -> None:
    (one,) = await deliver(server, b"1")
    assert await run(server, worked(one, Retry(reason="busy", message=""))) == ["retried"]
    assert await run(server, worked(one, article(one))) == ["published"]


async def test_without_journeys_nothing_is_written_of_them(server: "Redis") -> None:
    (one,) = await deliver(server, b"1")
    silent = finisher(server)
    silent.journey_ttl_s = 0
    assert [item.outcome for item in await silent.finish([worked(one, article(one))])] == ["published"]
    assert await server.exists(keys.journey(one.submission_id)) == 0


async def test_a_dead_letter_keeps_the_original_bytes_and_lets_the_content_be_submitted_again(server: "Redis") -> None:
    one, two, three = await deliver(server, b"\xff\x00original", b"2", b"3")
    assert await run(server, worked(two, article(two))) == ["published"]
    died = Dead(reason="crashed", message="why", article_id="a", revision=revision_of(two.submission_id))
    assert await run(server, worked(one, died)) == ["dead_lettered"]
    ((_, fields),) = await server.xrange(Stream.DEAD)
    letter = DeadLetter.model_validate_json(wire.decode(fields[b"__data__"]).body)
    assert base64.b64decode(letter.original) == b"\xff\x00original"
    assert (letter.stream, letter.stage, letter.reason, letter.attempts) == (SOURCE, GROUP, "crashed", 1)
    assert await run(server, worked(three, article(three))) == ["published"]


async def test_a_dead_letter_of_an_older_revision_does_not_release_the_newer(server: "Redis") -> None:
    older, newer, copy = await deliver(server, b"1", b"2", b"3")
    assert await run(server, worked(newer, article(newer))) == ["published"]
    died = Dead(reason="crashed", message="why", article_id="a", revision=revision_of(older.submission_id))
    assert await run(server, worked(older, died), worked(copy, article(copy))) == ["dead_lettered", "duplicate"]


async def test_retry_leaves_an_entry_pending_and_done_and_superseded_do_not(server: "Redis") -> None:
    one, two, three = await deliver(server, b"1", b"2", b"3")
    outcomes = await run(
        server, worked(one, Retry(reason="busy", message="")), worked(two, Done()), worked(three, Superseded())
    )
    assert outcomes == ["retried", "done", "superseded"]
    assert [p["message_id"].decode() for p in await server.xpending_range(SOURCE, GROUP, "-", "+", 9)] == [one.entry_id]
    assert await server.xlen(TARGET) == 0


async def test_the_journey_tells_the_outcome_the_script_decided(server: "Redis") -> None:
    one, two = await deliver(server, b"1", b"2")
    await run(server, worked(one, article(one)), worked(two, article(two)))
    told = [await server.hgetall(keys.journey(each.submission_id)) for each in (one, two)]
    first, second = (journey_steps.parse(each[GROUP.encode()].decode()) for each in told)
    assert (first.outcome, second.outcome) == ("published", "duplicate")
    assert (first.entry_id, first.signature, told[0][b"article"]) == (one.entry_id, "w", b"a")
    assert await server.object("ENCODING", keys.journey(one.submission_id)) == b"listpack"
    assert 0 < await server.ttl(keys.journey(one.submission_id)) <= 60
    assert 0 < await server.ttl(keys.article("a")) <= 60


@pytest.mark.parametrize("blocked", [TARGET, Stream.DEAD, keys.article("a")])
async def test_a_key_of_the_wrong_type_acknowledges_nothing_and_spares_the_neighbours(
    server: "Redis", blocked: str
) -> None:
    await server.set(blocked, "in the way")
    one, two, three = await deliver(server, b"1", b"2", b"3")
    items = (worked(one, article(one)), worked(two, Dead(reason="r", message="m")), worked(three, Done()))
    outcomes = await run(server, *items)
    stopped = 1 if blocked == Stream.DEAD else 0
    assert outcomes[stopped] == "failed"
    assert outcomes.count("failed") == 1
    assert await pending(server) == 1
    await server.delete(blocked)
    again = await run(server, *items)
    assert again[stopped] in ("published", "dead_lettered")
    assert again.count("fenced") == 2
    assert await pending(server) == 0


@pytest.mark.parametrize("denied", ["~articles.submitted ~wiredesk:*", "~articles.* ~wiredesk:journey:*"])
async def test_a_write_denied_by_acl_acknowledges_nothing(server: "Redis", redis_url: str, denied: str) -> None:
    (one,) = await deliver(server, b"1")
    await server.execute_command("ACL", "SETUSER", "limited", "on", ">secret", "resetkeys", *denied.split(), "+@all")
    limited = Redis.from_url(redis_url.replace("redis://", "redis://limited:secret@"))
    try:
        outcomes = [item.outcome for item in await finisher(limited).finish([worked(one, article(one))])]
        assert outcomes == ["failed"]
    except RedisError:  # some servers check the declared keys of a script before it starts
        pass
    finally:
        await limited.aclose()
        await server.execute_command("ACL", "DELUSER", "limited")
    assert await pending(server) == 1
    assert await server.xlen(TARGET) == 0
    assert await run(server, worked(one, article(one))) == ["published"]


async def test_a_full_server_acknowledges_nothing_that_it_did_not_take(server: "Redis") -> None:
    one, two = await deliver(server, b"1", b"2")
    await server.config_set("maxmemory", "1")
    outcomes = await run(server, worked(one, article(one)), worked(two, Done()))
    assert outcomes == ["failed", "done"]
    assert await pending(server) == 1
    await server.config_set("maxmemory", "0")
    assert await run(server, worked(one, article(one))) == ["published"]


async def test_what_is_in_hand_can_be_put_down_on_a_full_server(server: "Redis") -> None:
    (one,) = await deliver(server, b"1")
    await server.config_set("maxmemory", "1")
    assert [item.outcome for item in await finisher(server).finish([worked(one, article(one))])] == ["failed"]
    (item,) = await finisher(server).finish([worked(one, article(one))], insist=True)
    assert item.outcome == "published"
    assert await pending(server) == 0


async def test_a_key_denied_to_one_article_does_not_refuse_its_neighbours(server: "Redis", redis_url: str) -> None:
    batch = await deliver(server, b"1", b"2", b"3")
    items = [worked(each, article(each, article_id=name)) for each, name in zip(batch, "abc", strict=True)]
    allowed = "~articles.* ~wiredesk:journey:* ~wiredesk:article:a ~wiredesk:article:c"
    await server.execute_command("ACL", "SETUSER", "limited", "on", ">secret", "resetkeys", *allowed.split(), "+@all")
    limited = Redis.from_url(redis_url.replace("redis://", "redis://limited:secret@"))
    try:
        finished = await finisher(limited).finish(items)
    finally:
        await limited.aclose()
        await server.execute_command("ACL", "DELUSER", "limited")
    assert [(item.outcome, item.own) for item in finished] == [
        ("published", False),
        ("failed", True),
        ("published", False),
    ]
    assert await pending(server) == 1


async def test_a_large_batch_is_finished_in_several_calls(server: "Redis", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finish, "SCRIPT_BYTES", 30)
    batch = await deliver(server, *[b"%d" % n for n in range(10)])
    items = [worked(each, article(each, article_id=each.entry_id)) for each in batch]
    assert await run(server, *items) == ["published"] * 10
    assert await pending(server) == 0
