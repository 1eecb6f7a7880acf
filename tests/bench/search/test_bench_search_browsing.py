"""Without a browser the pages are not tried, and that is told."""

from pathlib import Path

import pytest
from bench.errors import BenchError
from bench.search.browsing import chromium, first_pages


def test_no_browser_is_found_where_there_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium() is None
    (tmp_path / "chromium").write_text("#!/bin/sh\n")
    (tmp_path / "chromium").chmod(0o755)
    assert chromium() == tmp_path / "chromium"


def test_a_browser_that_does_not_start_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no-browser does not show"):
        list(first_pages(tmp_path / "no-browser", "http://127.0.0.1:9", {"start page": "/"}, times=1))
