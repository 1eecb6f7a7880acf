"""Tests write into memory where that is possible, and where they always did elsewhere."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.scratch import memory_folder


def test_a_folder_with_room_is_taken(tmp_path: Path) -> None:
    assert memory_folder(tmp_path, enough_bytes=1) == tmp_path


def test_too_little_room_or_none_at_all_is_left_alone(tmp_path: Path) -> None:
    assert memory_folder(tmp_path, enough_bytes=1 << 60) is None
    assert memory_folder(tmp_path / "nowhere", enough_bytes=1) is None


def test_the_tests_themselves_write_where_it_says(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = os.environ.get("TMPDIR") or tempfile.gettempdir()
    assert request.config.getoption("basetemp") or tmp_path.is_relative_to(Path(folder).resolve())
