"""Offsets of a cleaned text lead back to the words they were taken from."""

from typing import Any

import pytest
from eval.alignment import Alignment
from hypothesis import given, settings
from hypothesis import strategies as st


def back(cleaned: str, original: str, part: str) -> str | None:
    start = cleaned.index(part)
    span = Alignment(cleaned, original).span(start, start + len(part))
    return original[slice(*span)] if span else None


@pytest.mark.parametrize(
    ("cleaned", "original", "part", "expected"),
    [
        ("a b c", "a b c", "b", "b"),
        ("One two. Four five, six.", "One  two.\n\nREAD MORE\n\nFour five,\nsix.", "Four five, six", "Four five,\nsix"),
        ('He said "it\'s over - now".', "He said “it’s over — now”.", '"it\'s over - now"', "“it’s over — now”"),
        ("Fish & chips won.", "Fish &amp; chips won.", "chips won", "chips won"),
        ("The end... is near", "The end… is near", "is near", "is near"),
    ],
)
def test_a_span_finds_its_words_in_the_text_that_was_sent(
    cleaned: str, original: str, part: str, expected: str
) -> None:
    assert back(cleaned, original, part) == expected


def test_of_a_repeated_lead_the_copy_that_was_kept_is_found() -> None:
    lead = "The council voted late on Monday to close the old road"
    original = f"Title here\n\n{lead}, with the…\n\n{lead}, with the mayor against."
    cleaned = f"{lead}, with the mayor against."
    assert Alignment(cleaned, original).span(0, 3) == (
        original.rindex("The council"),
        original.rindex("The council") + 3,
    )


@pytest.mark.parametrize(("start", "end"), [(0, 5), (2, 99), (3, 3), (-1, 2)])
def test_what_has_no_counterpart_has_no_span(start: int, end: int) -> None:
    assert Alignment("Zebra quux. One two three.", "One two three.").span(start, end) is None


_LINES = st.lists(
    st.sampled_from(["the old road", "was it?", "“no”, he said", "Advertisement", "in 1997", "x"]), max_size=30
)


@settings(max_examples=50, deadline=None)
@given(_LINES, st.data())
def test_kept_lines_are_found_in_order_and_say_the_same(lines: list[str], data: Any) -> None:
    kept = [line for line in lines if data.draw(st.booleans())]
    cleaned, original = "\n\n".join(kept), "\n \n".join(lines)
    alignment = Alignment(cleaned, original)
    found = [alignment.span(at, at + 1) for at in range(len(cleaned))]
    places = [(cleaned[at], span) for at, span in enumerate(found) if span]
    assert all(original[slice(*span)] == character for character, span in places)
    assert [span for _, span in places] == sorted(span for _, span in places)
