"""The whole bench with next to nothing to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.timeout(300)
def test_a_run_measures_everything_and_loses_nothing(tmp_path: Path) -> None:
    out, markdown = tmp_path / "out.json", tmp_path / "out.md"
    sizes = ["--articles", "200", "--rounds", "2", "--seconds", "1", "--pages", "20", "--views", "1", "--kills", "1"]
    run = subprocess.run(
        [sys.executable, "-m", "bench.search", *sizes, "--json", str(out), "--markdown", str(markdown)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(out.read_text())
    sections = {figure["section"] for figure in told["figures"]}
    assert sections | {"browsing"} == {"writing", "asking", "serving", "browsing", "crashing"}
    assert ("browsing" in sections) != any("Chromium" in line for line in told["skipped"])
    lost = [figure["median"] for figure in told["figures"] if figure["section"] == "crashing"]
    assert lost == [0, 0, 0]
    assert "came in" in markdown.read_text()
    assert "Targets" in run.stdout


def test_a_section_that_is_not_there_is_told_with_those_that_are() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench.search", "--only", "reading"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert "there is no 'reading'" in run.stderr
