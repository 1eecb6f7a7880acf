"""Static word vectors, mapped from the pipeline's own file: 24 MB that the workers of a machine share.

spaCy's own class holds a Python dictionary of 685,000 keys for them, 70 MB in each worker.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from wiredesk_extraction.columns_file import read_columns, write_columns

__all__ = ["WordVectors", "compile_keys", "in_order", "word_vectors"]

COMPILED = Path(__file__).with_name("vectors.compiled")
"""The keys of one pipeline's vectors, in order; only taken for that pipeline."""


class WordVectors:
    """As much of spaCy's `Vectors` as an embedding asks for."""

    name, mode = "mapped", "default"
    strings: Any = ()
    """Set by spaCy's vocabulary."""

    def __init__(self, keys: np.ndarray, rows: np.ndarray, table: np.ndarray) -> None:
        """`keys`: (n) uint64, ascending. `rows`: (n), into `table`: (vectors, width) float32."""
        self._keys, self._rows, self._table = keys, rows, table
        self.shape, self.n_keys = table.shape, len(keys)

    def __len__(self) -> int:
        return len(self._table)

    def get_batch(self, keys: np.ndarray) -> np.ndarray:
        """The vectors of words by the hashes of their spellings; zeros for a word without one."""
        at = np.searchsorted(self._keys, keys).clip(max=len(self._keys) - 1)
        known = self._keys[at] == keys
        found = np.zeros((len(keys), self._table.shape[1]), dtype=np.float32)
        found[known] = self._table[self._rows[at[known]]]
        return found


def word_vectors(pipeline: Path) -> WordVectors | None:
    """The vectors of the pipeline in that folder; None when it has none, or others than one a spelling."""
    folder = pipeline / "vocab"
    try:
        mode = json.loads((folder / "vectors.cfg").read_text())["mode"]
        table = np.load(folder / "vectors", mmap_mode="r")
        digest = _digest(folder)
    except (OSError, ValueError, KeyError):
        return None
    if mode != "default" or not table.size:
        return None
    columns = read_columns(COMPILED, digest)
    keys, rows = (columns["keys"], columns["rows"]) if columns else _sorted(folder)
    return WordVectors(np.asarray(keys), np.asarray(rows), table)


def compile_keys(pipeline: Path) -> None:
    """Write the file that `word_vectors` reads the keys of this pipeline from."""
    folder = pipeline / "vocab"
    keys, rows = _sorted(folder)
    write_columns(COMPILED, _digest(folder), {"keys": keys.data, "rows": rows.data})


def _sorted(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    import srsly

    return in_order(srsly.read_msgpack(folder / "key2row"))


def in_order(rows_by_key: Mapping[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Keys, ascending, and the rows of their vectors: what `WordVectors` takes."""
    keys = np.fromiter(rows_by_key.keys(), dtype=np.uint64, count=len(rows_by_key))
    rows = np.fromiter(rows_by_key.values(), dtype=np.int32, count=len(rows_by_key))
    order = np.argsort(keys)
    return keys[order], rows[order]


def _digest(folder: Path) -> str:
    return blake2b((folder / "key2row").read_bytes(), digest_size=16).hexdigest()
