"""The bench itself, with next to nothing to do: it measures, accounts for every article, and leaves nothing running."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from wiredesk.testing import processes_marked, wait_until

ROOT = Path(__file__).resolve().parents[2]


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def bench() -> Iterator[Start]:
    """Starts benches on the seeds; whatever still runs at the end of the test is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object, **settings: str) -> "subprocess.Popen[str]":
        started.append(_bench(*arguments, **settings))
        return started[-1]

    yield start
    for run in started:
        run.terminate()
        run.communicate()


def _bench(*arguments: object, **settings: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "bench", "--news", "nowhere", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT}", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _sections(told: dict[str, Any]) -> set[str]:
    return {figure["section"] for figure in told["figures"]}


@pytest.mark.timeout(300)
def test_a_run_gives_every_figure_with_a_yardstick_and_loses_nothing(bench: Start, tmp_path: Path) -> None:
    out, markdown = tmp_path / "out.json", tmp_path / "out.md"
    sizes = ("--articles", 3, "--rounds", 1, "--messages", 20, "--half-load", 1)
    run = bench(*sizes, "--only", "ingest runtime whole", "--json", out, "--markdown", markdown)
    printed, progress = run.communicate(timeout=280)
    assert run.returncode == 0, progress
    told = json.loads(out.read_text())
    assert _sections(told) >= {"speed", "latency", "start", "storage"}
    for figure in told["figures"]:
        assert figure["median"] > 0, figure
        assert figure["yardstick"], figure
        assert figure["ratio"] > 0, figure
    assert {figure["name"] for figure in told["figures"] if figure["section"] == "speed"} >= {
        "ingest alone",
        "runtime alone",
        "runtime alone, journeys",
        "whole pipeline",
    }
    kept = {figure["name"] for figure in told["figures"] if figure["section"] == "storage"}
    assert kept >= {"journey, runtime alone", "journey, whole pipeline", "entry of the duplicate check, whole pipeline"}
    account = told["account"]
    assert account["submitted"] == account["indexed"] >= 10
    assert account["missing"] == account["indexed_again"] == 0
    assert told["corpus"]["name"] == "seeds"
    if told["machine"]["tells_memory"]:
        assert {"ingest", "ingest child", "extraction child", "indexing", "gateway"} <= set(told["peak_memory_bytes"])
    assert "whole pipeline" in printed
    assert "| whole pipeline |" in markdown.read_text()


@pytest.mark.timeout(300)
def test_a_long_run_tells_what_grew_and_that_every_article_was_indexed(bench: Start, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    run = bench("--only", "million", "--messages", 500, "--json", out)
    printed, progress = run.communicate(timeout=280)
    assert run.returncode == 0, progress
    told = json.loads(out.read_text())
    (curve,) = told["curves"]
    assert [row["articles"] for row in curve["rows"]] == sorted(row["articles"] for row in curve["rows"])
    assert curve["rows"][-1]["articles"] == curve["rows"][-1]["indexed"] == 500
    assert all(0 < row["Redis"] < 1500 and row["extracted"] >= 0 for row in curve["rows"])
    assert "Memory over the run" in printed


def test_a_worker_that_does_not_start_is_named_with_its_last_words(bench: Start) -> None:
    run = bench("--only", "runtime", WIREDESK_BATCH_SIZE="many")
    printed, progress = run.communicate(timeout=60)
    assert run.returncode == 1
    assert printed == ""
    assert "relay ended with status 1" in progress
    assert "WIREDESK_BATCH_SIZE" in progress
    assert "Traceback" not in progress


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_an_interrupt_leaves_no_process(bench: Start) -> None:
    mark = f"bench-test-{os.getpid()}-{os.urandom(4).hex()}"
    run = bench("--only", "runtime", "--messages", 1000, "--rounds", 100_000, BENCH_TEST_MARK=mark)
    wait_until(
        lambda: len(processes_marked(mark)) >= 5, timeout_s=60, what="bench, bare loop, server, worker and its child"
    )
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: the embedded server is in that group too
    _, progress = run.communicate(timeout=30)
    assert run.returncode == 130
    assert "Traceback" not in progress
    wait_until(lambda: not processes_marked(mark), timeout_s=10, what="the end of what the bench started")
