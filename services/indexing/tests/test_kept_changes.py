"""What stands on the stream of changes is read whole, in order, whatever it is."""

from wiredesk.events import EntityCorrected, Stream, revision_of
from wiredesk.submissions import correct, retract
from wiredesk_indexing.decoding import Amendment, Removal, decode
from wiredesk_indexing.kept_changes import kept_changes


def test_every_change_is_given_once_in_order_with_its_place_in_time(redis_url, redis_client):
    first = retract(redis_client, "a1")
    renamed = [EntityCorrected(entity_id=f"person:p{n}", name="Other") for n in range(1200)]
    ids = correct(redis_client, renamed)
    redis_client.xadd(Stream.CHANGES, {"other": "field"})
    pages = list(kept_changes(redis_url))
    assert len(pages) == 2
    deliveries = [delivery for page in pages for delivery in page]
    assert [delivery.entry_id for delivery in deliveries[:-1]] == [first, *ids]
    assert deliveries[-1].data == b""
    asked = [decode(delivery, max_bytes=10_000) for delivery in deliveries[:-1]]
    assert isinstance(asked[0], Removal)
    amendments = [each.correction for each in asked[1:] if isinstance(each, Amendment)]
    assert [each.event for each in amendments] == renamed
    assert [each.revision for each in amendments] == [revision_of(id) for id in ids]


def test_a_stream_without_changes_gives_nothing(redis_url, redis_client):
    assert list(kept_changes(redis_url)) == []
