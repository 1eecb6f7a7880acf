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


@pytest.mark.parametrize(
    "text",
    [
        'Mary Kessler, the mayor of the old town, a friend of the minister, said: "The harbour will reopen."',
        '"The harbour will reopen," Mary Kessler, the mayor of the old town on the northern coast, told reporters.',
        'Mary Kessler told Ole Brandt: "The harbour will reopen."',
        'Mary Kessler, who spoke on Tuesday, added: "The harbour will reopen."',
        '"The harbour will reopen," Mary Kessler was quoted as saying.',
        'Nobody had agreed, Mary Kessler said. "The harbour will reopen."',
        '"It is over," Mary Kessler said. "We start again," she added. "The harbour will reopen."',
        "‘The harbour will reopen, it’s certain,’ said Mary Kessler.",
        "«The harbour will reopen», said Mary Kessler.",
        "»The harbour will reopen«, said Mary Kessler.",
        "„The harbour will reopen“, said Mary Kessler.",
        '"He called it "a gift", and the harbour will reopen," Mary Kessler said.',
        '"The harbour will reopen, Mary Kessler said.',
        "“The harbour will reopen.”― Mary Kessler\n“I doubt it.”― Ole Brandt",
    ],
)
def test_the_speaker_is_found_however_it_is_written(extract: Extract, text: str) -> None:
    assert speaker(extract, text, "harbour will reopen") == "Mary Kessler"


def test_a_quotation_over_paragraphs_keeps_its_speaker(extract: Extract) -> None:
    text = '"We begin with the bridge," Mary Kessler said. "Then comes the road.\n\n"The harbour will reopen last."'
    assert speaker(extract, text, "harbour will reopen") == "Mary Kessler"


def test_a_document_can_be_quoted(extract: Extract) -> None:
    assert speaker(extract, '"The harbour will reopen," the letter says.', "harbour") == "the letter"


def test_the_outer_speaker_of_a_sentence_answers_for_the_quoted_words_in_it(extract: Extract) -> None:
    text = 'Mary Kessler said she thought the bridge was "a danger to us all".'
    assert speaker(extract, text, "a danger to us all") == "Mary Kessler"


def test_a_cue_right_before_the_quotation_goes_before_an_outer_one(extract: Extract) -> None:
    text = 'Mary Kessler said the bridge was safe, and Ole Brandt replied, "Nobody believes that any more."'
    assert speaker(extract, text, "Nobody believes") == "Ole Brandt"


def test_quoted_words_in_a_row_have_one_speaker(extract: Extract) -> None:
    article = extract('"A disgrace for us all" and "a shame for the town," Mary Kessler said.')
    assert {q.speaker.name for q in article.quotes if q.speaker} == {"Mary Kessler"}


def test_a_speaker_who_is_only_likely_is_unsure(extract: Extract) -> None:
    sure = said(extract('"The harbour will reopen," Mary Kessler said.'), "harbour").speaker
    text = '"The harbour will reopen," Mary Kessler said on Monday.\n\n"Nobody knows when that will be."'
    guessed = said(extract(text), "Nobody knows").speaker
    assert sure is not None
    assert guessed is not None
    assert (sure.unsure, guessed.unsure) == (False, True)


def test_a_quote_names_the_rule_that_found_it(extract: Extract) -> None:
    [quote] = extract('"The harbour will reopen," Mary Kessler said.').quotes
    assert quote.origin is not None
    assert quote.origin.name == "wiredesk-extraction/quotes.clause_after"


@pytest.mark.parametrize(
    "text",
    [
        '"The harbour will reopen," Deputy Secretary of State Mary Kessler said.',
        '"The harbour will reopen," Chief Operating Officer Mary Kessler told reporters.',
        '"The harbour will reopen," President Mary Kessler shot back.',
        'Mary Kessler, 54, posted on Facebook: "The harbour will reopen."',
        '"The harbour will reopen," Brig. Gen. Mary Kessler said at the base.',
        '"The harbour will reopen," the prime minister, Mary Kessler, said outside her house.',
    ],
)
def test_titles_ages_and_unusual_verbs_do_not_hide_the_speaker(extract: Extract, text: str) -> None:
    quote = said(extract(text), "harbour will reopen")
    assert (quote.kind, quote.text.rstrip("."), quote.speaker and quote.speaker.name) == (
        "direct",
        "The harbour will reopen",
        "Mary Kessler",
    )


def test_a_sentence_before_a_rank_with_a_dot_goes_on(extract: Extract) -> None:
    text = '"Stay at home," Lt. Mary Kessler said. Minister Ole Brandt insisted that the road was "open and safe".'
    assert speaker(extract, text, "Stay at home") == "Mary Kessler"


@pytest.mark.parametrize(
    "text",
    [
        'Her aunt took her to see "The Paper Boat" in Oslo, and she cried.',
        'Mary Kessler is talking in a bar, where she opens on Tuesday in "The Paper Boat".',
    ],
)
def test_a_title_in_the_midst_of_a_sentence_was_said_by_nobody(extract: Extract, text: str) -> None:
    assert not [quote for quote in extract(text).quotes if quote.text == "The Paper Boat"]


def test_whoever_is_quoted_by_a_paper_speaks_and_is_not_what_was_said(extract: Extract) -> None:
    article = extract('Ole Brandt was quoted by the Evening Post as saying that he would "fight on until Christmas".')
    [quote] = article.quotes
    assert quote.speaker is not None
    assert (quote.speaker.name, "fight on" in quote.text) == ("Ole Brandt", True)


@pytest.mark.parametrize(
    ("text", "words", "context"),
    [
        (
            'It rained. The plan for a new harbour would, Mary Kessler said, "cost us dear". Nobody stirred.',
            "cost us dear",
            'The plan for a new harbour would, Mary Kessler said, "cost us dear".',
        ),
        ('It rained. "We waited," Mary Kessler said.', "We waited", '"We waited," Mary Kessler said.'),
        ('Mary Kessler rose.\n\n"We waited for years."', "We waited for years", '"We waited for years."'),
    ],
)
def test_a_quote_has_the_sentence_that_reports_it(extract: Extract, text: str, words: str, context: str) -> None:
    found = said(extract(text), words).context
    assert found is not None
    assert text[found.start : found.end].rstrip('"') == context.rstrip('"')
