"""What a word's embedding looks at: its features as 64-bit numbers, which are spaCy's.

A feature is a string (the word's norm, its first character, its last three, its shape), and its number a hash of it, or
what spaCy reserves for some strings.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wiredesk_extraction.engine.native import address, kernels

__all__ = ["FEATURES", "Lexicon", "shape_of"]

FEATURES = ("ORTH", "NORM", "PREFIX", "SUFFIX", "SHAPE", "IS_SPACE")
"""The columns of `Lexicon.features`, by spaCy's names."""

_LONG = 100
_SUFFIX_CHARS = 3
_RUN = re.compile(r"(.)\1{3}\1+", re.DOTALL)


@dataclass(frozen=True)
class Lexicon:
    """Numbers of strings.

    `reserved`, `reserved_numbers`: hashes of the strings that have a number of their own, ascending, and these numbers.
    `known`, `norms`: the numbers of spellings whose norm is not their lower case, ascending, and the numbers of these
    norms. All (n) uint64.
    """

    reserved: np.ndarray
    reserved_numbers: np.ndarray
    known: np.ndarray
    norms: np.ndarray

    def numbers(self, strings: Sequence[str]) -> np.ndarray:
        """One number a string, (n) uint64; none is empty. Raises UnicodeEncodeError for half a surrogate pair."""
        encoded = [string.encode() for string in strings]
        ends = np.cumsum([0, *map(len, encoded)])
        found = np.empty(len(strings), dtype=np.uint64)
        kernels().hash_strings(b"".join(encoded), address(ends), len(strings), address(found))
        return _looked_up(found, self.reserved, self.reserved_numbers, found)

    def features(self, words: Sequence[str]) -> np.ndarray:
        """`FEATURES` of each word, (n, 6) uint64."""
        count = len(words)
        found = np.empty((count, len(FEATURES)), dtype=np.uint64)
        numbers = self.numbers(
            [
                *words,
                *map(str.lower, words),
                *[word[0] for word in words],
                *[word[-_SUFFIX_CHARS:] for word in words],
                *map(shape_of, words),
            ]
        )
        found[:, :-1] = numbers.reshape(-1, count).T
        found[:, 1] = _looked_up(found[:, 0], self.known, self.norms, found[:, 1])
        found[:, -1] = [word.isspace() for word in words]
        return found


def _looked_up(keys: np.ndarray, known: np.ndarray, values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The values of the keys that are known, and what stands in `others` for those that are not."""
    if not len(known):
        return others
    at = np.searchsorted(known, keys).clip(max=len(known) - 1)
    return np.where(known[at] == keys, values[at], others)


def shape_of(word: str) -> str:
    """X for a capital, x for another letter, d for a digit, and what else it has; four of a kind at most in a row."""
    if len(word) >= _LONG:
        return "LONG"
    return _RUN.sub(r"\1\1\1\1", word.translate(_KINDS))


class _Kinds(dict[int, str]):
    """Of characters, by code point: what stands for each in a shape."""

    def __missing__(self, code_point: int) -> str:
        char = chr(code_point)
        kind = ("X" if char.isupper() else "x") if char.isalpha() else "d" if char.isdigit() else char
        self[code_point] = kind
        return kind


_KINDS = _Kinds()
