"""Articles by month as bars."""

from wiredesk.index.protocol import FacetCount
from wiredesk_gateway.months import bars


def counted(**months: int) -> list[FacetCount]:
    return [FacetCount(name[1:].replace("_", "-"), name, count) for name, count in sorted(months.items())]


def drawn(**months: int) -> list[tuple[str, int, int, str | None]]:
    found = bars(counted(**months), lambda first, last: f"{first} {last}")
    return [(bar.label, bar.count, bar.height, bar.path) for bar in found]


def test_months_without_articles_have_a_place_and_no_link() -> None:
    assert drawn(m2023_12=4, m2024_02=1) == [
        ("December 2023", 4, 100, "2023-12-01 2023-12-31"),
        ("January 2024", 0, 0, None),
        ("February 2024", 1, 25, "2024-02-01 2024-02-29"),
    ]


def test_many_years_go_by_the_year() -> None:
    found = drawn(m1999_05=1, m1999_06=1, m2024_01=1000)
    assert found[0] == ("1999", 2, 2, "1999-01-01 1999-12-31")  # what is there is seen, however little
    assert len(found) == 26


def test_nothing_is_nothing_and_the_last_months_of_the_calendar_are_months() -> None:
    assert drawn() == []
    assert drawn(m0001_01=1, m9999_12=1)[-1][:2] == ("9999", 1)
    assert drawn(m9999_12=1) == [("December 9999", 1, 100, "9999-12-01 9999-12-31")]
