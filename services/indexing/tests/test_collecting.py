"""What Python looks for cycles in while an indexing worker lives."""

import gc
from collections.abc import Iterator

import pytest
from wiredesk_indexing.__main__ import COLLECT_EVERY, collect_seldom


@pytest.fixture
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.mark.usefixtures("_as_before")
def test_what_a_batch_keeps_alive_is_not_looked_through_but_many_batches_are():
    collect_seldom()
    gc.collect()
    before = _collections()
    batch = [[] for _ in range(COLLECT_EVERY // 2)]
    assert _collections() == before
    batches = [*batch, *([] for _ in range(COLLECT_EVERY))]
    assert _collections() > before
    assert len(batches) > COLLECT_EVERY


def _collections() -> int:
    return sum(generation["collections"] for generation in gc.get_stats())
