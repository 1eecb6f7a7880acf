"""The runtime against a model: whatever happens in whatever order, each submission ends once, and nothing is lost.

Hypothesis draws what can happen to a pipeline of two stages on a real server; every answer, and after each step the
server itself, is compared with a model in plain Python. Time is not waited for: entries are aged with XCLAIM.
`WIREDESK_MODEL_EXAMPLES=5000` searches for longer and at random; a run of the suite is the same each time.
"""

import asyncio
import base64
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, TypeVar

import pytest
import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import ResponseError
from wiredesk import dead, journey_steps, keys, submissions, wire
from wiredesk.errors import Unavailable
from wiredesk.events import ArticleRetracted, DeadLetter, Stream, revision_of
from wiredesk.stage import redelivery
from wiredesk.stage.finish import Finisher, Worked
from wiredesk.stage.housekeeping import Housekeeping
from wiredesk.stage.outcomes import Claim, Dead, Delivery, Done, Outcome, Publish, Retry, Superseded
from wiredesk.stage.redelivery import Backoff, Redelivery
from wiredesk.stage.subscription import delivery_of, ensure_group
from wiredesk.testing import valkey_server

T = TypeVar("T")

EXAMPLES = int(os.environ.get("WIREDESK_MODEL_EXAMPLES", "0"))
ALONE = "WIREDESK_MODEL_ALONE"
FIRST_S, MOST_S, LONG_AGO_S = 1000.0, 8000.0, 86_400.0
"""So long that the time a test takes does not count."""
SUSPECT, AT_ONCE = 3, 8
NEVER = "0-0"
ASIDE = "aside:"
ENDS = {"done", "duplicate", "superseded"}

stages = st.sampled_from(["ingest", "extraction"])
slots = st.integers(0, 1)
picks = st.integers(0, 30)
verbs = st.lists(st.sampled_from(["publish", "publish", "publish", "done", "superseded", "dead", "retry"]), min_size=1)
articles = st.sampled_from("ab")
contents = st.sampled_from("xy")
ways = st.sampled_from([Stream.SUBMITTED, Stream.INGESTED, Stream.EXTRACTED, Stream.DEAD, "a", "b"])


def name_of(key: str) -> str:
    """Of what can be in the way: a stream, or an article by its id."""
    return str(key) if isinstance(key, Stream) else keys.article(key)


def order(entry_id: str) -> tuple[int, ...]:
    return tuple(map(int, entry_id.split("-")))


class Article(NamedTuple):
    """What an entry's bytes say; anything may follow, to see that it is kept."""

    id: str
    content: str
    force: bool

    @classmethod
    def of(cls, data: bytes) -> "Article":
        name, content, force, _ = wire.decode(data).body.split(b" ", 3)
        return cls(name.decode(), content.decode(), force == b"1")

    def entry(self, noise: bytes) -> bytes:
        return f"{self.id} {self.content} {int(self.force)} ".encode() + noise


class Entry(NamedTuple):
    submission_id: str
    data: bytes


@dataclass
class Pending:
    consumer: str
    deliveries: int = 1
    idle_s: float = 0.0

    @property
    def wait_s(self) -> float:
        return min(MOST_S, FIRST_S * 2.0 ** (self.deliveries - 1))


@dataclass
class Line:
    """One stage: its source with a group of the stage's name, and what the server should hold of it."""

    stage: str
    source: Stream
    target: Stream
    entries: dict[str, Entry] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)
    cursor: str = NEVER
    is_there: bool = True

    def unread(self) -> list[str]:
        return [id for id in self.entries if order(id) > order(self.cursor)]

    def due(self, busy: set[str]) -> list[str]:
        """What a worker should take over now: the oldest, alone when suspect, else with others that are not."""
        ripe = [id for id, held in sorted(self.pending.items(), key=lambda each: order(each[0]))]
        ripe = [id for id in ripe if id not in busy and self.pending[id].idle_s >= 1.25 * self.pending[id].wait_s]
        if ripe and self.pending[ripe[0]].deliveries >= SUSPECT:
            return ripe[:1]
        return [id for id in ripe if self.pending[id].deliveries < SUSPECT][:AT_ONCE]

    def needed_from(self) -> tuple[int, ...]:
        """The first id that the group has not acknowledged, or may still be given."""
        return min(map(order, self.pending), default=(order(self.cursor)[0], order(self.cursor)[1] + 1))


class Letter(NamedTuple):
    stage: str
    entry: Entry


