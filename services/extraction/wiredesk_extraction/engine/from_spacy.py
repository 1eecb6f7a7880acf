"""Takes the weights over from a loaded spaCy pipeline.

Whatever is not exactly what the engine computes is refused, so that its user can let spaCy read instead.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from spacy.attrs import IDS
from spacy.language import Language

from wiredesk_extraction.engine.lexicon import FEATURES
from wiredesk_extraction.engine.native import MAX_CLASSES, MAX_HIDDEN, MAX_PIECES, MAX_WIDTH, PANEL
from wiredesk_extraction.engine.panels import filled, in_panels
from wiredesk_extraction.engine.spacy_words import lexicon_of, rules_of
from wiredesk_extraction.engine.transitions import DEPENDENCY_MOVES, NAME_MOVES
from wiredesk_extraction.engine.vectors import WordVectors, in_order
from wiredesk_extraction.engine.weights import (
    Embedding,
    Encoder,
    Layer,
    Tagger,
    Transitions,
    UnknownArchitecture,
    Weights,
)

__all__ = ["vectors_of", "weights_of"]

_ORDER = ("tok2vec", "tagger", "parser", "ner")


def weights_of(nlp: Language) -> Weights:
    """The weights of a pipeline. Raises UnknownArchitecture for one that is made otherwise."""
    if tuple(nlp.pipe_names) != _ORDER:
        raise UnknownArchitecture(f"the pipeline is {', '.join(nlp.pipe_names)}, not {', '.join(_ORDER)}")
    parts: dict[str, Any] = {name: nlp.get_pipe(name) for name in _ORDER}
    _shares_encoder(parts["tagger"])
    _shares_encoder(parts["parser"])
    lexicon = lexicon_of(nlp.vocab)
    return Weights(
        meta={key: str(nlp.meta[key]) for key in ("lang", "name", "version") if key in nlp.meta},
        rules=rules_of(nlp, lexicon),
        lexicon=lexicon,
        shared=_encoder_of(parts["tok2vec"].model),
        own=_encoder_of(_own_encoder(parts["ner"])),
        tagger=_tagger_of(parts["tagger"]),
        dependencies=_transitions_of(parts["parser"], DEPENDENCY_MOVES, features=8),
        names=_transitions_of(parts["ner"], NAME_MOVES, features=3),
    )


def vectors_of(nlp: Language) -> WordVectors | None:
    """The static vectors of a pipeline by spelling; None when it has none, or others."""
    vectors: Any = nlp.vocab.vectors
    if isinstance(vectors, WordVectors):
        return vectors
    if getattr(vectors, "mode", None) != "default" or not vectors.size:
        return None
    return WordVectors(*in_order(vectors.key2row), vectors.data)


def _encoder_of(tok2vec: Any) -> Encoder:
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
    embedding = _embedding_of(tok2vec.get_ref("embed"))
    for layer in layers:
        if (layer.inputs, len(layer.gain)) != (3 * embedding.width, embedding.width):
            raise UnknownArchitecture(f"a layer of the encoder makes {len(layer.gain)} numbers of {layer.inputs}")
    return Encoder(embedding, layers)


_EMBEDDING_COLUMNS = (*FEATURES, "SPACY")


def _embedding_of(embed: Any) -> Embedding:
    """The weights of a `spacy.MultiHashEmbed.v2`. Raises UnknownArchitecture for another embedding."""
    leaves = [node for node in embed.walk(order="dfs_pre") if not node.layers]
    hashed = [leaf for leaf in leaves if leaf.name == "hashembed"]
    static = [leaf for leaf in leaves if leaf.name == "static_vectors"]
    expected = ["extract_features", "list2ragged", *["ints-getitem", "hashembed"] * len(hashed)]
    expected += [*["static_vectors"] * len(static), "maxout", "layernorm", "dropout", "ragged2list"]
    if [leaf.name for leaf in leaves] != expected or len(static) > 1:
        raise UnknownArchitecture(f"the embedding {embed.name[:60]} is not of hashed features and static vectors")
    names = {number: name for name, number in IDS.items()}
    columns = [each if isinstance(each, str) else names[each] for each in leaves[0].attrs["columns"]]
    if not set(columns) <= set(_EMBEDDING_COLUMNS):
        raise UnknownArchitecture(f"the embedding looks at {', '.join(columns)}")
    picked = [leaf.attrs["index"][1] for leaf in leaves if leaf.name == "ints-getitem"]
    maxout, norm = (next(leaf for leaf in leaves if leaf.name == name) for name in ("maxout", "layernorm"))
    embedding = Embedding(
        columns=tuple(_EMBEDDING_COLUMNS.index(columns[at]) for at in picked),
        tables=tuple(_floats(leaf.get_param("E")) for leaf in hashed),
        seeds=tuple(leaf.attrs["seed"] for leaf in hashed),
        static=in_panels(static[0].get_param("W").T) if static else None,
        layer=_layer(maxout, norm),
    )
    inputs = embedding.width * (len(hashed) + len(static))
    if embedding.layer.inputs != inputs or any(table.shape[1] != embedding.width for table in embedding.tables):
        raise UnknownArchitecture(f"the embedding {embed.name[:60]} is of unequal widths")
    return embedding


def _own_encoder(component: Any) -> Any:
    """The thinc model of a component's own encoder, below the list2array and linear of its transition model."""
    return component.model.get_ref("tok2vec").layers[0]


