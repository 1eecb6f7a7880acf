"""What a token's embedding depends on is the token alone, so each type is embedded once and then looked up."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["TypeTable"]

_BLOCK = 32
"""Types are embedded in multiples of this many: the last digits of a matrix product may depend on the number of its
rows, and what one article's words are embedded as must not depend on the articles before it."""

_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
"""Odd numbers near the golden ratio and another irrational: the keys are hashes already and need no better mixing."""


class TypeTable:
    """Embeddings of token types, for several encoders side by side, by a number a type.

    A type is spelling, norm and whether a space follows: spaCy's lexical attributes follow from these. Holds `limit`
    types; a batch that brings one more empties it first, which costs less than to keep account of their use.
    """

    def __init__(self, embeds: Sequence[Any], widths: Sequence[int], limit: int) -> None:
        self._embeds = embeds
        self._limit = limit
        self._numbers: dict[int, int] = {}
        self.rows = [np.zeros((limit, width), dtype=np.float32) for width in widths]
        """One array an encoder: (limit, width)."""

    def __len__(self) -> int:
        return len(self._numbers)

    def look_up(self, docs: Sequence["Doc"]) -> np.ndarray:
        """The number of every token's type, documents one after the other; valid until the next call.

        Raises ValueError when these documents alone have more types than the table holds.
        """
        columns = np.concatenate([doc.to_array(["ORTH", "NORM", "SPACY"]) for doc in docs]).astype(
            np.uint64, copy=False
        )
        keys = (columns[:, 0] * _MIX[0] + columns[:, 1] * _MIX[1] + columns[:, 2]).tolist()
        numbers = self._numbers
        new = {key: at for at, key in enumerate(keys) if key not in numbers}
        if new:
            if len(numbers) + len(new) > self._limit:
                numbers.clear()
                new = {key: at for at, key in enumerate(keys)}
                if len(new) > self._limit:
                    raise ValueError(f"{len(new)} types at once; the table holds {self._limit}")
            self._embed(docs, new)
        return np.array([numbers[key] for key in keys], dtype=np.intp)

    def _embed(self, docs: Sequence["Doc"], new: dict[int, int]) -> None:
        """Embed one token of each new type, where it stands: its norm may come from the tokeniser."""
        at = list(new.values())
        tokens = _Tokens(docs, at + at[-1:] * (-len(at) % _BLOCK))
        first = len(self._numbers)
        for embed, rows in zip(self._embeds, self.rows, strict=True):
            rows[first : first + len(at)] = embed.predict([tokens])[0][: len(at)]
        self._numbers.update(zip(new, range(first, first + len(at)), strict=True))


class _Tokens:
    """Some tokens of several documents, as much like one document as embeddings ask for."""

    def __init__(self, docs: Sequence["Doc"], at: Sequence[int]) -> None:
        self.vocab = docs[0].vocab
        self._docs, self._at = docs, at

    def __len__(self) -> int:
        return len(self._at)

    def to_array(self, attributes: Any) -> np.ndarray:
        return np.concatenate([doc.to_array(attributes) for doc in self._docs])[self._at]
