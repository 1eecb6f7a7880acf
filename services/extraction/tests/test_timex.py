"""Time expressions and their TIMEX3 values."""

import time

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
        ("They meet over the weekend.", "2001-W47-WE"),
        ("They meet this weekend.", "2001-W47-WE"),
        ("the day before yesterday", "2001-11-21"),
        ("They met late last month.", "2001-10"),
        ("It rose earlier this year.", "2001"),
        ("It falls due at the end of the month.", "2001-11"),
        ("It closes at year-end.", "2001"),
        ("a loss against the year-ago quarter", "2000"),
        ("Sales rose in the third quarter.", "2001-Q3"),
        ("Sales rose in the fourth quarter.", "2001-Q4"),
        ("It will open in the first half of next year.", "2002-H1"),
        ("It peaked in the '80s.", "198"),
        ("the class of '97", "1997"),
        ("It was sold on 12/5 and", None),
        ("It was sold on 10/29.", "2001-10-29"),
        ("Shops were full at Christmas.", "2001-12-25"),
        ("They met on Thanksgiving.", "2001-11-22"),
        ("They met on Labor Day.", "2001-09-03"),
        ("It opened on the 5th.", "2001-11-05"),
        ("since 9/11", "2001-09-11"),
        ("On Nov. 30 of last year it closed.", "2000-11-30"),
        ("It opens on January 5.", "2002-01-05"),
        ("It closed in October.", "2001-10"),
        ("a summit last summer", "2001-SU"),
        ("last night", "2001-11-22TNI"),
        ("tonight", "2001-11-23TNI"),
    ],
)
def test_a_relative_date_counts_from_publication(text: str, value: str | None) -> None:
    assert [v for _, v in values(text)] == ([value] if value else [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The minister said Thursday that the talks would go on.", "2001-11-22"),
        ("The minister said he will resign when he spoke on Thursday.", "2001-11-22"),
        ("The court is to rule on Thursday.", "2001-11-29"),
        ("The vote, scheduled for Thursday, matters.", "2001-11-29"),
        ("The trial resumes Monday.", "2001-11-26"),
        ("The law was unlikely to be passed Tuesday.", "2001-11-27"),
        ("On Tuesday the council will vote.", "2001-11-27"),
        ("On Tuesday the council voted.", "2001-11-20"),
        ("The planned visit was cancelled Tuesday.", "2001-11-20"),
        ("Mr. Brandt, who left in May, said so.", "2001-05"),
        ("The bridge will open in May.", "2002-05"),
    ],
)
def test_a_date_without_a_year_lies_where_the_verb_before_it_looks(text: str, value: str) -> None:
    assert one(text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("They recently married.", "PAST_REF"),
        ("in recent years", "PAST_REF"),
        ("It happened years ago.", "PAST_REF"),
        ("It is now closed.", "PRESENT_REF"),
        ("the current owner", "PRESENT_REF"),
        ("It is closed at present.", "PRESENT_REF"),
        ("Plans for the future were made.", "FUTURE_REF"),
        ("He looked into the past.", "PAST_REF"),
        ("in the coming weeks", "FUTURE_REF"),
    ],
)
def test_fuzzy_times_refer_to_past_present_or_future(text: str, value: str) -> None:
    assert (one(text).type, one(text).value) == ("DATE", value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("open 3-5 May 2001", [("3", "2001-05-03"), ("5 May 2001", "2001-05-05")]),
        ("open May 3-5, 2001", [("May 3", "2001-05-03"), ("5, 2001", "2001-05-05")]),
        ("from May to July 1999", [("May", "1999-05"), ("July 1999", "1999-07")]),
        ("from 1914 to 1918", [("1914", "1914"), ("1918", "1918")]),
        ("in 1997-98", [("1997", "1997"), ("98", "1998")]),
        ("the 18th and 19th centuries", [("the 18th", "17"), ("19th centuries", "18")]),
    ],
)
def test_both_ends_of_a_range_are_dates(text: str, expected: list[tuple[str, str]]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It began at 9 p.m. Thursday.", [("9 p.m. Thursday", "2001-11-22T21:00")]),
        ("It began at 9 p.m. on Thursday.", [("9 p.m.", "2001-11-22T21:00"), ("Thursday", "2001-11-22")]),
        ("It was 10:30 a.m. EST when it fell.", [("10:30 a.m. EST", "2001-11-23T10:30")]),
        ("It closed at 17:45.", [("17:45", "2001-11-23T17:45")]),
        ("They came at three o'clock in the afternoon.", [("three o'clock in the afternoon", "2001-11-23T15:00")]),
        ("They came on Monday at midnight.", [("Monday", "2001-11-19"), ("midnight", "2001-11-19T24:00")]),
        ("On Monday, they met in the morning.", [("Monday", "2001-11-19"), ("the morning", "2001-11-19TMO")]),
        ("Owls hunt at night.", [("night", "XXXX-XX-XXTNI")]),
        ("the night of April 18, 1775", [("the night of April 18, 1775", "1775-04-18TNI")]),
        ("He read Romans 15:13 aloud.", []),
    ],
)
def test_an_hour_belongs_to_the_day_named_beside_it(text: str, expected: list[tuple[str, str]]) -> None:
    assert values(text) == expected


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
        ("in the spring of 480 BC", "BC0480-SP"),
        ("in fiscal 1999", "1999"),
        ("in Q3 1999", "1999-Q3"),
        ("the first half of 1999", "1999-H1"),
        ("winter 1998", "1998-WI"),
        ("in the mid-1980s", "198"),
        ("at 2001-11-23T09:30:00Z", "2001-11-23T09:30:00Z"),
        ("on 11/23/01", None),
        ("on Good Friday 1998", "1998-04-10"),
        ("on 2001-11-23", "2001-11-23"),
        ("am 23.11.2001", "2001-11-23"),
        ("on 11/23/2001", "2001-11-23"),
        ("the third quarter of 2001", "2001-Q3"),
        ("Christmas 1914", "1914-12-25"),
    ],
)
def test_an_absolute_date_needs_no_publication_date(text: str, value: str | None) -> None:
    assert [v for _, v in values(text, None)] == ([value] if value else [])


