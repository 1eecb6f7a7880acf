"""The form of submitted text: headline, deck, labels; and nothing of a body lost."""

from hypothesis import given
from hypothesis import strategies as st
from wiredesk_ingest.plain_text import folded, read_plain_text

LEAD = "The harbour of Anstead will close for a year, the council said on Monday, so that its walls can be rebuilt."
NEXT = "Work begins in May."


def test_headline_and_shortened_deck_are_taken_off_the_body() -> None:
    story = read_plain_text(f"Harbour to close\n\n{LEAD[:60]}…\n\n{LEAD}\n\nREAD MORE\n\n{NEXT}\n")
    assert (story.title, story.deck) == ("Harbour to close", f"{LEAD[:60]}…")
    assert story.paragraphs == (LEAD, NEXT)


def test_a_deck_repeated_in_full_counts_once() -> None:
    story = read_plain_text(f"Harbour to close\n\n{LEAD}\n\n{LEAD} It is old.\n\n{NEXT}")
    assert story.deck == LEAD
    assert story.paragraphs == (f"{LEAD} It is old.", NEXT)


def test_a_deck_that_is_not_repeated_stays_in_the_body() -> None:
    story = read_plain_text(f"Harbour to close\n\nA year of work lies ahead\n\n{LEAD}")
    assert (story.deck, story.paragraphs) == ("", ("A year of work lies ahead", LEAD))


def test_a_byline_at_the_head_goes_and_a_dateline_stays() -> None:
    dated = f"ANSTEAD — {LEAD}"
    for head in ("By Jane Roe in Anstead", "Jane Roe, Coast Correspondent"):
        story = read_plain_text(f"Harbour to close\n\n{LEAD[:60]}…\n\n{head}\n\n{dated}\n\n{NEXT}")
        assert (story.title, story.byline) == ("Harbour to close", head.removeprefix("By "))
        assert story.paragraphs[-2:] == (dated, NEXT)
    assert read_plain_text("By Jane Roe").paragraphs == ("By Jane Roe",)


def test_an_offer_to_read_on_for_money_is_told_and_goes() -> None:
    story = read_plain_text(f"Harbour to close\n\n{LEAD}\n\nSubscribe to continue reading.")
    assert (story.paragraphs, story.held_back) == ((LEAD,), True)
    assert not read_plain_text(f"Harbour to close\n\n{LEAD}\n\n{NEXT}").held_back


def test_a_first_paragraph_that_ends_like_a_sentence_is_no_title() -> None:
    for first in (
        "The harbour will close.",
        "Will it close?",
        "Dear Sir,",
        "“It will close.”",
        "ANSTEAD —",
    ):
        story = read_plain_text(f"{first}\n\n{LEAD}")
        assert (story.title, story.paragraphs) == ("", (first, LEAD))


def test_a_long_first_line_is_no_title() -> None:
    line = "word " * 40 + "word"
    assert read_plain_text(f"{line}\n\n{LEAD}").paragraphs == (line, LEAD)


def test_with_a_submitted_title_the_text_is_all_body() -> None:
    assert read_plain_text(f"A bare line\n\n{LEAD}", title="Harbour").paragraphs == ("A bare line", LEAD)


def test_the_submitted_title_repeated_as_the_first_line_goes() -> None:
    assert read_plain_text(f"HARBOUR TO CLOSE\n\n{LEAD}", title="Harbour to close").paragraphs == (LEAD,)


def test_a_text_of_one_line_is_body() -> None:
    assert read_plain_text("Harbour to close").paragraphs == ("Harbour to close",)


def test_without_blank_lines_every_line_is_a_paragraph_and_none_the_title() -> None:
    story = read_plain_text(f"Harbour to close\n{LEAD}\n{NEXT}")
    assert (story.title, story.paragraphs) == ("", ("Harbour to close", LEAD, NEXT))


def test_hard_wrapped_lines_are_joined() -> None:
    wrapped = (
        "The harbour of Anstead will close for a year,\nthe council said on Monday, so that its walls\ncan be rebuilt."
    )
    assert read_plain_text(f"{wrapped}\n\n{NEXT}").paragraphs == (LEAD, NEXT)


def test_lines_of_a_list_are_not_joined() -> None:
    block = "1. Anstead harbour and its two walls of stone\n2. Belmouth\n3. Corran"
    assert read_plain_text(f"{LEAD}\n\n{block}").paragraphs == (LEAD, block)


WORDS = st.sampled_from(["harbour", "wall", "stone", "boat", "council", "Belmouth", "more", "read", "also", "watch"])
SENTENCES = st.lists(WORDS, min_size=8, max_size=14).map(lambda words: " ".join(words).capitalize() + ".")


@given(st.lists(SENTENCES, min_size=1, max_size=8, unique=True))
def test_no_sentence_of_a_body_is_lost(sentences: list[str]) -> None:
    assert read_plain_text("\n\n".join(sentences)).paragraphs == tuple(sentences)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    story = read_plain_text(text)
    assert all(paragraph.strip() for paragraph in story.paragraphs)


@given(st.text(st.one_of(st.sampled_from("aZ09_ \t\n.'-\x00\x1f’—éßK"), st.characters()), max_size=60))
def test_folding_keeps_letters_and_digits_in_one_case_and_single_spaces(text: str) -> None:
    words = "".join(one if one.isalnum() else " " for one in text.casefold()).split()
    assert folded(text) == " ".join(words)


def test_a_lead_repeated_after_signs_alone_counts_once() -> None:
    lead = "Fishermen at Vellhamn went back to sea on Monday after a month of storms"
    story = read_plain_text(f"{'*' * 90} {lead}…\n\n{lead}, the harbour office said.", title="Boats out")
    assert story.paragraphs == (f"{lead}, the harbour office said.",)