def _layer(maxout: Any, norm: Any) -> Layer:
    width, pieces, inputs = maxout.get_param("W").shape
    if width > MAX_WIDTH or width % PANEL or pieces > MAX_PIECES:
        raise UnknownArchitecture(f"a layer of {width} with {pieces} pieces is over what the kernels hold")
    return Layer(
        panels=in_panels(_piece_major(maxout.get_param("W")).reshape(pieces * width, inputs).T),
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


def _tagger_of(tagger: Any) -> Tagger:
    """The weights of a tagger over the shared encoder.

    Raises UnknownArchitecture for another kind of tagger.
    """
    softmax = next((node for node in tagger.model.walk() if node.name == "softmax"), None)
    if softmax is None:
        raise UnknownArchitecture(f"the tagger {tagger.model.name[:60]} ends in no softmax")
    bias = filled(_floats(softmax.get_param("b")), -np.inf)
    return Tagger(in_panels(softmax.get_param("W").T), bias, tuple(tagger.labels))


def _transitions_of(component: Any, moves: Sequence[str], features: int) -> Transitions:
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
    if found != features or hidden > MAX_HIDDEN or hidden % PANEL or pieces > MAX_PIECES or len(classes) > MAX_CLASSES:
        raise UnknownArchitecture(f"{name} has {found} features, {hidden} hidden units and {len(classes)} classes")
    if "subtok" in labels or any(each[0] not in moves for each in classes):
        raise UnknownArchitecture(f"{name} has moves that the engine does not know")
    ids = {label: number for number, label in enumerate(labels)}
    # A class that lacks the label it needs is never valid: it has a number of its own.
    kinds = np.array([len(moves) if each.endswith("-") else moves.index(each[0]) for each in classes], dtype=np.int8)
    label_ids = np.array([ids.get(each.partition("-")[2], -1) for each in classes], dtype=np.int32)
    return Transitions(
        reduce=in_panels(linear.get_param("W").T),
        reduce_bias=_floats(linear.get_param("b")),
        lower=in_panels(weights.transpose(3, 0, 2, 1).reshape(inputs, -1)),
        missing=_floats(lower.get_param("pad").reshape(features, hidden, pieces).transpose(0, 2, 1)),
        bias=_piece_major(lower.get_param("b")),
        upper=in_panels(upper.get_param("W").T),
        upper_bias=filled(_floats(upper.get_param("b"))),
        moves=filled(kinds, len(moves)),
        label_ids=filled(label_ids, -1),
        labels=tuple(labels),
    )


def _shares_encoder(component: Any) -> None:
    """Raises UnknownArchitecture for a component that does not read the vectors of the pipeline's `tok2vec`."""
    if not any(node.name == "tok2vec-listener" for node in component.model.walk()):
        raise UnknownArchitecture(f"{component.name} has an encoder of its own")
