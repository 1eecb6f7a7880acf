"""The key that `docker compose up` made for whoever started it, found where they are."""

import sys
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["PLACE", "key_here"]

PLACE = Path("deploy/keys/operator.key")


def key_here(url: str) -> str | None:
    """The operator's key, for a gateway on this machine: nobody else is ever shown it. None where there is none.

    It is looked for in this folder and those above it, as docker compose finds its file, then beside the `.venv` that
    this command runs from.
    """
    try:
        if not _is_loopback(urlsplit(url).hostname or ""):
            return None
        here = Path.cwd()
        found = (place / PLACE for place in (here, *here.parents, Path(sys.prefix).parent))
        return next((path.read_text().strip() for path in found if path.is_file()), None) or None
    except (OSError, ValueError):  # another user's, no address, or no text: what needs a key then says so
        return None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
