"""Texts of a megabyte that nobody would print: read or refused in linear time, and never with a wrong offset."""

import pytest
from hostile.growth import grows_too_fast
from hostile.reading import Facts, Ingest, PlainReader
from hostile.texts import OTHER_TEXTS, PAGES, TEXTS
from wiredesk.errors import PermanentError

_MEGABYTE = 1_000_000
_READ_CHARS = 40_000
"""Of a megabyte this much is parsed; the rest is searched for quotations and dates."""

_RULE_CHARS = 12_000
_PAGE_CHARS = 20_000
_OTHERS = ("de", "es", "fr")
"""Languages that between them use every rule that they share."""

_REFUSALS = ("too_large", "no_text", "no_story", "not_html", "too_deep", "too_complex")


def _read_or_refused(ingested: Ingest, **submission: str) -> None:
    try:
        text = ingested(**submission).text
    except PermanentError as refused:
        error: PermanentError | None = refused
    else:
        error = None
        assert any(map(str.isalnum, text))
    assert error is None or (error.reason in _REFUSALS and len(str(error)) < 300)


@pytest.mark.parametrize("kind", TEXTS)
def test_a_megabyte_of_text_is_cleaned_or_refused_in_linear_time(kind: str, ingested: Ingest) -> None:
    def work(chars: int) -> None:
        _read_or_refused(ingested, text=TEXTS[kind](chars))

    assert not grows_too_fast(work, _MEGABYTE // 8)


@pytest.mark.parametrize("kind", PAGES)
def test_a_megabyte_of_markup_is_read_or_refused_in_linear_time(kind: str, ingested: Ingest) -> None:
    def work(chars: int) -> None:
        _read_or_refused(ingested, html=PAGES[kind](chars))

    assert not grows_too_fast(work, _PAGE_CHARS)
    work(_MEGABYTE)


@pytest.mark.parametrize("kind", TEXTS)
def test_the_rules_take_linear_time_over_a_megabyte(kind: str, facts: Facts) -> None:
    """What is not parsed is searched for quotations and dates all the same."""

    def work(chars: int) -> None:
        facts(TEXTS[kind](chars), PlainReader(_READ_CHARS))

    assert not grows_too_fast(work, _MEGABYTE // 8, at_once_s=1)


@pytest.mark.parametrize("kind", TEXTS)
def test_the_rules_take_linear_time_over_what_is_parsed(kind: str, facts: Facts) -> None:
    def work(chars: int) -> None:
        facts(TEXTS[kind](chars), PlainReader(_MEGABYTE))

    assert not grows_too_fast(work, _RULE_CHARS)


@pytest.mark.parametrize(
    ("kind", "language"), [(kind, "de") for kind in TEXTS] + [(kind, code) for kind in OTHER_TEXTS for code in _OTHERS]
)
def test_the_rules_of_other_languages_take_linear_time(kind: str, language: str, facts: Facts) -> None:
    make = {**TEXTS, **OTHER_TEXTS}[kind]

    def work(chars: int) -> None:
        facts(make(chars), PlainReader(_MEGABYTE), language)

    assert not grows_too_fast(work, _RULE_CHARS)
