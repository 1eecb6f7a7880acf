"""When articles were published, by day, week, month and year: the calendar's own, in every engine."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from wiredesk.errors import UsageError
from wiredesk.index.histogram import first_day, histogram_of, last_day, periods
from wiredesk.index.protocol import DateCount, Filters, SearchRequest

INTERVALS = ["day", "week", "month", "year"]
MOMENTS = [
    "0001-01-01", "1066-10-14T09:00Z", "1582-10-10", "1900-02-28T23:59:59Z", "1969-12-28T23:59:59Z", "1969-12-29",
    "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2000-02-29", "2001-12-30T23:30:00-05:00", "2001-12-31",
    "2004-12-26T23:59:59.999999Z", "2004-12-27", "2005-01-02T23:59:59Z", "2005-01-03", "2024-12-30", "9999-12-31",
]  # fmt: skip
"""Ends of days, weeks, months and years; the first year of ISO weeks that begins in the one before; before 1970."""


def counted(reader, interval, **request):
    histogram = reader.search(SearchRequest(limit=1, interval=interval, **request)).histogram
    return [(each.first, each.last, each.count) for each in histogram.buckets]


@pytest.mark.parametrize("interval", INTERVALS)
def test_every_article_counts_in_its_period_of_the_calendar(backend, make_article, interval):
    earliest, end = {"day": ("1999", "3"), "week": ("1960", "3"), "month": ("1500", "3"), "year": ("", "a")}[interval]
    moments = [each for each in MOMENTS if earliest <= each < end] + ["2001-12-31", None]
    backend.writer.upsert([make_article(f"a{n}", published_at=each) for n, each in enumerate(moments)])
    days = [datetime.fromisoformat(each) for each in moments if each]
    days = [(day if day.tzinfo is None else day.astimezone(UTC)).date() for day in days]
    counts = Counter((first_day(day, interval), last_day(day, interval)) for day in days)
    expected = [(*period, count) for period, count in sorted(counts.items())]
    assert counted(backend.reader(), interval) == expected


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("first", ["1969-12-20", "0001-01-01", "9999-11-30"])
def test_days_before_1970_and_at_the_ends_of_the_calendar_are_days_like_others(backend, make_article, interval, first):
    days = [date.fromisoformat(first) + timedelta(days=n) for n in range(32)]
    backend.writer.upsert([make_article(f"a{day}", published_at=f"{day}T23:59:59Z") for day in days])
    counts = Counter((first_day(day, interval), last_day(day, interval)) for day in days)
    assert counted(backend.reader(), interval) == [(*period, count) for period, count in sorted(counts.items())]


@pytest.mark.parametrize(("span_days", "interval"), [(1, "day"), (62, "day"), (63, "week"), (425, "week"),
    (435, "month"), (1700, "month"), (2000, "year"), (700_000, "year")])  # fmt: skip
def test_the_interval_follows_from_the_span_of_what_is_found(backend, make_article, span_days, interval):
    first = date(2001, 1, 1)
    backend.writer.upsert([
        make_article("first", "ferry", published_at=first.isoformat()),
        make_article("last", "ferry", published_at=(first + timedelta(days=span_days - 1)).isoformat()),
        make_article("undated", "ferry"),
        make_article("other", "tram", published_at="1801-01-01"),
    ])  # fmt: skip
    histogram = backend.reader().search(SearchRequest(q="ferry")).histogram
    assert histogram.interval == interval
    assert sum(each.count for each in histogram.buckets) == 2


def test_only_what_is_found_counts_every_copy_of_it(backend, make_article):
    backend.writer.upsert([
        make_article(f"a{n}", "ferry" if n else "tram", published_at=f"2001-11-{n + 1:02}", cluster_id="c")
        for n in range(5)
    ])  # fmt: skip
    reader = backend.reader()
    day = date(2001, 11, 3)
    assert counted(reader, "month", q="ferry") == [(date(2001, 11, 1), date(2001, 11, 30), 4)]
    assert counted(reader, None, q="ferry", filters=Filters(published_from=day, published_to=day)) == [(day, day, 1)]
    nothing = reader.search(SearchRequest(q="absent")).histogram
    assert nothing.buckets == ()
    assert reader.search(SearchRequest(facets=False)).histogram is None


def test_more_days_than_anybody_reads_are_refused_with_a_way_out(backend, make_article):
    backend.writer.upsert([make_article("a", published_at="1066-10-14"), make_article("b", published_at="2001-01-01")])
    reader = backend.reader()
    for interval, coarser in (("day", "week"), ("week", "month"), ("month", "year")):
        with pytest.raises(UsageError, match=rf"narrow the dates, or count by {coarser}"):
            reader.search(SearchRequest(interval=interval))
    assert len(reader.search(SearchRequest(interval="year")).histogram.buckets) == 2


def test_years_are_never_too_many():
    found = histogram_of((date.min, date.max), lambda _: [(date.min, 1), (date(9999, 1, 1), 1)], "year")
    assert found.buckets == (
        DateCount(date.min, date(1, 12, 31), 1),
        DateCount(date(9999, 1, 1), date.max, 1),
    )


def test_periods_are_those_two_days_touch():
    sunday, monday = date(2004, 12, 26), date(2004, 12, 27)
    assert [periods(each, sunday, monday) for each in INTERVALS] == [2, 2, 1, 1]
    assert [periods(each, date(2004, 12, 27), date(2005, 1, 2)) for each in INTERVALS] == [7, 1, 2, 2]
    assert last_day(date.max, "week") == date.max
