"""The tally of a long run: what is under way, by submission id."""

import pytest
from bench.errors import BenchError
from bench.long_run import Tally
from wiredesk.events import revision_of

ONE, TWO = "1700000000000-0", "1700000000000-1"


def test_what_was_submitted_waits_until_it_ends() -> None:
    tally = Tally()
    tally.submit([ONE, TWO])
    tally.end(ONE, dead=False)
    tally.end(TWO, dead=True)
    assert (tally.submitted, tally.indexed, tally.refused) == (2, 1, 1)
    assert not tally.waiting
    assert not tally.unasked


def test_an_end_may_be_seen_before_its_submission_id_is_told() -> None:
    tally = Tally()
    tally.end(ONE, dead=False)
    tally.submit([ONE, TWO])
    assert tally.waiting == {revision_of(TWO)}
    assert not tally.unasked


def test_a_second_end_is_noticed() -> None:
    tally = Tally()
    tally.submit([ONE])
    tally.end(ONE, dead=False)
    tally.end(ONE, dead=False)
    assert tally.unasked
    with pytest.raises(BenchError, match=f"{ONE} has come to an end twice"):
        tally.end(ONE, dead=False)
