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

    The empty rows take part as spaCy's do: they start as zeros and are not set back between layers.
    """
    width = encoder.width
    vectors = np.zeros((rows + 2, width), dtype=np.float32)  # one more at each end, for the windows; these stay zeros
    inner = vectors[1:-1]
    inner[places] = embedded
    windows = np.empty((rows, 3 * width), dtype=np.float32)
    products = np.empty((rows, encoder.layers[0].products.shape[1]), dtype=np.float32)
    add, at_inner, at_products = kernels().add_normed_maxout, address(inner), address(products)
    for layer in encoder.layers:
        for at in range(3):
            windows[:, at * width : (at + 1) * width] = vectors[at : at + rows]
        np.matmul(windows, layer.products, out=products)
        add(at_inner, at_products, *layer.addresses, rows, width, layer.pieces)
    found: np.ndarray = inner[places]
    return found
