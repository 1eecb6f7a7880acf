"""The convolutional encoder: tokens' embeddings to vectors that know their neighbours."""

import numpy as np

from wiredesk_extraction.engine.native import address, kernels
from wiredesk_extraction.engine.weights import Encoder

__all__ = ["encode", "padded_places"]


def padded_places(lengths: np.ndarray, padding: int) -> tuple[np.ndarray, int]:
    """Where each token stands when `padding` empty rows part the documents, and the rows in all.

    With as many rows as layers no document sees another.
    """
    ends = np.cumsum(lengths)
    gaps = np.repeat(np.arange(1, len(lengths) + 1), lengths) * padding
    return np.arange(ends[-1]) + gaps, int(ends[-1]) + (len(lengths) + 1) * padding


def encode(encoder: Encoder, embedded: np.ndarray, places: np.ndarray, rows: int) -> np.ndarray:
    """Vectors (tokens, width) of tokens whose embeddings (tokens, width) stand at `places` among `rows`.

    The empty rows take part as spaCy's do: they start as zeros and are not set back between layers. Each layer finds
    the rows that the next one looks at; of the windows of three, which overlap, there is no copy.
    """
    width = encoder.width
    vectors = np.zeros((rows, width), dtype=np.float32)
    found = np.empty_like(vectors)
    vectors[places] = embedded
    for layer, seen in zip(encoder.layers, _seen(places, rows, len(encoder.layers)), strict=True):
        windows = address(vectors) - width * vectors.itemsize  # that of a row begins with the row before
        sizes = (address(seen), len(seen))
        kernels().maxout_layer(layer.native, windows, width, *sizes, address(vectors), address(found))
        vectors, found = found, vectors
    taken: np.ndarray = vectors[places]
    return taken


def _seen(places: np.ndarray, rows: int, layers: int) -> list[np.ndarray]:
    """The rows that matter after each layer: at last the tokens', before that as many on each side as layers follow."""
    seen = np.zeros(rows, dtype=bool)
    seen[places] = True
    numbers = []
    for _ in range(layers):
        numbers.append(np.flatnonzero(seen).astype(np.int32))
        seen[1:] |= seen[:-1]
        seen[:-1] |= seen[1:]
    return numbers[::-1]
