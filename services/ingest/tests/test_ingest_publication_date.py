"""Dates as publishers write them, and dates nobody can read."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from wiredesk.events import Iso8601
from wiredesk_ingest.publication_date import (
    ASSUMED_UTC,
    IMPLAUSIBLE,
    UNREADABLE,
    ZONE_UNKNOWN,
    DateReading,
    latest_plausible,
    modification,
    read_date,
)

ISO = TypeAdapter(Iso8601)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2001-11-23", "2001-11-23"),
        ("2001/1/3", "2001-01-03"),
        ("20011123", "2001-11-23"),
        ("2001-11-23T09:30:00+01:00", "2001-11-23T09:30:00+01:00"),
        ("2001-11-23T09:30:00Z", "2001-11-23T09:30:00Z"),
        ("2001-11-23T09:30:00.123456789Z", "2001-11-23T09:30:00.123456Z"),
        ("2001-11-23 09:30 +0100", "2001-11-23T09:30:00+01:00"),
        ("2001-11-23T24:00:00Z", "2001-11-24T00:00:00Z"),
        ("Fri, 23 Nov 2001 09:30:00 +0100", "2001-11-23T09:30:00+01:00"),
        ("Fri, 23 Nov 2001 09:30:00 GMT", "2001-11-23T09:30:00Z"),
        ("1006507800", "2001-11-23T09:30:00Z"),
        ("1006507800000", "2001-11-23T09:30:00Z"),
        ("23 November 2001", "2001-11-23"),
        ("Friday, November 23rd, 2001", "2001-11-23"),
        ("Nov. 23, 2001, 9:30 pm EST", "2001-11-23T21:30:00-05:00"),
        ("23. Dezember 2001 um 9:30 Uhr MEZ", "2001-12-23T09:30:00+01:00"),
        ("1er août 2001", None),
        ("23 août 2001", "2001-08-23"),
        ("3 de marzo de 2001", "2001-03-03"),
        ("Fri, 23 Nov 2001 09:30:00 CET", "2001-11-23T09:30:00+01:00"),
        ("Fri, 23 Nov 2001 09:30:00 +0100 (CET)", "2001-11-23T09:30:00+01:00"),
        ("Fri Nov 23 09:30:00 CET 2001", "2001-11-23T09:30:00+01:00"),
        ("Fri Nov 23 2001 09:30:00 GMT+0100 (Central European Standard Time)", "2001-11-23T09:30:00+01:00"),
        ("Nov. 23, 2001 9:30 a.m. ET", "2001-11-23T09:30:00-05:00"),
        ("July 4, 2001 9:30 a.m. ET", "2001-07-04T09:30:00-04:00"),
        ("9:30 AM ET, Fri November 23, 2001", "2001-11-23T09:30:00-05:00"),
        ("Nov. 23, 2001 9 a.m. PST", "2001-11-23T09:00:00-08:00"),
        ("23 November 2001, 09:30 GMT", "2001-11-23T09:30:00Z"),
        ("09:30 BST, 23 July 2001", "2001-07-23T09:30:00+01:00"),
        ("Friday 23 November 2001 09.30 GMT", "2001-11-23T09:30:00Z"),
        ("2001-11-23 09:30 GMT+1", "2001-11-23T09:30:00+01:00"),
        ("1006507800.25", "2001-11-23T09:30:00Z"),
        ("2001-11", None),
        ("Autumn 2001", None),
        ("2001-11-23 9", None),
        ("2001-11-23 09:30 sharp", None),
        ("23/11/2001", "2001-11-23"),
        ("11/23/2001", "2001-11-23"),
        ("3.4.2001", "2001-04-03"),
        ("5/5/2001", "2001-05-05"),
        ("03/04/2001", None),
        ("November 2001", None),
        ("2001", None),
        ("yesterday", None),
        ("99999-01-01", None),
        ("99999-01-01T00:00:00Z", None),
        ("2001-13-01", None),
        ("2001-02-30", None),
        ("2001-11-23T25:00:00Z", None),
        ("2001-11-23T10:00:00+99:99", None),
        ("2001-11-23 or so", None),
        ("9" * 10_000, None),
        ("²⁰⁰¹-11-23", None),
        ("", None),
    ],
)
def test_reading(raw: str, value: str | None) -> None:
    assert read_date(raw) == (DateReading(value) if value else DateReading(warning=UNREADABLE))


def test_a_time_without_an_offset_is_taken_as_utc_and_says_so() -> None:
    assert read_date("2001-11-23T09:30:00") == DateReading("2001-11-23T09:30:00Z", ASSUMED_UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "23 November 2001, 09:30 IST",
        "2001-11-23 09:30 XYZT",
        "Fri Nov 23 09:30:00 QQQ 2001",
        "Nov 23, 2001 9:30 am (ABC)",
    ],
)
def test_of_a_time_whose_zone_is_unknown_or_ambiguous_the_day_is_kept(raw: str) -> None:
    assert read_date(raw) == DateReading("2001-11-23", ZONE_UNKNOWN)


@pytest.mark.parametrize(
    "raw", ["March 11, 2007 9:30 a.m. ET", "Nov. 4, 2007 9:30 a.m. PT", "July 4, 1986 9:30 a.m. ET"]
)
def test_american_time_is_not_guessed_where_clocks_changed(raw: str) -> None:
    reading = read_date(raw)
    assert (len(reading.value or ""), reading.warning) == (len("2001-11-23"), ZONE_UNKNOWN)


@pytest.mark.parametrize(
    ("modified", "published", "value"),
    [
        ("2001-11-23T10:00:00Z", "2001-11-23T09:30:00Z", "2001-11-23T10:00:00Z"),
        ("2001-11-23T10:00:00+02:00", "2001-11-23T09:30:00Z", None),
        ("2001-11-23T00:30:00+02:00", "2001-11-23", "2001-11-23T00:30:00+02:00"),
        ("2001-11-22", "2001-11-23T00:30:00+02:00", None),
        ("2001-11-23", "2001-11-23T09:30:00Z", "2001-11-23"),
        ("2001-11-23", None, "2001-11-23"),
    ],
)
def test_a_change_before_the_publication_is_none(modified: str, published: str | None, value: str | None) -> None:
    reading = modification(read_date(modified), published_at=published)
    assert reading.value == value
    assert reading.warning == (None if value else "modified_at_implausible")


def test_days_out_of_bounds_are_implausible() -> None:
    assert read_date("1001-01-01").warning == IMPLAUSIBLE
    assert read_date("2031-01-01", latest=date(2030, 12, 31)).warning == IMPLAUSIBLE


def test_the_bound_comes_from_the_submission_and_only_from_a_real_time() -> None:
    assert latest_plausible(datetime(2020, 1, 1, tzinfo=UTC)) == date(2021, 1, 1)
    assert latest_plausible(datetime(1970, 1, 1, tzinfo=UTC)) == date.max


@given(st.one_of(st.text(max_size=120), st.from_regex(r"\A[\d/:.+TZ -]{1,40}\Z"), st.datetimes().map(str)))
def test_whatever_is_read_has_the_form_of_the_event(raw: str) -> None:
    reading = read_date(raw)
    assert (reading.value is None) == (reading.warning in (UNREADABLE, IMPLAUSIBLE))
    if reading.value:
        ISO.validate_python(reading.value)


@given(
    st.datetimes(min_value=datetime(1601, 1, 1)),  # noqa: DTZ001 the zone is added below
    st.integers(-14 * 60, 14 * 60),
)
def test_a_written_offset_is_kept(moment: datetime, offset_min: int) -> None:
    written = moment.replace(tzinfo=timezone(timedelta(minutes=offset_min)))
    assert datetime.fromisoformat(read_date(written.isoformat()).value or "") == written
