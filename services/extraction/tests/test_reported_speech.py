"""Speech and attitude without marks: whose it is, and which words."""

from collections.abc import Callable

import pytest
from wiredesk.events import ArticleExtracted, Quote

Extract = Callable[..., ArticleExtracted]


def only(article: ArticleExtracted) -> tuple[str, str]:
    [quote] = article.quotes
    assert quote.speaker is not None
    return quote.speaker.text, quote.text


def said(article: ArticleExtracted, words: str) -> Quote:
    [quote] = [q for q in article.quotes if words in q.text]
    return quote


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        ("Mary Kessler found that the bridge was unsafe.", "Mary Kessler", "that the bridge was unsafe"),
        ("Mary Kessler asked whether the bridge was safe.", "Mary Kessler", "whether the bridge was safe"),
        ("Mary Kessler believes the harbour will reopen.", "Mary Kessler", "the harbour will reopen"),
        ("Mary Kessler vowed to rebuild the harbour.", "Mary Kessler", "to rebuild the harbour"),
        ("Mary Kessler plans to close the northern harbour.", "Mary Kessler", "to close the northern harbour"),
        ("Mary Kessler refused to sign the new contract.", "Mary Kessler", "to sign the new contract"),
        ("Mary Kessler criticized the new fishing rules.", "Mary Kessler", "the new fishing rules"),
        ("Mary Kessler called for more money for the port.", "Mary Kessler", "more money for the port"),
        ("Mary Kessler warned against a hasty decision.", "Mary Kessler", "a hasty decision"),
        ("Mary Kessler urged the council to rebuild the port.", "Mary Kessler", "the council to rebuild the port"),
        ("Mary Kessler described the plan as a waste of money.", "Mary Kessler", "the plan as a waste of money"),
        ("Mary Kessler accused Ole Brandt of hiding the figures.", "Mary Kessler", "hiding the figures"),
        ("The plan for the port was rejected by Mary Kessler.", "Mary Kessler", "The plan for the port"),
    ],
)
def test_what_is_reported_has_its_source_and_its_words(extract: Extract, text: str, speaker: str, words: str) -> None:
    assert only(extract(text)) == (speaker, words)


@pytest.mark.parametrize(
    "text",
    [
        "The harbour will reopen in May, according to Mary Kessler.",
        "According to Mary Kessler, the harbour will reopen in May.",
        "The harbour will reopen in May, Mary Kessler said.",
    ],
)
def test_a_whole_sentence_may_be_someones(extract: Extract, text: str) -> None:
    speaker, words = only(extract(text))
    assert speaker == "Mary Kessler"
    assert words.rstrip(".").lower() == "the harbour will reopen in may"


def test_a_report_is_a_source(extract: Extract) -> None:
    speaker, words = only(extract("The report found that the bridge had been unsafe for years."))
    assert (speaker, words) == ("The report", "that the bridge had been unsafe for years")


def test_an_organisation_is_a_source(extract: Extract) -> None:
    speaker, _ = only(extract("The European Commission said the two towns must repair the bridge."))
    assert speaker.endswith("European Commission")


def test_a_relative_pronoun_speaks_for_the_one_it_stands_for(extract: Extract) -> None:
    article = extract("The plan was made by Mary Kessler, who argued that the harbour would pay for itself.")
    speaker = said(article, "would pay").speaker
    assert speaker is not None
    assert (speaker.text, speaker.name) == ("who", "Mary Kessler")


def test_who_issued_a_statement_said_it(extract: Extract) -> None:
    article = extract("Mary Kessler issued a statement saying that the harbour would reopen in May.")
    speaker = said(article, "would reopen in May").speaker
    assert speaker is not None
    assert speaker.name == "Mary Kessler"


def test_what_is_inside_something_reported_is_not_reported_again(extract: Extract) -> None:
    _, words = only(extract("Mary Kessler said that Ole Brandt wanted to close the harbour."))
    assert words == "that Ole Brandt wanted to close the harbour"


def test_a_reported_clause_takes_in_the_quoted_words_at_its_end(extract: Extract) -> None:
    article = extract('Mary Kessler said the harbour was old, leaky and "a danger to us all." Nobody else spoke.')
    [quote] = article.quotes
    assert (quote.kind, quote.text) == ("mixed", 'the harbour was old, leaky and "a danger to us all."')


def test_a_noun_of_speech_belongs_to_its_owner(extract: Extract) -> None:
    article = extract("The town was surprised by her claim that the harbour would pay for itself.")
    quote = said(article, "would pay for itself")
    assert quote.speaker is not None
    assert (quote.speaker.text, quote.cue and quote.cue.text) == ("her", "claim")


