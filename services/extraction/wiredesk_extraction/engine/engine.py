"""The engine: documents as the tokeniser leaves them go in, columns of tags, heads, sentences and names come out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wiredesk_extraction.engine.analysis import Analysis
from wiredesk_extraction.engine.embeddings import TypeTable
from wiredesk_extraction.engine.encoder import encode, padded_places
from wiredesk_extraction.engine.native import kernels
from wiredesk_extraction.engine.projectivity import DELIMITER, reattach
from wiredesk_extraction.engine.transitions import (
    DEPENDENCY_MOVES,
    NAME_MOVES,
    find_heads,
    find_names,
    find_sentences,
)
from wiredesk_extraction.engine.weights import (
    UnknownArchitecture,
    attributes_of,
    encoder_of,
    own_encoder,
    shares_encoder,
    tags_of,
    transitions_of,
)

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["Engine"]

_ORDER = ("tok2vec", "tagger", "parser", "ner")
_ROOT = "ROOT"


class Engine:
    """Tags, heads, sentences and names by the weights of one pipeline."""

    def __init__(self, nlp: "Language", types: int = 20_000) -> None:
        """Take over the weights of `nlp`; remember the embeddings of `types` token types.

        Raises UnknownArchitecture for a pipeline that is made otherwise, OSError without the compiled kernels.
        """
        if tuple(nlp.pipe_names) != _ORDER:
            raise UnknownArchitecture(f"the pipeline is {', '.join(nlp.pipe_names)}, not {', '.join(_ORDER)}")
        parts: dict[str, Any] = {name: nlp.get_pipe(name) for name in _ORDER}
        shares_encoder(parts["tagger"])
        shares_encoder(parts["parser"])
        self._tag_weights, self._tag_bias, self._tags = tags_of(parts["tagger"])
        self._dependencies = transitions_of(parts["parser"], DEPENDENCY_MOVES, features=8)
        self._names = transitions_of(parts["ner"], NAME_MOVES, features=3)
        self._shared = encoder_of(parts["tok2vec"].model)
        self._own = encoder_of(own_encoder(parts["ner"]))
        self._dep_names = (*self._dependencies.labels, _ROOT)  # the last is that of label -1
        self._crossing = np.array([DELIMITER in label for label in self._dep_names])
        encoders = (self._shared, self._own)
        self.types = TypeTable([each.embed for each in encoders], [each.width for each in encoders], types)
        self.attributes = frozenset({"IS_SPACE"}).union(*(attributes_of(encoder) for encoder in encoders))
        """The features of a word that are looked at, by spaCy's names."""
        kernels()

    def read(self, docs: Sequence["Doc"]) -> Analysis:
        """Analyse documents, none of them empty, that only the tokeniser has seen; none influences another."""
        lengths = np.array([len(doc) for doc in docs])
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        space = np.concatenate([doc.to_array("IS_SPACE") for doc in docs]).astype(np.uint8)
        types = self.types.look_up(docs)
        shared, own = (
            encode(encoder, rows[types], *padded_places(lengths, len(encoder.layers)))
            for encoder, rows in zip((self._shared, self._own), self.types.rows, strict=True)
        )
        tags = (shared @ self._tag_weights + self._tag_bias).argmax(axis=1)
        heads, labels = find_heads(self._dependencies, shared, offsets)
        left, right, starts = find_sentences(offsets, heads)
        deps = [self._dep_names[label] for label in labels.tolist()]
        crossing = np.searchsorted(offsets, np.flatnonzero(self._crossing[labels]), side="right") - 1
        for document in np.unique(crossing).tolist():
            span = slice(offsets[document], offsets[document + 1])
            moved, named = heads[span].tolist(), deps[span]
            reattach(moved, named, (left[span].tolist(), right[span].tolist()), space[span].tolist())
            heads[span], deps[span] = moved, named
        if len(crossing):
            starts = find_sentences(offsets, heads)[2]
        names = find_names(self._names, own, offsets, space, starts)
        return Analysis(
            offsets,
            [self._tags[tag] for tag in tags.tolist()],
            heads,
            deps,
            starts,
            [(first, end, self._names.labels[label]) for first, end, label in names.tolist()],
        )
