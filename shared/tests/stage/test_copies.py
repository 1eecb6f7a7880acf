"""Clusters of near copies on a real server: what joins, what stays apart, what is forgotten, and what Redis refuses."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from wiredesk import keys
from wiredesk.events import Stream
from wiredesk.stage.copies import Copies, CopyMetrics
from wiredesk.stage.finish import Worked
from wiredesk.stage.likeness import BAND_BYTES, BANDS, VALUES, Likeness, is_copy, nearness
from wiredesk.stage.outcomes import Claim, Dead, Delivery, Outcome, Publish


@pytest.fixture
async def server(redis_url: str) -> AsyncIterator["Redis"]:
    client = Redis.from_url(redis_url)
    yield client
    await client.config_set("maxmemory", "0")
    await client.aclose()


def copies(client: "Redis", *, memory_s: int = 1000, max_articles: int = 1000) -> Copies:
    return Copies(redis=client, metrics=CopyMetrics(CollectorRegistry()), memory_s=memory_s, max_articles=max_articles)


def counted(one: Copies, outcome: str) -> float:
    return one.metrics.articles.labels(outcome)._value.get()


def text_like(seed: int, *, of: Likeness | None = None, share: float = 1.0, shingles: int = 300) -> Likeness:
    """A text of its own, or one that shares this part of its values and bands with another."""
    chance = random.Random(seed)
    values, bands = chance.randbytes(VALUES), chance.randbytes(BANDS * BAND_BYTES)
    if of is not None:
        values = of.values[: int(VALUES * share)] + values[int(VALUES * share) :]
        same = max(1, int(BANDS * share)) * BAND_BYTES
        bands = of.bands[:same] + bands[same:]
    return Likeness(f"{seed:024x}", shingles, values, bands)


def article(likeness: Likeness, *, entry: str = "1-0") -> Worked:
    delivery = Delivery(stream=Stream.SUBMITTED, entry_id=entry, data=b"", attempts=1, submission_id=entry)
    payload = b'{"text":"Words.","cluster_id":"%b","force":false}' % likeness.cluster_id.encode()
    claim = Claim(article_id="a", revision=1, content_hash="c")
    outcome = Publish(payload=payload, article_id="a", claim=claim, likeness=likeness.pack())
    return Worked(delivery, outcome, started_ms=1, finished_ms=2)


def cluster(worked: Worked) -> str:
    assert isinstance(worked.outcome, Publish)
    return worked.outcome.payload.split(b'"cluster_id":"')[1][:24].decode()


async def clusters(one: Copies, *likenesses: Likeness) -> list[str]:
    return [cluster(each) for each in await one.settle([article(likeness) for likeness in likenesses])]


async def test_a_near_copy_takes_the_cluster_of_the_first(server: "Redis") -> None:
    wire, other = text_like(1), text_like(9)
    whole, cut = text_like(2, of=wire, share=0.8), text_like(3, of=wire, share=0.4, shingles=130)
    shared = copies(server)
    assert await clusters(shared, wire) == [wire.cluster_id]
    assert await clusters(shared, other, whole, cut) == [other.cluster_id, wire.cluster_id, wire.cluster_id]
    assert (counted(shared, "founded"), counted(shared, "joined")) == (2, 2)


async def test_copies_in_one_batch_find_each_other(server: "Redis") -> None:
    wire = text_like(1)
    batch = [wire, *(text_like(n, of=wire, share=0.7) for n in range(2, 250))]
    assert set(await clusters(copies(server), *batch)) == {wire.cluster_id}


async def test_two_workers_with_two_copies_at_one_moment_come_to_one_cluster(server: "Redis", redis_url: str) -> None:
    async with Redis.from_url(redis_url) as second:
        workers = copies(server), copies(second)
        for n in range(30):
            wire = text_like(1000 + 2 * n)
            pair = wire, text_like(1001 + 2 * n, of=wire, share=0.8)
            found = await asyncio.gather(*(clusters(worker, one) for worker, one in zip(workers, pair, strict=True)))
            assert len({each for (each,) in found}) == 1


async def test_a_shared_band_alone_does_not_merge_stories(server: "Redis") -> None:
    one = text_like(1)
    template = text_like(2, of=one, share=0.3)
    assert await clusters(copies(server), one, template) == [one.cluster_id, template.cluster_id]


async def test_a_round_up_that_holds_a_short_item_whole_is_not_its_copy(server: "Redis") -> None:
    item = text_like(1, shingles=40)
    round_up = text_like(2, of=item, share=0.1, shingles=400)
    resemblance, containment = nearness(item, round_up)
    assert resemblance < 0.15
    assert containment > 0.8
    assert await clusters(copies(server), item, round_up) == [item.cluster_id, round_up.cluster_id]


async def test_small_changes_one_after_the_other_do_not_chain_stories_together(server: "Redis") -> None:
    first = text_like(1)
    second = text_like(2, of=first, share=0.6)
    third = Likeness(f"{3:024x}", 300, text_like(3).values[:50] + second.values[50:], second.bands)
    assert is_copy(second, third)
    assert not is_copy(first, third)
    found = await clusters(copies(server), first, second, third)
    assert found == [first.cluster_id, first.cluster_id, third.cluster_id]


async def test_asking_again_gives_the_same_cluster_and_changes_nothing(server: "Redis") -> None:
    wire = text_like(1)
    batch = [wire, text_like(2, of=wire, share=0.5), text_like(3), text_like(4, of=wire, share=0.3)]
    shared = copies(server)
    first = await clusters(shared, *batch)
    before = [await server.hgetall(key) for key in (keys.copy_bands(), keys.copy_founders())]
    assert await clusters(shared, *batch) == first
    later = text_like(5, of=batch[3], share=0.9)
    assert await clusters(shared, later, *reversed(batch)) == [first[3], *reversed(first)]
    assert [await server.hgetall(key) for key in (keys.copy_bands(), keys.copy_founders())] == before


async def test_what_is_settled_is_not_asked_again(server: "Redis") -> None:
    shared = copies(server)
    settled = await shared.settle([article(text_like(1))])
    assert await shared.settle(settled) == settled
    assert counted(shared, "founded") == 1
    assert counted(shared, "known") == 0


async def test_texts_without_a_likeness_and_other_outcomes_are_left_alone(server: "Redis") -> None:
    delivery = article(text_like(1)).delivery
    outcomes: list[Outcome] = [Dead(reason="r", message="m"), Publish(payload=b"short", article_id="a")]
    batch = [Worked(delivery, outcome, 1, 2) for outcome in outcomes]
    assert await copies(server).settle(batch) == batch
    assert await server.keys("*") == []


async def test_what_a_text_says_is_not_taken_for_the_field(server: "Redis") -> None:
    wire = text_like(1)
    copy = article(text_like(2, of=wire, share=0.9))
    field = b'"cluster_id":"%b"' % text_like(2).cluster_id.encode()
    outcome = copy.outcome
    assert isinstance(outcome, Publish)
    header = Worked(
        copy.delivery, Publish(payload=field + outcome.payload, article_id="a", likeness=outcome.likeness), 1, 2
    )
    _, settled = await copies(server).settle([article(wire), header])
    assert isinstance(settled.outcome, Publish)
    assert settled.outcome.payload == field + outcome.payload.replace(
        text_like(2).cluster_id.encode(), wire.cluster_id.encode()
    )


async def test_the_oldest_are_forgotten_beyond_the_number(server: "Redis") -> None:
    shared = copies(server, max_articles=10)
    texts = [text_like(n) for n in range(25)]
    await clusters(shared, *texts)
    assert await server.hlen(keys.copy_founders()) == 10 + 2
    assert await server.hlen(keys.copy_bands()) == 10 * BANDS
    late = [text_like(100 + n, of=one, share=0.9) for n, one in enumerate(texts)]
    assert await clusters(shared, late[24], late[15]) == [texts[24].cluster_id, texts[15].cluster_id]
    assert await clusters(shared, late[14]) == [late[14].cluster_id]


async def test_a_lowered_number_is_reached_in_bounded_steps(server: "Redis") -> None:
    await clusters(copies(server), *(text_like(n) for n in range(900)))
    less = copies(server, max_articles=100)
    left = []
    for _ in range(5):
        await less.forget()
        left.append(await server.hlen(keys.copy_founders()) - 2)
    assert left == [700, 500, 300, 100, 100]
    assert await server.hlen(keys.copy_bands()) == 100 * BANDS


async def age(server: "Redis", seconds: int) -> None:
    """Make every founder so much older."""
    for number, founder in (await server.hgetall(keys.copy_founders())).items():
        if number.isdigit():
            then = int.from_bytes(founder[:4], "big") - seconds
            await server.hset(keys.copy_founders(), number, then.to_bytes(4, "big") + founder[4:])


async def test_what_is_older_than_the_setting_is_compared_with_nothing_and_forgotten(server: "Redis") -> None:
    shared = copies(server, memory_s=100)
    wire = text_like(1)
    await clusters(shared, wire)
    await age(server, 50)
    assert await clusters(shared, text_like(2, of=wire, share=0.9)) == [wire.cluster_id]
    await age(server, 51)
    late = text_like(3, of=wire, share=0.9)
    assert await clusters(shared, late) == [late.cluster_id]
    assert await clusters(shared, text_like(4, of=wire, share=0.9)) == [late.cluster_id]
    assert await server.hlen(keys.copy_founders()) == 1 + 2
    assert await server.hlen(keys.copy_bands()) == BANDS
    await age(server, 101)
    await shared.forget()
    assert await server.hlen(keys.copy_bands()) == 0


async def test_a_record_that_is_none_is_passed_over_and_forgotten(server: "Redis") -> None:
    shared = copies(server, max_articles=2)
    one, two, three = text_like(1), text_like(2), text_like(3)
    await clusters(shared, one)
    await server.hset(keys.copy_founders(), 1, "x")
    copy = text_like(4, of=one, share=0.9)
    assert await clusters(shared, copy, two, three) == [copy.cluster_id, two.cluster_id, three.cluster_id]
    assert set(await server.hkeys(keys.copy_founders())) == {b"next", b"oldest", b"3", b"4"}


async def test_a_signature_of_another_length_costs_its_article_the_cluster(server: "Redis") -> None:
    one, two = article(text_like(1)), article(text_like(2))
    broken = one._replace(outcome=one.outcome._replace(likeness=text_like(1).pack()[:-1]))
    shared = copies(server)
    settled = await shared.settle([broken, two])
    assert settled[0] == broken
    assert (counted(shared, "failed"), counted(shared, "founded")) == (1, 1)


async def test_without_memory_nothing_is_compared(server: "Redis") -> None:
    one = text_like(1)
    two = text_like(2, of=one, share=0.9)
    assert await clusters(copies(server, memory_s=0), one, two) == [one.cluster_id, two.cluster_id]
    assert await server.keys("*") == []


async def test_founders_that_were_deleted_leave_no_bands_behind(server: "Redis") -> None:
    shared = copies(server)
    one, two, three = text_like(1), text_like(2), text_like(3)
    await clusters(shared, one, two)
    await server.delete(keys.copy_founders())
    assert await clusters(shared, three, two) == [three.cluster_id, two.cluster_id]
    assert await server.hlen(keys.copy_bands()) == 2 * BANDS


async def test_a_full_server_still_says_what_is_known_and_founds_nothing(server: "Redis") -> None:
    shared = copies(server)
    wire = text_like(1)
    await clusters(shared, wire)
    await server.config_set("maxmemory", "1")
    unknown, copy = text_like(2), text_like(3, of=wire, share=0.9)
    assert await clusters(shared, unknown, copy) == [unknown.cluster_id, wire.cluster_id]
    assert (counted(shared, "failed"), counted(shared, "joined")) == (1, 1)


@pytest.mark.parametrize("key", [keys.copy_bands(), keys.copy_founders()])
async def test_a_key_of_another_type_costs_the_clusters_and_nothing_else(server: "Redis", key: str) -> None:
    one = text_like(1)
    await clusters(copies(server), text_like(2))
    await server.set(key, "x")
    shared = copies(server)
    settled = await shared.settle([article(one)])
    assert cluster(settled[0]) == one.cluster_id
    assert counted(shared, "failed") == 1


async def test_a_user_without_the_keys_costs_the_clusters_and_nothing_else(server: "Redis", redis_url: str) -> None:
    await server.execute_command("ACL", "SETUSER", "narrow", "on", ">secret", "resetkeys", "~articles.*", "+@all")
    one = text_like(1)
    async with Redis.from_url(redis_url, username="narrow", password="secret") as client:
        shared = copies(client)
        assert await clusters(shared, one, text_like(2, of=one, share=0.9)) == [one.cluster_id, text_like(2).cluster_id]
        assert counted(shared, "failed") == 2
    await server.execute_command("ACL", "DELUSER", "narrow")


async def test_what_a_server_that_was_away_did_not_answer_is_asked_again(server: "Redis") -> None:
    wire = text_like(1)
    await clusters(copies(server), wire)
    batch = [article(text_like(2, of=wire, share=0.9))]
    async with Redis(port=1) as nobody:
        away = copies(nobody)
        settled = await away.settle(batch)
    assert settled == batch
    assert counted(away, "failed") == 1
    assert cluster((await copies(server).settle(settled))[0]) == wire.cluster_id


def test_a_signature_of_another_length_is_refused() -> None:
    one = text_like(1)
    for wrong in (one._replace(cluster_id="short"), one._replace(values=one.values[1:]), one._replace(bands=b"")):
        with pytest.raises(ValueError, match="a signature of"):
            wrong.pack()


async def test_a_refusal_that_lasts_is_told_once(server: "Redis", capsys: pytest.CaptureFixture[str]) -> None:
    shared = copies(server)
    for key in (keys.copy_founders(), None, keys.copy_founders()):
        await server.flushall()
        if key:
            await server.set(key, "x")
        for n in range(3):
            await clusters(shared, text_like(n))
    assert capsys.readouterr().out.count("copies.unknown") == 2
