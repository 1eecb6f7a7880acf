"""What stands in dashboards and rules, read apart from how it was made: panels, PromQL, the metrics it names."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

__all__ = ["DASHBOARDS", "ROOT", "RULES", "Asked", "asked_by", "filled", "loaded", "panels", "rules", "selectors"]

ROOT = Path(__file__).resolve().parents[2]
DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
RULES = sorted((ROOT / "deploy" / "prometheus" / "rules").glob("*.yml"))

_SELECTOR = re.compile(r"\b(wiredesk_\w+|process_\w+|up|ALERTS)\b(?:\{([^}]*)\})?(?!\s*[:(])")
_LABEL = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"')


@dataclass(frozen=True, slots=True)
class Asked:
    """One expression and where it stands."""

    where: str
    expr: str


def loaded(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


def panels(board: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All but the titles of rows."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def asked_by(board: Mapping[str, Any]) -> Iterator[Asked]:
    """The expressions of panels and annotations."""
    for panel in panels(board):
        for target in panel["targets"]:
            yield Asked(f"{board['title']}: {panel['title']} {target['refId']}", target["expr"])
    for annotation in board["annotations"]["list"]:
        yield Asked(f"{board['title']}: annotation {annotation['name']}", annotation["expr"])


def filled(expr: str, values: Mapping[str, str]) -> str:
    """The expression with values for its variables. Raises KeyError for a variable without one."""
    known = {"__rate_interval": "1m", **values}
    return re.sub(r"\$(\w+)", lambda found: known[found[1]], expr)


def rules(path: Path) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


def selectors(expr: str) -> set[tuple[str, frozenset[str]]]:
    """The metrics an expression names, each with the labels it picks by. Recorded series are no metrics."""
    bare = re.sub(r"[\w]+(?::\w+)+", "", expr)
    return {(name, frozenset(_LABEL.findall(labels or ""))) for name, labels in _SELECTOR.findall(bare)}