def test_a_year_of_two_figures_needs_the_publication_date() -> None:
    assert one("on 11/23/98").value == "1998-11-23"


def test_an_ambiguous_numeric_date_claims_its_year_only() -> None:
    assert one("on 04/05/2001").value == "2001-XX-XX"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("for two years", "DURATION", "P2Y"),
        ("for three days", "DURATION", "P3D"),
        ("a ten-day visit", "DURATION", "P10D"),
        ("for the first time in decades", "DURATION", "PX0Y"),
        ("over the past three months", "DURATION", "P3M"),
        ("in the past year", "DURATION", "P1Y"),
        ("after years of war", "DURATION", "PXY"),
        ("two and a half hours", "DURATION", "PT2.5H"),
        ("three long years", "DURATION", "P3Y"),
        ("a few hours", "DURATION", "PTXH"),
        ("24 hours", "DURATION", "PT24H"),
        ("half an hour", "DURATION", "PT30M"),
        ("a fortnight", "DURATION", "P2W"),
        ("a quarter of a century", "DURATION", "P25Y"),
        ("a year-long drought", "DURATION", "P1Y"),
        ("a decades-old feud", "DURATION", "PX0Y"),
        ("a 45-year-old man", "DURATION", "P45Y"),
        ("four consecutive quarters", "DURATION", "P4Q"),
        ("two hundred years", "DURATION", "P200Y"),
        ("1,200 years", "DURATION", "P1200Y"),
        ("every Monday", "SET", "XXXX-WXX-1"),
        ("on Sundays", "SET", "XXXX-WXX-7"),
        ("published daily", "SET", "P1D"),
        ("the annual meeting", "SET", "P1Y"),
        ("every other week", "SET", "P2W"),
        ("every two weeks", "SET", "P2W"),
        ("twice a day", "SET", "P1D"),
        ("at $5 million a year", "SET", "P1Y"),
        ("every morning", "SET", "XXXX-XX-XXTMO"),
        ("every April", "SET", "XXXX-04"),
        ("at 7:30 p.m.", "TIME", "2001-11-23T19:30"),
        ("at noon", "TIME", "2001-11-23T12:00"),
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
        "€1997 a head",
        "Flight 1549 came down",
        "a fraction of 3/4",
        "he sat in the sun, marching",
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


