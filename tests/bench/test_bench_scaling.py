"""The arithmetic of docs/scaling.md."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bench.scaling import DAY_S, INPUTS, capacities, remembered_bytes, renewed, shape, written

ROOT = Path(__file__).resolve().parents[2]
VALUE = {one.name: one.value for one in INPUTS}


def _run(name: str, **fields: Any) -> dict[str, Any]:
    return {"figures": [{"name": name, **fields}]}


def test_extraction_needs_cores_for_the_peak_and_the_share_of_use() -> None:
    value = {**VALUE, "words_per_s": 750.0, "words": 750.0}  # one article a second and core
    assert shape(DAY_S * 7, value).extraction_cores == 20  # 7 a second, twice that at the peak, 0.7 of a core's speed
    assert shape(1, value).extraction_cores == 1


def test_what_redis_remembers_is_days_of_journeys_and_of_duplicates() -> None:
    value = {**VALUE, "journey_bytes": 55.0, "duplicate_bytes": 155.0}
    assert remembered_bytes(value) == 3 * 100 + 30 * 200
    assert remembered_bytes(value, duplicate_days=7) == 3 * 100 + 7 * 200


def test_a_redis_breaks_at_its_memory_before_its_core() -> None:
    carries = capacities(VALUE)
    by_memory = carries["one Redis of 16 GB: what 30 days of duplicates take"]
    assert by_memory * DAY_S == pytest.approx(8e9 / remembered_bytes(VALUE))
    assert by_memory < carries["one Redis: its one core"] == pytest.approx(1000 / (3 * VALUE["server_ms"]))


def test_ten_times_the_articles_need_at_most_ten_times_of_everything() -> None:
    once, more = shape(3_000_000, VALUE), shape(30_000_000, VALUE)
    assert once.redis_by_memory <= more.redis_by_memory <= 10 * once.redis_by_memory
    assert more.disk_tb_a_year == pytest.approx(10 * once.disk_tb_a_year)


def test_a_run_renews_the_figures_that_it_has() -> None:
    speed = _run("text: extraction, whole function", median=30.0, words_per_s=20_000.0)
    disk = _run("size on disk, 10,000 articles", median=50.0)
    found = {one.name: one for one in renewed(INPUTS, {"bench": speed, "search": disk})}
    assert (found["words_per_s"].value, found["words_per_s"].renewed) == (20_000, True)
    assert found["index_bytes"].value == 5_000
    assert found["ingest_per_s"] == next(one for one in INPUTS if one.name == "ingest_per_s")


def test_the_page_is_written_anew_between_its_marks_and_nowhere_else() -> None:
    page = (ROOT / "docs/scaling.md").read_text()
    inputs = [replace(one, value=one.value * 2) for one in INPUTS]
    changed = written(page, inputs)
    assert written(changed, inputs) == changed
    assert changed.partition("<!--")[0] == page.partition("<!--")[0]
    assert changed.rpartition("-->")[2] == page.rpartition("-->")[2]
    with pytest.raises(ValueError, match="has no"):
        written("a page", INPUTS)