@dataclass
class Hand:
    """A worker: its consumer's name, what it holds, and what it left for retry."""

    consumer: str
    held: list[Delivery] = field(default_factory=list)
    left: set[str] = field(default_factory=set)


@dataclass
class Desk:
    """The server, and what drives it."""

    client: "redis.Redis"
    asynchronous: "AsyncRedis"
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)


class Pipeline(RuleBasedStateMachine):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.client = desk, desk.client
        self.client.config_set("maxmemory", "0")
        self.client.flushall()
        self.lines = {
            "ingest": Line("ingest", Stream.SUBMITTED, Stream.INGESTED),
            "extraction": Line("extraction", Stream.INGESTED, Stream.EXTRACTED),
        }
        self.generation = 0
        self.hands = {(stage, slot): self.hired(stage) for stage in self.lines for slot in range(2)}
        self.finishers = {}
        for line in self.lines.values():
            desk.run(ensure_group(desk.asynchronous, line.source, line.stage))
            self.finishers[line.stage] = Finisher(
                redis=desk.asynchronous,
                stage=line.stage,
                signature="w",
                target=line.target,
                article_ttl_s=600,
                journey_ttl_s=600,
            )
        self.in_the_way: set[str] = set()
        self.full = False
        self.known: dict[str, tuple[int, str | None]] = {}
        self.latest: dict[str, int] = {}
        self.held_back: set[str] = set()
        self.journeys: dict[tuple[str, str], tuple[str, str, int]] = {}
        self.submitted: dict[str, bytes] = {}
        self.retracted_up_to = 0
        self.finished: dict[tuple[str, str], bool] = {}
        """Each finished entry, and whether its journey tells of it."""
        self.results: list[Entry] = []
        self.letters: dict[str, Letter] = {}
        self.ended: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.excused: set[str] = set()
        self.unreleased: set[str] = set()
        """Worked on again, because nothing told that it had been done before its group was lost."""

    def hired(self, stage: str) -> Hand:
        self.generation += 1
        return Hand(f"{stage}-{self.generation}")

    # What the world does.

    @initialize(first=st.lists(st.tuples(articles, contents), min_size=2, max_size=6))
    def begin(self, first: list[tuple[str, str]]) -> None:
        for article, content in first:
            self.submit(article, content, force=False, noise=b"", keyed=False, count=1)

    @rule(
        article=articles,
        content=contents,
        force=st.booleans(),
        noise=st.binary(max_size=4),
        keyed=st.booleans(),
        count=st.integers(1, 3),
    )
    def submit(self, article: str, content: str, force: bool, noise: bytes, keyed: bool, count: int) -> None:
        data = [Article(article, content, force).entry(noise)] * count
        key = f"key {len(self.submitted)}" if keyed else None
        if self.full or Stream.SUBMITTED in self.in_the_way:
            with pytest.raises(Unavailable):
                submissions.submit(self.client, data, idempotency_key=key)
            return
        ids = submissions.submit(self.client, data, idempotency_key=key)
        if keyed:
            assert submissions.submit(self.client, data, idempotency_key=key) == ids
        for id, each in zip(ids, data, strict=True):
            assert revision_of(id) > self.retracted_up_to
            self.submitted[id] = each
            self.lines["ingest"].entries[id] = Entry(id, each)

    @rule(article=articles)
    def retract(self, article: str) -> None:
        blocked = article in self.in_the_way
        if self.full or blocked or Stream.SUBMITTED in self.in_the_way:
            with suppress(Unavailable):
                submissions.retract(self.client, article)
            released = not self.full and not blocked
        else:
            id = submissions.retract(self.client, article)
            ((_, fields),) = self.client.xrange(Stream.CHANGES, id, id)
            event = ArticleRetracted.model_validate_json(wire.decode(fields[b"__data__"]).body)
            assert event.revision >= max(map(revision_of, self.submitted), default=0)
            self.retracted_up_to = event.revision
            released = True
        if released and article in self.known:
            self.known[article] = (self.known[article][0], None)

    @rule(mishap=st.sampled_from(["full", "group", "key", "no journeys", "stranger"]), stage=stages, key=ways)
    def mishap(self, mishap: str, stage: str, key: str) -> None:
        match mishap:
            case "full":
                self.full = True
                self.client.config_set("maxmemory", "1")
            case "group":
                self.destroy_the_group(self.lines[stage])
            case "key":
                self.put_a_key_in_the_way(key)
            case "no journeys":
                self.finishers[stage].journey_ttl_s = 0
            case _:
                with suppress(ResponseError):  # it is there already, or cannot be
                    self.client.xgroup_create(self.at(self.lines[stage].source), "archive", id="0")

    def destroy_the_group(self, line: Line) -> None:
        self.client.xgroup_destroy(self.at(line.source), line.stage)
        line.is_there, line.cursor = False, NEVER
        line.pending.clear()

    def put_a_key_in_the_way(self, key: str) -> None:
        if key in self.in_the_way or self.full:
            return
        name = name_of(key)
        with suppress(ResponseError):  # it is not there
            self.client.rename(name, ASIDE + name)
        self.client.set(name, "in the way")
        self.in_the_way.add(key)

    def ailments(self) -> list[tuple[str, Callable[[], None]]]:
        """What could be mended, and how; memory first, because the rest needs some."""
        if self.full:
            return [("full", self.free_the_memory)]
        found = [(f"key {key}", partial(self.take_it_away, key)) for key in sorted(self.in_the_way)]
        for line in self.lines.values():
            if not line.is_there and line.source not in self.in_the_way:
                found.append((f"group {line.stage}", partial(self.ensure_the_group, line)))
            if not self.finishers[line.stage].journey_ttl_s:
                found.append((f"journeys {line.stage}", partial(self.write_journeys, line)))
        return found

    @precondition(lambda self: self.ailments())
    @rule(pick=picks)
    def mend(self, pick: int) -> None:
        ailments = self.ailments()
        ailments[pick % len(ailments)][1]()

    def free_the_memory(self) -> None:
        self.full = False
        self.client.config_set("maxmemory", "0")

    def take_it_away(self, key: str) -> None:
        name = name_of(key)
        self.client.delete(name)
        with suppress(ResponseError):
            self.client.rename(ASIDE + name, name)
        self.in_the_way.discard(key)

    def ensure_the_group(self, line: Line) -> None:
        self.desk.run(ensure_group(self.desk.asynchronous, line.source, line.stage))
        line.is_there = True

    def write_journeys(self, line: Line) -> None:
        self.finishers[line.stage].journey_ttl_s = 600

    @precondition(lambda self: any(line.pending for line in self.lines.values()))
    @rule(pick=picks, ripe=st.booleans(), deaths=st.integers(0, 2))
    def let_time_pass_for_one(self, pick: int, ripe: bool, deaths: int) -> None:
        """As if its worker, and `deaths` others, had been killed long ago, or not yet long enough."""
        held = [(line, id) for line in self.lines.values() for id in line.pending]
        line, id = held[pick % len(held)]
        if line.source in self.in_the_way:
            return
        self.age(line, id, ripe=ripe, deaths=deaths)

    def age(self, line: Line, id: str, *, ripe: bool, deaths: int = 0) -> None:
        one = line.pending[id]
        one.deliveries += deaths
        one.idle_s = (1.3 if ripe else 0.9) * one.wait_s
        self.client.xclaim(
            line.source,
            line.stage,
            one.consumer,
            0,
            [id],
            idle=int(1000 * one.idle_s),
            retrycount=one.deliveries,
            justid=True,
        )

    # What workers do.

    @precondition(lambda self: any(line.unread() for line in self.lines.values()))
    @rule(pick=picks, slot=slots, count=st.integers(1, 5))
    def read(self, pick: int, slot: int, count: int) -> None:
        line = self.line(pick, [line for line in self.lines.values() if line.unread()])
        self.read_batch(line, self.hands[line.stage, slot], count)

    @staticmethod
    def line(pick: int, lines: Sequence[Line]) -> Line:
        return lines[pick % len(lines)]

    def read_batch(self, line: Line, hand: Hand, count: int) -> None:
        asked = self.client.xreadgroup
        if not line.is_there or line.source in self.in_the_way:
            with pytest.raises(ResponseError):
                asked(line.stage, hand.consumer, {line.source: ">"}, count=count)
            return
        answer = asked(line.stage, hand.consumer, {line.source: ">"}, count=count)
        entries = answer[0][1] if answer else []
        expected = line.unread()[:count]
        assert [id.decode() for id, _ in entries] == expected
        for entry in entries:
            delivery = delivery_of(line.source, entry, attempts=1)
            self.check_delivery(line, delivery)
            hand.held.append(delivery)
            line.pending[delivery.entry_id] = Pending(hand.consumer)
            line.cursor = delivery.entry_id

    def check_delivery(self, line: Line, delivery: Delivery) -> None:
        assert Entry(delivery.submission_id, delivery.data) == line.entries[delivery.entry_id]

    def redelivery(self, hand: Hand, stage: str) -> Redelivery:
        backoff = Backoff(FIRST_S, MOST_S)
        return Redelivery(self.desk.asynchronous, group=stage, consumer=hand.consumer, backoff=backoff)

    @precondition(lambda self: any(line.pending for line in self.lines.values()))
    @rule(pick=picks, slot=slots)
    def take_over(self, pick: int, slot: int) -> None:
        line = self.line(pick, [line for line in self.lines.values() if line.pending])
        self.take_over_some(line, self.hands[line.stage, slot])

    def take_over_some(self, line: Line, hand: Hand) -> None:
        busy = {delivery.entry_id for delivery in hand.held}
        work = self.redelivery(hand, line.stage).due(line.source, busy=busy)
        if not line.is_there or line.source in self.in_the_way:
            with pytest.raises(ResponseError):
                self.desk.run(work)
            return
        expected = line.due(busy)
        claimed = self.desk.run(work)
        # As many as one page of the pending list has of them.
        assert [delivery.entry_id for delivery in claimed] == expected[: max(1, len(claimed))]
        self.taken_over(line, hand, claimed)

    def taken_over(self, line: Line, hand: Hand, claimed: Sequence[Delivery]) -> None:
        for delivery in claimed:
            self.check_delivery(line, delivery)
            line.pending[delivery.entry_id] = Pending(hand.consumer, line.pending[delivery.entry_id].deliveries + 1)
            assert delivery.attempts == line.pending[delivery.entry_id].deliveries
        hand.held += claimed

    @precondition(lambda self: any(line.pending for line in self.lines.values()))
    @rule(pick=picks)
    def take_over_at_once(self, pick: int) -> None:
        """Two workers see the same entries, and one is quicker to claim: each entry goes to one of them."""
        line = self.line(pick, [line for line in self.lines.values() if line.pending])
        if not self.reaches(line):
            return
        first, second = (self.hands[line.stage, slot] for slot in range(2))
        busy = {delivery.entry_id for hand in (first, second) for delivery in hand.held}

        async def quicker() -> None:
            claimed = await self.redelivery(second, line.stage).due(line.source, busy=busy)
            busy.update(delivery.entry_id for delivery in claimed)
            self.taken_over(line, second, claimed)

        overtaken: Any = Overtaken(self.desk.asynchronous, quicker)
        looked = Redelivery(overtaken, group=line.stage, consumer=first.consumer, backoff=Backoff(FIRST_S, MOST_S))
        claimed = self.desk.run(looked.due(line.source, busy=set(busy)))
        assert {delivery.entry_id for delivery in claimed}.isdisjoint(busy)
        self.taken_over(line, first, claimed)

    def reaches(self, line: Line) -> bool:
        return line.is_there and line.source not in self.in_the_way

    @precondition(lambda self: self.holders())
    @rule(pick=picks)
    def heartbeat(self, pick: int) -> None:
        line, hand = self.holder(pick)
        ids = [delivery.entry_id for delivery in hand.held]
        if not self.reaches(line):
            return
        self.desk.run(self.redelivery(hand, line.stage).keep(line.source, ids))
        self.claimed(line, hand, ids, idle_s=0.0)

    def holders(self) -> list[tuple[str, int]]:
        return [where for where, hand in self.hands.items() if hand.held]

    def holder(self, pick: int) -> tuple[Line, Hand]:
        holders = self.holders()
        where = holders[pick % len(holders)]
        return self.lines[where[0]], self.hands[where]

    def claimed(self, line: Line, hand: Hand, ids: Sequence[str], *, idle_s: float) -> None:
        for id in ids:
            if id in line.pending:
                line.pending[id] = Pending(hand.consumer, line.pending[id].deliveries, idle_s)

    @precondition(lambda self: self.holders())
    @rule(pick=picks, count=st.integers(1, 3))
    def let_go(self, pick: int, count: int) -> None:
        line, hand = self.holder(pick)
        untouched = hand.held[-count:]
        if not self.reaches(line):
            return
        self.desk.run(self.redelivery(hand, line.stage).let_go(line.source, untouched))
        del hand.held[-count:]
        ours = [each for each in untouched if self.is_held_by(line, hand, each.entry_id)]  # the rest was taken over
        self.claimed(line, hand, [delivery.entry_id for delivery in ours], idle_s=LONG_AGO_S)
        for delivery in ours:  # a claim that led to nothing is not counted
            if one := line.pending.get(delivery.entry_id):
                one.deliveries = max(1, delivery.attempts - 1)

    def is_held_by(self, line: Line, hand: Hand, entry_id: str) -> bool:
        one = line.pending.get(entry_id)
        return one is not None and one.consumer == hand.consumer

    @rule(stage=stages, slot=slots, killed=st.booleans())
    def end_a_worker(self, stage: str, slot: int, killed: bool) -> None:
        line, hand = self.lines[stage], self.hands[stage, slot]
        self.hands[stage, slot] = self.hired(stage)
        if not killed:
            self.leave(line, hand)

    def leave(self, line: Line, hand: Hand) -> None:
        work = self.redelivery(hand, line.stage).release(line.source, left=hand.left)
        if not self.reaches(line):
            with pytest.raises(ResponseError):
                self.desk.run(work)
            return
        self.desk.run(work)
        mine = [id for id, one in line.pending.items() if one.consumer == hand.consumer]
        self.claimed(line, hand, [id for id in mine if id not in hand.left], idle_s=LONG_AGO_S)
        consumers = {each["name"].decode() for each in self.client.xinfo_consumers(line.source, line.stage)}
        assert (hand.consumer in consumers) == bool(mine)

    @precondition(lambda self: self.holders())
    @rule(pick=picks, verbs=verbs, insist=st.booleans(), answer_lost=st.booleans())
    def finish(self, pick: int, verbs: Sequence[str], insist: bool, answer_lost: bool) -> None:
        line, hand = self.holder(pick)
        held = list(hand.held)
        self.finish_batch(line, hand, verbs, insist=insist)
        if answer_lost:  # the client sends the script again, or the worker its batch
            hand.held = held
            self.finish_batch(line, hand, verbs, insist=insist)

    def finish_batch(self, line: Line, hand: Hand, verbs: Sequence[str], *, insist: bool) -> None:
        batch = [
            Worked(delivery, outcome_of(line, delivery, verbs[at % len(verbs)]), 1_700_000_000_000, 1_700_000_000_010)
            for at, delivery in enumerate(hand.held)
        ]
        if not batch:
            return
        finisher = self.finishers[line.stage]
        foreseen = Foresight(self, line, finisher.journey_ttl_s > 0, wrote=insist).finish(batch)
        finished = self.desk.run(finisher.finish(batch, insist=insist))
        assert [item.outcome for item in finished] == foreseen
        self.see_new_entries(line, [item for item in batch if foreseen.pop(0) == "published"])
        self.see_new_letters(line, [item.worked for item in finished if item.outcome == "dead_lettered"])
        hand.left |= {item.worked.delivery.entry_id for item in finished if item.outcome == "retried" or item.own}
        hand.held = [
            item.worked.delivery
            for item in finished
            if item.error and not item.own and not item.error.startswith("NOGROUP")
        ]

    def see_new_entries(self, line: Line, published: Sequence[Worked]) -> None:
        new = [Entry(each.delivery.submission_id, each.outcome.payload) for each in published]
        if line.stage == "extraction":
            self.results += new
            return
        after = self.lines["extraction"]
        last = max(after.entries, key=order, default=NEVER)
        # Entries that were trimmed are not looked for: the newest id tells where the new ones begin.
        added = self.client.xrevrange(self.at(after.source), count=len(new)) if new else []
        assert all(order(id.decode()) > order(last) for id, _ in added)
        for (id, fields), entry in zip(reversed(added), new, strict=True):
            assert fields == {b"__data__": entry.data}
            after.entries[id.decode()] = entry

    def see_new_letters(self, line: Line, died: Sequence[Worked]) -> None:
        added = self.client.xrevrange(self.at(Stream.DEAD), count=len(died)) if died else []
        for (id, fields), worked in zip(reversed(added), died, strict=True):
            letter = DeadLetter.model_validate_json(wire.decode(fields[b"__data__"]).body)
            delivery = worked.delivery
            assert base64.b64decode(letter.original) == delivery.data
            assert (letter.stage, letter.stream, letter.attempts) == (line.stage, line.source, delivery.attempts)
            assert letter.submission_id == delivery.submission_id
            assert id.decode() not in self.letters
            self.letters[id.decode()] = Letter(line.stage, Entry(delivery.submission_id, delivery.data))
            if Article.of(delivery.data).id in self.in_the_way:  # its entry was out of reach, and comes back as it was
                self.unreleased.add(delivery.submission_id)

    @rule(stage=stages, foreign_bytes=st.sampled_from([0, 10**9]))
    def housekeeping(self, stage: str, foreign_bytes: int) -> None:
        line = self.lines[stage]
        self.trim(line, foreign_bytes)
        self.desk.run(self.tidying(line, 0).bury_consumers(silent_s=-1))

    def trim(self, line: Line, foreign_bytes: int) -> None:
        self.desk.run(self.tidying(line, foreign_bytes).trim())
        if not self.reaches(line):
            return
        foreign = b"archive" in {group["name"] for group in self.client.xinfo_groups(line.source)}
        kept = {id.decode() for id, _ in self.client.xrange(line.source)}
        needed = {id for id in line.entries if order(id) >= line.needed_from()}
        assert needed <= kept <= line.entries.keys()
        if foreign and foreign_bytes:
            assert kept == line.entries.keys()
        elif not foreign:
            assert kept == needed
        line.entries = {id: entry for id, entry in line.entries.items() if id in kept}

    def tidying(self, line: Line, foreign_bytes: int) -> Housekeeping:
        return Housekeeping(
            self.desk.asynchronous, group=line.stage, sources=(line.source,), kept={}, foreign_bytes=foreign_bytes
        )

    # What people do with dead letters.

    @precondition(lambda self: self.letters)
    @rule(pick=picks, how=st.sampled_from(["once", "twice", "at the same time", "with a lost answer", "in vain"]))
    def replay(self, pick: int, how: str) -> None:
        id = sorted(self.letters, key=order)[pick % len(self.letters)]
        letter = self.letters[id]
        line = self.lines[letter.stage]
        if Stream.DEAD in self.in_the_way:
            with pytest.raises(Unavailable):
                dead.replay(self.client, [id])
            return
        if how == "in vain":
            self.put_a_key_in_the_way(line.source)
        client: Any = self.client
        if how in ("at the same time", "with a lost answer"):
            client = Interfered(self.client, by_another=how == "at the same time", letter=id)
        (result,) = dead.replay(client, [id])
        if line.source in self.in_the_way:
            assert result.outcome == "failed"
            return
        if result.outcome == "failed":
            assert self.full
            return
        assert result.outcome == ("gone" if how == "at the same time" else "replayed")
        assert result.stream == line.source
        assert result.entry_id is not None
        del self.letters[id]
        line.entries[result.entry_id] = letter.entry
        if how == "twice":
            assert [each.outcome for each in dead.replay(self.client, [id])] == ["gone"]

    @precondition(lambda self: self.letters)
    @rule(pick=picks)
    def drop(self, pick: int) -> None:
        id = sorted(self.letters, key=order)[pick % len(self.letters)]
        if Stream.DEAD in self.in_the_way:
            return
        assert dead.drop(self.client, [id, id]) == 1
        self.dropped[self.letters.pop(id).entry.submission_id] += 1

    # What workers do most of the time.

    @precondition(lambda self: any(self.reaches(line) and line.unread() for line in self.lines.values()))
    @rule(pick=picks, slot=slots, verbs=verbs)
    def work(self, pick: int, slot: int, verbs: Sequence[str]) -> None:
        """Read a batch and finish it, with whatever else is in hand."""
        line = self.line(pick, [line for line in self.lines.values() if self.reaches(line) and line.unread()])
        hand = self.hands[line.stage, slot]
        self.read_batch(line, hand, 5)
        self.finish_batch(line, hand, verbs, insist=False)

    # What must hold after each step.

    def at(self, stream: Stream) -> str:
        """Where a stream is, even when a key stands in its way."""
        return f"{ASIDE}{stream}" if stream in self.in_the_way else str(stream)

    @invariant()
    def the_server_holds_what_the_model_holds(self) -> None:
        for line in self.lines.values():
            entries = self.client.xrange(self.at(line.source))
            found = {id.decode(): fields[b"__data__"] for id, fields in entries}
            assert found == {id: entry.data for id, entry in line.entries.items()}
            if not line.is_there:
                continue
            held = {
                each["message_id"].decode(): (each["consumer"].decode(), each["times_delivered"])
                for each in self.client.xpending_range(self.at(line.source), line.stage, "-", "+", 10_000)
            }
            assert held == {id: (one.consumer, one.deliveries) for id, one in line.pending.items()}
        results = [fields[b"__data__"] for _, fields in self.client.xrange(self.at(Stream.EXTRACTED))]
        assert results == [entry.data for entry in self.results]
        assert [id.decode() for id, _ in self.client.xrange(self.at(Stream.DEAD))] == sorted(self.letters, key=order)

    @invariant()
    def each_submission_is_in_one_place(self) -> None:
        places = self.ended + self.dropped
        places.update(entry.submission_id for entry in self.results)
        places.update(letter.entry.submission_id for letter in self.letters.values())
        for line in self.lines.values():
            waiting = [entry for id, entry in line.entries.items() if (line.stage, id) not in self.finished]
            places.update(entry.submission_id for entry in waiting)
        assert places.keys() == self.submitted.keys()
        assert {id: count for id, count in places.items() if count != 1 and id not in self.excused} == {}

    @invariant()
    def what_is_dead_holds_nothing_back(self) -> None:
        """The content of a submission that is dead can be submitted again."""
        for letter in self.letters.values():
            article = Article.of(letter.entry.data)
            holds = (revision_of(letter.entry.submission_id), article.content)
            if letter.entry.submission_id in self.excused | self.unreleased:
                continue
            if article.id not in self.in_the_way:
                assert self.known.get(article.id) != holds

    @invariant()
    def nothing_is_held_back_for_nothing(self) -> None:
        """Of an article's submissions one at least was no duplicate, and superseded by no other."""
        held: dict[str, list[bool]] = {}
        for id, data in self.submitted.items():
            held.setdefault(Article.of(data).id, []).append(id in self.held_back)
        assert not [article for article, each in held.items() if all(each)]

    def check_journeys(self) -> None:
        for (stage, submission_id), (entry_id, outcome, attempts) in self.journeys.items():
            step = journey_steps.parse(self.client.hget(keys.journey(submission_id), stage).decode())
            assert (step.entry_id, step.outcome, step.attempts) == (entry_id, outcome, attempts)

    # What must hold in the end.

    def teardown(self) -> None:
        if sys.exc_info()[0] is None:
            self.drain()
        self.client.config_set("maxmemory", "0")

    def drain(self) -> None:
        """Everything is mended and everybody is replaced: all that is left comes to its end."""
        self.check_journeys()
        while ailments := self.ailments():
            ailments[0][1]()
        for line in self.lines.values():
            self.hands[line.stage, 0] = self.hired(line.stage)
            while line.pending or line.unread():
                for id in line.pending:
                    self.age(line, id, ripe=True)
                hand = self.hands[line.stage, 0]
                self.take_over_some(line, hand)
                self.read_batch(line, hand, 5)
                self.finish_batch(line, hand, ["publish"], insist=False)
            self.client.xgroup_destroy(line.source, "archive")
            self.trim(line, 0)
            assert self.client.xlen(line.source) == 0
        self.the_server_holds_what_the_model_holds()
        self.each_submission_is_in_one_place()
        self.check_journeys()


