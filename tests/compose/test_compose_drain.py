"""`make bench-compose` with next to nothing to do, on a project of its own beside the others."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.compose, pytest.mark.timeout(900)]


def test_a_start_is_timed_and_a_backlog_drained_by_one_and_by_two(engine_with_images: Mapping[str, str]) -> None:
    done = subprocess.run(
        ["make", "bench-compose", "STARTS=1", "ARTICLES=6", "WORDS=1", "ROUNDS=1"],
        cwd=ROOT,
        env=engine_with_images,
        capture_output=True,
        text=True,
        timeout=840,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "up to healthy: " in done.stdout
    for workers in (1, 2):
        assert f"\n{workers} of extraction: " in done.stdout
    assert "2 of extraction are " in done.stdout
