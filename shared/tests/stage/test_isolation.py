"""The child process and the worker's side of it, without a server."""

import json

import pytest
from wiredesk import wire
from wiredesk.errors import Unavailable
from wiredesk.events import Stream
from wiredesk.stage.isolation import ChildProcessor, Limits
from wiredesk.stage.outcomes import Dead, Delivery, Publish, Retry

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
    ],
)
async def test_a_batch_loses_its_culprit_only(processor: ChildProcessor, title: str, reason: str) -> None:
    outcomes = await processor.process([delivery(0), delivery(1, title=title), delivery(2), delivery(3)])
    assert [type(outcome) for outcome in outcomes] == [Publish, Retry, Publish, Publish]
    assert outcomes[1].reason == reason


async def test_several_culprits_in_one_batch_are_each_found(processor: ChildProcessor) -> None:
    batch = [delivery(n, title="crash") if n in (1, 2, 4) else delivery(n) for n in range(6)]
    outcomes = await processor.process(batch)
    assert [isinstance(outcome, Retry) for outcome in outcomes] == [n in (1, 2, 4) for n in range(6)]


async def test_a_batch_larger_than_the_pipe_passes(processor: ChildProcessor) -> None:
    outcomes = await processor.process([delivery(n, text="x" * 1_000_000) for n in range(8)])
    assert all(isinstance(outcome, Publish) and len(outcome.payload) > 1_000_000 for outcome in outcomes)


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
