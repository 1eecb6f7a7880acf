"""Every line the code can log: its event is constant dotted text, and its fields are those that lines may have."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "shared/wiredesk",
    *(f"services/{name}/wiredesk_{name}" for name in ("ingest", "extraction", "indexing", "gateway")),
)
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
QUOTING = {
    "text",
    "html",
    "body",
    "title",
    "data",
    "payload",
    "article",
    "event_json",
    "url",
    "password",
    "token",
    "error",
}
"""Fields that would hold words of an article or a secret; `error` is called `why` here."""


class Call(NamedTuple):
    where: str
    event: ast.expr
    fields: frozenset[str]


@cache
def calls() -> tuple[Call, ...]:
    return tuple(_calls())


def _calls() -> Iterator[Call]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id="log" | "_log"), attr=level)) if level in LEVELS:
                        fields = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
                        yield Call(f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0], fields)


def constants(event: ast.expr) -> list[str]:
    """What it may be: of `a if x else b` both; a name is looked up by the test of the place it is given at."""
    match event:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return constants(body) + constants(orelse)
        case ast.Name():
            return []
    return [ast.unparse(event)]


def test_every_event_is_constant_dotted_text() -> None:
    assert len(calls()) > 40
    wrong = [
        (call.where, text)
        for call in calls()
        for text in constants(call.event)
        if not re.fullmatch(r"[a-z_]+\.[a-z_]+", text)
    ]
    assert wrong == []


def test_no_field_is_one_that_would_quote_an_article_or_a_secret() -> None:
    assert [(call.where, sorted(call.fields & QUOTING)) for call in calls() if call.fields & QUOTING] == []


def test_the_events_that_the_documentation_tells_are_logged() -> None:
    documented = set(
        re.findall(r"^\| (`[a-z_.]+`(?:, `[a-z_.]+`)*) \|", (ROOT / "docs/logs.md").read_text(), re.MULTILINE)
    )
    named = {name for group in documented for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", group)}
    logged = {text for call in calls() for text in constants(call.event)}
    assert len(named) > 12
    assert named - logged == set()
