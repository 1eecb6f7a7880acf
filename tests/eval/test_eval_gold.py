"""The gold set is well-formed, and what is written in it is what is scored."""

from pathlib import Path

import pytest
from eval.data import Annotated
from eval.errors import EvalError
from eval.gold import load_articles, read_article
from eval.predictions import Sample, read_prediction
from eval.tasks import OWN_TASKS

HERE = Path(__file__).resolve().parent
ARTICLES = load_articles(HERE / "articles", HERE / "pages")

EXAMPLE = """title: A vote
published: 2024-05-15
---
walsh   Person        Niamh Walsh
dublin  Place         Dublin     2964574 53.3 -6.2
---
Crews in {dublin|Dublin} met {@2024-05-14|on
Tuesday}.

{-|READ MORE}

"{"1|Not again,}" {=1|said} {<1|{walsh|Niamh Walsh}}. {<2|{walsh|She}} {=2|warned} {>2|of "{"2|a long week}"}.
"""


def read(annotated: str) -> Annotated:
    return read_article("example", annotated, {})


def test_marks_become_spans_of_the_text_without_them() -> None:
    article = read(EXAMPLE)
    text, gold = article.reference or "", article.gold
    assert text.startswith('Crews in Dublin met on Tuesday.\n\nREAD MORE\n\n"Not again," said Niamh Walsh.')
    assert "READ MORE" not in gold["body"]
    assert [(row["text"], row["value"]) for row in gold["timexes"]] == [("on Tuesday", "2024-05-14")]
    assert [text[row["start"] : row["end"]] for row in gold["direct"]] == ["Not again,", "a long week"]
    contents = [[text[start:end] for start, end in row["content"]] for row in gold["attributions"]]
    assert contents == [["Not again,"], ['of "a long week"']]
    assert {row["speaker"] for row in gold["quotes"]} == {"walsh"}
    assert [mention["kind"] for mention in gold["entities"][0]["mentions"]] == ["name", "pronoun"]
    assert gold["toponyms"][0]["lat"] == 53.3


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{dublin|Dublin}", "{cork|Dublin}", "cork"),
        ("{dublin|Dublin}", "{dublin|Dublin", "not closed"),
        ("{dublin|Dublin}", "Dublin}", "closed that was not opened"),
        ("{<2|{walsh|She}}", "She", "attribution 2 lacks"),
        ("{<1|{walsh|Niamh Walsh}}", "{<1|Niamh Walsh}", "is no entity"),
        ("title:", "titel:", "no header 'titel'"),
        ('{"1|', '{"one|', "'one' is no number"),
    ],
)
def test_a_wrong_mark_is_named(old: str, new: str, complaint: str) -> None:
    assert old in EXAMPLE
    with pytest.raises(EvalError, match=complaint):
        read(EXAMPLE.replace(old, new))


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_every_span_is_the_text_it_says(article: Annotated) -> None:
    text = article.reference or ""
    gold = article.gold
    spans = [mention for entity in gold["entities"] for mention in entity["mentions"]]
    spans += [row for name in ("timexes", "toponyms", "mentions", "boilerplate", "optional") for row in gold[name]]
    assert spans
    for row in spans:
        assert text[row["start"] : row["end"]] == row["text"]
        assert row["text"] == row["text"].strip()
    assert all(entity["mentions"] for entity in gold["entities"]), "someone is declared and never mentioned"


def perfect(article: Annotated) -> Sample:
    """What a reader that makes no mistake would have found."""
    gold, body = article.gold, article.reference or ""
    cut = [(row["start"], row["end"]) for row in gold["boilerplate"]]
    quotes = []
    for row in gold["attributions"]:
        source = row["source"][0]
        speaker = {"start": source[0], "end": source[1], "text": body[slice(*source)], "entity_id": None, "name": ""}
        for start, end in row["content"]:
            quotes.append({"start": start, "end": end, "text": body[start:end], "kind": "mixed", "speaker": speaker})
    row = {
        "text": body,
        "published_at": gold["date"],
        "authors": gold["authors"],
        "entities": gold["entities"],
        "quotes": quotes,
        "dates": gold["timexes"],
        "places": [
            {"entity_id": entity["id"], "latitude": place["lat"], "longitude": place["lon"], "geonames_id": 0}
            for entity in gold["entities"]
            if (place := entity.get("position"))
        ],
    }
    prediction = read_prediction(row, body)
    assert not prediction.unmapped
    assert not prediction.wrong
    return Sample({**gold, "body": body} if cut else gold, body, prediction)


def test_a_reader_without_mistakes_gets_full_marks() -> None:
    samples = [perfect(article) for article in ARTICLES]
    for task in OWN_TASKS:
        results = task.score(samples)
        for figure in task.figures:
            if figure.key not in ("boilerplate", "quote_speakers"):
                assert results[figure.key] == pytest.approx(100), (task.name, figure.name)


def test_the_set_holds_every_kind_of_fact() -> None:
    totals = {name: sum(len(article.gold[name]) for article in ARTICLES) for name in ("direct", "timexes", "toponyms")}
    assert min(totals.values()) > 30
    assert any("html" in article.submission for article in ARTICLES)
    assert "NewsArticle" in "".join(article.submission.get("html", "") for article in ARTICLES)
