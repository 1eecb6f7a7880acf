"""A stage with costly batches lets more gather for the next, the longer what it reads has been under way."""

import pytest
from wiredesk.stage.lull import Lull


@pytest.mark.parametrize(
    ("ages_s", "lull_s"),
    [
        ([0.3], 0.1),
        ([1.5] + [5.0] * 9, 0.5),
        ([60.0] * 9 + [0.6], 0.2),
        ([60.0] * 40, 1.0),
        ([60.0], 0.25),
        ([60.0, 600.0], 0.5),
        ([-3.0], 0.0),
        ([], 0.0),
    ],
    ids=[
        *("fresh", "the youngest counts", "one is fresh", "at the most", "an old one alone", "two old ones"),
        *("a clock that is behind", "nothing was read"),
    ],
)
def test_the_lull_is_a_third_of_how_long_the_youngest_has_been_under_way(ages_s: list[float], lull_s: float) -> None:
    lull = Lull(most_s=1.0, full=100)
    lull.after(ages_s, now_s=50.0)
    assert lull.left_s(now_s=50.0) == pytest.approx(lull_s)


def test_there_is_none_after_a_full_batch() -> None:
    lull = Lull(most_s=1.0, full=2)
    lull.after([60.0, 60.0], now_s=50.0)
    assert lull.left_s(now_s=50.0) == 0


def test_time_that_has_passed_since_counts() -> None:
    lull = Lull(most_s=1.0, full=100)
    lull.after([60.0] * 40, now_s=50.0)
    assert lull.left_s(now_s=50.6) == pytest.approx(0.4)
    assert lull.left_s(now_s=52.0) == 0
