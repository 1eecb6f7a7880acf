"""The proof itself, short: with every fault it must pass, without what it rests on it must fail."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from wiredesk.testing import PATIENCE_S, processes_marked, wait_until

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = 150

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are stopped and limited as Linux does")

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def chaos() -> Iterator[Start]:
    """Starts runs; whatever still runs at the end of the test is ended. What facts articles have is no part of them."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object, **settings: str) -> "subprocess.Popen[str]":
        run = subprocess.Popen(
            [sys.executable, "-m", "chaos", "--factless", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT}", **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(run)
        return run

    yield start
    for run in started:
        run.terminate()
        run.communicate()


def told(run: "subprocess.Popen[str]", out: Path) -> tuple[dict[str, Any], str]:
    """What a run found, and everything it printed."""
    printed, progress = run.communicate(timeout=850)
    assert out.exists(), progress
    return json.loads(out.read_text()), f"{printed}\n{progress}"


@pytest.mark.timeout(900)
def test_nothing_is_lost_doubled_or_wrongly_dead_whatever_breaks(chaos: Start, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    run = chaos("--articles", ARTICLES, "--seed", 7, "--json", out)
    found, printed = told(run, out)
    assert found["problems"] == [], printed
    assert run.returncode == 0, printed
    counts = found["counts"]
    assert counts["submitted"] == sum(number for name, number in counts.items() if name != "submitted")
    assert counts["submitted"] >= ARTICLES
    assert counts["dead-lettered"] >= 11
    assert {fault["kind"] for fault in found["faults"]} == {
        *("SIGKILL", "SIGTERM", "SIGSTOP", "SIGKILL of child", "SIGSTOP of child", "all killed", "kill -9"),
        *("group destroyed", "cut", "delayed", "hung", "command halved", "answer halved", "full"),
    }
    assert all(fault["done"] for fault in found["faults"])
    assert "the guarantee held" in printed


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("without", "fault", "wrong"), [("fence", "SIGSTOP", "doubled"), ("reclaim", "SIGKILL", "missing")]
)
def test_a_run_without_what_the_guarantee_rests_on_fails(
    chaos: Start, tmp_path: Path, without: str, fault: str, wrong: str
) -> None:
    for seed in (9, 8, 7):  # a seed decides what is broken, the scheduler whether something was in hand just then
        out = tmp_path / f"{seed}.json"
        run = chaos(
            *("--articles", 100, "--seed", seed, "--only", fault, "--patience", 20),
            *("--without", without, "--json", out),
        )
        found, printed = told(run, out)
        if found["wrong"][wrong]:
            break
    assert found["wrong"][wrong] > 0, printed
    assert run.returncode == 1, printed
    assert f"make chaos ARTICLES=100 SEED={seed} WITHOUT={without}" in printed
    assert re.search(r"article [ax]-", printed)


@pytest.mark.timeout(900)
def test_an_interrupt_leaves_no_process(chaos: Start) -> None:
    mark = f"chaos-test-{os.getpid()}-{os.urandom(4).hex()}"
    run = chaos("--articles", 10_000, "--seed", 7, CHAOS_TEST_MARK=mark)
    wait_until(lambda: len(processes_marked(mark)) >= 9, what="the run, its server and its workers")
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: the embedded server is in that group too
    _, progress = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 130, progress
    assert "Traceback" not in progress
    wait_until(lambda: not processes_marked(mark), what="the end of what the run started")
