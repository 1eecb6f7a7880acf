"""Addresses of searches: what is narrowed can be widened, and nothing of a query is lost."""

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk.index.protocol import Filters, Interval, SearchRequest
from wiredesk_gateway.links import SearchLinks, entity_path, search_path, without_filter

VALUES = st.lists(st.text(min_size=1, max_size=8), max_size=3, unique=True).map(tuple)
REQUESTS = st.builds(
    SearchRequest,
    q=st.text(max_size=12),
    filters=st.builds(
        Filters,
        people=VALUES,
        source=VALUES,
        published_from=st.none() | st.dates(min_value=date(1900, 1, 1)),
        published_to=st.none() | st.dates(min_value=date(1900, 1, 1)),
    ),
    sort=st.sampled_from(["relevance", "newest", "oldest"]),
    limit=st.integers(1, 100),
)


def asked(path: str) -> list[tuple[str, str]]:
    parts = urlsplit(path)
    assert (parts.path, parts.netloc) == ("/", "")
    return parse_qsl(parts.query)


@settings(deadline=None)
@given(REQUESTS)
def test_an_address_says_the_whole_search(request: SearchRequest) -> None:
    told = asked(search_path(request))
    assert [v for name, v in told if name == "people"] == list(request.filters.people)
    assert [v for name, v in told if name == "source"] == list(request.filters.source)
    fields = dict(told)
    assert fields.get("q", "") == request.q
    assert fields.get("sort", "relevance") == request.sort
    assert int(fields.get("limit", "10")) == request.limit
    first = request.filters.published_from
    assert fields.get("from") == (first.isoformat() if first else None)


@settings(deadline=None)
@given(REQUESTS, st.text(min_size=1, max_size=8).filter(lambda value: value.strip()))
def test_a_filter_put_on_can_be_taken_off(request: SearchRequest, value: str) -> None:
    narrowed = asked(SearchLinks(request).with_filter("places", value))
    assert ("places", value) in narrowed
    assert sorted(pair for pair in narrowed if pair[0] != "places") == sorted(asked(search_path(request)))
    for name in request.filters.people:
        assert ("people", name) not in asked(without_filter(request, "people", name))


@settings(deadline=None)
@given(REQUESTS)
def test_another_order_or_filter_starts_at_the_first_page(request: SearchRequest) -> None:
    for path in (search_path(request, sort="oldest"), SearchLinks(request).with_filter("people", "x")):
        assert "cursor" not in dict(asked(path))
    assert dict(asked(search_path(request, cursor="c")))["cursor"] == "c"


@settings(deadline=None)
@given(REQUESTS, st.dates(min_value=date(1900, 1, 1)), st.sampled_from(["day", "year", None]))
def test_a_bar_leads_to_its_days_of_the_same_search(
    request: SearchRequest, day: date, interval: Interval | None
) -> None:
    within = replace(request.filters, published_from=day, published_to=day)
    path = SearchLinks(replace(request, interval=interval)).within(day, day)
    assert path == search_path(replace(request, filters=within))


def test_an_entity_id_of_any_characters_is_one_path() -> None:
    assert entity_path("person:mara-ilves") == "/entities/person:mara-ilves"
    assert entity_path("x:a/b?c#d %") == "/entities/x:a%2Fb%3Fc%23d%20%25"