@pytest.mark.parametrize(
    "text",
    [
        "The storm threatened the harbour.",
        "The agreement sought to open the northern harbour.",
        "The walls support the roof of the old town hall.",
        "It is hoped that the harbour will reopen.",
    ],
)
def test_things_have_no_attitudes(extract: Extract, text: str) -> None:
    assert extract(text).quotes == ()


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        ("Mary Kessler voiced concern about the new fishing rules.", "Mary Kessler", "the new fishing rules"),
        ("Mary Kessler is critical of the new fishing rules.", "Mary Kessler", "the new fishing rules"),
        ("Mary Kessler was confident that the bridge would hold.", "Mary Kessler", "that the bridge would hold"),
        (
            "Mary Kessler called for the northern bridge to be closed.",
            "Mary Kessler",
            "the northern bridge to be closed",
        ),
        ("The old bridge is unsafe, as Mary Kessler put it.", "Mary Kessler", "The old bridge is unsafe"),
    ],
)
def test_what_someone_thinks_has_its_source_and_its_words(
    extract: Extract, text: str, speaker: str, words: str
) -> None:
    assert only(extract(text)) == (speaker, words)


def test_who_was_told_said_nothing(extract: Extract) -> None:
    article = extract("The court was told by Mary Kessler that the bridge had been unsafe for years.")
    speaker = said(article, "unsafe for years").speaker
    assert speaker is not None
    assert speaker.name == "Mary Kessler"


def test_a_company_is_it(extract: Extract) -> None:
    article = extract("Northern Ferries closed the harbour on Monday. It said that the bridge was unsafe.")
    speaker = said(article, "bridge was unsafe").speaker
    assert speaker is not None
    assert speaker.text == "It"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("OSLO, Nov. 18 (Wire) — The harbour will close, officials said on Monday.", "The harbour will close"),
        ("BERGEN, Norway - The harbour will close, officials said.", "The harbour will close"),
        ("The harbour will close, the port's director, Mary Kessler, said.", "The harbour will close"),
        ("The harbour will close, Deputy Mayor Mary Kessler said.", "The harbour will close"),
        ("The harbour will close, the Office for Roads and Bridges said.", "The harbour will close"),
        ("Mary Kessler, 61, says the family's company, Kessler & Sons, was sold.",
         "the family's company, Kessler & Sons, was sold"),
        ("Police closed the road; the head of the panel, Mary Kessler, said the minister should resign.",
         "the minister should resign"),
    ],
)  # fmt: skip
def test_what_was_said_holds_neither_dateline_nor_speaker(extract: Extract, text: str, words: str) -> None:
    assert [quote.text for quote in extract(text).quotes] == [words]


def test_the_place_of_a_dateline_says_nothing(extract: Extract) -> None:
    article = extract("LISBON (Wire) — Portugal's prime minister said on Friday that his country would leave the fund.")
    [quote] = article.quotes
    assert quote.speaker is not None
    assert "minister" in quote.speaker.text


def test_two_who_contradict_each_other_in_one_sentence_are_quoted_each(extract: Extract) -> None:
    text = "Orla Finch said that the plan was sound, while Tom Redding said that nobody had paid for it."
    assert [(q.speaker.text if q.speaker else "", q.text) for q in extract(text).quotes] == [
        ("Orla Finch", "that the plan was sound"),
        ("Tom Redding", "that nobody had paid for it"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The roof had leaked for years, Anna Keel told the Evening Herald.", "The roof had leaked for years"),
        ("The board will meet on Monday, Anna Keel told reporters in Oslo.", "The board will meet on Monday"),
    ],
)
def test_what_someone_was_told_may_stand_before_it(extract: Extract, text: str, words: str) -> None:
    [quote] = extract(text).quotes
    assert quote.speaker is not None
    assert (quote.speaker.text, quote.text) == ("Anna Keel", words)


@pytest.mark.parametrize("people", ["Anna Keel and Peter Lund", "John Redding, Mary Holt and Peter Lund"])
def test_people_who_say_one_thing_are_all_its_source(extract: Extract, people: str) -> None:
    [quote] = extract(f"{people} said the school would close.").quotes
    assert quote.speaker is not None
    assert quote.speaker.text == people


def test_a_clause_goes_on_where_it_tells_what_another_said(extract: Extract) -> None:
    [quote] = extract("Anna Keel said that the roof was unsafe, and that Tom Redding said nothing about it.").quotes
    assert quote.text == "that the roof was unsafe, and that Tom Redding said nothing about it"
