"""Services are separate distributions: none can import another, and each runs on what its own lock names."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from wiredesk.testing import PATIENCE_S

ROOT = Path(__file__).parents[2]
SERVICES = ("ingest", "extraction", "indexing", "gateway")

# Runs in a fresh interpreter: only this service's folder and the shared one are on the path, and every module that
# belongs to a distribution outside the service's lock is refused, as it would be missing from its image.
ALONE = """
import importlib, importlib.abc, json, pkgutil, sys
name, allowed, forbidden = json.loads(sys.argv[1])

class OnlyTheLock(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] in forbidden:
            raise ModuleNotFoundError(f"{fullname} is not in the lock of {name}")
        return None

sys.meta_path.insert(0, OnlyTheLock())
sys.path[:0] = allowed
package = importlib.import_module(f"wiredesk_{name}")
for module in pkgutil.walk_packages(package.__path__, f"wiredesk_{name}."):
    importlib.import_module(module.name)
for other in ("ingest", "extraction", "indexing", "gateway"):
    if other == name:
        continue
    try:
        importlib.import_module(f"wiredesk_{other}")
    except ModuleNotFoundError:
        continue
    sys.exit(f"wiredesk_{name} can import wiredesk_{other}")
print("alone")
"""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(service: str) -> set[str]:
    """Distributions in a service's lock, and its model's."""
    lines = (ROOT / "services" / service / "requirements.lock").read_text().splitlines()
    return {canonical(match[1]) for line in lines if (match := re.match(r"([A-Za-z0-9._-]+)==", line))}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_only_what_its_lock_names_and_no_other_service(service: str) -> None:
    lock = locked(service)
    forbidden = [
        module
        for module, distributions in packages_distributions().items()
        if not module.startswith("wiredesk") and not any(canonical(name) in lock for name in distributions)
    ]
    site = next(path for path in sys.path if path.endswith("site-packages"))
    # Behind -I and -S no .pth file is read, so the editable installs of the other services are not there.
    paths = [str(ROOT / "services" / service), str(ROOT / "shared"), site]
    arguments = json.dumps([service, paths, forbidden])
    alone = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ALONE, arguments], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert alone.stdout.strip() == "alone", alone.stderr[-2000:]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_declares_no_other_service(service: str) -> None:
    project = tomllib.loads((ROOT / "services" / service / "pyproject.toml").read_text())["project"]
    named = {canonical(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in project["dependencies"]}
    assert not named & {f"wiredesk-{other}" for other in SERVICES}
    assert not locked(service) & {f"wiredesk-{other}" for other in SERVICES}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_files_every_service_has(service: str) -> None:
    folder = ROOT / "services" / service
    expected = [
        "pyproject.toml",
        "requirements.lock",
        "README.md",
        "tests",
        f"wiredesk_{service}/__main__.py",
        f"wiredesk_{service}/settings.py",
    ]
    assert [name for name in expected if not (folder / name).exists()] == []


def test_every_lock_agrees_with_the_roots() -> None:
    def versions(path: Path) -> set[str]:
        return {line.rstrip(" \\") for line in path.read_text().splitlines() if re.match(r"[A-Za-z0-9._-]+==", line)}

    root = versions(ROOT / "requirements.lock")
    for service in SERVICES:
        assert versions(ROOT / "services" / service / "requirements.lock") - root == set()


@pytest.mark.parametrize(
    "path",
    [ROOT / "requirements.lock", *sorted(ROOT.glob("services/*/*.lock"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_lock_pins_by_hash_and_names_no_address(path: Path) -> None:
    text = path.read_text()
    pins = re.findall(r"^[A-Za-z0-9._-]+==", text, re.MULTILINE)
    assert pins
    assert len(re.findall(r"^[A-Za-z0-9._-]+==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pins)
    assert "://" not in text
