"""Articles are cut into pieces of bounded size that lose no words."""

from hypothesis import given
from hypothesis import strategies as st
from wiredesk_extraction.segments import MAX_PIECE_CHARS, paragraphs, pieces


def test_a_paragraph_is_a_line_with_words() -> None:
    text = "  One. \n\n \n Two.\r\nThree."
    assert [text[s:e] for s, e in paragraphs(text)] == ["One.", "Two.", "Three."]


def test_a_long_paragraph_is_cut_at_a_sentence_end() -> None:
    text = "This is a sentence of some words. " * 500
    found = [text[s:e] for s, e in pieces(text)]
    assert "".join(found) == text.strip()
    assert all(len(piece) <= MAX_PIECE_CHARS and piece.startswith("This") for piece in found)


def test_a_blob_is_left_out_and_its_neighbours_stay() -> None:
    text = "Before it. " + "x" * 5000 + " After it."
    assert [text[s:e].strip() for s, e in pieces(text)] == ["Before it.", "After it."]


def test_figures_alone_are_not_read() -> None:
    assert pieces("12 34 56 78 90 11 12\n----- ----- ----") == []


@given(st.text(max_size=300))
def test_pieces_are_in_order_and_inside_the_text(text: str) -> None:
    at = 0
    for start, end in pieces(text):
        assert at <= start < end <= len(text)
        at = end
