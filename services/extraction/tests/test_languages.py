"""Every language's file: well formed, and read as its own examples say."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from wiredesk.events import ArticleExtracted, ArticleIngested
from wiredesk.stage.contract import Item
from wiredesk_extraction.facts import Facts
from wiredesk_extraction.gazetteer import Gazetteer
from wiredesk_extraction.languages import registry
from wiredesk_extraction.languages.flaws import flaws_of
from wiredesk_extraction.languages.german import GERMAN
from wiredesk_extraction.languages.language import Example, Language
from wiredesk_extraction.languages.registry import LANGUAGES
from wiredesk_extraction.reader import Reader
from wiredesk_extraction.stage import stage_function

FRIDAY = "2001-11-23"
Read = Callable[[Language, str], Facts]
README = Path(__file__).parents[1] / "README.md"


def as_read(read_plainly: Read, language: Language, example: Example) -> Example:
    """The example as it would have to be, to be read as it is."""
    facts = read_plainly(language, example.text)
    quote = facts.quotes[0] if facts.quotes else None
    return Example(
        example.text,
        quote.text if quote else "",
        quote.speaker.name if quote and quote.speaker else "",
        quote.cue.text if quote and quote.cue else "",
        tuple(date.value for date in facts.dates),
    )


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_a_language_is_well_formed(language: Language) -> None:
    assert flaws_of(language) == []


@pytest.mark.parametrize(
    ("language", "example"),
    [(language, example) for language in LANGUAGES for example in language.examples],
    ids=lambda value: value.code if isinstance(value, Language) else value.text[:30],
)
def test_an_example_is_read_as_its_file_says(read_plainly: Read, language: Language, example: Example) -> None:
    assert as_read(read_plainly, language, example) == example


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_a_language_shows_a_speaker_and_a_date(language: Language) -> None:
    assert any(example.speaker for example in language.examples)
    assert any(example.dates for example in language.examples)


def test_no_language_is_registered_twice() -> None:
    assert len(registry.BY_CODE) == len(LANGUAGES)


CALENDAR = GERMAN.calendar
assert CALENDAR


@pytest.mark.parametrize(
    ("language", "flaw"),
    [
        (replace(GERMAN, code="deu"), "code: 'deu'"),
        (replace(GERMAN, verbs=("Sagte",)), "verbs: 'Sagte' is not in lower case"),
        (replace(GERMAN, verbs=("sagte", "sagte")), "verbs: 'sagte' is there twice"),
        (replace(GERMAN, verbs="sagte meinte"), "verbs: 'sagte meinte' is one string"),
        (replace(GERMAN, verbs=("teilte",)), "split_verbs: 'teilte'"),
        (replace(GERMAN, marks=(("„", ""),)), "marks: ('„', '')"),
        (replace(GERMAN, pronouns={"er": "male"}), "pronouns: 'er' must be m, f or empty"),
        (replace(GERMAN, addresses={"dr.": ""}), "addresses: 'dr.' must be without its full stop"),
        (replace(GERMAN, labels={"PERSOON": "person"}), "labels: 'PERSOON'"),
        (replace(GERMAN, auxiliaries=()), "auxiliaries: there are none"),
        (replace(GERMAN, calendar=None), "calendar: it is missing"),
        (replace(GERMAN, calendar=replace(CALENDAR, months=CALENDAR.months[:11])), "calendar.months: there must be 12"),
        (replace(GERMAN, calendar=replace(CALENDAR, units={"tag": "days off"})), "calendar.units: 'tag'"),
        (replace(GERMAN, examples=(Example("Nein.", "Ja"),)), "examples: said of number 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_with_a_file_is_told(language: Language, flaw: str) -> None:
    assert [line for line in flaws_of(language) if line.startswith(flaw)]


def _from_readme() -> dict[str, Any]:
    """What the README's example file defines."""
    [source] = re.findall(r"```python\n(\"\"\"Swedish.*?)```", README.read_text(), re.DOTALL)
    module = ModuleType("swedish")
    exec(compile(source, "swedish.py", "exec"), module.__dict__)
    return vars(module)


def test_the_example_of_the_readme_is_a_language(read_plainly: Read) -> None:
    swedish = _from_readme()["SWEDISH"]
    assert flaws_of(swedish) == []
    assert [as_read(read_plainly, swedish, example) for example in swedish.examples] == list(swedish.examples)


def test_a_language_is_added_by_its_file_and_its_line(
    monkeypatch: pytest.MonkeyPatch, reader: Reader, gazetteer: Gazetteer
) -> None:
    swedish = _from_readme()["SWEDISH"]
    article = ArticleIngested(
        article_id="a1",
        revision=1,
        submission_id="1-0",
        text=swedish.examples[0].text,
        language="sv",
        published_at=FRIDAY,
        content_hash="h",
        cluster_id="c",
    )
    function = stage_function(reader, gazetteer)
    [before] = function([Item("1-0", article)])
    monkeypatch.setitem(registry.BY_CODE, "sv", swedish)  # type: ignore[arg-type]  # what a line in LANGUAGES does
    [after] = function([Item("1-0", article)])
    assert isinstance(before, ArticleExtracted)
    assert isinstance(after, ArticleExtracted)
    assert (before.warnings, before.quotes) == (("language_not_supported",), ())
    assert after.warnings == ("names_not_read",)
    assert [quote.speaker.name for quote in after.quotes if quote.speaker] == [swedish.examples[0].speaker]
