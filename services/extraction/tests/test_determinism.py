"""One text has one set of facts: in any order, in any batch, in any process."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from wiredesk.events import ArticleExtracted, ArticleIngested
from wiredesk.stage.contract import Item
from wiredesk_extraction.gazetteer import Gazetteer
from wiredesk_extraction.reader import Reader
from wiredesk_extraction.stage import stage_function

_SEEDS = ("0", "4711")
_TEXTS = (
    'OSLO — Ministers met in Geneva and Paris. "We agree," said Ole Brandt, the trade minister. Karin Brandt did not.',
    "Presidents Lund and Holm met in Franklin and Columbia, Tenn., last week. Lund said that he would be back in May.",
    "The Nordic Ferry Union (NFU) called for talks on Monday. According to the union, Ferry Lines and Lines said no.",
)


def _read(reader: Reader, gazetteer: Gazetteer, texts: Sequence[str]) -> dict[str, str]:
    items = [
        Item(
            f"{at}-0",
            ArticleIngested(
                article_id="a",
                revision=1,
                submission_id="1-0",
                text=text,
                language="en",
                published_at="2024-05-15",
                content_hash="h",
                cluster_id="c",
            ),
        )
        for at, text in enumerate(texts)
    ]
    results = list(stage_function(reader, gazetteer)(items))
    assert all(isinstance(result, ArticleExtracted) for result in results)
    return {text: result.model_dump_json() for text, result in zip(texts, results, strict=True)}  # type: ignore[union-attr]


def test_neither_order_nor_batch_changes_the_facts(reader: Reader, gazetteer: Gazetteer) -> None:
    together = _read(reader, gazetteer, _TEXTS)
    assert _read(reader, gazetteer, _TEXTS[::-1]) == together
    for text in _TEXTS:
        assert _read(reader, gazetteer, [text]) == {text: together[text]}


@pytest.mark.timeout(600)
def test_two_processes_with_other_hash_seeds_find_the_same(tmp_path: Path) -> None:
    submitted = tmp_path / "in.jsonl"
    rows = [{"id": str(at), "text": text, "published_at": "2024-05-15"} for at, text in enumerate(_TEXTS)]
    submitted.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = []
    for seed in _SEEDS:
        out = tmp_path / f"{seed}.jsonl"
        command = [Path(sys.executable).with_name("wiredesk"), "extract", "--jsonl", submitted, out]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        found.append(out.read_bytes())
    assert found[0] == found[1]
    assert len(found[0].splitlines()) == len(_TEXTS)
