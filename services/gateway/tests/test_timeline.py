"""Articles over time as bars."""

from datetime import date
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk.index.histogram import first_day, last_day
from wiredesk.index.protocol import DateCount, Filters, Histogram, Interval, SearchRequest
from wiredesk_gateway.timeline import Timeline, timeline

INTERVALS: tuple[Interval, ...] = ("day", "week", "month", "year")


def counted(interval: Interval, days: dict[str, int]) -> Histogram:
    read = [(date.fromisoformat(day), count) for day, count in sorted(days.items())]
    buckets = tuple(DateCount(first_day(day, interval), last_day(day, interval), count) for day, count in read)
    return Histogram(interval=interval, buckets=buckets)


def drawn(by: Interval, days: dict[str, int], **request: object) -> Timeline:
    found = timeline(counted(by, days), SearchRequest(**request))  # type: ignore[arg-type]
    assert found
    return found


def bars(interval: Interval, days: dict[str, int]) -> list[tuple[str, int, int, str | None]]:
    return [(bar.label, bar.count, bar.height, bar.path) for bar in drawn(interval, days).bars]


def test_months_without_articles_have_a_place_and_no_link() -> None:
    assert bars("month", {"2023-12-05": 4, "2024-02-05": 1}) == [
        ("December 2023", 4, 100, "/?from=2023-12-01&to=2023-12-31"),
        ("January 2024", 0, 0, None),
        ("February 2024", 1, 25, "/?from=2024-02-01&to=2024-02-29"),
    ]


def test_weeks_and_days_lead_to_theirs() -> None:
    assert bars("week", {"2004-12-31": 1, "2005-01-03": 1000}) == [
        ("Week of 27 December 2004", 1, 2, "/?from=2004-12-27&to=2005-01-02"),  # what is there is seen, however little
        ("Week of 3 January 2005", 1000, 100, "/?from=2005-01-03&to=2005-01-09"),
    ]
    assert bars("day", {"2004-12-31": 1, "2005-01-01": 2})[0] == (
        "31 December 2004", 1, 50, "/?from=2004-12-31&to=2004-12-31"
    )  # fmt: skip


def test_a_bar_stays_within_the_dates_asked_for_and_leaves_the_interval_open() -> None:
    within = Filters(published_from=date(2004, 12, 29), published_to=date(2005, 1, 4), people=("person:x",))
    found = drawn("week", {"2004-12-31": 1, "2005-01-03": 1}, q="ferry", filters=within, interval="week", fold=False)
    asked = [parse_qs(urlsplit(str(bar.path)).query) for bar in found.bars]
    assert [(each["from"], each["to"]) for each in asked] == [
        (["2004-12-29"], ["2005-01-02"]),
        (["2005-01-03"], ["2005-01-04"]),
    ]
    assert all((each["q"], each["people"], each["fold"]) == (["ferry"], ["person:x"], ["false"]) for each in asked)
    assert not any("interval" in each for each in asked)


def test_the_intervals_that_can_be_drawn_are_offered() -> None:
    found = drawn("month", {"2023-12-05": 4, "2024-02-05": 1}, q="ferry")
    assert found.intervals == (
        ("day", "/?q=ferry&interval=day"),
        ("week", "/?q=ferry&interval=week"),
        ("month", None),
        ("year", "/?q=ferry&interval=year"),
    )
    assert [name for name, _ in drawn("year", {"1999-05-01": 1, "2024-01-01": 1}).intervals] == ["month", "year"]


def test_more_bars_than_can_be_told_apart_are_not_drawn() -> None:
    found = drawn("day", {"1999-05-01": 1, "2024-01-01": 9}, interval="day")
    assert (found.interval, found.bars) == ("day", ())
    assert found.intervals == (("month", "/?interval=month"), ("year", "/?interval=year"))


def test_many_years_go_by_tens_and_more() -> None:
    wide = bars("year", {"1066-10-14": 1, "2001-01-01": 3})
    assert wide[0] == ("1000 to 1099", 1, 33, "/?from=1000-01-01&to=1099-12-31")
    assert wide[-1] == ("2000 to 2099", 3, 100, "/?from=2000-01-01&to=2099-12-31")
    ends = bars("year", {"0001-01-01": 1, "9999-12-31": 1})
    assert (ends[0][0], ends[-1][0], len(ends)) == ("1 to 999", "9000 to 9999", 10)


def test_nothing_to_see_is_not_drawn_unless_it_was_asked_for() -> None:
    assert timeline(None, SearchRequest()) is None
    assert timeline(Histogram(interval="day", buckets=()), SearchRequest(interval="day")) is None
    one = counted("month", {"9999-12-05": 1})
    assert timeline(one, SearchRequest()) is None
    asked = timeline(one, SearchRequest(interval="month"))
    assert asked
    assert [bar.label for bar in asked.bars] == ["December 9999"]


@pytest.mark.parametrize("interval", INTERVALS)
@given(days=st.dictionaries(st.dates().map(date.isoformat), st.integers(1, 9), min_size=1, max_size=5))
def test_every_article_is_in_one_bar(interval: Interval, days: dict[str, int]) -> None:
    found = drawn(interval, days, interval=interval)
    assert sum(bar.count for bar in found.bars) == (sum(days.values()) if found.bars else 0)
    assert len(found.bars) <= 400
    spans = [parse_qs(urlsplit(bar.path).query) for bar in found.bars if bar.path]
    assert all(before["to"] < after["from"] for before, after in pairwise(spans))
