"""A worker takes one core: the numeric libraries below the model start no threads of their own."""

import asyncio
import os
from pathlib import Path

import pytest
from wiredesk.stage.isolation import ChildProcessor, Limits
from wiredesk.stage.one_core import keep_to_one_core


def test_the_child_of_extraction_has_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)

    async def counted() -> int:
        child = ChildProcessor("wiredesk_extraction.stage:STAGE", Limits(item_time_s=60.0, item_memory_bytes=1 << 30))
        await child.recover()
        try:
            return _threads(child.pid)
        finally:
            await child.stop()

    assert asyncio.run(counted()) == 1


def _threads(pid: int | None) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def test_threads_that_the_environment_allows_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    keep_to_one_core()
    assert os.environ["OMP_NUM_THREADS"] == "3"
