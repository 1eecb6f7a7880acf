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
    DateReading,
    latest_plausible,
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
