"""The stage: what goes in comes out, whatever it is, the same in any company."""

import copy
from collections.abc import Callable
from importlib.metadata import version

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wiredesk.errors import UsageError
from wiredesk.events import ArticleExtracted, ArticleIngested, Stream
from wiredesk.stage.contract import Item
from wiredesk_extraction.gazetteer import Gazetteer
from wiredesk_extraction.pipeline import load_reader
from wiredesk_extraction.reader import Reader
from wiredesk_extraction.stage import STAGE, stage_function

Extract = Callable[..., ArticleExtracted]

STORIES = (
    'Mary Kessler, the mayor of Oslo, said on Monday the harbour would reopen. "We are ready," she added.',
    "Officials in Norway and the United States met in 1997. “It failed,” Mr Ole Brandt said.",
    "Nothing happened.",
    'Sir Edward Hallam told the BBC that "nobody knew". ' * 30,
)


def article(text: str, number: int = 1) -> ArticleIngested:
    return ArticleIngested(
        article_id=f"a{number}",
        revision=number,
        submission_id=f"{number}-0",
        text=text,
        language="en",
        published_at="2001-11-23",
        content_hash="h",
        cluster_id="c",
        warnings=("date_guessed",),
    )


def test_the_definition_says_where_the_stage_stands() -> None:
    assert (STAGE.name, STAGE.source, STAGE.target) == ("extraction", Stream.INGESTED, Stream.EXTRACTED)
    assert STAGE.accepts is ArticleIngested


def test_an_article_keeps_all_it_came_with(extract: Extract) -> None:
    story = article(STORIES[0])
    result = extract(STORIES[0], "2001-11-23")
    assert result.text == story.text
    assert result.extractor.startswith(f"wiredesk-extraction/{version('wiredesk-extraction')} ")
    assert "core_web_md/3.8" in result.extractor


def test_every_fact_says_where_it_came_from(extract: Extract) -> None:
    result = extract(STORIES[0], "2001-11-23")
    origins = [f.origin for f in result.entities] + [f.origin for f in result.quotes]
    origins += [f.origin for f in result.dates] + [f.origin for f in result.places]
    assert len(origins) >= 5
    assert all(origin is not None and origin.name and origin.version for origin in origins)


def test_an_article_has_the_same_facts_in_any_company(reader: Reader, gazetteer: Gazetteer) -> None:
    function = stage_function(reader, gazetteer)
    items = [Item(f"{n}-0", article(text, n)) for n, text in enumerate(STORIES, start=1)]
    alone = [next(iter(function([item]))) for item in items]
    together = list(function(items))
    backwards = list(function(items[::-1]))[::-1]
    assert alone == together == backwards


def test_results_come_one_by_one(reader: Reader, gazetteer: Gazetteer) -> None:
    results = stage_function(reader, gazetteer)([Item("1-0", article(STORIES[0]))] * 1000)
    assert isinstance(next(results), ArticleExtracted)


def test_another_language_passes_through_with_what_is_safe(extract: Extract) -> None:
    result = extract("Starosta řekl 23.11.2001: „Jsme připraveni.“", None, "cs")
    assert result.warnings == ("language_not_supported",)
    assert [d.value for d in result.dates] == ["2001-11-23"]
    assert (result.entities, result.quotes, result.places) == ((), (), ())


def test_an_unknown_language_is_read_as_the_pipelines(extract: Extract) -> None:
    result = extract(STORIES[0], None, "und")
    assert result.quotes
    assert "language_not_supported" not in result.warnings


def test_warnings_of_ingest_are_kept(reader: Reader, gazetteer: Gazetteer) -> None:
    [result] = stage_function(reader, gazetteer)([Item("1-0", article("Nothing."))])
    assert isinstance(result, ArticleExtracted)
    assert result.warnings == ("date_guessed",)


def test_beyond_the_limit_only_dates_are_read(reader: Reader, gazetteer: Gazetteer) -> None:
    short = copy.copy(reader)
    short.limit_chars = 40
    text = "Mary Kessler left Oslo.\n\nMr Ole Brandt stayed in Bergen until 9 May 1997."
    [result] = stage_function(short, gazetteer)([Item("1-0", article(text))])
    assert isinstance(result, ArticleExtracted)
    assert {e.name for e in result.entities} == {"Mary Kessler", "Oslo"}
    assert [d.value for d in result.dates] == ["1997-05-09"]
    assert "read_in_part" in result.warnings


@pytest.mark.parametrize("model", ["no_such_pipeline", "/no/such/folder", "json", ""])
def test_a_pipeline_that_is_not_there_is_a_usage_error_with_the_cure(model: str) -> None:
    with pytest.raises(UsageError, match=r"WIREDESK_MODEL.*pip install"):
        load_reader(model, 1000)


HOSTILE = {
    "nothing": "",
    "spaces": " \n\t\u00a0\u2028\n " * 1000,
    "open marks": "“" * 200_000,
    "open marks apart": '" ' * 100_000,
    "marks and lines": '"\n' * 50_000,
    "one word": "a" * 400_000,
    "brackets": "[" * 50_000 + "]" * 50_000,
    "punctuation": "!?.,;:" * 20_000,
    "hyphens": "a-" * 100_000,
    "right to left": "\u202e“שלום” said \u200fMary Kessler\u202c. " * 50,
    "emoji": '👩‍👩‍👧 "I 😀 it," Mary Kessler 🏴‍☠️ said. ' * 50,
    "combining": 'e\u0301\u0302\u0303 said "Zo\u0308e\u0308 came" ' * 50,
    "surrogates' neighbours": "\ud7ff\ue000\uffff\U0010ffff Mary Kessler said no. ",
    "control characters": "\x00\x01\x1b[31m Mary\x00Kessler said \x7f yes. ",
    "no spaces after stops": "Mary said.No.Yes.He came.She left." * 100,
    "one long sentence": "and Mary Kessler of Oslo and " * 300,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_without_a_false_offset(extract: Extract, name: str) -> None:
    result = extract(HOSTILE[name], "2001-11-23")
    for span in result.spans():
        assert result.text[span.start : span.end] == span.text


PIECES = st.sampled_from(
    [*"\"'“”‘’«».,:;!?-—()[]\n\t \u00a0\u200f\u0301😀", " said ", " he ", "Mr ", "Mary Kessler", " Oslo", " and ",
     "The ", " according to ", " last week ", "1997", "'s ", " told ", "NATO", " that ", "\n\n", " Presidents ",
     ", the mayor, "]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_yields_true_spans(extract: Extract, text: str) -> None:
    text.encode("utf-8", "replace")
    if any("\ud800" <= c <= "\udfff" for c in text):
        return
    result = extract(text, "2001-11-23")
    for span in result.spans():
        assert result.text[span.start : span.end] == span.text
    known = {e.id for e in result.entities}
    assert {q.speaker.entity_id for q in result.quotes if q.speaker} <= known | {None}
