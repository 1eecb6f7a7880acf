"""The dashboards as files: what their source gives, and fit for a person who looks at them at night."""

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from deploy.grafana.__main__ import BOARDS, FOLDER
from tests.dashboards.expressions import DASHBOARDS, RULES, asked_by, loaded, panels, rules, selectors

UNITS = {"s", "cps", "percentunit", "short", "bytes", "none"}

boards = pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)


def test_the_files_are_what_their_source_gives() -> None:
    written = {FOLDER / f"{board.uid}.json": board.as_json() for board in BOARDS}
    assert sorted(written) == DASHBOARDS
    stale = [path.name for path, text in written.items() if path.read_text() != text]
    assert not stale, f"`make dashboards` writes these anew: {stale}"


@boards
def test_every_panel_says_what_it_shows_in_which_unit_and_what_to_do(path: Path) -> None:
    for panel in panels(loaded(path)):
        assert panel["title"], panel["id"]
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
        assert re.fullmatch(r".{40,}[.:?]", panel["description"]), panel["title"]


@boards
def test_titles_and_numbers_are_given_once_and_nothing_lies_over_anything(path: Path) -> None:
    board = loaded(path)
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(set(numbers)) == len(numbers)
    titles = [panel["title"] for panel in panels(board)]
    assert len(set(titles)) == len(titles)
    for one, other in combinations(board["panels"], 2):
        assert apart(one["gridPos"], other["gridPos"]), (one["title"], other["title"])
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in board["panels"])


def apart(one: dict[str, int], other: dict[str, int]) -> bool:
    beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
    return beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]


@boards
def test_everything_is_asked_of_the_provisioned_data_source(path: Path) -> None:
    board = loaded(path)
    asking: list[dict[str, Any]] = [*panels(board), *board["annotations"]["list"], *board["templating"].get("list", [])]
    asking += [target for panel in panels(board) for target in panel["targets"]]
    assert {each["datasource"]["uid"] for each in asking} == {"prometheus"}


def test_a_recorded_series_that_a_dashboard_draws_is_one_that_the_rules_record() -> None:
    recorded = {rule["record"] for path in RULES for rule in rules(path) if "record" in rule}
    drawn = {
        name
        for path in DASHBOARDS
        for asked in asked_by(loaded(path))
        for name in re.findall(r"\w+(?::\w+)+", asked.expr)
    }
    assert drawn <= recorded
    assert drawn


def test_what_is_asked_for_is_found_in_an_expression() -> None:
    expr = (
        'sum by (stage) (rate(wiredesk_events_total{outcome=~"a|b",stage!="x"}[5m])) > 0 and up == 1 or a:wiredesk_b:c'
    )
    assert selectors(expr) == {("wiredesk_events_total", frozenset({"outcome", "stage"})), ("up", frozenset())}
