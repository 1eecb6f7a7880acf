"""Whatever text comes in, clean text goes out."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_ingest.characters import clean_line, clean_text

# Characters that meet in wrongly decoded text, entities and invisible junk, beside arbitrary ones.
TROUBLE = st.text(
    st.one_of(
        st.sampled_from(
            "ÃÂâ€œ\x9d\x80\x85\xa0\xad©¢™…“”’ \t\r\n\x0b\u2028\u2029&;#amplt<>x1b\x1b[m\u200b\u200d\ufeff\ud800\u0301éक"
        ),
        st.characters(),
    ),
    max_size=80,
)


@given(TROUBLE)
def test_any_text_becomes_nfc_without_controls_or_surrogates(text: str) -> None:
    cleaned = clean_text(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in cleaned if c != "\n")
    assert "\n\n\n" not in cleaned
    assert "  " not in cleaned
    assert cleaned == cleaned.strip()
    cleaned.encode()


@given(TROUBLE)
def test_cleaning_clean_text_changes_nothing(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned


WORDS = (
    "œuvre Ærø naïve Straße Łódź piñata ÅNGSTRÖM São où dağ Škoda José’s “à” Привет Ελλάδα 東京 서울 שלום مرحبا नमस्ते"
)


@given(st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=12).map(" ".join))
def test_well_spelt_words_of_any_language_stay_as_they_are(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("voilÃ\xa0 la premiÃ¨re", "voilà la première"),
        ("he said â€œnoâ€\x9d", "he said “no”"),
        ("cafe\u0301", "caf\u00e9"),
        ("AT&amp;T &amp;amp; more", "AT&T & more"),
        ("a < b &amp; c", "a < b &amp; c"),
        ("so\u00adft\u200b hy\ufeffphen", "soft hyphen"),
        ("right\u202e to left", "right to left"),
        ("one\r\ntwo\rthree\u2028four\u2029five", "one\ntwo\nthree\nfour\n\nfive"),
        ("a\x00b\x1b[31mc\x07", "abc"),
        ("lone \ud800 and pair \ud83d\ude00", "lone \ufffd and pair \U0001f600"),
        ("ﬁne ﬂow", "fine flow"),
        ("全角！（日本）", "全角！（日本）"),
        ("नमस्\u200dते और ab\u200dcd", "नमस्\u200dते और abcd"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("“Quotes” stay ‘as’ they are", "“Quotes” stay ‘as’ they are"),
    ],
)
def test_repairs(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


@pytest.mark.parametrize(
    "hostile",
    [
        "&" + "amp;" * 50_000,
        "a" + "\u0301\u0316" * 50_000,
        "Ã" * 100_000,
        "a" + " \t" * 100_000 + "b",
        "\u200d" * 100_000,
        "â€œ\x81Ãƒ\xa0" * 10_000,
        "\x1b[" * 100_000,
    ],
    ids=["entities", "combining-marks", "mojibake", "spaces", "joiners", "mixed", "escapes"],
)
def test_hostile_text_is_cleaned_in_bounded_time(hostile: str) -> None:
    assert len(clean_text(hostile)) <= len(hostile)


def test_a_line_has_no_line_end() -> None:
    assert clean_line(" A\n\nheadline\tin  two ") == "A headline in two"
    assert clean_line(None) == ""