def test_in_a_history_december_is_followed_by_january_of_the_next_year() -> None:
    text = (
        "It began in 1859. They met in 1860. The winter of 1861 was hard. In December 1862 the town fell. "
        "In January the army left it."
    )
    assert values(text, "2009-12-19")[-1] == ("January", "1863-01")


def test_in_a_history_a_year_in_passing_is_not_gone_on_from() -> None:
    text = (
        "In 1860 it began. In 1862 it spread, as it had in 1648. In May it ended. It had cost more than 1862 brought."
    )
    assert values(text, "2009-12-19")[-2] == ("May", "1862-05")


def test_a_letter_with_a_longer_small_form_moves_no_offset() -> None:
    text = "İİİ met for two years, until 3 May 1999"
    assert [found for found, _ in values(text)] == ["two years", "3 May 1999"]


@pytest.mark.parametrize(
    "unit",
    [
        "May ",
        "1",
        "1999-",
        "a ",
        "the last ",
        "early ",
        "Monday, ",
        "one ",
        "12:",
        "1/",
        "'97",
        "day's ",
        "\n",
        "(",
        "İ",
    ],
)
def test_hostile_repetition_is_read_in_linear_time(unit: str) -> None:
    def elapsed(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        started = time.process_time()
        find_timexes(text, FRIDAY)
        return time.process_time() - started

    elapsed(1_000)
    assert elapsed(160_000) < 40 * elapsed(20_000) + 0.5


@pytest.mark.parametrize(
    ("text", "expression", "value"),
    [
        ("Scrapping fees would cost £11bn a year.", "a year", "P1Y"),
        ("The strike costs the airline £5m a day.", "a day", "P1D"),
        ("The inquiry sat from Monday 4 March to Friday 15 March 2002.", "Monday 4 March", "2002-03-04"),
        ("They will meet on Friday next week.", "Friday next week", "2001-11-30"),
        ("He said he hoped for a vote as early as Sunday.", "Sunday", "2001-11-25"),
        ("At least two people were killed overnight.", "overnight", "2001-11-23TNI"),
        ("The house burned on Tuesday. That same night it rained.", "That same night", "2001-11-20TNI"),
    ],
)
def test_expressions_of_news_that_others_read_wrongly(text: str, expression: str, value: str) -> None:
    found = {text[t.start : t.end]: t.value for t in find_timexes(text, "2001-11-23")}
    assert found[expression] == value


def test_a_day_that_is_only_called_good_lasts_no_day() -> None:
    assert not find_timexes("This is a good day for Europe.", "2001-11-23")


@pytest.mark.parametrize(
    ("text", "expression", "value"),
    [
        ("The mill closed in the 1970s. Thirty years later it burned.", "Thirty years later", "200"),
        ("The mill closed in the 1970s. Five years later it burned.", "Five years later", "XXXX"),
        ("The mill closed in the 1970s. Six weeks later it burned.", "Six weeks later", "XXXX-WXX"),
        ("The mill closed. Six weeks later it burned.", "Six weeks later", "XXXX-WXX"),
        ("The mill will close. Six weeks later it will be sold.", "Six weeks later", "2002-W01"),
        ("A year ago Friday, the mill closed.", "A year ago Friday", "2000-11-23"),
        ("Two weeks ago Monday, the mill closed.", "Two weeks ago Monday", "2001-11-05"),
        ("The mill closed two Sundays ago.", "two Sundays ago", "2001-11-11"),
        ("They won in the 1998-1999 season.", "1998", "1998"),
        ("They won in the 1998-99 academic year.", "99", "1999"),
        ("It runs on the weekend of May 3-4.", "May 3", "2002-05-03"),
        ("The ship left at 0730 GMT.", "0730 GMT", "2001-11-23T07:30"),
        ("The bar opens weeknights.", "weeknights", "XXXX-WXXTNI"),
    ],
)
def test_a_distance_counts_from_what_the_story_told(text: str, expression: str, value: str) -> None:
    found = find_timexes(text, "2001-11-23")
    assert (expression, value) in [(text[t.start : t.end], t.value) for t in found]
