"""Recording and alert rules: each alert is explained, tried out, and comes and goes when it must."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from wiredesk.testing import PATIENCE_S

from tests.dashboards.expressions import ROOT, RULES, rules

RUNBOOK = ROOT / "docs" / "runbook.md"
TRIALS = sorted((ROOT / "deploy" / "prometheus" / "tests").glob("*.yml"))
ALERTS = sorted({rule["alert"] for path in RULES for rule in rules(path) if "alert" in rule})

promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool here (Debian's package `prometheus`)")


def alert_rules() -> list[dict]:
    return [rule for path in RULES for rule in rules(path) if "alert" in rule]


def run(*arguments: str | Path) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stdout + done.stderr


@promtool
@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_the_rules_are_such_as_prometheus_reads(path: Path) -> None:
    run("check", "rules", path)


@promtool
@pytest.mark.parametrize("path", TRIALS, ids=lambda path: path.stem)
def test_alerts_come_when_they_must_and_go_again(path: Path) -> None:
    run("test", "rules", path)


@pytest.mark.parametrize("path", TRIALS, ids=lambda path: path.stem)
def test_recording_rules_are_evaluated_before_the_alerts_that_read_them(path: Path) -> None:
    """promtool takes groups in any order unless told one, and an alert then reads what was recorded a step before."""
    trial = yaml.safe_load(path.read_text())
    (rule_file,) = trial["rule_files"]
    groups = yaml.safe_load((path.parent / rule_file).read_text())["groups"]
    assert trial["group_eval_order"] == [group["name"] for group in groups]


@promtool
def test_the_configuration_is_such_as_prometheus_reads(tmp_path: Path) -> None:
    """With the rules where the container has them."""
    config = (ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text()
    assert "/etc/prometheus/rules/*.yml" in config
    here = tmp_path / "prometheus.yml"
    here.write_text(config.replace("/etc/prometheus/rules", str(RULES[0].parent)))
    run("check", "config", here)


@pytest.mark.parametrize("alert", ALERTS)
def test_each_alert_is_tried_out_firing_and_silent(alert: str) -> None:
    checks = [
        check
        for path in TRIALS
        for trial in yaml.safe_load(path.read_text())["tests"]
        for check in trial["alert_rule_test"]
        if check["alertname"] == alert
    ]
    assert any(check.get("exp_alerts") for check in checks)
    assert any(not check.get("exp_alerts") for check in checks)


@pytest.mark.parametrize("alert", ALERTS)
def test_each_alert_says_how_bad_it_is_what_is_the_matter_and_where_to_read_on(alert: str) -> None:
    for rule in alert_rules():
        if rule["alert"] == alert:
            assert rule["labels"]["severity"] in ("critical", "warning")
            assert rule["annotations"]["runbook"] == f"docs/runbook.md#{alert.lower()}"
            assert {"summary", "description"} <= set(rule["annotations"])


def test_the_runbook_has_a_paragraph_for_each_alert_and_for_nothing_else() -> None:
    assert sorted(re.findall(r"^## (\w+)$", RUNBOOK.read_text(), re.MULTILINE)) == ALERTS


@pytest.mark.parametrize("alert", ALERTS)
def test_a_paragraph_says_what_it_means_where_to_look_and_what_to_do(alert: str) -> None:
    paragraph = re.split(rf"^## {alert}$", RUNBOOK.read_text(), flags=re.MULTILINE)[1].partition("\n## ")[0]
    for part in ("**Means.**", "**Look.**", "**Do.**"):
        assert part in paragraph, part
    assert "`" in paragraph
