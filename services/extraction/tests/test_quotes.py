"""Who said what: speakers, cues and kinds of quotes."""

from collections.abc import Callable

import pytest
from wiredesk.events import ArticleExtracted, Quote

Extract = Callable[..., ArticleExtracted]


def said(article: ArticleExtracted, words: str) -> Quote:
    [quote] = [q for q in article.quotes if words in q.text]
    return quote


def speaker(extract: Extract, text: str, words: str) -> str | None:
    quote = said(extract(text), words)
    return quote.speaker.name if quote.speaker else None


@pytest.mark.parametrize(
    "text",
    [
        '"The harbour will reopen," Mary Kessler said.',
        '"The harbour will reopen," said Mary Kessler.',
        '"The harbour will reopen," said the mayor, Ms Mary Kessler, on Tuesday.',
        'Mary Kessler said: "The harbour will reopen."',
        'Mary Kessler said that "the harbour will reopen".',
        'According to Mary Kessler, "the harbour will reopen".',
        'The plan would, Mary Kessler said, "mean the harbour will reopen".',
        'That meant, added Mary Kessler, that "the harbour will reopen".',
        'The plans, said the mayor, Ms Mary Kessler, would mean "the harbour will reopen".',
        '"We waited," Mary Kessler said on Tuesday. "The harbour will reopen."',
        '"The harbour will reopen. We waited for it," Mary Kessler said.',
        "“The harbour will reopen.” — Mary Kessler",
        'Mary Kessler reports:\n\n"The harbour will reopen."',
    ],
)
def test_the_speaker_is_found(extract: Extract, text: str) -> None:
    assert speaker(extract, text, "harbour will reopen") == "Mary Kessler"


def test_the_cue_is_the_word_that_says_so(extract: Extract) -> None:
    article = extract('"The harbour will reopen," Mary Kessler insisted.')
    cue = article.quotes[0].cue
    assert cue is not None
    assert cue.text == "insisted"


def test_the_subject_of_the_sentence_is_not_always_the_speaker(extract: Extract) -> None:
    text = 'The proposals, said the Danish Trade Minister, Mr Ole Brandt, would create "a new way to work together".'
    assert speaker(extract, text, "a new way") == "Ole Brandt"


def test_a_pronoun_is_the_last_one_who_spoke(extract: Extract) -> None:
    text = (
        'Mr Ole Brandt met Ms Mary Kessler in Oslo. "We agreed on fish," Mr Brandt said. '
        'The talks lasted all day. "We shall meet again," he added.'
    )
    article = extract(text)
    quote = said(article, "meet again")
    assert quote.speaker is not None
    assert (quote.speaker.text, quote.speaker.name) == ("he", "Ole Brandt")
    brandt = next(e for e in article.entities if e.id == quote.speaker.entity_id)
    assert [m.text for m in brandt.mentions if m.kind == "pronoun"] == ["he"]


def test_she_is_not_a_man(extract: Extract) -> None:
    text = 'Mrs Mary Kessler resigned on Friday. Mr Ole Brandt took over the office. "I am tired," she said.'
    assert speaker(extract, text, "I am tired") == "Mary Kessler"


def test_a_term_in_marks_has_no_speaker(extract: Extract) -> None:
    text = 'That agreement sought to make "partners in peace" of both towns, but the new one could fail.'
    assert speaker(extract, text, "partners in peace") is None


def test_a_nickname_is_no_quote(extract: Extract) -> None:
    assert extract('Sheriff Paul "Bud" Torres arrived in Denver.').quotes == ()


def test_a_clause_after_a_verb_of_saying_is_an_indirect_quote(extract: Extract) -> None:
    quote = said(extract("Mary Kessler said that the harbour would reopen in May."), "harbour")
    assert quote.kind == "indirect"
    assert quote.text == "that the harbour would reopen in May"
    assert quote.speaker is not None


def test_a_clause_partly_in_marks_is_one_mixed_quote(extract: Extract) -> None:
    article = extract('Mary Kessler said the two ports were building a "long-term partnership" for fish.')
    assert [(q.kind, q.text) for q in article.quotes] == [
        ("mixed", 'the two ports were building a "long-term partnership" for fish')
    ]


def test_a_weekday_does_not_speak(extract: Extract) -> None:
    text = '"The harbour will reopen," Mary Kessler, a senator, said Tuesday.'
    assert speaker(extract, text, "harbour") == "Mary Kessler"


def test_a_transcript_names_its_speakers(extract: Extract) -> None:
    text = '"KESSLER: The harbour will reopen."\n\n"BRANDT: The fish will not come back."'
    article = extract(text)
    assert [q.speaker.text for q in article.quotes if q.speaker] == ["KESSLER", "BRANDT"]


def test_text_of_a_direct_quote_has_no_marks(extract: Extract) -> None:
    [quote] = extract('"The harbour will reopen," Mary Kessler said.').quotes
    assert quote.text == "The harbour will reopen"


def test_a_cue_in_the_midst_of_a_clause_does_not_cut_it(extract: Extract) -> None:
    article = extract("The harbour, Mary Kessler said, would reopen in May.")
    assert [q.text for q in article.quotes] in (
        ["The harbour, Mary Kessler said, would reopen in May"],
        ["The harbour, Mary Kessler said, would reopen in May."],
    )


def test_a_clause_cut_by_its_cue_before_a_quotation_is_no_quote_of_its_own(extract: Extract) -> None:
    article = extract('That meant, added Mary Kessler, that there was "a chance for both towns".')
    [quote] = article.quotes
    assert "a chance for both towns" in quote.text


def test_a_name_inside_a_quotation_is_not_who_he_is(extract: Extract) -> None:
    text = 'Mr Ole Brandt spoke in Oslo. "Peter Lind said no," he told them. "We go on," he added.'
    article = extract(text)
    assert {q.speaker.name for q in article.quotes if q.speaker} == {"Ole Brandt"}


def test_it_says_nothing(extract: Extract) -> None:
    assert extract("It is believed that both towns had contact with each other.").quotes == ()
