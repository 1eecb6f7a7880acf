"""The child process and the worker's side of it, without a server."""

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from wiredesk import wire
from wiredesk.errors import Unavailable
from wiredesk.events import Stream
from wiredesk.stage.isolation import ChildProcessor, Limits
from wiredesk.stage.outcomes import Dead, Delivery, Publish, Retry, Untouched
from wiredesk.testing import wait_until

LIMITS = Limits(item_time_s=1.5, item_memory_bytes=200_000_000)


def delivery(number: int, *, attempts: int = 1, **article: str) -> Delivery:
    data = json.dumps({"text": f"Story {number}.", **article}).encode()
    entry_id = f"1700000000000-{number}"
    return Delivery(stream=Stream.SUBMITTED, entry_id=entry_id, data=data, attempts=attempts, submission_id=entry_id)


@pytest.fixture
async def processor():
    child = ChildProcessor("sample_stage:STAGE", LIMITS)
    await child.start(lambda _state: None)
    yield child
    await child.stop()


async def test_outcomes_come_in_the_order_of_the_deliveries(processor: ChildProcessor) -> None:
    batch = [delivery(0), delivery(1, title="refuse"), delivery(2), delivery(3, title="later", attempts=2)]
    published, refused, second, later = await processor.process(batch)
    assert isinstance(published, Publish)
    assert json.loads(wire.decode(published.payload).body)["text"] == "Story 0."
    assert refused == Dead(reason="no_story", message="there is no story here")
    assert isinstance(second, Publish)
    assert later == Retry(reason="busy", message="try again")


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("crash", "crashed"),
        ("loop", "timeout"),
        ("hoard", "out_of_memory"),
        ("bug", "unexpected_error"),
        ("nonsense", "crashed"),
        ("endless", "crashed"),
    ],
)
async def test_a_batch_loses_its_culprit_only(processor: ChildProcessor, title: str, reason: str) -> None:
    batch = [delivery(0), delivery(1, title=title), delivery(2), delivery(3)]
    outcomes = await processor.process(batch)
    assert {type(outcome) for outcome in outcomes} <= {Publish, Untouched}
    assert outcomes[1:] == [Untouched()] * 3
    again = [await processor.process([each._replace(attempts=2)]) for each in batch]
    assert [type(outcome) for (outcome,) in again] == [Publish, Retry, Publish, Publish]
    assert again[1][0].reason == reason


async def test_what_was_answered_before_a_culprit_is_kept_and_the_rest_let_go(processor: ChildProcessor) -> None:
    batch = [delivery(n, attempts=2, title="crash" if n == 2 else "") for n in range(4)]
    outcomes = await processor.process(batch)
    assert [type(outcome) for outcome in outcomes] == [Publish, Publish, Retry, Untouched]


async def test_what_is_given_up_in_the_middle_leaves_no_answer_for_the_next_batch(
    processor: ChildProcessor, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    given_up = asyncio.create_task(processor.process([delivery(0, title=f"slow {begun}")]))
    await asyncio.to_thread(wait_until, begun.exists, what="the child's beginning with it")
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    (outcome,) = await processor.process([delivery(1)])
    assert isinstance(outcome, Publish)
    assert json.loads(wire.decode(outcome.payload).body)["text"] == "Story 1."


async def test_a_large_article_gets_more_time_and_does_not_share_it() -> None:
    limits = replace(LIMITS, item_time_s=0.5, megabyte_time_s=100.0)
    child = ChildProcessor("sample_stage:STAGE", limits)
    await child.start(lambda _state: None)
    try:
        large = delivery(0, title="slow " * 3, text="x" * 100_000)
        assert limits.time_s(large) > 10
        batch = [large, delivery(1, title="loop", attempts=2), delivery(2)]
        outcomes = await child.process(batch)
        assert [type(outcome) for outcome in outcomes] == [Publish, Retry, Publish]
        assert outcomes[1].message.startswith("no result within 0.5")
    finally:
        await child.stop()


async def test_a_batch_larger_than_the_pipe_passes(processor: ChildProcessor) -> None:
    outcomes = await processor.process([delivery(n, text="x" * 1_000_000) for n in range(8)])
    assert all(isinstance(outcome, Publish) and len(outcome.payload) > 1_000_000 for outcome in outcomes)


async def test_a_child_that_answers_nonsense_while_it_loads_did_not_start() -> None:
    child = ChildProcessor("sample_stage:NONSENSICAL", LIMITS)
    with pytest.raises(Unavailable, match="did not start"):
        await child.start(lambda _state: None)
    assert child.pid
    with pytest.raises(ProcessLookupError):  # and it is gone
        os.kill(child.pid, 0)


async def test_a_stage_that_cannot_load_says_why_in_one_line() -> None:
    child = ChildProcessor("sample_stage:UNUSABLE", LIMITS)
    with pytest.raises(Unavailable, match="model en_core_web_none is not installed"):
        await child.start(lambda _state: None)
    await child.stop()


async def test_stopping_twice_and_before_starting_is_harmless() -> None:
    child = ChildProcessor("sample_stage:STAGE", LIMITS)
    await child.stop()
    await child.start(lambda _state: None)
    await child.stop()
    await child.stop()
    assert child.pid is None
