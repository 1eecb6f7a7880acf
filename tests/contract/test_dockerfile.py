"""deploy/Dockerfile builds with any builder, and takes everything it fetches from a lock."""

import re
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()


def needed(name: str, known: frozenset[str] = frozenset()) -> frozenset[str]:
    """A distribution and what it needs here, whole."""
    known |= {name}
    for requirement in map(Requirement, requires(name) or ()):
        if requirement.name not in known and (not requirement.marker or requirement.marker.evaluate({"extra": ""})):
            known |= needed(requirement.name, known)
    return known


def test_the_build_backend_is_installed_with_all_it_needs() -> None:
    listed = re.search(r"\^\(([a-z|-]+)\)==", DOCKERFILE)
    assert listed
    assert set(listed[1].split("|")) == needed("hatchling")


def test_everything_fetched_is_pinned_by_hash() -> None:
    # A line that goes on counts as one.
    commands = re.findall(r"pip (?:--python \S+ )?(?:install|wheel)\b[^&;]*", DOCKERFILE.replace("\\\n", " "))
    assert len(commands) == 7
    assert [line for line in commands if "--require-hashes" not in line and "--no-index" not in line] == []


def test_nothing_asks_for_a_particular_builder() -> None:
    for unportable in ("# syntax=", "<<", "--mount", "--link", "@sha256:"):
        assert unportable not in DOCKERFILE
