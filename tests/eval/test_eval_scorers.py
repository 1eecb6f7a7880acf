"""The scorers, against figures reckoned by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from eval.predictions import Sample, read_prediction
from eval.scorers.body import score_body, score_days, shingle_counts
from eval.scorers.names import score_named, score_typed
from eval.scorers.places import distance_km, score_places
from eval.scorers.quotes import score_quotes
from eval.scorers.timex import score_timex
from eval.scorers.whole import b_cubed, score_whole


def span(text: str, part: str, at: int = 0) -> dict[str, Any]:
    start = text.index(part, at)
    return {"start": start, "end": start + len(part), "text": part}


def sample(gold: Mapping[str, Any], text: str, *, body: str | None = None, **found: Any) -> Sample:
    """What was found in `body`, against the gold annotation of `text`."""
    return Sample(gold, text, read_prediction({"text": text if body is None else body, **found}, text))


def entity(key: str, type_: str, *mentions: Mapping[str, Any], kind: str = "name") -> dict[str, Any]:
    return {"id": key, "type": type_, "mentions": [{"kind": kind, **mention} for mention in mentions]}


def said(text: str, part: str, by: str | None, *, kind: str = "direct", who: str | None = None) -> dict[str, Any]:
    speaker = {**span(text, by), "entity_id": who, "name": by} if by else None
    return {**span(text, part), "kind": kind, "speaker": speaker}


def test_bodies_are_compared_by_runs_of_four_words() -> None:
    assert shingle_counts("a b c d e", "a b c d e") == (2, 0, 0)
    assert shingle_counts("a b c d e", "a b c d") == (1, 0, 1)
    assert shingle_counts("a b", "") == (0, 0, 1)


def test_the_f1_of_bodies_is_that_of_mean_precision_and_mean_recall() -> None:
    pages = [sample({"body": "a b c d e"}, "", body="a b c d"), sample({"body": "a b c d"}, "", body="a b c d e")]
    assert score_body(pages) == pytest.approx({"n": 2, "p": 75, "r": 75, "f1": 75, "exact": 0})


def test_only_the_exact_day_is_right() -> None:
    pages = [
        sample({"date": "2020-02-03"}, "", published_at="2020-02-03T23:59:00Z"),
        sample({"date": "2020-02-03"}, "", published_at="2020-02-04"),
        sample({"date": "2020-02-03"}, "", published_at=None),
        Sample({"date": "2020-02-03"}, "", read_prediction(None, None)),
    ]
    assert score_days(pages) == pytest.approx({"n": 4, "acc": 25, "answered": 50})


def test_names_are_trimmed_and_other_annotations_are_left_aside() -> None:
    text = "The United Nations met Mr Smith and his aide in Paris."
    gold = {"mentions": [span(text, "United Nations"), span(text, "Paris")], "ignore": [span(text, "his aide")]}
    found = [
        entity("o", "Organization", span(text, "The United Nations")),
        entity("p", "Person", span(text, "Mr Smith"), span(text, "his aide")),
    ]
    score = score_named([sample(gold, text, entities=found)])
    assert score == pytest.approx({"n": 2, "p": 50, "r": 50, "f1": 50, "overlap_r": 50})


def test_a_typed_name_needs_its_type_and_a_name_inside_a_name_is_free() -> None:
    text = "Bergen City Council met Ole Brandt."
    gold = {
        "mentions": [
            {**span(text, "Bergen City Council"), "type": "Organization"},
            {**span(text, "Ole Brandt"), "type": "Person"},
        ]
    }
    found = [
        entity("c", "Organization", span(text, "Bergen City Council")),
        entity("b", "Place", span(text, "Bergen")),
        entity("o", "Organization", span(text, "Ole Brandt")),
    ]
    assert score_typed([sample(gold, text, entities=found)]) == pytest.approx({"n": 2, "f1": 50, "span_f1": 100})


BROKEN = '"We will go on," he said, "and we will win this."'


def broken_gold() -> dict[str, Any]:
    pieces, source = [[0, 16], [26, len(BROKEN)]], [[17, 19]]
    return {
        "direct": [{"start": start, "end": end, "source": source} for start, end in pieces],
        "attributions": [{"content": pieces, "source": source}],
    }


def test_a_quotation_broken_by_its_cue_is_one_attribution() -> None:
    quotes = [said(BROKEN, part, "he") for part in ("We will go on", "and we will win this")]
    score = score_quotes([sample(broken_gold(), BROKEN, quotes=quotes)])
    assert (score["n"], score["speaker_f1"], score["attr_n"], score["attr_f1"]) == (2, 100, 1, 100)


def test_a_wrong_speaker_is_neither_a_right_speaker_nor_a_right_attribution() -> None:
    quotes = [said(BROKEN, "We will go on", "we"), said(BROKEN, "and we will win this", None)]
    score = score_quotes([sample(broken_gold(), BROKEN, quotes=quotes)])
    assert (score["detected"], score["speaker_f1"], score["attr_f1"]) == (100, 0, 0)
    assert score["attr_content_r"] == 100


def test_a_missing_speaker_costs_recall_alone() -> None:
    quotes = [said(BROKEN, "We will go on", "he"), said(BROKEN, "and we will win this", None)]
    score = score_quotes([sample(broken_gold(), BROKEN, quotes=quotes)])
    assert (score["speaker_p"], score["speaker_r"]) == (100, 50)


def test_time_expressions_count_by_overlap_by_span_and_by_value() -> None:
    text = "They met on Friday, in 1997 and every day."
    gold = {
        "timexes": [
            {**span(text, "Friday"), "type": "DATE", "value": "2001-11-23"},
            {**span(text, "1997"), "type": "DATE", "value": "1997"},
            {**span(text, "every day"), "type": "SET", "value": "P1D", "accepted": ["P1D", "XXXX-XX-XX"]},
        ]
    }
    dates = [
        {**span(text, "on Friday"), "type": "DATE", "value": "2001-11-16"},
        {**span(text, "every day"), "type": "SET", "value": "XXXX-XX-XX"},
        {**span(text, "They"), "type": "DATE", "value": "X"},
    ]
    score = score_timex([sample(gold, text, dates=dates)])
    expected = {"n": 3, "relaxed_f1": 200 / 3, "strict_f1": 100 / 3, "value_f1": 100 / 3, "type_acc": 100}
    assert {name: score[name] for name in expected} == pytest.approx(expected)


def test_spans_are_judged_in_the_text_that_was_sent() -> None:
    text, body = "Top.\n\nAdvertisement\n\nThey met in 1997.", "Top.\n\nThey met in 1997."
    gold = {"timexes": [{**span(text, "1997"), "type": "DATE", "value": "1997"}]}
    dates = [{**span(body, "1997"), "type": "DATE", "value": "1997"}]
    assert score_timex([sample(gold, text, body=body, dates=dates)])["strict_f1"] == 100


def test_places_count_over_all_toponyms() -> None:
    text = "Paris, London and Rome."
    gold = {
        "toponyms": [
            {**span(text, "Paris"), "lat": 48.8566, "lon": 2.3522, "geonames_id": 1},
            {**span(text, "London"), "lat": 51.5, "lon": -0.1, "geonames_id": 2},
            {**span(text, "Rome"), "lat": 41.9, "lon": 12.5, "geonames_id": None},
        ]
    }
    found = [entity(name, "Place", span(text, name)) for name in ("Paris", "London")]
    places = [
        {"entity_id": "Paris", "latitude": 48.5, "longitude": 2.0, "geonames_id": 9},
        {"entity_id": "London", "latitude": 42.98, "longitude": -81.24, "geonames_id": 7},
    ]
    score = score_places([sample(gold, text, entities=found, places=places)])
    expected = {"n": 3, "acc161": 100 / 3, "acc161_of_found": 50, "exact_id": 0, "toponym_f1": 80}
    assert {name: score[name] for name in expected} == pytest.approx(expected)


def test_distance_is_along_the_surface() -> None:
    assert distance_km((0, 0), (0, 90)) == pytest.approx(10_007, abs=5)
    assert distance_km((48.8566, 2.3522), (51.5, -0.1)) == pytest.approx(342, abs=5)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([{1, 2, 3}, {4, 5}], 100.0),
        ([{1, 2}, {3}, {4, 5}], 100 * 2 * 1 * (11 / 15) / (1 + 11 / 15)),
        ([{1, 2, 3, 4, 5}], 100 * 2 * (13 / 25) * 1 / (1 + 13 / 25)),
        ([], 0.0),
    ],
)
def test_b_cubed_weighs_each_mention_by_its_cluster(found: Sequence[set[int]], expected: float) -> None:
    assert b_cubed([{1, 2, 3}, {4, 5}], found) == pytest.approx(expected)


WHOLE = 'READ MORE\n\nMr Ole Brandt called it "a shed". "It leaks," the mayor said on Monday. The "loan" is gone.'


def whole_gold() -> dict[str, Any]:
    return {
        "entities": [
            {
                "id": "brandt",
                "mentions": [
                    {**span(WHOLE, "Mr Ole Brandt"), "kind": "name"},
                    {**span(WHOLE, "the mayor"), "kind": "nominal"},
                ],
            }
        ],
        "quotes": [
            {**span(WHOLE, "a shed"), "speaker": "brandt"},
            {**span(WHOLE, "It leaks,"), "speaker": "brandt"},
            {**span(WHOLE, "loan"), "speaker": None},
        ],
        "dates": [{**span(WHOLE, "Monday"), "accepted": ["2020-01-06"]}],
        "optional": [],
        "boilerplate": [span(WHOLE, "READ MORE")],
        "clean_text": WHOLE.removeprefix("READ MORE\n\n"),
    }


def test_a_speaker_is_right_when_the_entity_is() -> None:
    body = whole_gold()["clean_text"]
    found = [
        entity("a", "Person", span(body, "Ole Brandt")),
        entity("b", "Person", span(body, "the mayor"), kind="nominal"),
    ]
    quotes = [
        said(body, "a shed", "Ole Brandt", kind="mixed", who="a"),
        said(body, "It leaks", "the mayor"),
        said(body, "loan", "Ole Brandt"),
    ]
    score = score_whole([sample(whole_gold(), WHOLE, body=body, entities=found, quotes=quotes)])
    assert (score["quote_speakers_n"], score["quote_speakers"]) == (2, 100)
    assert (score["unattributed_n"], score["unattributed"]) == (1, 0)
    assert score["b3_f1"] == pytest.approx(200 / 3)
    assert (score["name_f1"], score["dates"], score["boilerplate"], score["body_kept"]) == (100, 0, 100, 100)


def test_nothing_found_scores_nothing() -> None:
    refused = Sample(whole_gold(), WHOLE, read_prediction({"error": {"reason": "no_text"}}, WHOLE))
    score = score_whole([refused])
    assert not any(score[name] for name in ("b3_f1", "name_f1", "quote_speakers", "dates", "boilerplate", "body_kept"))
    assert score["unattributed"] == 100
