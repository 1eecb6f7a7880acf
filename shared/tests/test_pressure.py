import pytest
from wiredesk.events import Stream
from wiredesk.pressure import Limits, tell

GROUP = {"name": b"ingest", "lag": 0, "pending": 0}


def told(backlog, *, memory=None, waiting=False, limits=None):
    info = {"used_memory": memory, "maxmemory": 1000} if memory is not None else {}
    answers = (backlog, [{**GROUP, "lag": backlog}], info)
    return tell(answers, Stream.SUBMITTED, limits or Limits(backlog=100, memory=0.8), waiting=waiting)


@pytest.mark.parametrize(
    ("backlog", "waiting", "reason"),
    [(99, False, None), (100, False, "backlog"), (95, True, "backlog"), (91, True, "backlog"), (90, True, None)],
)
def test_one_who_waits_goes_on_a_tenth_below_the_limit(backlog, waiting, reason):
    assert told(backlog, waiting=waiting).reason == reason


@pytest.mark.parametrize("limit", [1, 2, 9])
def test_the_smallest_limit_is_left_again(limit):
    assert told(0, waiting=True, limits=Limits(backlog=limit, memory=1.0)).message is None


@pytest.mark.parametrize(
    ("memory", "backlog", "waiting", "reason"),
    [
        (799, 5, False, None),
        (800, 5, False, "memory"),
        (750, 5, True, "memory"),
        (719, 5, True, None),
        (750, 0, True, None),  # nothing is left that could be freed: waiting would be for ever
        (800, 0, True, "memory"),
    ],
)
def test_memory_is_waited_for_until_it_is_well_below_or_nothing_more_is_freed(memory, backlog, waiting, reason):
    assert told(backlog, memory=memory, waiting=waiting).reason == reason


def test_a_stage_near_the_memory_limit_goes_on_while_the_next_has_little_to_do():
    limits = Limits(backlog=5000, memory=0.9, squeezed=50)
    assert told(50, memory=950, limits=limits).message is None
    assert told(51, memory=950, limits=limits).reason == "memory"


def test_what_is_unknown_holds_up_nobody():
    unknown = PermissionError("denied")
    seen = tell((unknown, unknown, unknown), Stream.SUBMITTED, Limits(backlog=1, memory=0.1))
    assert (seen.backlog, seen.memory, seen.message) == (None, None, None)


def test_a_group_that_is_not_there_or_not_known_has_everything_before_it():
    limits = Limits(backlog=10, memory=1.0)
    assert tell((10, [], {}), Stream.SUBMITTED, limits).backlog == 10
    assert tell((10, [{**GROUP, "lag": None}], {}), Stream.SUBMITTED, limits).backlog == 10