@dataclass
class Foresight:
    """What one call of the finish script should do; changes the model accordingly."""

    world: Pipeline
    line: Line
    journeys: bool
    wrote: bool
    """Whether the script has written yet: from then on a full memory stops nothing."""

    def finish(self, batch: Sequence[Worked]) -> list[str]:
        """One after the other, then what is done with is acknowledged at once, and only then told to journeys."""
        outcomes = [self.one(worked) for worked in batch]
        if any(outcome not in ("failed", "fenced", "retried") for outcome in outcomes):
            self.wrote = True
        for worked, outcome in zip(batch, outcomes, strict=True):
            if outcome not in ("failed", "fenced", "repeated"):
                self.note(worked, outcome)
        return outcomes

    def one(self, worked: Worked) -> str:
        delivery, world, line = worked.delivery, self.world, self.line
        if not world.reaches(line):
            return "failed"
        if delivery.entry_id not in line.pending:
            return "fenced"
        told = world.journeys.get((line.stage, delivery.submission_id))
        # What a journey tells of a later entry, a replayed one, was preceded by the end of the earlier.
        before = told and (
            order(told[0]) > order(delivery.entry_id) or (told[0] == delivery.entry_id and told[1] != "retried")
        )
        outcome = "repeated" if before else self.decide(worked)
        if outcome not in ("failed", "retried"):
            del line.pending[delivery.entry_id]
        return outcome

    def decide(self, worked: Worked) -> str:
        match worked.outcome:
            case Retry():
                return "retried"
            case Publish(claim=claim):
                assert claim
                return self.publish(claim)
            case Dead(article_id=article_id, revision=revision):
                if not self.may_write() or Stream.DEAD in self.world.in_the_way:
                    return "failed"
                known = self.world.known.get(article_id or "")
                if known and known[0] == revision and article_id not in self.world.in_the_way:
                    self.world.known[article_id or ""] = (known[0], None)
                return "dead_lettered"
            case Done():
                return "done"
            case _:
                return "superseded"

    def publish(self, claim: Claim) -> str:
        if claim.article_id in self.world.in_the_way:
            return "failed"
        revision, content = self.world.known.get(claim.article_id, (0, None))
        latest = self.world.latest.get(claim.article_id, 0)
        if revision > claim.revision or (revision < claim.revision < latest):
            return "superseded"
        if revision < claim.revision and content == claim.content_hash and not claim.force:
            if self.may_write():
                self.world.latest[claim.article_id] = claim.revision
            return "duplicate"
        if not self.may_write():
            return "failed"
        if self.line.target in self.world.in_the_way:
            return "failed"
        self.world.known[claim.article_id] = (claim.revision, claim.content_hash)
        return "published"

    def may_write(self) -> bool:
        if self.world.full and not self.wrote:
            return False
        self.wrote = True
        return True

    def note(self, worked: Worked, outcome: str) -> None:
        delivery, decided = worked.delivery, worked.outcome
        world, stage = self.world, self.line.stage
        told = self.journeys and (self.wrote or not world.full)
        if told:
            world.journeys[stage, delivery.submission_id] = (delivery.entry_id, outcome, delivery.attempts)
        self.wrote = self.wrote or self.journeys
        if outcome == "retried":
            return
        if (stage, delivery.entry_id) in world.finished:
            assert not world.finished[stage, delivery.entry_id], "finished again, though its journey told that it was"
            world.excused.add(delivery.submission_id)
        world.finished[stage, delivery.entry_id] = told
        if outcome in ("duplicate", "superseded") and isinstance(decided, Publish):
            world.held_back.add(delivery.submission_id)
        if outcome in ENDS:
            world.ended[delivery.submission_id] += 1


