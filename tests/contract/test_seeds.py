"""The articles in seeds/ and what the demo expects of each."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from wiredesk import documents
from wiredesk.documents import Document
from wiredesk.events import ArticleExtracted, ArticleSubmitted

from deploy.local.expectations import EXPECTATIONS, SEED, Seen, missing

SEEDS = Path(__file__).parents[2] / "seeds"


def article(**fields: object) -> ArticleExtracted:
    text = "On Monday, Ann Lee of Acme said in Oslo: Yes."
    spans = {"Ann Lee": "Person", "Acme": "Organization", "Oslo": "Place"}

    def span(words: str) -> dict[str, object]:
        return {"start": text.index(words), "end": text.index(words) + len(words), "text": words}

    values = {
        "article_id": "a",
        "revision": 1,
        "submission_id": "1-1",
        "text": text,
        "content_hash": "h",
        "cluster_id": "c",
        "language": "en",
        "extractor": "test/1",
        "entities": [
            {"id": name, "type": kind, "name": name, "mentions": [span(name)]} for name, kind in spans.items()
        ],
        "quotes": [{**span("Yes"), "speaker": {**span("Ann Lee"), "name": "Ann Lee"}}],
        "dates": [{**span("Monday"), "type": "DATE", "value": datetime(2026, 3, 9, tzinfo=UTC).date().isoformat()}],
    }
    return ArticleExtracted.model_validate({**values, **fields})


def everything_as_expected() -> dict[str, Seen]:
    """One Seen for each expectation, exactly as the expectation asks."""
    seen: dict[str, Seen] = {}
    for number, expected in enumerate(EXPECTATIONS):
        article_id = seen[expected.revision_of].article_id if expected.revision_of else f"article-{number}"
        searchable = expected.end == "searchable"
        seen[expected.name] = Seen(
            name=expected.name,
            state=expected.end,
            reason=expected.reason,
            article_id=article_id,
            article=article(article_id=article_id, language=expected.language) if searchable else None,
        )
    return seen


def test_every_file_is_expected_to_become_something() -> None:
    assert sorted(file.name for file in documents.files([str(SEEDS)])) == sorted(one.name for one in EXPECTATIONS)


def test_what_waits_for_another_comes_after_it() -> None:
    names = [one.name for one in EXPECTATIONS]
    for one in EXPECTATIONS:
        if one.after:
            assert names.index(one.after) < names.index(one.name)


def test_every_file_is_one_submission_that_reads_as_one() -> None:
    for file in documents.files([str(SEEDS)]):
        (document,) = documents.read_file(file)
        assert isinstance(document, Document), file.name
        assert ArticleSubmitted.model_validate_json(document.data), file.name


def test_the_duplicate_is_exact() -> None:
    first, again = (SEEDS / name for name in ("040_weather_station.txt", "041_weather_station_again.txt"))
    assert first.read_bytes() == again.read_bytes()
    assert (
        first.with_name(first.name + ".meta.json").read_bytes()
        == again.with_name(again.name + ".meta.json").read_bytes()
    )


def test_nothing_is_missing_when_all_is_as_expected() -> None:
    assert missing(list(everything_as_expected().values())) == []


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        (SEED, {"state": "under way", "article": None}, "should be searchable, is under way"),
        (SEED, {"state": "dead-lettered", "reason": "no_text"}, "should be searchable, is dead-lettered (no_text)"),
        (SEED, {"article": None}, "is not served in the revision sent"),
        (SEED, {"article": article(quotes=[])}, "has no quote with a speaker"),
        (SEED, {"article": article(dates=[])}, "has no resolved date"),
        (SEED, {"article": article(entities=[])}, "has no person"),
        ("020_harbour_barrier_wire.html", {"article": article(article_id="article-1")}, "an article of its own"),
        ("020_harbour_barrier_wire.html", {"article": article(cluster_id="x")}, "in the cluster of 010_harbour"),
        ("031_ferry_fire_corrected.txt", {"article_id": "other"}, "should be the article of 030_ferry_fire.txt"),
        ("041_weather_station_again.txt", {"state": "searchable"}, "should be duplicate, is searchable"),
        ("050_moorbahn.txt", {"article": article(language="nl")}, "language should be de, is nl"),
        ("090_empty.txt", {"state": "searchable", "reason": None}, "should be dead-lettered"),
        ("090_empty.txt", {"reason": "too_large"}, "should be refused for no_text, was for too_large"),
    ],
)
def test_what_is_not_as_it_must_be_is_named(name: str, change: dict[str, Any], complaint: str) -> None:
    seen = everything_as_expected()
    fields = {field: getattr(seen[name], field) for field in Seen.__slots__}
    seen[name] = Seen(**{**fields, **change})
    complaints = missing(list(seen.values()))
    assert any(complaint in line for line in complaints), complaints
    assert all(line.startswith(f"{name}: ") for line in complaints)


def test_a_file_that_is_not_there_is_named() -> None:
    seen = everything_as_expected()
    del seen["050_moorbahn.txt"]
    assert missing(list(seen.values())) == ["050_moorbahn.txt: not in the folder"]


@pytest.mark.parametrize(("state", "complaints"), [("superseded", 0), ("dead-lettered", 0), ("under way", 1)])
def test_a_file_of_the_users_own_may_end_in_any_way_but_must_end(state: str, complaints: int) -> None:
    own = Seen(name="100_mine.txt", state=state, reason=None, article_id=None, article=None)
    assert len(missing([*everything_as_expected().values(), own])) == complaints
