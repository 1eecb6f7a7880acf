"""Word vectors mapped from a pipeline's files are those that spaCy reads from them."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language
from spacy.vectors import Vectors
from wiredesk_extraction.engine import vectors
from wiredesk_extraction.engine.vectors import compile_keys, word_vectors
from wiredesk_extraction.reader import Reader
from wiredesk_extraction.stock import Stock

TEXT = (
    "OSLO — “We sail on Monday,” said Jon Berg, who owns the line, in Bergen.\n\n"
    "Ada Holm, the trade minister, denied that the Xqzzyt ferry had been sold to Ferry Lines Ltd. in May 2024."
)


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """A folder with the vectors of three spellings, two of which share one."""
    table = np.arange(8, dtype=np.float32).reshape(2, 4) + 1
    made = Vectors(data=table, keys=[901, 7])
    made.add(55, row=0)
    (tmp_path / "vocab").mkdir()
    made.to_disk(tmp_path / "vocab")
    return tmp_path


@pytest.mark.parametrize("compiled", [True, False])
def test_vectors_are_found_by_the_hash_of_the_spelling(
    compiled: bool, pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "COMPILED", tmp_path / "keys")
    if compiled:
        compile_keys(pipeline)
        monkeypatch.setattr(vectors, "_sorted", lambda _: pytest.fail("the compiled file was there"))
    found = word_vectors(pipeline)
    assert found is not None
    batch = found.get_batch(np.array([55, 1, 901, 7, 2**63 + 5], dtype=np.uint64))
    assert batch.tolist() == [[1, 2, 3, 4], [0] * 4, [1, 2, 3, 4], [5, 6, 7, 8], [0] * 4]


def test_keys_of_another_pipeline_are_not_taken(
    pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "COMPILED", tmp_path / "keys")
    compile_keys(pipeline)
    made = Vectors(data=np.ones((1, 4), dtype=np.float32), keys=[12])
    made.to_disk(pipeline / "vocab")
    found = word_vectors(pipeline)
    assert found is not None
    assert found.get_batch(np.array([12, 901], dtype=np.uint64)).tolist() == [[1] * 4, [0] * 4]


def test_a_pipeline_without_vectors_has_none(pipeline: Path) -> None:
    shutil.rmtree(pipeline / "vocab")
    assert word_vectors(pipeline) is None


def test_the_default_pipeline_is_compiled(nlp: Language) -> None:
    """What installing has made serves: nothing else in the tests would notice its absence but by memory and time."""
    assert vectors.read_columns(vectors.COMPILED, vectors._digest(nlp.path / "vocab")) is not None, "run make setup"


def test_the_compiled_pipeline_reads_as_the_whole_one(reader: Reader, nlp: Language, stock: Stock) -> None:
    assert reader.read(TEXT) == Reader(nlp.meta, stock, 400_000).read(TEXT)
