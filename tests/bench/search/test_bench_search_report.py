"""Targets beside figures: what is met, what is missed, what was not measured."""

import json
from typing import Any

from bench.figures import Curve, Figure
from bench.search.report import Report, as_json, as_markdown
from bench.search.targets import TARGETS, verdicts


def _figure(name: str, *values: float, section: str = "writing", **more: Any) -> Figure:
    return Figure(section=section, name=name, unit="articles/s", values=values, **more)


def _report(*figures: Figure, **more: Any) -> Report:
    machine = {
        "processor": "a processor",
        "cores": 2,
        "memory_bytes": 2**30,
        "load_average_before": 3.0,
        "system": "a system",
        "python": "a Python",
        "packages": {"tantivy": "1"},
    }
    values: dict[str, Any] = {"curves": (), "skipped": (), "load_after": 2.0, "seconds": 9.0, "articles": 1000}
    return Report(machine=machine, rounds=5, figures=figures, **values | more)


def test_a_rate_has_to_reach_its_target_and_a_time_to_stay_below() -> None:
    rate, time = (next(t for t in TARGETS if t.at_least is at_least).name for at_least in (True, False))
    found = {v.figure.name: v.met for v in verdicts([_figure(rate, 10**9), _figure(time, 10**9)], 1000)}
    assert found == {rate: True, time: False}
    found = {v.figure.name: v.met for v in verdicts([_figure(rate, 0), _figure(time, 0)], 1000)}
    assert found == {rate: False, time: True}


def test_half_a_million_articles_may_take_twice_as_long_but_lose_none() -> None:
    few, many = (
        {v.figure.name: v.limit for v in verdicts([_figure(t.name, 1) for t in TARGETS], articles)}
        for articles in (50_000, 500_000)
    )
    assert many["durable upserts, batch 100"] == few["durable upserts, batch 100"] / 2
    assert many["JSON page at 10 requests/s, p99"] == 2 * few["JSON page at 10 requests/s, p99"]
    assert many["acknowledged articles missing"] == few["acknowledged articles missing"] == 0


def test_what_was_not_measured_has_no_verdict() -> None:
    assert list(verdicts([_figure("something else", 1)], 1000)) == []


def test_the_report_tells_targets_yardstick_ratio_and_what_was_skipped() -> None:
    fast = _figure(
        "durable upserts, batch 100", 900, 1100, 2500, yardstick="SQLite FTS5", yardstick_values=(450, 550, 625)
    )
    slow = _figure("durable upserts, batch 500", 900)
    report = _report(fast, slow, skipped=("no browser",), curves=(Curve(title="t", headings=("a",), rows=((1.0,),)),))
    told = as_markdown(report)
    assert "| durable upserts, batch 100 | at least 1,000 articles/s | 1,100 articles/s | met |" in told
    assert "| durable upserts, batch 500 | at least 2,000 articles/s | 900 articles/s | MISSED |" in told
    assert "| durable upserts, batch 100 | 1,100 articles/s | 550 articles/s | 2.00 | 900 to 2,500 |" in told
    assert "SKIPPED: no browser" in told
    assert "trust the ratios" in told
    written = as_json(report)
    assert [target["met"] for target in written["targets"]] == [True, False]
    assert json.loads(json.dumps(written)) == written
