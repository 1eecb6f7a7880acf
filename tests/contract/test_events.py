"""The schemas keep reading what was written before, and say what they promise."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from wiredesk import events

GOLDEN = Path(__file__).parent / "golden"
MODELS: dict[str, type[BaseModel]] = {
    name: getattr(events, name)
    for name in (
        "ArticleSubmitted",
        "ArticleIngested",
        "ArticleExtracted",
        "ArticleIndexed",
        "ArticleRetracted",
        "EntityCorrected",
        "DeadLetter",
    )
}


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_golden_event_is_read_and_written_back_unchanged(path: Path) -> None:
    written = json.loads(path.read_text())
    event = MODELS[path.stem.partition(".")[0]].model_validate(written)
    assert json.loads(event.model_dump_json()) == written


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("earlier/*.json")), ids=lambda path: path.stem)
def test_an_event_written_before_a_field_was_added_is_read(path: Path) -> None:
    written = json.loads(path.read_text())
    event = MODELS[path.stem.partition(".")[0]].model_validate(written)
    read = json.loads(event.model_dump_json())
    assert {name: read[name] for name in written} == written
    assert not any(read[name] for name in read.keys() - written.keys())


def test_every_event_has_a_golden_file() -> None:
    assert {path.stem.partition(".")[0] for path in GOLDEN.glob("*.json")} == set(MODELS)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_consumer_ignores_fields_it_does_not_know(path: Path) -> None:
    written = json.loads(path.read_text())
    model = MODELS[path.stem.partition(".")[0]]
    assert model.model_validate({**written, "of_a_later_version": 1}) == model.model_validate(written)


def test_events_are_frozen() -> None:
    submitted = events.ArticleSubmitted(text="x")
    with pytest.raises(ValidationError):
        submitted.text = "y"  # type: ignore[misc]


@pytest.mark.parametrize("wrong", [{"title": 1}, {"text": b"x"}, {"force": "yes"}, {"authors": "one"}, {"url": ["u"]}])
def test_a_submission_is_not_coerced(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        events.ArticleSubmitted.model_validate(wrong)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/ferry.jpg", "https:// ferry", "data:image/png;base64,AA=="])
def test_an_image_has_an_address_of_the_web(url: str) -> None:
    with pytest.raises(ValidationError):
        events.Image(url=url)


def test_a_span_that_is_not_the_text_at_its_offsets_is_refused() -> None:
    written = json.loads((GOLDEN / "ArticleExtracted.v1.json").read_text())
    written["quotes"][0]["speaker"]["start"] += 1
    with pytest.raises(ValidationError, match="Speaker at"):
        events.ArticleExtracted.model_validate(written)


entry_ids = st.tuples(st.integers(0, 2**40), st.integers(0, 4095))


@given(entry_ids, entry_ids)
def test_revisions_sort_as_submissions_do(one: tuple[int, int], other: tuple[int, int]) -> None:
    revisions = [events.revision_of(f"{ms}-{seq}") for ms, seq in (one, other)]
    assert (one < other) == (revisions[0] < revisions[1])


@given(entry_ids)
def test_a_revision_tells_its_submission(entry_id: tuple[int, int]) -> None:
    submission_id = f"{entry_id[0]}-{entry_id[1]}"
    assert events.submission_of(events.revision_of(submission_id)) == submission_id


def test_sequence_numbers_beyond_twelve_bits_do_not_collide() -> None:
    revisions = {events.revision_of(f"1700000000000-{sequence}") for sequence in range(10_000)}
    assert len(revisions) == 10_000


@pytest.mark.parametrize("value", ["2001-11-23", "2001-11-23T09:30:00+01:00", "2001-11-23T09:30Z"])
def test_a_publication_date_keeps_the_precision_it_came_with(value: str) -> None:
    written = json.loads((GOLDEN / "ArticleIngested.v1.json").read_text())
    assert events.ArticleIngested.model_validate({**written, "published_at": value}).published_at == value


@pytest.mark.parametrize("value", ["yesterday", "99999-01-01", "2001-11-23T09:30:00", "2001-11-23 09:30"])
def test_a_publication_date_in_no_standard_form_is_refused(value: str) -> None:
    written = json.loads((GOLDEN / "ArticleIngested.v1.json").read_text())
    with pytest.raises(ValidationError):
        events.ArticleIngested.model_validate({**written, "published_at": value})
