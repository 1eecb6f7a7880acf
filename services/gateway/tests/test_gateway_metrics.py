"""What a group's oldest waiting entry is, where it can be told."""

import pytest
from wiredesk.pipeline import GroupState, StreamState
from wiredesk_gateway.metrics import oldest_waiting_s


@pytest.mark.parametrize(
    ("length", "lag", "pending", "oldest_pending_s", "expected"),
    [
        (5, 2, 3, 9.0, 9.0),  # what was given out is older than what was not
        (5, 0, 0, None, 0.0),  # nothing waits
        (5, 5, 0, None, 60.0),  # everything waits: the stream's first entry is the oldest
        (5, 2, 0, None, None),  # some wait, but the first entry may be finished
        (5, None, 0, None, None),  # Redis does not know
        (0, 0, 0, None, 0.0),
    ],
)
def test_the_oldest_waiting_entry(
    length: int, lag: int | None, pending: int, oldest_pending_s: float | None, expected: float | None
) -> None:
    group = GroupState(
        name="ingest",
        foreign=False,
        lag=lag,
        pending=pending,
        oldest_pending_s=oldest_pending_s,
        consumers=1,
        last_delivered_id="1-0",
    )
    stream = StreamState(name="s", length=length, last_id="1-0", oldest_s=60.0, groups=(group,))
    assert oldest_waiting_s(stream, group) == expected
