"""On a live run every panel shows something, every rule has something to judge, and an alert comes and goes."""

import json
import re
from collections.abc import Iterator
from itertools import count

import pytest
from wiredesk import dead
from wiredesk.events import Stream
from wiredesk.testing import wait_until

from tests.dashboards.conftest import Watched
from tests.dashboards.expressions import DASHBOARDS, RULES, Asked, asked_by, filled, loaded, rules, selectors

pytestmark = pytest.mark.timeout(600)

STORY = (
    "The harbour at {town} reopened on Monday after repairs that took eleven days. “We kept our word to the crews,” "
    "said Ada Holm, the harbour master. Ferries to Lisbon ran again by noon, the port office said."
)
BAD = (b"{not json", b'{"title": "nothing else"}', b'{"html": "<html><body><nav>Home</nav></body></html>"}')
QUESTIONS = (
    "/api/v1/search?q=harbour",
    "/api/v1/quotes?q=word",
    "/api/v1/entities?q=holm",
    "/api/v1/suggest?q=har",
    "/api/v1/search/export?q=harbour",
    "/?q=harbour",
    "/api/v1/articles/none",
)


def traffic(watched: Watched) -> Iterator[None]:
    """A round of everything each time: articles of several sources, copies, bad ones, questions, a replay."""
    for number in count():
        article = {"title": f"Harbour {number} reopens", "text": STORY.format(town=f"Port {number}")}
        for site in ("harbour.example", "ferries.example"):
            published = {**article, "url": f"https://{site}/{number}", "authors": ["Ada Holm"]}
            watched.client.xadd(Stream.SUBMITTED, {"__data__": json.dumps(published)})
        watched.client.xadd(Stream.SUBMITTED, {"__data__": json.dumps(article)})
        watched.client.xadd(Stream.SUBMITTED, {"__data__": json.dumps(article)})
        watched.client.xadd(Stream.SUBMITTED, {"__data__": BAD[number % len(BAD)]})
        for question in QUESTIONS:
            watched.http.get(question)
        for letter in list(dead.summaries(watched.client))[:1]:
            dead.replay(watched.client, [letter.id])
        yield


def test_every_panel_and_every_rule_has_data(watched: Watched) -> None:
    boards = [loaded(path) for path in DASHBOARDS]
    asked = [
        Asked(each.where, filled(each.expr, values(watched, board))) for board in boards for each in asked_by(board)
    ]
    for path in RULES:
        asked += [Asked(f"{path.name}: {rule['record']}", rule["expr"]) for rule in rules(path) if "record" in rule]
    busy, left = traffic(watched), asked

    def answered() -> bool:
        nonlocal left
        next(busy)
        left = [each for each in left if not watched.prometheus.ask(each.expr)]
        return not left

    try:
        wait_until(answered, timeout_s=300, interval_s=1, what="data for every expression")
    except TimeoutError:
        pytest.fail("\n".join(f"{each.where}: no data :: {each.expr}" for each in left))


def values(watched: Watched, board: dict) -> dict[str, str]:
    """Of each variable all that there are, as Grafana puts them in."""
    found = {}
    for variable in board["templating"].get("list", []):
        metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]).groups()
        of_it = wait_until(
            lambda metric=metric, label=label: watched.prometheus.label_values(metric, label),
            what=f"values of the variable {variable['name']}",
        )
        found[variable["name"]] = "|".join(of_it)
    return found


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
    """How soon is what deploy/prometheus/tests say, where no machine is too busy to be looked at."""
    wait_until(lambda: stopped(watched) == {}, interval_s=0.5, what="every stage to be seen")
    assert watched.stop("ingest") == 0
    wait_until(lambda: "ingest" in stopped(watched), interval_s=0.5, what="the alert to fire")
    assert stopped(watched)["ingest"] == "critical"
    watched.start("ingest")
    wait_until(lambda: "ingest" not in stopped(watched), interval_s=0.5, what="the alert to clear")
