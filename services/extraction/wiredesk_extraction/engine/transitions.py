"""The two transition systems over encoded tokens: names, and dependencies with sentences."""

import numpy as np

from wiredesk_extraction.engine.native import address, kernels
from wiredesk_extraction.engine.panels import multiply
from wiredesk_extraction.engine.weights import Transitions

__all__ = ["DEPENDENCY_MOVES", "NAME_MOVES", "find_heads", "find_names", "find_sentences"]

NAME_MOVES = "BILUO"
"""Begin, in, last, unit, out: in the order of kernels.c."""
DEPENDENCY_MOVES = "SDLRB"
"""Shift, reduce, left arc, right arc, break: in the order of kernels.c."""


def _arrays(weights: Transitions, vectors: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What `Transitions.model` takes."""
    longest = int(np.diff(offsets).max())
    products = np.empty((longest, weights.missing.size), dtype=np.float32)
    return multiply(vectors, weights.reduce, weights.reduce_bias), products


def find_names(
    weights: Transitions, vectors: np.ndarray, offsets: np.ndarray, space: np.ndarray, sentence_start: np.ndarray
) -> np.ndarray:
    """Names as (first token, one past the last, label) a row, in order; a name begins, ends and stays in a sentence.

    `vectors`: (tokens, width). `offsets`: (documents + 1) int32. `space`, `sentence_start`: (tokens) uint8.
    """
    arrays = _arrays(weights, vectors, offsets)
    found = np.empty((len(vectors), 3), dtype=np.int32)
    count = kernels().find_names(
        weights.model(*arrays), address(offsets), len(offsets) - 1, *map(address, (space, sentence_start, found))
    )
    return found[:count]


def find_heads(weights: Transitions, vectors: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each token's head, counted within its document (a root's is itself), and label (-1: a root's).

    `vectors`: (tokens, width). `offsets`: (documents + 1) int32.
    """
    arrays = _arrays(weights, vectors, offsets)
    longest = int(np.diff(offsets).max())
    heads, labels = np.empty((2, len(vectors)), dtype=np.int32)
    numbers, flags = np.empty(5 * longest, dtype=np.int32), np.empty(2 * longest, dtype=np.uint8)
    kernels().find_heads(
        weights.model(*arrays), address(offsets), len(offsets) - 1, *map(address, (heads, labels, numbers, flags))
    )
    return heads, labels


def find_sentences(offsets: np.ndarray, heads: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The edges of each token's subtree, left and right, within its document, and which tokens start a sentence."""
    left, right = np.empty((2, len(heads)), dtype=np.int32)
    starts = np.zeros(len(heads), dtype=np.uint8)
    kernels().find_sentences(address(offsets), len(offsets) - 1, *map(address, (heads, left, right, starts)))
    return left, right, starts
