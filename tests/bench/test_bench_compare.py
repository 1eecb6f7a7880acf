"""What changed between two runs."""

from typing import Any

import pytest
from bench.compare import Change, compare


def _run(*figures: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"figures": list(figures), **more}


def _figure(*values: float, **changed: Any) -> dict[str, Any]:
    middle = sorted(values)[len(values) // 2]
    fields = {"section": "speed", "name": "ingest alone", "unit": "articles/s", "yardstick_median": None}
    return {**fields, "values": list(values), "median": middle, **changed}


def _change(old: dict[str, Any], new: dict[str, Any]) -> Change:
    (change,) = compare(_run(old), _run(new)).changes
    return change


def test_a_change_is_old_new_and_their_ratio() -> None:
    change = _change(_figure(10, 11, 12), _figure(20, 22, 24))
    assert (change.old, change.new, change.ratio) == (11, 22, 2)


@pytest.mark.parametrize(
    ("old", "new", "unit", "verdict"),
    [
        ((10, 11, 12), (13, 14, 15), "articles/s", "better"),
        ((10, 11, 12), (7, 8, 9), "articles/s", "worse"),
        ((10, 11, 12), (13, 14, 15), "ms/article", "worse"),
        ((10, 11, 12), (7, 8, 9), "s", "better"),
        ((10, 11, 12), (12, 13, 14), "articles/s", "within the spread"),
        ((10, 11, 12), (1, 11, 30), "articles/s", "within the spread"),
        ((0.1, 0.2), (0.3, 0.4), "cores", "changed"),
        ((10,), (20, 21), "articles/s", "one round"),
    ],
)
def test_only_what_is_outside_the_spread_of_the_rounds_is_better_or_worse(
    old: tuple[float, ...], new: tuple[float, ...], unit: str, verdict: str
) -> None:
    assert _change(_figure(*old, unit=unit), _figure(*new, unit=unit)).verdict == verdict


def test_a_yardstick_that_changed_as_well_tells_of_the_machine() -> None:
    assert _change(_figure(1, yardstick_median=2.0), _figure(2, yardstick_median=4.0)).yardstick_ratio == 2
    assert _change(_figure(1), _figure(2, yardstick_median=4.0)).yardstick_ratio is None


def test_a_figure_of_nothing_has_no_ratio() -> None:
    assert _change(_figure(0.0), _figure(2)).ratio is None


def test_memory_is_compared_by_process() -> None:
    old, new = (_run(memory={"ingest child": {"own_bytes": size}}) for size in (100_000_000, 50_000_000))
    (change,) = compare(old, new).changes
    assert (change.name, change.unit, change.ratio) == ("ingest child, own", "MB", 0.5)


def test_figures_that_one_run_lacks_are_named() -> None:
    found = compare(_run(_figure(1)), _run(_figure(1, name="whole pipeline")))
    assert found.changes == []
    assert found.gone == ["speed: ingest alone"]
    assert found.added == ["speed: whole pipeline"]


def test_what_makes_runs_unlike_is_named() -> None:
    old, new = (_run(machine={"processor": name}, options={"articles": 3}) for name in ("slow", "fast"))
    assert compare(old, new).differences == ["processor: slow, now fast"]


def test_a_run_compared_with_itself_has_not_changed() -> None:
    run = _run(_figure(1, 2, 3), machine={"cores": 2})
    found = compare(run, run)
    assert [change.verdict for change in found.changes] == ["within the spread"]
    assert [*found.gone, *found.added, *found.differences] == []
