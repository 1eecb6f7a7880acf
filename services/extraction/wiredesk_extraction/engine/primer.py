"""What an engine remembers from its start: how frequent words are cut, and their embeddings.

It is found once, where the engine is installed, and lies in a file that workers map (`weights_file.py`): a new one
knows words that it would else learn from its first hundreds of articles, and the workers of a machine share the pages.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wiredesk_extraction.engine.tokeniser import Chunk, Part

__all__ = ["Primer"]


@dataclass(frozen=True)
class Primer:
    """Types by number, the chunks that are cut into them, and their embeddings.

    `words`, `chunks`: what types and chunks are spelt like, UTF-8, a line each. `norms`: (types) numbers of given
    norms, 0 for none. `features`: (types, `FEATURES`). `cut`: the types of all chunks, and `ends` where each chunk's
    end there. `keys`: (embedded), twice the type, and one more where a space follows. `rows`: one array an embedding,
    (embedded, width).
    """

    words: np.ndarray
    norms: np.ndarray
    features: np.ndarray
    chunks: np.ndarray
    cut: np.ndarray
    ends: np.ndarray
    keys: np.ndarray
    rows: tuple[np.ndarray, ...]

    def parts(self) -> list[Part]:
        """The types by number."""
        return list(zip(_lines(self.words), self.norms.tolist(), strict=True))

    def cuts(self) -> dict[str, Chunk]:
        """How each chunk is cut."""
        cut, ends = self.cut.tolist(), [0, *self.ends.tolist()]
        return {chunk: tuple(cut[a:b]) for chunk, (a, b) in zip(_lines(self.chunks), pairwise(ends), strict=True)}


def _lines(spelt: np.ndarray) -> list[str]:
    return spelt.tobytes().decode().split("\n")
