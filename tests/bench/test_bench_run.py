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
        [sys.executable, "-m", "bench", "--news", "nowhere", "--body", "nowhere", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT}", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


_SIZES = ("--articles", 3, "--rounds", 1, "--messages", 20, "--load", 1)


def _names(told: dict[str, Any], section: str) -> set[str]:
    return {figure["name"] for figure in told["figures"] if figure["section"] == section}


@pytest.mark.timeout(600)
def test_parts_and_stages_are_measured_beside_yardsticks_and_compared_with_an_older_run(
    bench: Start, tmp_path: Path
) -> None:
    out, older = tmp_path / "out.json", tmp_path / "older.json"
    slow = {"section": "speed", "name": "ingest alone, text", "unit": "articles/s", "yardstick_median": None}
    older.write_text(json.dumps({"figures": [{**slow, "values": [0.1], "median": 0.1}]}))
    run = bench(*_SIZES, "--only", "functions ingest runtime start", "--json", out, "--compare", older)
    printed, progress = run.communicate(timeout=580)
    assert run.returncode == 0, progress
    told = json.loads(out.read_text())
    assert all(figure["median"] > 0 for figure in told["figures"])
    beside = {figure["name"]: figure["yardstick"] for figure in told["figures"] if figure["yardstick"]}
    assert beside["text: extraction, whole function"] == "stock spaCy"
    assert beside["HTML: body text"] == "bare trafilatura"
    assert beside["text: index, durable batches"] == "bare tantivy"
    assert beside["runtime alone"] == "bare redis-py loop"
    parts = ("tokeniser of the pipeline alone", "dates", "places", "quotes and speakers", "event to JSON and back")
    assert _names(told, "functions") >= {f"{kind}: {part}" for kind in ("text", "HTML") for part in parts}
    assert _names(told, "speed") >= {"ingest alone, text", "ingest alone, HTML", "runtime alone, journeys"}
    services = ("ingest", "extraction", "indexing")
    assert _names(told, "start") >= {f"{name}, process start to first article" for name in services}
    assert told["corpora"]["text"]["own"]
    assert "the project's own" in progress
    assert "Compared with the older run" in printed
    assert "ingest alone, text" in printed.partition("Compared")[2]


@pytest.mark.timeout(600)
def test_the_whole_is_measured_with_one_and_two_workers_and_under_load_and_loses_nothing(
    bench: Start, tmp_path: Path
) -> None:
    out, markdown = tmp_path / "out.json", tmp_path / "out.md"
    run = bench(*_SIZES, "--only", "whole latency", "--json", out, "--markdown", markdown)
    _, progress = run.communicate(timeout=580)
    assert run.returncode == 0, progress
    told = json.loads(out.read_text())
    gain = {figure["name"]: figure["yardstick"] for figure in told["figures"] if figure["section"] == "speed"}
    assert gain["whole pipeline, text"] == gain["whole pipeline, HTML"] == "bare loop"
    assert gain["whole pipeline, text, two extraction workers"] == "one extraction worker"
    loads = {f"publish to searchable, {share} % load, p{percent}" for share in (20, 50, 80) for percent in (50, 99)}
    assert _names(told, "latency") >= loads
    assert _names(told, "storage") >= {"journey, whole pipeline", "entry of the duplicate check, whole pipeline"}
    account = told["account"]
    assert account["submitted"] == account["indexed"] >= 40
    assert account["missing"] == account["indexed_again"] == 0
    if told["machine"]["tells_memory"]:
        assert {"ingest", "extraction child", "extraction 2 child", "indexing", "gateway"} <= set(told["memory"])
        assert _names(told, "memory") == {"a second extraction worker, its own"}
        assert "whole pipeline, text: everything else on the machine" in _names(told, "cores")
    assert "| whole pipeline, text |" in markdown.read_text()


def test_an_older_run_that_cannot_be_read_is_told_before_anything_is_measured(bench: Start, tmp_path: Path) -> None:
    older = tmp_path / "older.json"
    older.write_text('{"figures": 1}')
    run = bench("--compare", older)
    _, progress = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "older.json is no JSON that make bench wrote" in progress


@pytest.mark.timeout(300)
def test_a_long_run_tells_what_grew_and_that_every_article_was_indexed(bench: Start, tmp_path: Path) -> None:
    out, picture = tmp_path / "out.json", tmp_path / "out.svg"
    run = bench("--only", "million", "--messages", 200, "--json", out, "--plot", picture)
    printed, progress = run.communicate(timeout=280)
    assert run.returncode == 0, progress
    told = json.loads(out.read_text())
    (curve,) = told["curves"]
    assert [row["articles"] for row in curve["rows"]] == sorted(row["articles"] for row in curve["rows"])
    assert curve["rows"][-1]["articles"] == curve["rows"][-1]["indexed"] == 200
    assert all(0 < row["Redis"] < 1500 and row["extracted"] >= 0 for row in curve["rows"])
    assert "Memory over the run" in printed
    drawn = picture.read_text()
    assert all(f">{name}</text>" in drawn for name in ("Redis", "index", "extraction child", "indexing", "gateway"))


def test_a_plot_of_nothing_is_refused_before_anything_is_measured(bench: Start, tmp_path: Path) -> None:
    run = bench("--only", "runtime", "--plot", tmp_path / "out.svg")
    _, progress = run.communicate(timeout=60)
    assert run.returncode == 2
    assert "--plot draws what million finds: add --only million" in progress


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
