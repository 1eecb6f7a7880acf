"""What a token's embedding depends on is the token alone, so each type is embedded once and then looked up."""

from collections.abc import Iterable, Sequence
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

    A type is spelling, norm and whether a space follows: spaCy's lexical attributes follow from these. Holds the
    `limit` types met last and as many that were met before: when it is full it starts anew, and takes over from the
    former table what is met again.
    """

    def __init__(self, embeds: Sequence[Any], widths: Sequence[int], limit: int) -> None:
        self._embeds = embeds
        self._limit = limit
        self._numbers: dict[int, int] = {}
        self._former: dict[int, int] = {}
        self.rows = [np.zeros((limit, width), dtype=np.float32) for width in widths]
        """One array an encoder: (limit, width)."""
        self._former_rows = [np.zeros_like(rows) for rows in self.rows]

    def __len__(self) -> int:
        return len(self._numbers)

    def look_up(self, docs: Sequence["Doc"]) -> np.ndarray:
        """The number of every token's type, documents one after the other; valid until the next call.

        Raises ValueError when these documents alone have more types than the table holds.
        """
        columns = np.concatenate([doc.to_array(["ORTH", "NORM", "SPACY"]) for doc in docs])
        keys = (columns[:, 0] * _MIX[0] + columns[:, 1] * _MIX[1] + columns[:, 2]).tolist()
        missing = self._missing(keys)
        if len(self._numbers) + len(missing) > self._limit:
            self._numbers, self._former = {}, self._numbers
            self.rows, self._former_rows = self._former_rows, self.rows
            missing = self._missing(keys)
            if len(missing) > self._limit:
                raise ValueError(f"{len(missing)} types at once; the table holds {self._limit}")
        if missing:
            self._take_over([key for key in missing if key in self._former])
            self._embed(docs, {key: at for key, at in missing.items() if key not in self._former})
        numbers = self._numbers
        return np.array([numbers[key] for key in keys], dtype=np.intp)

    def _missing(self, keys: Sequence[int]) -> dict[int, int]:
        """Types that the table does not hold, each with where it stands."""
        numbers = self._numbers
        return {key: at for at, key in enumerate(keys) if key not in numbers}

    def _take_over(self, keys: Sequence[int]) -> None:
        first, former = len(self._numbers), [self._former[key] for key in keys]
        for rows, former_rows in zip(self.rows, self._former_rows, strict=True):
            rows[first : first + len(keys)] = former_rows[former]
        self._number(keys)

    def _embed(self, docs: Sequence["Doc"], new: dict[int, int]) -> None:
        """Embed one token of each new type, where it stands: its norm may come from the tokeniser."""
        if not new:
            return
        at = list(new.values())
        tokens = _Tokens(docs, at + at[-1:] * (-len(at) % _BLOCK))
        first = len(self._numbers)
        for embed, rows in zip(self._embeds, self.rows, strict=True):
            rows[first : first + len(at)] = embed.predict([tokens])[0][: len(at)]
        self._number(new)

    def _number(self, keys: Iterable[int]) -> None:
        self._numbers.update({key: number for number, key in enumerate(keys, len(self._numbers))})


class _Tokens:
    """Some tokens of several documents, as much like one document as embeddings ask for."""

    def __init__(self, docs: Sequence["Doc"], at: Sequence[int]) -> None:
        self.vocab = docs[0].vocab
        self._docs, self._at = docs, at

    def __len__(self) -> int:
        return len(self._at)

    def to_array(self, attributes: Any) -> np.ndarray:
        return np.concatenate([doc.to_array(attributes) for doc in self._docs])[self._at]
