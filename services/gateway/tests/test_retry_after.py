import pytest
from wiredesk_gateway.retry_after import retry_after_s


def fall(per_s: float, *, to: float, seconds: int = 10) -> list[tuple[float, float]]:
    """A figure that fell so much a second and is at `to` now."""
    return [(100.0 + second, to + per_s * (seconds - second)) for second in range(seconds + 1)]


@pytest.mark.parametrize(
    ("per_s", "figure", "seconds"),
    [(100, 1500, 5), (1000, 1001, 1), (3, 1010, 4), (1, 100_000, 60), (0.5, 1020, 40)],
)
def test_it_is_how_long_the_fall_takes_at_its_pace_within_a_minute(per_s: float, figure: float, seconds: int) -> None:
    assert retry_after_s(fall(per_s, to=figure), 1000) == seconds


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [(1.0, 2000.0)],
        [(1.0, 2000.0), (1.1, 1500.0)],
        [(1.0, 2000.0), (5.0, 2000.0)],
        [(1.0, 1500.0), (5.0, 2000.0)],
        [(1.0, 9000.0), (100.0, 2000.0)],
    ],
)
def test_without_a_fall_known_it_is_five_seconds(samples: list[tuple[float, float]]) -> None:
    assert retry_after_s(samples, 1000) == 5


def test_what_has_fallen_already_is_worth_a_second() -> None:
    assert retry_after_s([(1.0, 999.0)], 1000) == 1
