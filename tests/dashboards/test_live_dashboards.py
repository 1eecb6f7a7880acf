"""On a live run every panel shows something, every rule has something to judge, and an alert comes and goes."""

import pytest
from wiredesk.testing import wait_until

from tests.dashboards.conftest import Watched
from tests.dashboards.expressions import RULES, rules, selectors
from tests.dashboards.live import everything_asked, traffic, wait_for_data

pytestmark = pytest.mark.timeout(600)


def test_every_panel_and_every_rule_has_data(watched: Watched) -> None:
    asked = everything_asked(watched.prometheus)
    assert wait_for_data(watched.prometheus, asked, traffic(watched.client, watched.http)) == []


def test_an_alert_judges_metrics_and_labels_that_there_are(watched: Watched) -> None:
    for path in RULES:
        for rule in rules(path):
            watched.prometheus.ask(rule["expr"])
            for metric, labels in selectors(rule["expr"]):
                chosen = ", ".join(f'{label}!=""' for label in sorted(labels))
                wait_until(
                    lambda metric=metric, chosen=chosen: watched.prometheus.ask(f"count({metric}{{{chosen}}})"),
                    what=f"{metric} with {chosen or 'no labels'}, which {rule.get('alert') or rule['record']} judges",
                )


def stopped(watched: Watched) -> dict[str, str]:
    """The severity of the alert by the stages that it is told of."""
    return {labels["stage"]: labels["severity"] for labels in watched.prometheus.firing("StageStopped")}


def test_a_stopped_stage_is_told_and_not_after_its_return(watched: Watched) -> None:
    """How soon is what deploy/prometheus/tests say, and tests/compose for containers."""
    wait_until(lambda: stopped(watched) == {}, interval_s=0.5, what="every stage to be seen")
    assert watched.stop("ingest") == 0
    wait_until(lambda: "ingest" in stopped(watched), interval_s=0.5, what="the alert to fire")
    assert stopped(watched)["ingest"] == "critical"
    watched.start("ingest")
    wait_until(lambda: "ingest" not in stopped(watched), interval_s=0.5, what="the alert to clear")
