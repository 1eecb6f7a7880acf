"""Quotations are found by the direction of their marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_extraction.quotation_marks import find_quotations


def quoted(text: str) -> list[str]:
    return [text[q.start : q.end] for q in find_quotations(text)]


@pytest.mark.parametrize(
    "text",
    [
        'She said: "We will stay."',
        "She said: “We will stay.”",
        "Sie sagte: „We will stay.“",
        "Elle a dit : « We will stay. »",
        "Sie sagte: »We will stay.«",
        "She said: ``We will stay.''",
        "She said: ''We will stay.''",
        "She said: ‘We will stay.’",
        "She said: 'We will stay.'",
        "Han sade: ”We will stay.”",
    ],
)
def test_every_style_of_mark_is_read(text: str) -> None:
    assert quoted(text) == ["We will stay."]


def test_an_unclosed_mark_does_not_turn_the_rest_inside_out() -> None:
    text = 'He said. "We are ready. That is all. "We will wait," he added. Nobody else spoke.'
    assert quoted(text) == ["We are ready. That is all.", "We will wait,"]


def test_an_unclosed_mark_ends_with_its_paragraph() -> None:
    assert quoted('"We are ready. So he said.\n\nThe town is quiet.') == ["We are ready. So he said."]


def test_a_quotation_goes_on_into_the_next_paragraph_with_a_mark_of_its_own() -> None:
    first, second = find_quotations('"We begin here.\n\n"We end here," she said.')
    assert not first.closed
    assert second.continues


def test_a_quotation_goes_on_into_the_next_paragraph_without_a_mark() -> None:
    text = '"We begin here.\n\nWe end here," she said.'
    assert quoted(text) == ["We begin here.", "We end here,"]
    assert find_quotations(text)[1].continues


def test_a_quotation_inside_a_quotation_is_part_of_it() -> None:
    assert quoted('"He called it "a gift" to us," she said.') == ['He called it "a gift" to us,']


def test_apostrophes_are_no_marks() -> None:
    assert quoted("It's the dogs' day in '97, isn't it? The Joneses' house won't do.") == []


def test_double_marks_inside_single_ones_leave_the_outer_quotation() -> None:
    text = "‘He called it “a gift”, and it’s true,’ she said. ‘We’ll go on.’"
    assert quoted(text) == ["He called it “a gift”, and it’s true,", "We’ll go on."]


def test_a_word_in_single_marks_does_not_hide_the_double_ones() -> None:
    assert quoted("“We will stay,” she said. The ‘temporary’ bridge stands.") == ["We will stay,"]


def test_a_single_mark_at_the_head_of_a_paragraph_may_go_on_in_the_next() -> None:
    first, second = find_quotations("‘We begin here, and it’s late.\n\n‘We end here,’ she said.")
    assert (first.closed, second.continues) == (False, True)


def test_inches_are_no_marks() -> None:
    assert quoted('The door is 6\'2" high and 30" wide.') == []


def test_marks_around_nothing_are_no_quotation() -> None:
    assert quoted('"" “ ” "..."') == []


@given(st.text(alphabet=st.sampled_from(list("\"'“”‘’«»„`ab .,\n-—9")), max_size=200))
def test_quotations_never_overlap_and_lie_inside_the_text(text: str) -> None:
    at = 0
    for quotation in find_quotations(text):
        assert at <= quotation.outer_start <= quotation.start < quotation.end <= quotation.outer_end <= len(text)
        at = quotation.outer_end
