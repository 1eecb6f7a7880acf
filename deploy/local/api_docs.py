"""`make api-docs`: writes docs/asyncapi.json and docs/openapi.json from the models and the routes."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import redis
from prometheus_client import CollectorRegistry
from wiredesk import asyncapi
from wiredesk.errors import Unavailable
from wiredesk.index.protocol import IndexReader
from wiredesk_gateway.app import create_app
from wiredesk_gateway.live_index import LiveIndex
from wiredesk_gateway.settings import GatewaySettings

__all__ = ["documents", "text_of"]

_ROOT = Path(__file__).resolve().parents[2]
_GOLDEN = _ROOT / "tests/contract/golden"


def documents() -> dict[Path, dict[str, Any]]:
    """Each file, and what it has to hold."""
    examples: dict[str, list[Any]] = {}
    for path in sorted(_GOLDEN.glob("*.json")):
        examples.setdefault(path.name.partition(".")[0], []).append(json.loads(path.read_text()))
    return {
        _ROOT / "docs/asyncapi.json": asyncapi.document(version("wiredesk"), examples),
        _ROOT / "docs/openapi.json": _openapi(),
    }


def text_of(document: dict[str, Any]) -> str:
    """A document as its file has it."""
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _openapi() -> dict[str, Any]:
    """Of a gateway that never serves: nothing connects before a first request."""
    app = create_app(
        GatewaySettings(), redis=redis.Redis(), index=LiveIndex(_no_index, interval_s=60), registry=CollectorRegistry()
    )
    return app.openapi()


def _no_index() -> IndexReader:
    raise Unavailable("only the routes are read here")


if __name__ == "__main__":
    for path, document in documents().items():
        path.write_text(text_of(document), encoding="utf-8")
