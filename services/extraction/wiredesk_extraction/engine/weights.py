"""The weights of a spaCy pipeline as named arrays, laid out as the kernels read them.

Whatever is not exactly what the engine computes is refused, so that its user can let spaCy read instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from spacy.attrs import IDS

from wiredesk_extraction.engine.native import MAX_CLASSES, MAX_HIDDEN, MAX_WIDTH, WIDTH_STEP, Model, address

__all__ = [
    "Encoder",
    "Layer",
    "Transitions",
    "UnknownArchitecture",
    "attributes_of",
    "encoder_of",
    "own_encoder",
    "shares_encoder",
    "tags_of",
    "transitions_of",
]

_MAX_PIECES = 4


class UnknownArchitecture(Exception):
    """A part of the pipeline that the engine does not know; the message names it."""


@dataclass(frozen=True)
class Layer:
    """One residual convolution: window of three, maxout, layer norm.

    `products`: (3 x width, pieces x width). `bias`: (pieces x width). `gain`, `shift`: (width) of the layer norm.
    """

    products: np.ndarray
    bias: np.ndarray
    gain: np.ndarray
    shift: np.ndarray
    pieces: int

    @cached_property
    def addresses(self) -> tuple[int, int, int]:
        """Of bias, gain and shift."""
        return address(self.bias), address(self.gain), address(self.shift)


@dataclass(frozen=True)
class Encoder:
    """Embedding of a token by itself (a thinc model, asked once a type), and the layers that look around it."""

    embed: Any
    layers: tuple[Layer, ...]
    width: int


@dataclass(frozen=True)
class Transitions:
    """A greedy transition system with one hidden layer of maxout units.

    `reduce`: (width, hidden), `reduce_bias`: (hidden): what the encoder's output goes through first.
    `lower`: (hidden, features x pieces x hidden). `missing`: (features, pieces, hidden). `bias`: (pieces, hidden).
    `upper`: (hidden, classes). `upper_bias`: (classes). `moves`, `label_ids`: (classes), into `labels`.
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

    def model(self, products: np.ndarray) -> Model:
        """As the kernels read it, with a batch's products (tokens, features x pieces x hidden) of `lower`."""
        return Model(address(products), *self._addresses, *self.missing.shape, self.upper.shape[1])


def encoder_of(tok2vec: Any) -> Encoder:
    """The weights of a `spacy.Tok2Vec.v2` with a `MaxoutWindowEncoder`, over any embedding.

    Raises UnknownArchitecture for another kind of encoder.
    """
    if not (tok2vec.has_ref("embed") and tok2vec.has_ref("encode")):
        raise UnknownArchitecture(f"{tok2vec.name[:60]} is no embedding with an encoder")
    encode = tok2vec.get_ref("encode")
    parts = {"residual", "expand_window", "maxout", "layernorm", "dropout"}
    leaves = [node for node in encode.walk(order="dfs_pre") if not node.layers]
    if not {leaf.name for leaf in leaves} <= parts:
        raise UnknownArchitecture(f"the encoder {encode.name[:60]} has other layers than maxout over windows")
    windows = [leaf for leaf in leaves if leaf.name == "expand_window"]
    maxouts = [leaf for leaf in leaves if leaf.name == "maxout"]
    norms = [leaf for leaf in leaves if leaf.name == "layernorm"]
    residuals = [node for node in encode.walk() if node.name.startswith("residual(") and len(node.layers) == 1]
    if not len(windows) == len(maxouts) == len(norms) == len(residuals) >= 1:
        raise UnknownArchitecture(f"the layers of the encoder {encode.name[:60]} are not all residual convolutions")
    if any(leaf.attrs["window_size"] != 1 for leaf in windows) or encode.attrs.get("pad") != len(maxouts):
        raise UnknownArchitecture("the encoder looks further than one token to each side a layer")
    layers = tuple(_layer(maxout, norm) for maxout, norm in zip(maxouts, norms, strict=True))
    width = len(layers[0].gain)
    if width > MAX_WIDTH or width % WIDTH_STEP or any(layer.pieces > _MAX_PIECES for layer in layers):
        raise UnknownArchitecture(f"an encoder of {width} with {layers[0].pieces} pieces is over what the kernels hold")
    return Encoder(tok2vec.get_ref("embed"), layers, width)


def attributes_of(encoder: Encoder) -> frozenset[str]:
    """spaCy's names of the features of a word that its embedding looks at."""
    names = {number: name for name, number in IDS.items()}
    columns = [node.attrs["columns"] for node in encoder.embed.walk() if node.name == "extract_features"]
    return frozenset(each if isinstance(each, str) else names[each] for asked in columns for each in asked)


