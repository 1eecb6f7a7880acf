"""Targets of the Makefile that write into the checkout, run as they are documented in a copy of it."""

import json
import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
from wiredesk.testing import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = (".*", "__pycache__", "backups")
_WRITTEN = ("docs/*.json", "deploy/grafana/dashboards/*.json")


def make(where: Path, *words: str, **environment: str) -> None:
    """`make` with the environment that there is, whatever is newer than it."""
    done = subprocess.run(
        ["make", "--old-file=.venv/.complete", *words],
        cwd=where,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The checkout without what it does not hold, and with its environment."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def written(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text() for pattern in _WRITTEN for path in sorted(root.glob(pattern))
    }


def test_what_is_written_from_the_code_is_as_it_stands(copy: Path) -> None:
    expected = written(ROOT)
    for name in expected:
        (copy / name).write_text("old")
    for target in ("api-docs", "dashboards"):
        make(copy, target)
    assert written(copy) == expected


def test_the_tables_are_written_from_runs_of_the_benches(copy: Path) -> None:
    figures = {
        "bench": {"name": "text: extraction, whole function", "median": 30.0, "words_per_s": 21_043.0},
        "search": {"name": "size on disk, 10,000 articles", "median": 51.0},
    }
    for name, figure in figures.items():
        (copy / f"{name}.json").write_text(json.dumps({"figures": [figure]}))
    make(copy, "scaling", "BENCH=bench.json", "SEARCH=search.json")
    page = (copy / "docs/scaling.md").read_text()
    assert "| words/s and core, extraction | 21,043 | `make bench` |" in page
    assert re.search(r"\| [^|]*index[^|]* \| 5,100 \| `make bench-search` \|", page)


def wheel(folder: Path, name: str, *needs: str) -> None:
    """A package of nothing, version 1.0, that needs others."""
    told = "".join(f"Requires-Dist: {need}\n" for need in needs)
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{told}")
        file.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        file.writestr(f"{name}-1.0.dist-info/RECORD", "")


def test_every_part_has_its_lock_compiled(copy: Path, tmp_path: Path) -> None:
    """By uv itself, from a folder with made-up packages in place of the registry and of what the parts declare."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel(wheels, "ziglang")
    wheel(wheels, "deep")
    declared = [copy / "shared/pyproject.toml", *sorted(copy.glob("services/*/pyproject.toml"))]
    parts = {path.parent.name for path in declared}
    assert len(parts) == 5
    for path in declared:
        wheel(wheels, f"needed-by-{path.parent.name}".replace("-", "_"), "deep")
        name = tomllib.loads(path.read_text())["project"]["name"]
        path.write_text(
            f'[project]\nname = "{name}"\nversion = "1"\ndependencies = ["needed-by-{path.parent.name}==1.0"]\n'
        )
    (copy / "requirements.in").write_text("")
    locks = [path for path in copy.rglob("*.lock") if path.name != "model.lock"]
    for path in locks:
        path.unlink()

    alone = {"UV_NO_INDEX": "1", "UV_FIND_LINKS": str(wheels), "UV_CACHE_DIR": str(tmp_path / "cache")}
    make(copy, "lock", **alone)

    assert sorted(copy.rglob("*.lock")) == sorted([*locks, copy / "services/extraction/model.lock"])
    pins = {
        path.relative_to(copy): set(re.findall(r"^([a-z-]+)==1\.0", path.read_text(), re.MULTILINE)) for path in locks
    }
    assert pins[Path("requirements.lock")] == {"deep", *(f"needed-by-{part}" for part in parts)}
    for part in parts - {"shared"}:
        assert pins[Path(f"services/{part}/requirements.lock")] == {"deep", f"needed-by-{part}"}
    assert pins[Path("services/extraction/compiler.lock")] == {"ziglang"}
    assert all("--hash=sha256:" in path.read_text() for path in locks)
