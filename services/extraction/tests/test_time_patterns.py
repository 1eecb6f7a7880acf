"""What a time pattern is not looked for without, it never matches without."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk_extraction import time_expressions
from wiredesk_extraction.time_expressions import find_expressions
from wiredesk_extraction.time_patterns import PATTERNS
from wiredesk_extraction.time_triggers import TRIGGERS

_SMALL_WORDS = """
    the The a an of in on at by to and or from since until for about o'clock a.m. BC St. Patrick's Day olds old fiscal
    FY every each many several half couple few mid late early end Late chocolate laſt fIscal mİd year's ſince
    1 2 3 5 11 12 19 30 45 98 '98 80s 1345 1998 2001 2001-02 2001-11-23 5/6 9/11 11th 1st 20th 30-40 3:30 0s one two ten
"""
_PIECES = st.sampled_from(
    sorted({*_SMALL_WORDS.split(), *TRIGGERS, *(word for pattern in PATTERNS for word in pattern.needed)})
)
_TEXTS = st.lists(st.tuples(_PIECES, st.sampled_from([" ", " ", " ", ", ", "-", "–", ". ", "\n", "  "])), max_size=14)


@settings(max_examples=100, deadline=None)
@given(_TEXTS)
def test_no_expression_is_missed_for_words_it_cannot_do_without(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + gap for piece, gap in pieces)
    everywhere = [pattern._replace(needed=frozenset(), core=None) for pattern in PATTERNS]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time_expressions, "PATTERNS", everywhere)
        expected = find_expressions(text)
    assert find_expressions(text) == expected