def own_encoder(component: Any) -> Any:
    """The thinc model of a component's own encoder, below the list2array and linear of its transition model."""
    return component.model.get_ref("tok2vec").layers[0]


def _layer(maxout: Any, norm: Any) -> Layer:
    width, pieces, inputs = maxout.get_param("W").shape
    if inputs != 3 * width:
        raise UnknownArchitecture(f"a layer of the encoder takes {inputs} numbers for a width of {width}")
    return Layer(
        products=_piece_major(maxout.get_param("W")).reshape(pieces * width, inputs).T.copy(),
        bias=_piece_major(maxout.get_param("b")).reshape(-1),
        gain=_floats(norm.get_param("G")),
        shift=_floats(norm.get_param("b")),
        pieces=pieces,
    )


def _piece_major(array: np.ndarray) -> np.ndarray:
    """(outputs, pieces, …) -> (pieces, outputs, …): the pieces that are compared then lie a whole row apart."""
    return _floats(np.moveaxis(array, 1, 0))


def _floats(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, dtype=np.float32)


def tags_of(tagger: Any) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Weights (width, tags) and bias (tags) of a tagger over the shared encoder, and its tags.

    Raises UnknownArchitecture for another kind of tagger.
    """
    softmax = next((node for node in tagger.model.walk() if node.name == "softmax"), None)
    if softmax is None:
        raise UnknownArchitecture(f"the tagger {tagger.model.name[:60]} ends in no softmax")
    return _floats(softmax.get_param("W").T), _floats(softmax.get_param("b")), tuple(tagger.labels)


def transitions_of(component: Any, moves: Sequence[str], features: int) -> Transitions:
    """The weights of a `spacy.TransitionBasedParser.v2`; `moves`: the first letters of its classes' names, by number.

    Raises UnknownArchitecture for a beam, for other features, without a hidden layer, and for classes never seen.
    """
    model, name = component.model, component.name
    if component.cfg.get("beam_width", 1) != 1:
        raise UnknownArchitecture(f"{name} searches with a beam")
    if not model.attrs.get("has_upper") or model.attrs.get("unseen_classes"):
        raise UnknownArchitecture(f"{name} has no hidden layer, or classes it was not trained for")
    inner = model.get_ref("tok2vec")
    if [layer.name for layer in inner.layers[1:]] != ["list2array", "linear"]:
        raise UnknownArchitecture(f"{name} takes its vectors by {inner.name[:60]}")
    linear, lower, upper = inner.layers[-1], model.get_ref("lower"), model.get_ref("upper")
    weights = lower.get_param("W")
    found, hidden, pieces, inputs = weights.shape
    classes = [component.moves.get_class_name(number) for number in range(component.moves.n_moves)]
    labels = sorted({label for each in classes if (label := each.partition("-")[2])})
    if found != features or hidden > MAX_HIDDEN or pieces > _MAX_PIECES or len(classes) > MAX_CLASSES:
        raise UnknownArchitecture(f"{name} has {found} features, {hidden} hidden units and {len(classes)} classes")
    if "subtok" in labels or any(each[0] not in moves for each in classes):
        raise UnknownArchitecture(f"{name} has moves that the engine does not know")
    ids = {label: number for number, label in enumerate(labels)}
    return Transitions(
        reduce=_floats(linear.get_param("W").T),
        reduce_bias=_floats(linear.get_param("b")),
        lower=_floats(weights.transpose(3, 0, 2, 1).reshape(inputs, -1)),
        missing=_floats(lower.get_param("pad").reshape(features, hidden, pieces).transpose(0, 2, 1)),
        bias=_piece_major(lower.get_param("b")),
        upper=_floats(upper.get_param("W").T),
        upper_bias=_floats(upper.get_param("b")),
        # A class that lacks the label it needs is never valid: it has a number of its own.
        moves=np.array([len(moves) if each.endswith("-") else moves.index(each[0]) for each in classes], dtype=np.int8),
        label_ids=np.array([ids.get(each.partition("-")[2], -1) for each in classes], dtype=np.int32),
        labels=tuple(labels),
    )


def shares_encoder(component: Any) -> None:
    """Raises UnknownArchitecture for a component that does not read the vectors of the pipeline's `tok2vec`."""
    if not any(node.name == "tok2vec-listener" for node in component.model.walk()):
        raise UnknownArchitecture(f"{component.name} has an encoder of its own")