def outcome_of(line: Line, delivery: Delivery, verb: str) -> Outcome:
    """What a stage would make of it. As in the runtime, only later stages can tell whose dead letter it is."""
    article, revision = Article.of(delivery.data), revision_of(delivery.submission_id)
    match verb:
        case "publish":
            body = wire.decode(delivery.data).body
            payload = wire.encode(body, {"correlation_id": delivery.submission_id})
            claim = Claim(article_id=article.id, revision=revision, content_hash=article.content, force=article.force)
            return Publish(payload=payload, article_id=article.id, claim=claim)
        case "dead" if line.stage == "ingest":
            return Dead(reason="refused", message="drawn")
        case "dead":
            return Dead(reason="refused", message="drawn", article_id=article.id, revision=revision)
        case "done":
            return Done()
        case "superseded":
            return Superseded()
        case _:
            return Retry(reason="busy", message="drawn")


@dataclass
class Interfered:
    """A client between whose look and whose script another replays the letter, or that has to send its script twice."""

    client: "redis.Redis"
    by_another: bool
    letter: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def eval(self, *arguments: Any) -> Any:
        if self.by_another:
            dead.replay(self.client, [self.letter])
        else:
            self.client.eval(*arguments)
        return self.client.eval(*arguments)


@dataclass
class Overtaken:
    """A client between whose look at the pending list and whose claim something else happens."""

    client: "AsyncRedis"
    meanwhile: Callable[[], Coroutine[Any, Any, None]] | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    async def xclaim(self, *arguments: Any, **options: Any) -> Any:
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return await self.client.xclaim(*arguments, **options)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(redelivery, "_PAGE", 3)  # more than one page of what is pending
    loop = asyncio.new_event_loop()
    with valkey_server() as server, redis.Redis.from_url(server.url) as client:
        asynchronous = AsyncRedis.from_url(server.url)
        yield Desk(client, asynchronous, loop)
        loop.run_until_complete(asynchronous.aclose())
        loop.close()


@pytest.mark.timeout(0 if EXAMPLES else 240)
def test_whatever_happens_each_submission_ends_once_and_nothing_is_lost(request: pytest.FixtureRequest) -> None:
    """In a process of its own: hypothesis draws constants from every module that is loaded, a whole suite's else."""
    if ALONE not in os.environ:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
        done = subprocess.run(command, env={**os.environ, ALONE: "1"}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return
    desk = request.getfixturevalue("desk")
    run_state_machine_as_test(
        lambda: Pipeline(desk),
        settings=settings(
            max_examples=EXAMPLES or 350,
            stateful_step_count=40,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            phases=(Phase.generate,),  # a failure is told at once; shrinking it takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
