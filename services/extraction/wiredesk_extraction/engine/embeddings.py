"""What a token's embedding depends on is the token alone, so each type is embedded once and then looked up."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from wiredesk_extraction.engine.lexicon import FEATURES, Lexicon
from wiredesk_extraction.engine.native import address, kernels
from wiredesk_extraction.engine.panels import multiply
from wiredesk_extraction.engine.primer import Primer
from wiredesk_extraction.engine.weights import Embedding

__all__ = ["TypeTable", "Vectors"]

_SPACE = FEATURES.index("IS_SPACE")


class Vectors(Protocol):
    """Static word vectors."""

    def get_batch(self, keys: np.ndarray) -> np.ndarray:
        """Vectors (n, width) of the spellings of these numbers (n); zeros for one without."""
        ...


class TypeTable:
    """Embeddings of token types, for several encoders side by side.

    A type is a spelling with its norm, by number; whether a space follows makes two of it. What a primer knows is
    looked up where it lies, and never forgotten.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        embeddings: Sequence[Embedding],
        vectors: Vectors | None,
        capacity: int,
        primer: Primer | None = None,
    ) -> None:
        """`capacity`: types there is room for at first, beside the primer's."""
        self._lexicon, self._embeddings, self._vectors, self._primer = lexicon, embeddings, vectors, primer
        self._primed = len(primer.keys) if primer else 0
        self._rows = [np.zeros((capacity, embedding.width), dtype=np.float32) for embedding in embeddings]
        """One array an embedding: (embedded types beside the primer's, width)."""
        known = primer.features if primer else np.empty((0, len(FEATURES)), dtype=np.uint64)
        self._features = np.concatenate([known, np.zeros((capacity, len(FEATURES)), dtype=np.uint64)])
        self._row_of = np.empty(2 * len(self._features), dtype=np.int32)
        self.forget()

    def forget(self) -> None:
        """Types will be numbered anew, the primer's as before."""
        self._row_of.fill(-1)
        self._types = self._embedded = 0
        if self._primer:
            self._types = len(self._primer.features)
            self._row_of[self._primer.keys] = np.arange(self._primed)

    def learn(self, types: Sequence[tuple[str, int]]) -> None:
        """Take in the types that are new since the last call: spellings and given norms (0: its own), by number."""
        new = types[self._types :]
        if not new:
            return
        if len(types) > len(self._features):
            self._features = _larger(self._features, len(types), 0)
            self._row_of = _larger(self._row_of, 2 * len(self._features), -1)
        features = self._features[self._types : len(types)]
        features[:] = self._lexicon.features([word for word, _ in new])
        for at, (_, norm) in enumerate(new):
            if norm:
                features[at, 1] = norm
        self._types = len(types)

    def are_space(self, types: np.ndarray) -> np.ndarray:
        """Whether each of these types is white space, (n) uint8."""
        space: np.ndarray = self._features[types, _SPACE].astype(np.uint8)
        return space

    def features(self, types: np.ndarray) -> np.ndarray:
        """`FEATURES` of each of these types, (n, 6) uint64."""
        found: np.ndarray = self._features[types]
        return found

    def look_up(self, types: np.ndarray, spaced: np.ndarray) -> np.ndarray:
        """Where the embedding of each token stands, for `embeddings`; valid until the table forgets."""
        keys = 2 * types + spaced
        found: np.ndarray = self._row_of[keys]
        missing = np.unique(keys[found < 0])
        if len(missing):
            self._embed(missing)
            found = self._row_of[keys]
        return found

    def embeddings(self, places: np.ndarray) -> list[np.ndarray]:
        """One array an embedding: (tokens, width) of what stands at these places."""
        if self._primer is None:
            return [rows[places] for rows in self._rows]
        learnt = np.flatnonzero(places >= self._primed)
        at = places[learnt] - self._primed
        found = []
        for primed, rows in zip(self._primer.rows, self._rows, strict=True):
            taken = primed.take(places, axis=0, mode="clip")
            taken[learnt] = rows[at]
            found.append(taken)
        return found

    def _embed(self, keys: np.ndarray) -> None:
        first, end = self._embedded, self._embedded + len(keys)
        features = np.column_stack([self._features[keys >> 1], (keys & 1).astype(np.uint64)])
        if end > len(self._rows[0]):
            self._rows = [_larger(rows, end, 0) for rows in self._rows]
        vectors = self._vectors.get_batch(features[:, 0]) if self._vectors else None
        for embedding, rows in zip(self._embeddings, self._rows, strict=True):
            rows[first:end] = _embedded(embedding, features, vectors)
        self._row_of[keys] = self._primed + np.arange(first, end)
        self._embedded = end


def _larger(array: np.ndarray, length: int, filling: float) -> np.ndarray:
    """A copy with room for half as many again as are needed."""
    grown = np.full((length + length // 2, *array.shape[1:]), filling, dtype=array.dtype)
    grown[: len(array)] = array
    return grown


def _embedded(embedding: Embedding, features: np.ndarray, vectors: np.ndarray | None) -> np.ndarray:
    """Embeddings (n, width) of types by features (n, features and SPACY) and static vectors (n, their length)."""
    count, width, layer = len(features), embedding.width, embedding.layer
    inputs = np.zeros((count, layer.inputs), dtype=np.float32)
    for at, (column, table) in enumerate(zip(embedding.columns, embedding.tables, strict=True)):
        keys = np.ascontiguousarray(features[:, column])
        into = address(inputs) + at * width * inputs.itemsize
        sizes = (len(table), width, embedding.seeds[at])
        kernels().hash_embed(address(table), *sizes, address(keys), count, into, layer.inputs)
    found = np.zeros((count, width), dtype=np.float32)
    if embedding.static is not None and vectors is not None:
        inputs[:, -width:] = multiply(vectors, embedding.static, np.zeros(width, dtype=np.float32))
    numbers = np.arange(count, dtype=np.int32)
    kernels().maxout_layer(
        layer.native, address(inputs), layer.inputs, address(numbers), count, address(found), address(found)
    )
    return found
