"""What a live pipeline is fed so that every panel has something to show, and the asking of every expression."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import httpx
import redis
from wiredesk import dead
from wiredesk.events import Stream
from wiredesk.testing import wait_until

from tests.dashboards.expressions import DASHBOARDS, RULES, Asked, asked_by, filled, loaded, rules
from tests.dashboards.prometheus import Prometheus

__all__ = ["everything_asked", "traffic", "wait_for_data"]

_STORY = (
    "The harbour at {town} reopened on Monday after repairs that took eleven days. “We kept our word to the crews,” "
    "said Ada Holm, the harbour master. Ferries to Lisbon ran again by noon, the port office said."
)
_BAD = (b"{not json", b'{"title": "nothing else"}', b'{"html": "<html><body><nav>Home</nav></body></html>"}')
_QUESTIONS = (
    "/api/v1/search?q=harbour",
    "/api/v1/quotes?q=word",
    "/api/v1/entities?q=holm",
    "/api/v1/suggest?q=har",
    "/api/v1/search/export?q=harbour",
    "/?q=harbour",
    "/api/v1/articles/none",
)
_DATA_S = 300.0


def traffic(client: "redis.Redis", http: httpx.Client) -> Iterator[None]:
    """A round of everything each time: articles of several sources, copies, bad ones, questions, a replay."""
    for number in count():
        article = {"title": f"Harbour {number} reopens", "text": _STORY.format(town=f"Port {number}")}
        for site in ("harbour.example", "ferries.example"):
            published = {**article, "url": f"https://{site}/{number}", "authors": ["Ada Holm"]}
            client.xadd(Stream.SUBMITTED, {"__data__": json.dumps(published)})
        client.xadd(Stream.SUBMITTED, {"__data__": json.dumps(article)})
        client.xadd(Stream.SUBMITTED, {"__data__": json.dumps(article)})
        client.xadd(Stream.SUBMITTED, {"__data__": _BAD[number % len(_BAD)]})
        for question in _QUESTIONS:
            http.get(question)
        for letter in list(dead.summaries(client))[:1]:
            dead.replay(client, [letter.id])
        yield


def everything_asked(prometheus: Prometheus) -> list[Asked]:
    """Every expression of every dashboard, its variables filled in with all there are, and of every recording rule."""
    asked = []
    for board in map(loaded, DASHBOARDS):
        values = _values(prometheus, board)
        asked += [Asked(each.where, filled(each.expr, values)) for each in asked_by(board)]
    for path in RULES:
        asked += [Asked(f"{path.name}: {rule['record']}", rule["expr"]) for rule in rules(path) if "record" in rule]
    return asked


def wait_for_data(prometheus: Prometheus, asked: list[Asked], busy: Iterator[None]) -> list[str]:
    """Feed the pipeline until each has been answered with data once; those that never were."""
    left = asked

    def answered() -> bool:
        nonlocal left
        next(busy)
        left = [each for each in left if not prometheus.ask(each.expr)]
        return not left

    try:
        wait_until(answered, timeout_s=_DATA_S, interval_s=1, what="data for every expression")
    except TimeoutError:
        return [f"{each.where}: no data :: {each.expr}" for each in left]
    return []


def _values(prometheus: Prometheus, board: Mapping[str, Any]) -> dict[str, str]:
    """Of each variable all that there are, as Grafana puts them in."""
    found = {}
    for variable in board["templating"].get("list", []):
        matched = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"])
        assert matched, variable["query"]
        metric, label = matched.groups()
        of_it = wait_until(
            lambda metric=metric, label=label: prometheus.label_values(metric, label),  # type: ignore[misc]
            what=f"values of the variable {variable['name']}",
        )
        found[variable["name"]] = "|".join(of_it)
    return found
