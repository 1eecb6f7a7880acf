"""The weights of a pipeline as named arrays, laid out as the kernels read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wiredesk_extraction.engine import native
from wiredesk_extraction.engine.lexicon import Lexicon
from wiredesk_extraction.engine.native import address
from wiredesk_extraction.engine.primer import Primer
from wiredesk_extraction.engine.tokeniser import Rules

__all__ = ["Embedding", "Encoder", "Layer", "Tagger", "Transitions", "UnknownArchitecture", "Weights"]


class UnknownArchitecture(Exception):
    """A part of the pipeline that the engine does not know; the message names it."""


@dataclass(frozen=True)
class Layer:
    """Maxout and layer norm; of a convolution over windows of three, or of an embedding.

    `panels`: of (inputs, pieces x width). `bias`: (pieces x width). `gain`, `shift`: (width) of the layer norm.
    """

    panels: np.ndarray
    bias: np.ndarray
    gain: np.ndarray
    shift: np.ndarray
    pieces: int

    @property
    def inputs(self) -> int:
        """Numbers that go in."""
        return int(self.panels.shape[1])

    @cached_property
    def native(self) -> native.Layer:
        """As the kernels read it."""
        arrays = map(address, (self.panels, self.bias, self.gain, self.shift))
        return native.Layer(*arrays, self.inputs, self.pieces, len(self.gain))


@dataclass(frozen=True)
class Embedding:
    """Features of a word, each by the sum of four rows of a table, with its static vector, through one layer.

    `columns`: which features, of a word's and whether a space follows. `tables`: (rows, width), one a column, and
    `seeds` of their hashes. `static`: panels of (length of a static vector, width); None: these are not looked at.
    """

    columns: tuple[int, ...]
    tables: tuple[np.ndarray, ...]
    seeds: tuple[int, ...]
    static: np.ndarray | None
    layer: Layer

    @property
    def width(self) -> int:
        """Numbers a token."""
        return len(self.layer.gain)


@dataclass(frozen=True)
class Encoder:
    """Embedding of a token by itself, and the residual convolutions that look around it."""

    embedding: Embedding
    layers: tuple[Layer, ...]

    @property
    def width(self) -> int:
        """Numbers a token."""
        return self.embedding.width


@dataclass(frozen=True)
class Tagger:
    """Scores of tags over an encoder. `panels`: of (width, tags). `bias`: (tags), -inf for those that fill the last."""

    panels: np.ndarray
    bias: np.ndarray
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Transitions:
    """A greedy transition system with one hidden layer of maxout units.

    `reduce`: panels of (width, hidden), `reduce_bias`: (hidden): what the encoder's output goes through first.
    `lower`: panels of (hidden, features x pieces x hidden). `missing`: (features, pieces, hidden).
    `bias`: (pieces, hidden). `upper`: panels of (hidden, classes). `upper_bias`: (classes). `moves`, `label_ids`:
    (classes), into `labels`. Classes are filled up to whole panels with some that are never valid.
    """

    reduce: np.ndarray
    reduce_bias: np.ndarray
    lower: np.ndarray
    missing: np.ndarray
    bias: np.ndarray
    upper: np.ndarray
    upper_bias: np.ndarray
    moves: np.ndarray
    label_ids: np.ndarray
    labels: tuple[str, ...]

    @cached_property
    def _addresses(self) -> tuple[int, ...]:
        arrays = (self.missing, self.bias, self.upper, self.upper_bias, self.moves, self.label_ids)
        return tuple(map(address, arrays))

    def model(self, vectors: np.ndarray, products: np.ndarray) -> native.Model:
        """As the kernels read it: with a batch's vectors (tokens, hidden), and `products` to work in.

        `products`: (tokens of the longest document, features x pieces x hidden). Both have to outlive the call.
        """
        arrays = map(address, (vectors, self.lower, products))
        return native.Model(*arrays, *self._addresses, *self.missing.shape, len(self.moves))


@dataclass(frozen=True)
class Weights:
    """All that reading with one pipeline takes, but its static vectors.

    `meta`: its language, name and version. `shared`: what tags and dependencies are found over; `own`: what names are.
    `primer`: what is known of words before any are read.
    """

    meta: Mapping[str, str]
    rules: Rules
    lexicon: Lexicon
    shared: Encoder
    own: Encoder
    tagger: Tagger
    dependencies: Transitions
    names: Transitions
    primer: Primer | None = None
