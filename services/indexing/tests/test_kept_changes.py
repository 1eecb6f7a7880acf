"""What stands on the stream of changes after a place is read in order, whatever it is; in doubt everything is."""

import pytest
from wiredesk.events import EntityCorrected, Stream, revision_of
from wiredesk.submissions import correct, retract
from wiredesk_indexing.decoding import Amendment, Removal, decode
from wiredesk_indexing.kept_changes import kept_changes


def read(redis_url: str, after: str = "") -> list[str]:
    return [each.entry_id for page in kept_changes(redis_url, after) for each in page.deliveries]


def test_every_change_is_given_once_in_order_with_its_place_in_time(redis_url, redis_client):
    first = retract(redis_client, "a1")
    renamed = [EntityCorrected(entity_id=f"person:p{n}", name="Other") for n in range(1200)]
    ids = correct(redis_client, renamed)
    redis_client.xadd(Stream.CHANGES, {"other": "field"})
    pages = list(kept_changes(redis_url, "", size=1000))
    assert len(pages) == 2
    deliveries = [delivery for page in pages for delivery in page.deliveries]
    assert [delivery.entry_id for delivery in deliveries[:-1]] == [first, *ids]
    assert deliveries[-1].data == b""
    asked = [decode(delivery, max_bytes=10_000) for delivery in deliveries[:-1]]
    assert isinstance(asked[0], Removal)
    amendments = [each.correction for each in asked[1:] if isinstance(each, Amendment)]
    assert [each.event for each in amendments] == renamed
    assert [each.revision for each in amendments] == [revision_of(id) for id in ids]


def test_a_stream_without_changes_gives_nothing(redis_url, redis_client):
    assert read(redis_url) == []


def test_after_a_place_comes_what_was_told_since(redis_url, redis_client):
    retract(redis_client, "a")
    retract(redis_client, "b")
    first, second = kept_changes(redis_url, "", size=1)
    assert read(redis_url, first.place) == [second.deliveries[0].entry_id]
    assert read(redis_url, second.place) == []
    later = retract(redis_client, "c")
    assert read(redis_url, second.place) == [later]


@pytest.fixture
def place(redis_url, redis_client) -> str:
    for article in ("a", "b", "c"):
        retract(redis_client, article)
    (page,) = kept_changes(redis_url, "")
    return page.place


def test_all_is_read_when_the_server_was_emptied(redis_url, redis_client, place):
    redis_client.flushall()
    assert read(redis_url, place) == []
    new = retract(redis_client, "d")
    assert read(redis_url, place) == [new]


def test_all_is_read_when_the_stream_went_back_to_an_older_state(redis_url, redis_client, place):
    last = place.split()[0]
    redis_client.xdel(Stream.CHANGES, last)
    new = retract(redis_client, "d")
    assert len(read(redis_url, place)) == 3
    assert read(redis_url, place)[-1] == new


def test_all_is_read_when_another_entry_bears_the_id(redis_url, redis_client, place):
    redis_client.delete(Stream.CHANGES)
    redis_client.xadd(Stream.CHANGES, {"__data__": "{}"}, id="1-0")
    redis_client.xadd(Stream.CHANGES, {"__data__": "{}"}, id=place.split()[0])
    assert len(read(redis_url, place)) == 2


def test_all_that_is_left_is_read_when_the_stream_was_trimmed_beyond_the_place(redis_url, redis_client, place):
    new = retract(redis_client, "d")
    redis_client.xtrim(Stream.CHANGES, minid=new, approximate=False)
    assert read(redis_url, place) == [new]
