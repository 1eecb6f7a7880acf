"""`make eval` itself: what is under its floor fails the run, and what is not there is said."""

import json
import os
import subprocess
import sys
from pathlib import Path

from wiredesk.testing import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]


def run_eval(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "eval", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_a_score_under_its_floor_fails_the_run_and_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "timex"
    folder.mkdir()
    text = "The bridge was opened in 1997 and closed for repairs in March 2003, long before the town grew around it."
    spans = [{"start": text.index(words), "end": text.index(words) + len(words)} for words in ("1997", "March 2003")]
    values = ["1997", "2003-04"]
    timexes = [{**span, "type": "DATE", "value": value} for span, value in zip(spans, values, strict=True)]
    (folder / "gold.jsonl").write_text(json.dumps({"id": "a", "timexes": timexes}) + "\n")
    (folder / "input.jsonl").write_text(json.dumps({"id": "a", "text": text, "html": None, "title": "A bridge"}) + "\n")

    markdown, report = tmp_path / "table.md", tmp_path / "report.json"
    done = run_eval("--data", tmp_path, "--only", "timex", "--json", report, "--markdown", markdown)
    assert done.returncode == 0, done.stdout + done.stderr  # half of the values are right, which is the floor

    (folder / "gold.jsonl").write_text(
        json.dumps({"id": "a", "timexes": [{**row, "value": "1850"} for row in timexes]}) + "\n"
    )
    done = run_eval("--data", tmp_path, "--only", "timex", "--json", report, "--markdown", markdown)
    assert done.returncode == 1
    assert "UNDER ITS FLOOR  timex: time expressions, value F1 is 0.0, the floor is 50" in done.stdout
    found = json.loads(report.read_text())
    assert found["tasks"][0]["results"]["relaxed_f1"] == 100
    assert found["tasks"][0]["words_per_s"] > 0
    assert "| time expressions, value F1 | WikiWars | 2 | **0.0** |" in markdown.read_text()


def test_data_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    done = run_eval("--data", tmp_path, "--only", "geo")
    assert (done.returncode, done.stderr.strip().splitlines()[-1]) == (1, f"error: {tmp_path} holds no folder geo")
    assert run_eval("--only", "nothing").returncode == 2
