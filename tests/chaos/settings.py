"""How the services are set up for a run: everything as delivered, but quick to take over and slow to forget."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from .processes import ROOT
from .stages import FACTLESS, FOLDER, SEED
from .worker import WITHOUT

__all__ = ["environment"]

_QUICK = {
    "WIREDESK_RETRY_AFTER_S": "1",
    "WIREDESK_RETRY_AFTER_MAX_S": "8",
    "WIREDESK_ITEM_TIME_LIMIT_S": "4",
    "WIREDESK_ITEM_MEMORY_LIMIT_MB": "300",
}
_PATIENT = {"WIREDESK_ITEM_TIME_LIMIT_S": "60"}
"""A worker that was stopped for longer than the limit ends its child and has no late result for the fence to stop."""
_LONG_MEMORY = {
    "WIREDESK_JOURNEY_MEMORY_S": "604800",
    "WIREDESK_INDEXED_MAX_MB": "4096",
    "WIREDESK_DEAD_MAX_MB": "4096",
}
"""What the run is reckoned by must not be trimmed before it is read."""


def environment(
    *, redis_url: str, folder: Path, http_port: int, seed: int, without: str, factless: bool
) -> Mapping[str, str]:
    """The environment of every process: the user's own without Wiredesk's settings, and the run's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    return {
        **inherited,
        "WIREDESK_REDIS_URL": redis_url,
        "WIREDESK_INDEX_URL": f"tantivy://{quote(str(folder))}/index",
        "WIREDESK_DATA": str(folder),
        "WIREDESK_PORT": "0",
        "WIREDESK_HTTP_PORT": str(http_port),
        "WIREDESK_LOG_FORMAT": "json",
        **_QUICK,
        **(_PATIENT if without == "fence" else {}),
        **_LONG_MEMORY,
        FOLDER: str(folder / "failed-once"),
        SEED: str(seed),
        WITHOUT: without,
        **({FACTLESS: "1"} if factless else {}),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT / "tests"), str(ROOT), inherited.get("PYTHONPATH")))),
        "PYTHONSAFEPATH": "1",
        "PYTHONUNBUFFERED": "1",
    }
