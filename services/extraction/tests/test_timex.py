"""Time expressions and their TIMEX3 values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_extraction.timex import Timex, find_timexes

FRIDAY = "2001-11-23T09:30:00+01:00"


def values(text: str, published_at: str | None = FRIDAY) -> list[tuple[str, str]]:
    return [(text[t.start : t.end], t.value) for t in find_timexes(text, published_at)]


def one(text: str, published_at: str | None = FRIDAY) -> Timex:
    [timex] = find_timexes(text, published_at)
    return timex


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("They met yesterday.", "2001-11-22"),
        ("They meet today.", "2001-11-23"),
        ("They meet tomorrow.", "2001-11-24"),
        ("They met last week.", "2001-W46"),
        ("They met last month.", "2001-10"),
        ("They meet next year.", "2002"),
        ("the September 11th attacks", "2001-09-11"),
        ("They met on Monday.", "2001-11-19"),
        ("They will meet on Monday.", "2001-11-26"),
        ("They met on Friday.", "2001-11-23"),
        ("They met last Friday.", "2001-11-16"),
        ("They met two days ago.", "2001-11-21"),
        ("They met three weeks ago.", "2001-W44"),
        ("They met a year ago.", "2000"),
        ("They meet over the weekend, this weekend.", "2001-W47-WE"),
        ("It opens on January 5.", "2002-01-05"),
        ("It closed in October.", "2001-10"),
        ("a summit last summer", "2001-SU"),
        ("last night", "2001-11-22TNI"),
        ("tonight", "2001-11-23TNI"),
    ],
)
def test_a_relative_date_counts_from_publication(text: str, value: str) -> None:
    assert one(text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("They met yesterday.", "XXXX-XX-XX"),
        ("They met last week.", "XXXX-WXX"),
        ("They met on Monday.", "XXXX-WXX-1"),
        ("the September 11th attacks", "XXXX-09-11"),
        ("in June", "XXXX-06"),
        ("two years ago", "XXXX"),
    ],
)
def test_without_a_publication_date_a_relative_date_stays_underspecified(text: str, value: str) -> None:
    assert one(text, None).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("signed in 1997", "1997"),
        ("on 9 September 1914", "1914-09-09"),
        ("on Saturday, June 24, 1950", "1950-06-24"),
        ("on Sept. 11, 2001", "2001-09-11"),
        ("the 25th of August 1917", "1917-08-25"),
        ("in late March 1980", "1980-03"),
        ("the spring of 1862", "1862-SP"),
        ("the 1990s", "199"),
        ("the nineteenth century", "18"),
        ("in 264 BC", "BC0264"),
        ("on 2001-11-23", "2001-11-23"),
        ("am 23.11.2001", "2001-11-23"),
        ("on 11/23/2001", "2001-11-23"),
        ("the third quarter of 2001", "2001-Q3"),
        ("Christmas 1914", "1914-12-25"),
    ],
)
def test_an_absolute_date_needs_no_publication_date(text: str, value: str) -> None:
    assert one(text, None).value == value


def test_an_ambiguous_numeric_date_claims_its_year_only() -> None:
    assert one("on 04/05/2001").value == "2001-XX-XX"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("for two years", "DURATION", "P2Y"),
        ("a ten-day visit", "DURATION", "P10D"),
        ("for the first time in decades", "DURATION", "PXE"),
        ("over the past three months", "DURATION", "P3M"),
        ("a few hours", "DURATION", "PTXH"),
        ("every Monday", "SET", "XXXX-WXX-1"),
        ("published daily", "SET", "XXXX-XX-XX"),
        ("every two weeks", "SET", "P2W"),
        ("at 7:30 p.m.", "TIME", "XXXX-XX-XXT19:30"),
        ("at noon", "TIME", "XXXX-XX-XXT12:00"),
    ],
)
def test_durations_sets_and_times_have_their_types(text: str, kind: str, value: str) -> None:
    timex = one(text)
    assert (timex.type, timex.value) == (kind, value)


def test_a_clock_time_takes_the_day_named_beside_it() -> None:
    assert values("It opens on 3 December 2001 at 7 p.m.")[1] == ("7 p.m.", "2001-12-03T19:00")


def test_a_history_counts_from_the_date_told_last() -> None:
    text = (
        "War broke out in 1860. On 12 April 1861 the fort fell. The next day the town burned. In July the army came, "
        "and in 1863 it left. It returned in 1864."
    )
    assert values(text, "2009-12-19") == [
        ("1860", "1860"),
        ("12 April 1861", "1861-04-12"),
        ("The next day", "1861-04-13"),
        ("July", "1861-07"),
        ("1863", "1863"),
        ("1864", "1864"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2000 people came",
        "it may rain",
        "they march on",
        "a 45-year-old man",
        "€1997 a head",
        "31 February 2001 is no day, nor is 2001-02-31",
        "call 1914-555",
        "a second thought",
    ],
)
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert [value for _, value in values(text) if value != "2001"] == []


def test_values_off_the_calendar_are_not_made_up() -> None:
    assert values("9999 years ago", "0001-01-01") == [("9999 years ago", "XXXX")]
    assert find_timexes("last year", "9999-12-31")[0].value == "9998"
    assert find_timexes("yesterday", "0001-01-01")[0].value == "XXXX-XX-XX"


def test_other_languages_keep_numeric_dates_only() -> None:
    text = "Am 23.11.2001 und im Jahr 1997, May 3"
    assert [t.value for t in find_timexes(text, None, english=False)] == ["2001-11-23"]


def test_the_wall_clock_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_clock() -> float:
        raise AssertionError("the clock was read")

    monkeypatch.setattr("time.time", no_clock)
    assert one("today", None).value == "XXXX-XX-XX"


@given(
    st.text(alphabet=st.sampled_from(list("0123456789 /.-:'sthndMayJune")), max_size=120),
    st.sampled_from([None, FRIDAY]),
)
def test_no_text_breaks_the_dates(text: str, published_at: str | None) -> None:
    at = 0
    for timex in find_timexes(text, published_at):
        assert at <= timex.start < timex.end <= len(text)
        assert timex.value
        at = timex.end
